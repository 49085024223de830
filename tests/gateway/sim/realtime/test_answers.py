"""One answer at a time in the conversation, any number beside it."""

import pytest

from voicegate.gateway.sim.realtime.brains import Answer, ScriptBrain, Speech, Turn
from voicegate.gateway.sim.realtime.dialog import HELLO, PCMU, Dialog
from voicegate.gateway.sim.realtime.faults import Fault
from voicegate.gateway.sim.realtime.settings import RealtimeSettings
from voicegate.gateway.sim.realtime.wire import Json

SUMMARY = Answer((Speech("The caller wants an appointment."),))
SIDE: Json = {
    "conversation": "none",
    "output_modalities": ["text"],
    "metadata": {"topic": "summary"},
}


class Listening(ScriptBrain):
    """Remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__([HELLO], side_answers=[SUMMARY])
        self.turns: list[Turn] = []

    def answer(self, turn: Turn) -> Answer:
        self.turns.append(turn)
        return super().answer(turn)


def new_dialog(*faults: Fault) -> tuple[Dialog, Listening]:
    brain = Listening()
    dialog = Dialog(RealtimeSettings(faults=faults), brain=brain)
    dialog.configure(instructions="Be kind.")
    dialog.events.clear()
    return dialog, brain


def say(dialog: Dialog, words: str) -> str:
    content = [{"type": "input_text", "text": words}]
    item = {"type": "message", "role": "user", "content": content}
    return dialog.send("conversation.item.create", item=item)[0]["item"]["id"]


def test_a_second_answer_is_refused_from_the_moment_the_first_was_asked_for():
    dialog, _ = new_dialog()
    dialog.send("response.create")
    (refused,) = dialog.send("response.create", event_id="second")
    response_id = dialog.wait_for("response.created")["response"]["id"]
    assert refused["error"] == {
        "type": "invalid_request_error",
        "code": "conversation_already_has_active_response",
        "message": f"Conversation already has an active response in progress: {response_id}. "
        "Wait until the response is finished before creating a new one.",
        "param": None,
        "event_id": "second",
    }
    dialog.wait(10_000)
    assert len(dialog.of("response.done")) == 1


@pytest.mark.parametrize("members", [{}, {"response_id": "resp_unknown"}])
def test_a_cancel_with_nothing_active_is_refused_with_the_recorded_words(members: dict[str, str]):
    dialog, _ = new_dialog()
    for _ in range(2):
        (refused,) = dialog.send("response.cancel", event_id="c", **members)
        assert refused["error"]["code"] == "response_cancel_not_active"
        assert refused["error"]["message"] == "Cancellation failed: no active response found"
        assert refused["error"]["event_id"] == "c"
        dialog.send("response.create")
        dialog.wait_for("response.done")


def test_a_cancel_before_response_created_misses_and_the_answer_comes():
    dialog, _ = new_dialog()
    dialog.send("response.create")
    (refused,) = dialog.send("response.cancel")
    assert refused["error"]["code"] == "response_cancel_not_active"
    assert dialog.wait_for("response.done")["response"]["status"] == "completed"


def test_a_side_response_runs_beside_the_answer_and_leaves_no_item():
    """C171: out-of-band responses."""
    dialog, brain = new_dialog()
    dialog.send("response.create")
    dialog.wait_for("response.created")
    dialog.send("response.create", response=SIDE)
    dialog.wait(10_000)
    shown = {
        event["response"]["conversation_id"]: event["response"]
        for event in dialog.of("response.done")
    }
    side = shown.pop(None)
    assert side["metadata"] == {"topic": "summary"}
    assert side["output"][0]["content"] == [{"type": "output_text", "text": SUMMARY.items[0].text}]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    assert len(shown) == 1
    assert len(dialog.of("conversation.item.added")) == len(dialog.server.conversation.items) == 1
    assert [turn.number for turn in brain.turns] == [1, 0]


def test_a_side_response_is_cancelled_only_by_its_id_and_not_by_speech():
    dialog, _ = new_dialog()
    dialog.send("response.create", response=SIDE)
    side_id = dialog.wait_for("response.created")["response"]["id"]
    dialog.speak(200)
    (missed,) = dialog.send("response.cancel")
    assert missed["error"]["code"] == "response_cancel_not_active"
    assert dialog.send("response.cancel", response_id=side_id) == []
    details = dialog.wait_for("response.done")["response"]["status_details"]
    assert details == {"type": "cancelled", "reason": "client_cancelled"}


def test_an_answer_reads_the_conversation_or_what_it_is_given_instead():
    dialog, brain = new_dialog()
    first, _second = say(dialog, "one"), say(dialog, "two")
    own = {"type": "message", "role": "system", "content": [{"type": "input_text", "text": "own"}]}
    given = [own, {"type": "item_reference", "id": first}]
    dialog.send("response.create", response={**SIDE, "input": given, "instructions": "Sum up."})
    dialog.send("response.create", response={**SIDE, "input": []})
    dialog.send("response.create")
    dialog.wait(5000)
    by_text = {tuple(item.text for item in turn.context): turn for turn in brain.turns}
    assert set(by_text) == {("own", "one"), (), ("one", "two")}
    assert by_text["own", "one"].instructions == "Sum up."
    assert by_text["one", "two"].instructions == "Be kind."


def test_a_reference_to_nothing_is_refused():
    dialog, _ = new_dialog()
    reference = {"type": "item_reference", "id": "item_none"}
    (refused,) = dialog.send("response.create", response={**SIDE, "input": [reference]})
    assert refused["error"]["param"] == "response.input[0].id"


def test_a_request_overrides_the_session_for_this_answer_only():
    dialog, _ = new_dialog()
    output = {"format": {"type": "audio/pcm", "rate": 24000}, "voice": "cedar"}
    asked = {"audio": {"output": output}, "max_output_tokens": 77, "metadata": {"a": "b"}}
    dialog.send("response.create", response=asked)
    response = dialog.wait_for("response.done")["response"]
    assert response["audio"] == {"output": output}
    assert (response["max_output_tokens"], response["metadata"]) == (77, {"a": "b"})
    dialog.send("response.create")
    assert dialog.wait_for("response.done")["response"]["audio"]["output"]["format"] == PCMU


def test_a_silent_turn_gets_nothing_and_the_next_request_is_free():
    """C173, E38: no response.created."""
    dialog, _ = new_dialog(Fault("silent_turn", at=1))
    assert dialog.send("response.create") == []
    assert dialog.wait(30_000) == []
    dialog.send("response.create")
    assert dialog.wait_for("response.done")["response"]["status"] == "completed"


def test_a_server_error_takes_the_place_of_an_answer():
    """C173, E27."""
    dialog, _ = new_dialog(Fault("server_error", at=1))
    dialog.send("response.create")
    error = dialog.wait_for("error")["error"]
    assert (error["type"], error["code"], error["event_id"]) == ("server_error", None, None)
    assert dialog.wait(30_000) == []
    dialog.send("response.create")
    assert dialog.wait_for("response.done")["response"]["status"] == "completed"


def test_a_low_rate_limit_is_told_on_demand():
    """C173, E40."""
    dialog, _ = new_dialog(Fault("low_rate_limit", at=1, value=500))
    dialog.send("response.create")
    (limit,) = dialog.wait_for("rate_limits.updated")["rate_limits"]
    assert limit["remaining"] == 500


def test_a_refused_automatic_answer_may_also_be_silent():
    slow = [Answer(HELLO.items, speed=0.5)]
    dialog = Dialog(RealtimeSettings(is_auto_create_refused_aloud=False), slow)
    dialog.configure({"type": "server_vad", "interrupt_response": False})
    dialog.send("response.create")
    dialog.wait_for("response.created")
    dialog.speak(200)
    dialog.be_silent(1000)
    assert "input_audio_buffer.committed" in dialog.kinds()
    assert dialog.of("error") == []
    assert "no automatic answer" in [note.kind for note in dialog.notes]
