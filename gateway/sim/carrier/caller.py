"""The simulated caller: a script of what to say, when to listen, when to press and to hang up."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from random import Random

import numpy as np

from ....codecs.g711 import ULAW_DEC, ulaw_encode
from ..assumptions import Assumption
from .echo import Echo, EchoPath
from .playback import SILENCE, TICK_BYTES, TICK_MS

SPEECH_DBFS = -20.0
_LOUD_SAMPLES = TICK_BYTES // 8
_QUIET_CODES = np.flatnonzero(np.abs(ULAW_DEC.astype(np.int32)) < 400).astype(np.uint8).tobytes()
# A buzz of 125 Hz and its overtones: signs of one period, so that every millisecond is as loud.
_BUZZ = np.array([1 if int(bit) else -1 for bit in f"{0xF3A1_5C0E_92B7_6D48:064b}"])

ASSUMPTIONS = (
    Assumption(
        "the agent is heard in 20 ms with one sample in eight above 400 (-38 dBFS)",
        "assumed",
        "a listener's threshold, far below speech",
    ),
    Assumption("a caller reacts on the 20 ms after hearing", "assumed", "people are slower"),
)


@dataclass(frozen=True, slots=True)
class Speak:
    """Say this mu-law, to its end."""

    audio: bytes


@dataclass(frozen=True, slots=True)
class Pause:
    """Stay silent."""

    ms: int


@dataclass(frozen=True, slots=True)
class HearAgent:
    """Wait until the agent has been audible for this long since the step began.

    `most_ms` makes it a random length between both; `patience_ms` ends the wait in any case.
    """

    ms: int
    most_ms: int = 0
    patience_ms: int | None = None


@dataclass(frozen=True, slots=True)
class HearQuiet:
    """Wait until the agent has been silent for this long; `patience_ms` ends it in any case."""

    ms: int
    patience_ms: int | None = None


@dataclass(frozen=True, slots=True)
class PressKeys:
    """Press these keys, one every `gap_ms`."""

    digits: str
    gap_ms: int = 300


@dataclass(frozen=True, slots=True)
class Press:
    """One key, now."""

    digit: str


@dataclass(frozen=True, slots=True)
class HangUp:
    """Hang up, now."""


Step = Speak | Pause | HearAgent | HearQuiet | PressKeys | HangUp
Act = Press | HangUp


def loud(ms: int, level_dbfs: float = SPEECH_DBFS) -> bytes:
    """Mu-law of constant loudness (RMS against 32768), for a detector that listens to energy."""
    amplitude = round(32768 * 10 ** (level_dbfs / 20))
    period = ulaw_encode((_BUZZ * amplitude).astype(np.int16)).tobytes()
    return (period * (ms // len(_BUZZ) * 8 + 8))[: ms * 8]


def cough() -> Speak:
    """A short, loud burst."""
    return Speak(loud(180, -14.0))


def mm_hm() -> Speak:
    """A short, quiet assent."""
    return Speak(loud(150, -26.0) + SILENCE[:160] + loud(150, -24.0))


def interrupt(audio: bytes, least_ms: int = 100, most_ms: int = 4_000) -> tuple[Step, ...]:
    """Start to speak at a random point of what the agent says."""
    return HearAgent(least_ms, most_ms), Speak(audio)


class Caller:
    """Holds the phone: hears (`heard`), is heard (`frame`), presses and hangs up (`due`).

    Any of the three moves the script on; after its end the caller stays silent on the line.
    """

    def __init__(self, steps: Iterable[Step], rng: Random, echo: Echo | None = None) -> None:
        self._steps = deque(steps)
        self._random = rng
        self._echo = EchoPath(echo) if echo else None
        self._acts: list[Act] = []
        self._began_ms: int | None = None  # when the present step began
        self._goal_ms = 0
        self._agent_ms = 0  # agent audible since the step began
        self._quiet_from_ms = 0  # end of the last loud 20 ms
        self._spoken = 0  # bytes of the present Speak
        self._pressed = 0
        self._moved_ms: int | None = None  # nothing has happened since

    @property
    def is_done(self) -> bool:
        """The script is over."""
        return not self._steps

    def heard(self, payload: bytes, now_ms: int) -> None:
        """The earpiece has played these 160 bytes, up to now."""
        if self._began_ms is None:
            self._start(now_ms)
        if payload != SILENCE and len(payload.translate(None, _QUIET_CODES)) >= _LOUD_SAMPLES:
            self._agent_ms += TICK_MS
            self._quiet_from_ms = now_ms
            self._moved_ms = None
        if self._echo:
            self._echo.heard(payload, now_ms)
        self._move(now_ms)

    def frame(self, now_ms: int) -> bytes:
        """What the microphone has picked up in the last 20 ms, 160 bytes."""
        self._move(now_ms)
        voice = SILENCE
        if self._steps and isinstance(step := self._steps[0], Speak):
            voice = step.audio[self._spoken : self._spoken + TICK_BYTES].ljust(TICK_BYTES, b"\xff")
            self._spoken += TICK_BYTES
            self._moved_ms = None
        return self._echo.mixed(voice, now_ms) if self._echo else voice

    def due(self, now_ms: int) -> list[Act]:
        """What the caller's fingers do now."""
        self._move(now_ms)
        acts, self._acts = self._acts, []
        return acts

    def _move(self, now_ms: int) -> None:
        if now_ms == self._moved_ms:
            return
        self._moved_ms = now_ms
        began_ms = self._start(now_ms) if self._began_ms is None else self._began_ms
        while self._steps:
            ended_ms = self._ended_ms(self._steps[0], began_ms, now_ms)
            if ended_ms is None:
                return
            self._steps.popleft()
            began_ms = self._begin(ended_ms)

    def _start(self, now_ms: int) -> int:
        self._quiet_from_ms = now_ms
        return self._begin(now_ms)

    def _begin(self, now_ms: int) -> int:
        self._began_ms = now_ms
        self._agent_ms = self._spoken = self._pressed = 0
        if self._steps and isinstance(step := self._steps[0], HearAgent):
            self._goal_ms = self._random.randint(step.ms, max(step.ms, step.most_ms))
        return now_ms

    def _ended_ms(self, step: Step, began_ms: int, now_ms: int) -> int | None:
        """When the step ended, if it has."""
        match step:
            case HearAgent() | HearQuiet():
                is_heard = (
                    self._agent_ms >= self._goal_ms
                    if isinstance(step, HearAgent)
                    else now_ms - self._quiet_from_ms >= step.ms
                )
                if is_heard or step.patience_ms is None:
                    return now_ms if is_heard else None
                return _reached(began_ms + step.patience_ms, now_ms)
            case Speak():
                return now_ms if self._spoken >= len(step.audio) else None
            case Pause():
                return _reached(began_ms + step.ms, now_ms)
            case PressKeys(digits, gap_ms):
                return self._press(digits, gap_ms, began_ms, now_ms)
            case HangUp():
                self._acts.append(step)
                self._steps.clear()
                return None

    def _press(self, digits: str, gap_ms: int, began_ms: int, now_ms: int) -> int | None:
        due = min(len(digits), (now_ms - began_ms) // gap_ms + 1)
        self._acts += (Press(digit) for digit in digits[self._pressed : due])
        self._pressed = max(self._pressed, due)  # the callers of this do not share one clock
        return _reached(began_ms + len(digits) * gap_ms, now_ms)


def _reached(due_ms: int, now_ms: int) -> int | None:
    return due_ms if now_ms >= due_ms else None
