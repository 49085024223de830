"""The acceptance scenarios of the simulated model: whole turns, as a caller makes them."""

import pytest

from voicegate.gateway.sim.outputs import Close, Drop, Output
from voicegate.gateway.sim.realtime.brains import (
    Answer,
    FunctionCall,
    Speech,
    Transcript,
)
from voicegate.gateway.sim.realtime.dialog import HELLO, PCMU, Dialog
from voicegate.gateway.sim.realtime.faults import Fault
from voicegate.gateway.sim.realtime.settings import RealtimeSettings
from voicegate.gateway.sim.realtime.wire import Json

LONG = Answer((Speech("This answer is so long that nobody would listen to all of it.", 8000),))
TWO_PARTS = Answer((Speech("First the one thing.", 1000), Speech("Then the other.", 4000)))
COMMENTARY = Answer((Speech("Let me check that.", 1200), FunctionCall("get_order", '{"id": 7}')))
VAD = {"type": "server_vad", "create_response": True, "interrupt_response": True}


def talking(*answers: Answer, faults: tuple[Fault, ...] = ()) -> Dialog:
    """A configured dialog with automatic answers and interruption."""
    dialog = Dialog(RealtimeSettings(faults=faults), answers, [Transcript("hello")])
    dialog.configure(VAD, {"model": "gpt-realtime-whisper"})
    dialog.events.clear()
    return dialog


def take_turn(dialog: Dialog) -> None:
    """The caller speaks for 0.6 s and stops until the turn was taken."""
    dialog.speak(640)
    dialog.be_silent(640)


def truncate(dialog: Dialog, item_id: str, end_ms: int) -> Json:
    (answer,) = dialog.send(
        "conversation.item.truncate", item_id=item_id, content_index=0, audio_end_ms=end_ms
    )
    return answer


