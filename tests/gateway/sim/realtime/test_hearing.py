"""From appended audio to the caller's turns, in the guaranteed order."""

from typing import Any

import pytest

from voicegate.gateway.sim.realtime.brains import Answer, Speech
from voicegate.gateway.sim.realtime.dialog import HELLO, PCMU, SILENT_FRAME, SPEECH_FRAME, Dialog
from voicegate.gateway.sim.realtime.faults import Fault
from voicegate.gateway.sim.realtime.settings import RealtimeSettings

QUIET_VAD = {"type": "server_vad", "create_response": False, "interrupt_response": False}
TURN = [
    "input_audio_buffer.speech_started",
    "input_audio_buffer.speech_stopped",
    "input_audio_buffer.committed",
    "conversation.item.added",
    "conversation.item.done",
]


def silent_dialog(**members: Any) -> Dialog:
    dialog = Dialog()
    dialog.configure({**QUIET_VAD, **members})
    dialog.events.clear()
    return dialog


def say(dialog: Dialog, length_ms: int = 640) -> None:
    dialog.be_silent(640)
    dialog.speak(length_ms)
    dialog.be_silent(640)


def test_a_turn_comes_in_the_guaranteed_order_under_one_item_id():
    """C171: speech_started, speech_stopped, committed, item.added, item.done, one id."""
    dialog = silent_dialog()
    say(dialog)
    assert dialog.kinds() == TURN
    started, stopped, committed, added, done = dialog.events
    assert {event["item_id"] for event in (started, stopped, committed)} == {added["item"]["id"]}
    assert added["item"] == done["item"]
    assert added["item"]["content"] == [{"type": "input_audio", "transcript": None}]
    assert committed["previous_item_id"] is None


def test_positions_count_appended_audio_on_the_grid_and_events_come_soon_after():
    dialog = silent_dialog()
    begun_at = dialog.now_ms
    dialog.wait(5000)  # nothing is appended: the stream stands still
    say(dialog)
    started, stopped = dialog.events[:2]
    assert started["audio_start_ms"] == 640 - 300
    assert stopped["audio_end_ms"] == 640 + 640 + 512
    delay_ms = started["at_ms"] - (begun_at + 5000 + 640)
    assert 40 <= delay_ms <= 65 + 20
    assert 45 <= stopped["at_ms"] - (begun_at + 5000 + stopped["audio_end_ms"]) <= 70 + 20


def test_the_second_turn_follows_the_first():
    dialog = silent_dialog()
    say(dialog)
    say(dialog)
    first, second = dialog.of("input_audio_buffer.committed")
    assert second["previous_item_id"] == first["item_id"]


def test_without_more_audio_a_turn_never_ends():
    dialog = silent_dialog()
    dialog.speak(640)
    dialog.wait(60_000)
    assert dialog.kinds() == TURN[:1]


