"""The events of one output item, in the guaranteed order."""

import base64

from voicegate.gateway.sim.realtime.brains import Answer, FunctionCall, Speech
from voicegate.gateway.sim.realtime.dialog import Dialog
from voicegate.gateway.sim.realtime.faults import Fault
from voicegate.gateway.sim.realtime.settings import RealtimeSettings
from voicegate.gateway.sim.tags import read_tags

COMMENTARY = Speech("Let me check that for you.", 1200)
CALL = FunctionCall("get_order", '{"id": 7, "with_items": true}')


def answered(answer: Answer, *faults: Fault, seed: int = 1) -> Dialog:
    dialog = Dialog(RealtimeSettings(faults=faults), [answer], seed=seed)
    dialog.configure()
    dialog.events.clear()
    dialog.send("response.create")
    dialog.wait_for("response.done")
    return dialog


def without_deltas(dialog: Dialog) -> list[str]:
    return [kind for kind in dialog.kinds() if not kind.endswith(".delta")]


def test_a_spoken_item_has_its_events_in_the_guaranteed_order():
    dialog = answered(Answer((COMMENTARY,)))
    assert without_deltas(dialog) == [
        "response.created",
        "response.output_item.added",
        "conversation.item.added",
        "response.content_part.added",
        "response.output_audio.done",
        "response.output_audio_transcript.done",
        "response.content_part.done",
        "conversation.item.done",
        "response.output_item.done",
        "response.done",
    ]


def test_every_event_of_a_part_carries_the_full_coordinates():
    dialog = answered(Answer((COMMENTARY,)))
    response, item = (
        dialog.of("response.created")[0]["response"],
        dialog.of("response.output_item.added")[0],
    )
    parts = [
        e
        for e in dialog.events
        if e["type"].startswith(("response.output_audio", "response.content"))
    ]
    assert len(parts) > 8
    for event in parts:
        assert event["response_id"] == response["id"]
        assert event["item_id"] == item["item"]["id"]
        assert (event["output_index"], event["content_index"]) == (0, 0)


def test_the_item_arrives_empty_and_leaves_with_its_words():
    dialog = answered(Answer((COMMENTARY,)))
    added, done = dialog.of("conversation.item.added")[0], dialog.of("conversation.item.done")[0]
    assert (added["item"]["status"], added["item"]["content"]) == ("in_progress", [])
    assert done["item"]["content"] == [{"type": "output_audio", "transcript": COMMENTARY.text}]
    transcript = "".join(e["delta"] for e in dialog.of("response.output_audio_transcript.delta"))
    assert transcript == COMMENTARY.text
    assert dialog.of("response.output_audio_transcript.done")[0]["transcript"] == COMMENTARY.text


def test_transcript_deltas_are_padded_and_audio_deltas_are_not():
    dialog = answered(Answer((COMMENTARY, CALL)))
    for event in dialog.events:
        if event["type"] == "response.output_audio.delta":
            assert "obfuscation" not in event
        elif event["type"].endswith(".delta"):
            assert len(event["delta"]) + len(event["obfuscation"]) == 16


def test_each_items_audio_is_tagged_with_its_number_and_millisecond():
    """C172's means: what was heard can be told to the millisecond."""
    dialog = answered(Answer((COMMENTARY, Speech("It is here.", 650))))
    tags = [
        tag
        for delta in dialog.of("response.output_audio.delta")
        for tag in read_tags(base64.b64decode(delta["delta"]))
    ]
    assert tags == [(1, ms) for ms in range(1200)] + [(2, ms) for ms in range(650)]
    numbered = [note.detail for note in dialog.notes if note.kind == "spoken item"]
    ids = [event["item"]["id"] for event in dialog.of("response.output_item.added")]
    assert numbered == [f"{number} {item_id}" for number, item_id in enumerate(ids, 1)]


def test_a_function_call_has_its_own_events_and_ids():
    dialog = answered(Answer((CALL,)))
    assert without_deltas(dialog) == [
        "response.created",
        "response.output_item.added",
        "conversation.item.added",
        "response.function_call_arguments.done",
        "conversation.item.done",
        "response.output_item.done",
        "response.done",
    ]
    done = dialog.of("response.function_call_arguments.done")[0]
    assert (done["name"], done["arguments"]) == (CALL.name, CALL.arguments)
    assert len(done["call_id"]) == len("call_") + 16
    assert "content_index" not in done
    pieces = dialog.of("response.function_call_arguments.delta")
    assert 3 <= len(pieces) <= 6
    assert "".join(piece["delta"] for piece in pieces) == CALL.arguments
    added = dialog.of("response.output_item.added")[0]["item"]
    assert (added["status"], added["arguments"], added["call_id"]) == (
        "in_progress",
        "",
        done["call_id"],
    )


def test_2x_messages_say_whether_they_are_commentary():
    dialog = answered(Answer((COMMENTARY, CALL)))
    message, call = (event["item"] for event in dialog.of("response.output_item.done"))
    assert message["phase"] == "commentary"
    assert "phase" not in call
    alone = answered(Answer((COMMENTARY,)))
    assert alone.of("response.output_item.done")[0]["item"]["phase"] == "final_answer"


def test_overlapping_items_are_done_late():
    """C171: overlapping item events."""
    dialog = answered(Answer((COMMENTARY, CALL), overlap=True))
    kinds = dialog.kinds()
    assert kinds.index("response.function_call_arguments.delta") < kinds.index(
        "response.output_audio.done"
    )
    last = len(kinds) - 1 - kinds[::-1].index("response.function_call_arguments.delta")
    assert last < kinds.index("response.output_audio.done")
    assert [e["output_index"] for e in dialog.of("response.output_item.added")] == [0, 1]


def test_a_call_may_be_announced_twice():
    """C173: doubled function calls."""
    dialog = answered(Answer((CALL,)), Fault("doubled_call", at=1))
    ids = [event["call_id"] for event in dialog.of("response.function_call_arguments.done")]
    assert len(ids) == 2
    assert len(set(ids)) == 1
    assert len(dialog.of("response.output_item.done")) == 2


def test_a_done_item_sometimes_has_no_previous_one_although_there_is_one():
    seen = {
        answered(Answer((COMMENTARY, COMMENTARY)), seed=seed).of("conversation.item.done")[1][
            "previous_item_id"
        ]
        is None
        for seed in range(40)
    }
    assert seen == {True, False}


def test_a_truncate_while_it_speaks_shortens_the_item_but_not_the_transcript_that_was_sent():
    """C171: truncating while generating is checked against what exists at that moment."""
    dialog = Dialog(answers=[Answer((Speech("one two three four five six seven eight", 4000),))])
    dialog.configure()
    dialog.send("response.create")
    item_id = dialog.wait_for("response.output_audio.delta")["item_id"]
    cut = {"item_id": item_id, "content_index": 0}
    (early,) = dialog.send("conversation.item.truncate", **cut, audio_end_ms=251)
    assert early["error"]["message"] == "Audio content of 250ms is already shorter than 251ms"
    (truncated,) = dialog.send("conversation.item.truncate", **cut, audio_end_ms=250)
    assert truncated["audio_end_ms"] == 250
    done = dialog.wait_for("response.done")
    assert done["response"]["output"][0]["content"][0]["transcript"] is None
    assert dialog.of("response.output_audio_transcript.done")[0]["transcript"].endswith("eight")
    assert dialog.server.conversation.items[0].audio_ms == 250
