"""Transcripts come beside the answer: in pieces, late, empty, failed or never."""

import pytest

from voicegate.gateway.sim.realtime.brains import Transcript
from voicegate.gateway.sim.realtime.dialog import HELLO, Dialog
from voicegate.gateway.sim.realtime.faults import Fault
from voicegate.gateway.sim.realtime.settings import RealtimeSettings
from voicegate.gateway.sim.realtime.wire import Json

KIND = "conversation.item.input_audio_transcription"
WORDS = "I would like an appointment please"


def heard(
    transcript: Transcript,
    *faults: Fault,
    model: str | None = "gpt-realtime-whisper",
    turns: int = 1,
) -> Dialog:
    dialog = Dialog(RealtimeSettings(faults=faults), [HELLO], [transcript, Transcript("second")])
    vad = {"type": "server_vad", "create_response": False, "interrupt_response": False}
    dialog.configure(vad, {"model": model} if model else None)
    for _ in range(turns):
        dialog.speak(1000)
        dialog.be_silent(700)
    dialog.wait(10_000)
    return dialog


def delay_ms(dialog: Dialog, event: Json) -> int:
    return event["at_ms"] - dialog.of("input_audio_buffer.committed")[0]["at_ms"]


def test_a_streaming_model_sends_words_and_then_all_of_them():
    dialog = heard(Transcript(WORDS))
    deltas, (completed,) = dialog.of(f"{KIND}.delta"), dialog.of(f"{KIND}.completed")
    assert "".join(delta["delta"] for delta in deltas) == completed["transcript"] == WORDS
    assert delay_ms(dialog, deltas[0]) == 150
    assert 500 <= delay_ms(dialog, completed) <= 600
    assert completed["usage"] == {"type": "duration", "seconds": 2}
    assert completed["item_id"] == dialog.of("input_audio_buffer.committed")[0]["item_id"]


@pytest.mark.parametrize(
    ("model", "usage"), [("whisper-1", "duration"), ("gpt-4o-transcribe", "tokens")]
)
def test_other_models_send_everything_at_once(model: str, usage: str):
    dialog = heard(Transcript(WORDS), model=model)
    assert dialog.of(f"{KIND}.delta") == []
    assert dialog.of(f"{KIND}.completed")[0]["usage"]["type"] == usage


def test_without_a_transcriber_nothing_is_written_down():
    assert not any(kind.startswith(KIND) for kind in heard(Transcript(WORDS), model=None).kinds())


def test_the_words_are_in_the_item_from_then_on():
    dialog = heard(Transcript(WORDS))
    assert dialog.server.conversation.items[0].text == WORDS


def test_transcripts_may_come_in_another_order_than_the_turns():
    """C171: late and out of order across items."""
    dialog = heard(Transcript("first", delay_ms=6000), turns=2)
    assert [e["transcript"] for e in dialog.of(f"{KIND}.completed")] == ["second", "first"]


def test_a_failed_transcript_has_its_own_event():
    dialog = heard(Transcript(WORDS, outcome="failed"))
    assert dialog.of(f"{KIND}.failed")[0]["error"].keys() == {"type", "code", "message", "param"}
    assert dialog.of(f"{KIND}.completed") == dialog.of("error") == []


@pytest.mark.parametrize(
    ("fault", "completed", "failed"),
    [
        (Fault("transcription_never", at=1), [], 0),
        (Fault("transcription_failed", at=1), [], 1),
        (Fault("transcription_empty", at=1), [""], 0),
        (Fault("transcription_late", at=1, value=3000), [WORDS], 0),
    ],
)
def test_transcription_goes_wrong_on_demand(fault: Fault, completed: list[str], failed: int):
    """C173, E33: failed, late, empty or never."""
    dialog = heard(Transcript(WORDS), fault)
    assert [e["transcript"] for e in dialog.of(f"{KIND}.completed")] == completed
    assert len(dialog.of(f"{KIND}.failed")) == failed
    if fault.name == "transcription_late":
        assert delay_ms(dialog, dialog.of(f"{KIND}.completed")[0]) == 3000
