"""What a person reads while the call goes on."""

from voicegate.gateway.sim.demo.events import Happening
from voicegate.gateway.sim.demo.lines import Line, Narrator
from voicegate.gateway.sim.demo.log import CallLog

CLEARED = "cleared: heard 1,190 ms of 4,000, as the model is told"


def told(lines: list[Line]) -> list[str]:
    return [f"{line.at_ms} {line.voice}: {line.text} [{line.note}]" for line in lines]


def test_a_call_is_told_line_by_line(log: CallLog, lines: list[Line]) -> None:
    del log
    assert told(lines) == [
        "0 call: the caller dials []",
        "12 gateway: takes the call, signature checked [answered in 9 ms]",
        "30 gateway: the model's session is ready [before any media]",
        "400 gateway: media flows both ways []",
        "850 agent: “Good morning.” [0.45 s after the media]",
        "3000 caller: “What do I bring?” []",
        "5400 agent: “Please bring your card and …” [0.90 s after the caller's last sound]",
        "6500 caller: interrupts: “Stop!” []",
        f"6600 gateway: {CLEARED} [clear at the carrier 0.8 ms after speech_started]",
        "8300 agent: “Press five.” [0.80 s after the caller's last sound]",
        "10000 caller: presses 5 []",
        "10300 caller: presses # []",
        "10300 gateway: passes 1 digit to the model []",
        "10700 agent: “You pressed 5.” [0.40 s after the key]",
        "12500 caller: hangs up []",
        "12500 call: over: the caller hung up []",
    ]


def saw(*happenings: Happening) -> list[str]:
    narrator = Narrator()
    return told([line for happening in happenings for line in narrator.saw(happening)])


def test_the_words_of_an_agent_are_put_together() -> None:
    assert saw(
        Happening(5, "gateway", "audio.first_sent", {"item": "a"}),
        Happening(6, "model", "ModelSaid", {"item_id": "a", "text": "Good ", "is_final": False}),
        Happening(7, "model", "ModelSaid", {"item_id": "a", "text": "morning", "is_final": False}),
        Happening(9, "gateway", "call.ended", {"reason": "model_lost"}),
    ) == ["5 agent: “Good morning …” []", "9 call: over: the model was lost []"]


def test_an_interruption_is_told_without_the_far_ends_too() -> None:
    cut = {"heard_ms": 500, "unheard_ms": 1_000}
    assert saw(
        Happening(5, "gateway", "bargein.cut", cut),
        Happening(9, "model", "ModelTruncated", {"item_id": "a", "audio_end_ms": 500}),
    ) == ["5 gateway: cleared: heard 500 ms of 1,500, as the model is told []"]


def test_a_sound_while_the_caller_speaks_is_no_answer() -> None:
    said = {"item_id": "a", "text": "And so on.", "is_final": True}
    assert saw(
        Happening(0, "caller", "speaks", {"shown": "“Stop!”", "sound_ms": 900}),
        Happening(5, "gateway", "audio.first_sent", {"item": "a"}),
        Happening(8, "phone", "plays"),
        Happening(9, "model", "ModelSaid", said),
    ) == ["0 caller: “Stop!” []", "5 agent: “And so on.” []"]


def test_what_the_carrier_notes_is_told() -> None:
    note = Happening(70, "carrier", "note", {"text": "31951 unknown event"})
    assert saw(note) == ["70 call: the carrier notes 31951 unknown event []"]


def test_a_crash_is_told() -> None:
    crash = Happening(70, "gateway", "crash", {"error": "KeyError"})
    assert saw(crash) == ["70 gateway: has crashed this call: KeyError []"]


def test_frames_and_deltas_are_no_news() -> None:
    assert not saw(
        Happening(1, "model", "ModelAudio", {"item_id": "a"}),
        Happening(1, "gateway", "PlayAudio", {"item_id": "a"}),
        Happening(2, "carrier", "MarkPlayed", {"name": "0.1"}),
    )
