"""What a simulated Realtime server is set to: times, speeds, limits and faults."""

from dataclasses import dataclass

from ..assumptions import Assumption
from .faults import Fault

Span = tuple[int, int]  # drawn evenly, both ends included


@dataclass(frozen=True, slots=True)
class RealtimeSettings:
    """Times are milliseconds without the network's part; the defaults are what was measured."""

    api_key: str = ""  # the only accepted key; empty accepts any
    epoch_s: int = 1_795_219_200  # Unix time at now_ms = 0
    cap_s: int = 3600
    is_cap_announced: bool = False  # the older form: an error event `session_expired` first

    session_created_ms: Span = (3, 6)
    onset_ms: Span = (8, 33)  # from the first loud window's end to speech_started
    stop_ms: Span = (45, 70)  # from audio_end_ms to speech_stopped
    semantic_waits_ms: tuple[int, ...] = (800,)  # per turn, the last one for all later turns

    response_created_ms: Span = (50, 90)
    first_item_ms: Span = (200, 300)  # after response.created
    reasoning_ms: Span = (0, 0)  # more of that for models that reason
    context_ms: int = 0  # more of that per 1,000 input tokens
    first_audio_ms: Span = (100, 100)  # after the item
    delta_ms: int = 250
    first_deltas_ms: tuple[int, ...] = ()  # other sizes for an item's first deltas
    speed: float = 5.0  # seconds of audio made per second
    burst: Span = (2, 3)  # deltas that leave together
    done_ms: Span = (1, 8)  # from an item's last delta to its done family
    finished_ms: Span = (1, 8)  # from the last of those to response.done
    cancel_ms: Span = (5, 30)  # from a cancel to response.done
    rate_limits_ms: Span = (7, 43)  # after response.done

    transcript_delta_ms: int = 150  # after the commit, then evenly up to the end
    transcript_ms: Span = (500, 600)

    tokens_per_minute: int = 15_000_000
    reasoning_tokens: Span = (16, 64)
    text_limit: int = 65_536  # characters of one text in an item
    is_auto_create_refused_aloud: bool = True  # an automatic answer over an active one: error event
    faults: tuple[Fault, ...] = ()


_RECORDING = "recordings of gpt-realtime, gpt-realtime-2.1 and gpt-realtime-2.1-mini, 2026"

ASSUMPTIONS = (
    Assumption("session.created comes 3-6 ms after the 101", "documented", _RECORDING),
    Assumption(
        "response.created 50-90 ms after its cause, the item 200-300 ms and the first audio "
        "300-400 ms after that",
        "documented",
        _RECORDING,
    ),
    Assumption("deltas hold 250 ms", "reported", "run-llama/openai_realtime_client#13"),
    Assumption("audio is made at five times real time, in bursts", "documented", _RECORDING),
    Assumption("rate_limits.updated 7-43 ms after response.done", "documented", _RECORDING),
    Assumption("a cancel takes 5-30 ms", "assumed", "no recording shows it"),
    Assumption("transcription takes 500-600 ms", "documented", _RECORDING),
    Assumption(
        "60 minutes, then close 1001",
        "reported",
        "pollen-robotics/reachy_mini_conversation_app#134",
    ),
    Assumption("a text of an item holds 65,536 characters", "assumed", "the limit is unpublished"),
    Assumption(
        "an automatic answer over an active response is refused with an error event",
        "assumed",
        'openai 3.52.0, RealtimeAudioInputTurnDetection: "may fail"',
    ),
)