def test_a_committed_turn_holds_its_audio_with_padding_and_silence():
    dialog = silent_dialog()
    say(dialog)
    item_id = dialog.events[-1]["item"]["id"]
    (shown,) = dialog.send("conversation.item.retrieve", item_id=item_id)
    length_ms = 640 + 512 + 300
    assert len(shown["item"]["content"][0]["audio"]) == -(-length_ms * 8 // 3) * 4


@pytest.mark.parametrize(
    ("creates", "interrupts"), [(True, True), (True, False), (False, True), (False, False)]
)
def test_the_four_combinations_of_answering_and_interrupting(creates: bool, interrupts: bool):  # noqa: FBT001
    """C171: what the server does by itself while its answer is still being made."""
    dialog = Dialog(answers=[Answer((Speech("x " * 100, 20_000),), speed=1.0)])
    dialog.configure({**QUIET_VAD, "create_response": creates, "interrupt_response": interrupts})
    dialog.send("response.create")
    dialog.wait_for("response.output_audio.delta")
    say(dialog)
    dialog.wait(100)
    endings = [event["response"]["status"] for event in dialog.of("response.done")]
    assert endings == (["cancelled"] if interrupts else [])
    assert len(dialog.of("response.created")) == (2 if creates and interrupts else 1)
    codes = [event["error"]["code"] for event in dialog.of("error")]
    is_refused = creates and not interrupts
    assert codes == (["conversation_already_has_active_response"] if is_refused else [])


def test_an_automatic_answer_is_created_50_to_90_ms_after_the_turn():
    dialog = Dialog()
    dialog.configure({"type": "server_vad"})
    begun_at = dialog.now_ms
    say(dialog)
    dialog.wait(100)
    stopped = dialog.of("input_audio_buffer.speech_stopped")[0]
    created = dialog.of("response.created")[0]
    assert 50 <= created["at_ms"] - (begun_at + stopped["audio_end_ms"]) <= 90 + 20
    assert dialog.kinds().index("response.created") > dialog.kinds().index("conversation.item.done")


@pytest.mark.parametrize(("length_ms", "shown"), [(0, "0.00"), (80, "80.00")])
def test_too_little_audio_cannot_be_committed(length_ms: int, shown: str):
    """C171: the refusal names the length with two decimals."""
    dialog = silent_dialog()
    dialog.hear(SPEECH_FRAME, length_ms)
    (refused,) = [e for e in dialog.send("input_audio_buffer.commit") if e["type"] == "error"]
    assert refused["error"]["code"] == "input_audio_buffer_commit_empty"
    assert refused["error"]["message"] == (
        "Error committing input audio buffer: buffer too small. Expected at least 100ms of audio, "
        f"but buffer only has {shown}ms of audio."
    )


def test_push_to_talk_commits_by_hand_and_asks_for_the_answer():
    dialog = Dialog()
    dialog.connect()
    audio = {"input": {"format": PCMU, "turn_detection": None}, "output": {"format": PCMU}}
    dialog.send("session.update", session={"type": "realtime", "audio": audio})
    dialog.events.clear()
    say(dialog, 5000)
    assert dialog.events == []
    dialog.send("input_audio_buffer.commit")
    assert dialog.kinds() == TURN[2:]
    dialog.send("response.create")
    assert dialog.wait_for("response.done")["response"]["status"] == "completed"


def test_a_commit_by_hand_wins_the_race_against_the_turns_end():
    dialog = silent_dialog()
    dialog.speak(640)
    dialog.be_silent(520)
    dialog.send("input_audio_buffer.commit")
    dialog.be_silent(1000)
    assert dialog.kinds().count("input_audio_buffer.committed") == 1
    started = dialog.of("input_audio_buffer.speech_started")[0]
    assert dialog.of("input_audio_buffer.committed")[0]["item_id"] == started["item_id"]
    assert "input_audio_buffer.speech_stopped" not in dialog.kinds()


def test_a_commit_after_the_turn_was_taken_finds_an_empty_buffer():
    dialog = silent_dialog()
    dialog.speak(640)
    dialog.be_silent(580)
    assert "input_audio_buffer.committed" in dialog.kinds()
    (refused,) = dialog.send("input_audio_buffer.commit")
    assert refused["error"]["code"] == "input_audio_buffer_commit_empty"


def test_clear_empties_the_buffer_and_ends_speech_without_a_turn():
    dialog = silent_dialog()
    dialog.speak(640)
    assert [event["type"] for event in dialog.send("input_audio_buffer.clear")] == [
        "input_audio_buffer.cleared"
    ]
    dialog.be_silent(1500)
    assert "input_audio_buffer.committed" not in dialog.kinds()


def test_a_backlog_in_one_message_gives_the_same_events():
    dialog = silent_dialog()
    frames = [SILENT_FRAME] * 32 + [SPEECH_FRAME] * 32 + [SILENT_FRAME] * 32
    dialog.hear(b"".join(frames * 2), 20)
    dialog.wait(200)
    assert dialog.kinds() == TURN * 2


@pytest.mark.parametrize(
    ("eagerness", "waits", "end_ms"), [("auto", 800, 800), ("high", 9000, 2016)]
)
def test_semantic_detection_waits_as_scripted_but_not_longer_than_its_eagerness(
    eagerness: str, waits: int, end_ms: int
):
    dialog = Dialog(RealtimeSettings(semantic_waits_ms=(waits,)))
    dialog.configure({"type": "semantic_vad", "eagerness": eagerness, "create_response": False})
    dialog.be_silent(640)
    dialog.speak(640)
    dialog.be_silent(3000)
    assert dialog.of("input_audio_buffer.speech_stopped")[0]["audio_end_ms"] == 1280 + end_ms


def test_semantic_waits_may_differ_from_turn_to_turn():
    dialog = Dialog(RealtimeSettings(semantic_waits_ms=(320, 1600)))
    dialog.configure({"type": "semantic_vad", "create_response": False})
    for _ in range(3):
        dialog.speak(640)
        dialog.be_silent(2560)
    ends = [event["audio_end_ms"] for event in dialog.of("input_audio_buffer.speech_stopped")]
    assert ends == [640 + 320, 3200 + 640 + 1600, 6400 + 640 + 1600]


def test_the_idle_timeout_comes_when_the_answer_has_been_played_and_nobody_spoke():
    """The recorded case: 0.8 s of audio and 5 s of waiting make 5.8 s after response.done."""
    dialog = Dialog(answers=[Answer((Speech("Are you there?", 800),))])
    vad = {"type": "server_vad", "idle_timeout_ms": 5000}
    dialog.configure(vad, {"model": "gpt-realtime-whisper"})
    dialog.send("response.create")
    done = dialog.wait_for("response.done")
    dialog.events.clear()
    dialog.be_silent(7000)
    dialog.wait(400)
    assert dialog.kinds()[:7] == [
        "rate_limits.updated",
        "input_audio_buffer.timeout_triggered",
        "conversation.item.added",
        "conversation.item.done",
        *TURN[2:4],
        "conversation.item.done",
    ]
    timeout, note, committed = dialog.events[1], dialog.events[2], dialog.events[4]
    assert 5800 <= timeout["at_ms"] - done["at_ms"] <= 5800 + 200
    assert timeout["audio_end_ms"] - timeout["audio_start_ms"] == 5024 // 32 * 32
    assert note["item"]["role"] == "system"
    assert committed["previous_item_id"] == note["item"]["id"]
    assert timeout["item_id"] == committed["item_id"]
    transcribed = dialog.of("conversation.item.input_audio_transcription.completed")[0]
    assert (transcribed["transcript"], transcribed["usage"]) == (
        "",
        {"type": "duration", "seconds": 0},
    )
    assert dialog.of("response.done")[0]["response"]["status"] == "completed"


def test_without_audio_the_idle_time_stands_still_and_speech_ends_it():
    dialog = Dialog(answers=[Answer((Speech("Are you there?", 800),))])
    dialog.configure({**QUIET_VAD, "idle_timeout_ms": 5000})
    dialog.send("response.create")
    dialog.wait_for("response.done")
    dialog.wait(30_000)
    dialog.be_silent(3000)
    dialog.speak(320)
    dialog.be_silent(10_000)
    assert "input_audio_buffer.timeout_triggered" not in dialog.kinds()


def test_a_phantom_timeout_comes_although_nobody_asked():
    """C173: phantom idle."""
    dialog = Dialog(RealtimeSettings(faults=(Fault("phantom_idle", at=1, value=700),)))
    dialog.configure(QUIET_VAD)
    dialog.send("response.create")
    done = dialog.wait_for("response.done")
    dialog.be_silent(1000)
    assert dialog.of("input_audio_buffer.timeout_triggered")[0]["at_ms"] == done["at_ms"] + 700
    assert len(dialog.of("response.created")) == 2


def test_speech_may_cancel_although_that_was_not_asked_for():
    """C173, E31: cancelled by turn detection with interrupt_response false."""
    settings = RealtimeSettings(faults=(Fault("cancel_unasked", at=1),))
    dialog = Dialog(settings, [Answer((Speech("x " * 100, 20_000),), speed=1.0)])
    dialog.configure(QUIET_VAD)
    dialog.send("response.create")
    dialog.wait_for("response.output_audio.delta")
    dialog.speak(200)
    (done,) = dialog.of("response.done")
    assert done["response"]["status_details"] == {"type": "cancelled", "reason": "turn_detected"}


def test_audio_before_the_configuration_is_taken_for_pcm():
    """Mu-law read as PCM at 24 kHz counts 48 bytes a millisecond."""
    dialog = Dialog()
    dialog.connect()
    dialog.hear(SILENT_FRAME, 480)
    assert dialog.server.appended_ms == 480 * 8 // 48


def test_a_new_input_format_starts_a_new_buffer_at_the_same_position():
    dialog = Dialog(answers=[HELLO])
    dialog.connect()
    dialog.hear(SILENT_FRAME, 480)
    dialog.configure(QUIET_VAD)
    assert dialog.server.appended_ms == 80
    dialog.be_silent(200)
    assert dialog.server.appended_ms == 280