def received_ms(dialog: Dialog, item_id: str) -> int:
    deltas = [e for e in dialog.of("response.output_audio.delta") if e["item_id"] == item_id]
    return sum(len(delta["delta"]) * 3 // 4 // 8 for delta in deltas)


def test_greeting():
    """C171: the model speaks first when it is asked to."""
    dialog = talking(HELLO)
    dialog.send("response.create", response={"instructions": "Greet the caller."})
    response = dialog.wait_for("response.done")["response"]
    assert response["output"][0]["content"][0]["transcript"].startswith("Hello")
    assert [item.role for item in dialog.server.conversation.items] == ["assistant"]


def test_normal_turn():
    """C171: the recorded order from speech to rate limits."""
    dialog = talking(HELLO)
    take_turn(dialog)
    dialog.wait(3000)
    kinds = [kind for kind in dialog.kinds() if not kind.endswith(".delta")]
    kinds.remove("conversation.item.input_audio_transcription.completed")
    assert kinds == [
        "input_audio_buffer.speech_started",
        "input_audio_buffer.speech_stopped",
        "input_audio_buffer.committed",
        "conversation.item.added",
        "conversation.item.done",
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
        "rate_limits.updated",
    ]
    user, agent = dialog.of("conversation.item.added")
    assert agent["previous_item_id"] == user["item"]["id"]


def test_barge_in_while_generating():
    """C171: the server cancels by itself, the item is incomplete, the next turn is answered."""
    dialog = talking(Answer(LONG.items, speed=1.0), HELLO)
    dialog.send("response.create")
    item_id = dialog.wait_for("response.output_audio.delta")["item_id"]
    take_turn(dialog)
    kinds = dialog.kinds()
    done = dialog.of("response.done")[0]["response"]
    assert done["status_details"] == {"type": "cancelled", "reason": "turn_detected"}
    assert done["output"][0]["status"] == "incomplete"
    assert done["usage"]["output_tokens"] > 0
    assert kinds.index("input_audio_buffer.speech_started") < kinds.index("response.done")
    assert truncate(dialog, item_id, 250)["type"] == "conversation.item.truncated"
    assert dialog.wait_for("response.done")["response"]["status"] == "completed"


def test_barge_in_after_done():
    """C171: everything was sent long ago, so the server says nothing; the truncate is the client's."""
    dialog = talking(LONG, HELLO)
    dialog.send("response.create")
    response = dialog.wait_for("response.done")["response"]
    dialog.events.clear()
    take_turn(dialog)
    assert "response.done" not in dialog.kinds()[:3]
    (item,) = response["output"]
    assert truncate(dialog, item["id"], 2345)["audio_end_ms"] == 2345
    assert dialog.server.conversation.items[0].audio_ms == 2345
    assert dialog.server.conversation.items[0].text == ""


def test_barge_in_in_the_second_item():
    """C171: each item has its own length."""
    dialog = talking(TWO_PARTS, HELLO)
    dialog.send("response.create")
    response = dialog.wait_for("response.done")["response"]
    first, second = (item["id"] for item in response["output"])
    assert (received_ms(dialog, first), received_ms(dialog, second)) == (1000, 4000)
    take_turn(dialog)
    assert truncate(dialog, second, 3000)["type"] == "conversation.item.truncated"
    refused = truncate(dialog, first, 3000)["error"]
    assert refused["message"] == "Audio content of 1000ms is already shorter than 3000ms"
    assert [item.audio_ms for item in dialog.server.conversation.items[:2]] == [1000, 3000]


def test_false_trigger():
    """C171: a cough cancels the answer for good and becomes a turn of its own."""
    dialog = talking(Answer(LONG.items, speed=1.0), HELLO)
    dialog.send("response.create")
    dialog.wait_for("response.output_audio.delta")
    dialog.speak(60)
    dialog.be_silent(1500)
    dialog.wait(3000)
    statuses = [event["response"]["status"] for event in dialog.of("response.done")]
    assert statuses == ["cancelled", "completed"]


def test_tool_call_with_commentary():
    """C171: speech and call in one response; the result may come before its response.done."""
    dialog = talking(COMMENTARY, HELLO)
    take_turn(dialog)
    call = dialog.wait_for("response.function_call_arguments.done")
    result = {"type": "function_call_output", "call_id": call["call_id"], "output": '{"sum": 3}'}
    assert len(dialog.send("conversation.item.create", item=result)) == 2
    (early,) = dialog.send("response.create")
    assert early["error"]["code"] == "conversation_already_has_active_response"
    done = dialog.wait_for("response.done")["response"]
    assert [item["type"] for item in done["output"]] == ["message", "function_call"]
    assert done["output"][0]["phase"] == "commentary"
    dialog.send("response.create")
    final = dialog.wait_for("response.done")["response"]
    assert final["output"][0]["phase"] == "final_answer"
    kinds = [item.kind for item in dialog.server.conversation.items]
    assert kinds == ["message", "message", "function_call", "function_call_output", "message"]


def test_two_parallel_tools():
    """C171: two calls in one response, each with its own index and id."""
    dialog = talking(Answer((FunctionCall("a", '{"x": 1}'), FunctionCall("b", '{"y": 2}'))), HELLO)
    take_turn(dialog)
    output = dialog.wait_for("response.done")["response"]["output"]
    assert [(item["name"], item["status"]) for item in output] == [
        ("a", "completed"),
        ("b", "completed"),
    ]
    assert len({item["call_id"] for item in output}) == 2
    assert [e["output_index"] for e in dialog.of("response.function_call_arguments.done")] == [0, 1]


def test_barge_in_during_a_tool():
    """C171: the result is still taken, and the new turn's own answer sees it."""
    dialog = talking(COMMENTARY, HELLO)
    take_turn(dialog)
    call = dialog.wait_for("response.function_call_arguments.done")
    dialog.wait_for("response.done")
    dialog.speak(640)
    result = {"type": "function_call_output", "call_id": call["call_id"], "output": "3"}
    dialog.send("conversation.item.create", item=result)
    dialog.be_silent(640)
    assert dialog.wait_for("response.done")["response"]["status"] == "completed"
    kinds = [item.kind for item in dialog.server.conversation.items]
    assert kinds[2:] == ["function_call", "function_call_output", "message", "message"]


def test_cancel_race():
    """C171: the answer was done before the cancel arrived."""
    dialog = talking(HELLO)
    dialog.send("response.create")
    response_id = dialog.wait_for("response.done")["response"]["id"]
    (refused,) = dialog.send("response.cancel", response_id=response_id, event_id="cancel-3")
    assert refused["error"]["code"] == "response_cancel_not_active"
    assert refused["error"]["event_id"] == "cancel-3"
    take_turn(dialog)
    assert dialog.wait_for("response.done")["response"]["status"] == "completed"


def test_truncate_race():
    """C171: before its first audio an item cannot be truncated, nor beyond what exists."""
    dialog = talking(LONG)
    dialog.send("response.create")
    item_id = dialog.wait_for("response.output_item.added")["item"]["id"]
    assert truncate(dialog, item_id, 0)["error"]["code"] == "unsupported_content_type"
    dialog.wait_for("response.output_audio.delta")
    made = received_ms(dialog, item_id)
    assert truncate(dialog, item_id, made + 1)["error"]["code"] == "invalid_value"
    assert truncate(dialog, item_id, made)["type"] == "conversation.item.truncated"
    assert truncate(dialog, "item_none", 0)["error"]["code"] == "item_truncate_invalid_item_id"


def test_failed_response():
    """C171: no error event, zero usage, the caller hears nothing."""
    dialog = talking(HELLO, faults=(Fault("response_failed", at=1, text="server_error"),))
    take_turn(dialog)
    response = dialog.wait_for("response.done")["response"]
    assert (response["status"], response["usage"]["total_tokens"]) == ("failed", 0)
    assert dialog.of("error") == []


def test_silence_watchdog():
    """C171: a committed turn without an answer; asking for one helps."""
    dialog = talking(HELLO, faults=(Fault("silent_turn", at=1),))
    take_turn(dialog)
    dialog.wait(5000)
    assert "input_audio_buffer.committed" in dialog.kinds()
    assert "response.created" not in dialog.kinds()
    dialog.send("response.create")
    assert dialog.wait_for("response.done")["response"]["status"] == "completed"


@pytest.mark.parametrize(
    ("fault", "end"),
    [(Fault("drop", at=20), Drop()), (Fault("close", at=20, value=1011), Close(1011))],
)
def test_1006_mid_answer(fault: Fault, end: Output):
    """C171 and C173: the socket is lost, or closed, in the middle of an answer."""
    dialog = talking(LONG, faults=(fault,))
    dialog.send("response.create")
    dialog.wait(10_000)
    assert dialog.others == [end]
    assert "response.output_audio.delta" in dialog.kinds()
    assert "response.done" not in dialog.kinds()
    assert dialog.server.deadline_ms is None


def test_wrong_format_echo():
    """C171: the echo is the only way to know that the formats were not taken."""
    dialog = Dialog(RealtimeSettings(faults=(Fault("format_ignored", at=1),)))
    updated = dialog.configure()
    assert updated["session"]["audio"]["output"]["format"] != PCMU
    dialog.send("response.create")
    assert len(dialog.wait_for("response.output_audio.delta")["delta"]) == 16_000


def test_voice_change_refusal():
    """C171: after the first audio the voice stays, and the whole update is dropped."""
    dialog = talking(HELLO)
    asked = {"type": "realtime", "instructions": "New.", "audio": {"output": {"voice": "cedar"}}}
    dialog.send("response.create")
    dialog.wait_for("response.done")
    (refused,) = dialog.send("session.update", session=asked)
    assert refused["error"]["code"] == "cannot_update_voice"
    assert dialog.server.session["instructions"] != "New."
    asked["audio"] = {"output": {"voice": "marin"}}
    assert dialog.send("session.update", session=asked)[0]["type"] == "session.updated"


def test_idle_timeout():
    """C171: nobody speaks after the answer was played."""
    dialog = Dialog(answers=[HELLO])
    dialog.configure({**VAD, "idle_timeout_ms": 5000})
    dialog.send("response.create")
    dialog.wait_for("response.done")
    dialog.be_silent(8000)
    dialog.wait(2000)
    assert "input_audio_buffer.timeout_triggered" in dialog.kinds()
    assert len(dialog.of("response.done")) == 2


def test_push_to_talk():
    """C171: turns made by hand."""
    dialog = Dialog(answers=[HELLO])
    dialog.connect()
    audio = {"input": {"format": PCMU, "turn_detection": None}, "output": {"format": PCMU}}
    dialog.send("session.update", session={"type": "realtime", "audio": audio})
    dialog.send("input_audio_buffer.clear")
    dialog.speak(500)
    (committed, *_rest) = dialog.send("input_audio_buffer.commit")
    assert committed["type"] == "input_audio_buffer.committed"
    dialog.send("response.create")
    assert dialog.wait_for("response.done")["response"]["status"] == "completed"


def test_out_of_band_summary():
    """C171: a text beside the conversation, billed, with its own metadata."""
    dialog = talking(HELLO)
    take_turn(dialog)
    dialog.wait(3000)
    before = [item.id for item in dialog.server.conversation.items]
    asked = {"conversation": "none", "output_modalities": ["text"], "metadata": {"for": "rotation"}}
    dialog.send("response.create", response=asked)
    response = dialog.wait_for("response.done")["response"]
    assert (response["conversation_id"], response["metadata"]) == (None, {"for": "rotation"})
    assert response["usage"]["input_tokens"] > 0
    assert [item.id for item in dialog.server.conversation.items] == before


def test_the_cache_holds_until_the_instructions_change():
    """C171: cached tokens in multiples of 64, none after a change at the front."""
    dialog = talking(LONG)
    dialog.send("session.update", session={"type": "realtime", "instructions": "i" * 800})
    cached: list[int] = []
    for number in range(4):
        if number == 3:
            dialog.send("session.update", session={"type": "realtime", "instructions": "j" * 800})
        dialog.send("response.create")
        usage = dialog.wait_for("response.done")["response"]["usage"]
        cached.append(usage["input_token_details"]["cached_tokens"])
    assert cached[0] == cached[3] == 0
    assert 0 < cached[1] < cached[2]
    assert all(tokens % 64 == 0 for tokens in cached)
