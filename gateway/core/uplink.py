"""The caller's audio on its way to the model: nothing lost silently, no time lost or gained."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from ...codecs.frames import AudioFormat, Encoding
from ...codecs.g711 import Law, level_dbfs, sample_bytes
from .actions import Action, HearAudio, fact

FRAME_MS = 20
GAP_MS = FRAME_MS // 2  # the carrier's stamps wander by a few ms; a lost frame is a jump of 20
GAP_MS_MAX = 10_000
QUIET_DBFS = -45.0
LAWS: dict[Encoding, Law] = {
    Encoding.ULAW: "ulaw",
    Encoding.ALAW: "alaw",
    Encoding.PCM16: "pcm16",
}
LATE_MS = 40  # a frame that is later than the best ones by this much comes in a burst
BUNCH_MS = 40  # and the rest of the burst within this
FLUSHES_KEPT = 100  # two seconds of late frames
DRIFT_MS_PER_S = 1  # how fast the two clocks may run apart before it counts as delay


class Booked(StrEnum):
    """Why a frame of the caller was not forwarded."""

    BEFORE_READY = "before_ready"
    STALE = "stale"
    AFTER_END = "after_end"
    MALFORMED = "malformed"
    NOT_FOR_MODEL = "not_for_model"


@dataclass(frozen=True, slots=True)
class UplinkLimits:
    """Milliseconds."""

    catch_up_ms: int = 2_000
    ring_ms: int = 10_000
    pad_after_ms: int = 750
    leg_silent_ms: int = 10_000


@dataclass(slots=True, eq=False)
class Frame:
    """One carrier message's audio, or silence of ours in the place of one that never came."""

    payload: bytes
    ms: int
    is_filler: bool = False


class Uplink:
    """Ring before the model is ready, catch-up after it, silence where the wire had none.

    The model's clock counts appended audio only (OpenAI Realtime, recordings): a gap that is not
    filled makes its time stand still, and a turn that never ends.
    """

    def __init__(self, line: AudioFormat, limits: UplinkLimits) -> None:
        self._line = line
        self._limits = limits
        self._law: Law = LAWS[line.encoding]
        self._bytes_per_ms = line.bytes_per_ms
        self.frames_in = 0
        self.forwarded = 0
        self.booked = dict.fromkeys(Booked, 0)
        self.padded_ms = 0
        self.filled_ms = 0
        self.is_silent_too_long = False
        self._is_ready = False
        self._is_blocked = False
        self._is_deaf = False
        self._is_over = False
        self._ring: deque[Frame] = deque()
        self._ring_ms = 0
        self._next_line_ms: int | None = None  # the stamp that the next frame should carry
        self._last_arrival_ms = 0
        self._least_lag_ms: float | None = None
        self._debt_ms = 0  # silence we invented; frames of silence that come late repay it
        self._appended = 0  # bytes that the model was given: its time
        # Which of them had waited, or came late, and when they were passed on.
        self._flushed: deque[tuple[range, int]] = deque(maxlen=FLUSHES_KEPT)
        self.deadline_ms: int | None = None

    # -- the wire ------------------------------------------------------------------------------

    def begin(self, now_ms: int) -> None:
        """The leg is here; if it never sends anything, it is not."""
        self._last_arrival_ms = now_ms
        self.deadline_ms = now_ms + self._limits.leg_silent_ms

    def hear(self, payload: bytes, line_ms: int, now_ms: int) -> list[Action]:
        """One frame from the carrier."""
        self.frames_in += 1
        if self._is_over:
            self.booked[Booked.AFTER_END] += 1
            return []
        ms = len(payload) // self._bytes_per_ms
        expected_ms, self._next_line_ms = self._next_line_ms, line_ms + ms
        gap_ms = 0 if expected_ms is None else line_ms - expected_ms
        lag_ms = self._lag(line_ms, now_ms)
        self._last_arrival_ms = now_ms
        if self._is_deaf:
            self.booked[Booked.NOT_FOR_MODEL] += 1
            return []
        is_even = gap_ms < GAP_MS and lag_ms < LATE_MS
        flows = self._is_ready and not self._is_blocked and not self._ring
        if is_even and payload and flows and not self._debt_ms:
            self.forwarded += 1
            self._appended += len(payload)
            return [HearAudio(payload)]  # the deadline moves when it is due, not 50 times a second
        return self._hear_odd(Frame(payload, ms), gap_ms, lag_ms, now_ms)

    @property
    def waiting_ms(self) -> int:
        """Caller audio that has not been passed on."""
        return self._ring_ms

    def _lag(self, line_ms: int, now_ms: int) -> float:
        """By how much this frame is later than the best ones."""
        lag_ms = float(now_ms - line_ms)
        least_ms = self._least_lag_ms
        if least_ms is not None:
            crept_ms = (now_ms - self._last_arrival_ms) * DRIFT_MS_PER_S / 1_000
            lag_ms_min = min(lag_ms, least_ms + crept_ms)
        else:
            lag_ms_min = lag_ms
        self._least_lag_ms = lag_ms_min
        return lag_ms - lag_ms_min

    def _hear_odd(self, frame: Frame, gap_ms: int, lag_ms: float, now_ms: int) -> list[Action]:
        """The frame does not simply follow the last one, in time or in order."""
        is_in_burst = bool(self._ring)
        if gap_ms >= GAP_MS:
            frames = round(gap_ms / FRAME_MS)  # what is lost is lost in whole frames
            self._fill(min(frames * FRAME_MS, GAP_MS_MAX))
        self._keep(frame)
        if not self._is_ready or self._is_blocked:
            self._trim()
            return []
        if lag_ms > self._limits.catch_up_ms or (is_in_burst and lag_ms >= LATE_MS):
            if not is_in_burst:
                self.deadline_ms = now_ms + BUNCH_MS
            return []  # more of this burst may follow: it is judged as a whole
        self.deadline_ms = now_ms + self._limits.pad_after_ms
        return self._flush()

    def _fill(self, gap_ms: int) -> None:
        """Audio that the carrier never sent: silence of the same length, unless already given."""
        repaid_ms = min(gap_ms, self._debt_ms)
        self._debt_ms -= repaid_ms
        gap_ms -= repaid_ms
        self.filled_ms += gap_ms
        if gap_ms:
            self._keep(Frame(self._line.silence(gap_ms), gap_ms, is_filler=True))

    def _keep(self, frame: Frame) -> None:
        self._ring.append(frame)
        self._ring_ms += frame.ms

    # -- the ring ------------------------------------------------------------------------------

    def _trim(self) -> None:
        while self._ring_ms > self._limits.ring_ms:
            self._leave_out(Booked.STALE if self._is_ready else Booked.BEFORE_READY)

    def _leave_out(self, why: Booked) -> None:
        """Drop one frame: the oldest silence; where all is speech, the oldest speech."""
        index = next((i for i, f in enumerate(self._ring) if self._is_quiet(f)), 0)
        frame = self._ring[index]
        del self._ring[index]
        self._book(frame, why)

    def _book(self, frame: Frame, why: Booked) -> None:
        self._ring_ms -= frame.ms
        self.booked[why] += not frame.is_filler

    def _is_quiet(self, frame: Frame) -> bool:
        whole = len(frame.payload) - len(frame.payload) % sample_bytes(self._law)
        return level_dbfs(frame.payload[:whole], self._law) < QUIET_DBFS

    def _flush(self) -> list[Action]:
        """Send what waits; of more than the catch-up only what is still worth an answer."""
        self._repay()
        if self._late_ms > self._limits.catch_up_ms:
            self._catch_up()
        actions: list[Action] = []
        first = self._appended
        while self._ring:
            frame = self._ring.popleft()
            self.forwarded += not frame.is_filler
            self._appended += len(frame.payload)
            if frame.payload:
                actions.append(HearAudio(frame.payload))
        self._ring_ms = 0
        self._flushed.append((range(first, self._appended), self._last_arrival_ms))
        return actions

    @property
    def _late_ms(self) -> int:
        """What the carrier's own frames make up of the ring: silence of ours is not late."""
        return sum(frame.ms for frame in self._ring if not frame.is_filler)

    def _repay(self) -> None:
        for frame in list(self._ring):
            if self._debt_ms >= frame.ms > 0 and self._is_quiet(frame):
                self._debt_ms -= frame.ms
                self._drop(frame)

    def _catch_up(self) -> None:
        """Leave out silence, then speech before the last utterance; that one goes whole."""
        frames = list(self._ring)
        last = _last_utterance(frames, self._is_quiet)
        # The last second tells the model that a turn has ended.
        tail_from = max(0, len(frames) - 1_000 // FRAME_MS)
        for index, frame in enumerate(frames[:tail_from]):
            is_too_much = self._ring_ms > self._limits.catch_up_ms
            if is_too_much and index not in last and self._is_quiet(frame):
                self._drop(frame)
        if self._late_ms > self._limits.catch_up_ms:
            waiting = set(self._ring)
            for frame in waiting.intersection(frames[: last.start]):
                self._drop(frame)

    def _drop(self, frame: Frame) -> None:
        self._ring.remove(frame)
        self._book(frame, Booked.STALE)

    # -- the model -----------------------------------------------------------------------------

    def ready(self, now_ms: int) -> list[Action]:
        """The model's session speaks as asked: what waited may go."""
        self._is_ready = True
        self.deadline_ms = now_ms + self._limits.pad_after_ms
        waiting = len(self._ring)
        actions = self._flush()
        return [*actions, fact("uplink.ready", frames=waiting)] if waiting else actions

    def lost(self) -> None:
        """The model is gone: frames wait again."""
        self._is_ready = False

    def deafen(self, *, is_deaf: bool) -> None:
        """While deaf nothing of the caller is for the model, and its time stands still."""
        self._is_deaf = is_deaf
        self._debt_ms = 0
        while self._ring:
            self._book(self._ring.popleft(), Booked.NOT_FOR_MODEL)

    def new_session(self) -> None:
        """Another model session: its time begins anew."""
        self._appended = 0
        self._flushed.clear()

    def blocked(self, is_blocked: bool) -> list[Action]:  # noqa: FBT001 - the event's own field
        """The model's socket is full, or has room again."""
        self._is_blocked = is_blocked
        return [] if is_blocked or not self._is_ready else self._flush()

    def malformed(self) -> None:
        """A frame came that could not be read."""
        self.frames_in += 1
        self.booked[Booked.MALFORMED] += 1

    def end(self) -> None:
        """The call is over: what waits is booked."""
        while self._ring:
            why = Booked.AFTER_END if self._is_ready else Booked.BEFORE_READY
            self._book(self._ring.popleft(), why)
        self._is_over = True
        self.deadline_ms = None

    # -- time ----------------------------------------------------------------------------------

    def wake(self, now_ms: int) -> list[Action]:
        """The wire is silent: silence goes on in real time, so that a turn can end."""
        if self._ring and self._is_ready and not self._is_blocked:
            self.deadline_ms = now_ms + self._limits.pad_after_ms
            return self._flush()
        silent_ms = now_ms - self._last_arrival_ms
        if silent_ms < self._limits.pad_after_ms:
            self.deadline_ms = self._last_arrival_ms + self._limits.pad_after_ms
            return []
        if silent_ms >= self._limits.leg_silent_ms:
            self.is_silent_too_long = True
            self.deadline_ms = None
            return []
        self.deadline_ms = now_ms + FRAME_MS
        if not self._is_ready or self._is_blocked or self._is_deaf:
            return []
        missing_ms = self._missing_ms(now_ms)
        if missing_ms < FRAME_MS:
            return []
        self._debt_ms += missing_ms
        self.padded_ms += missing_ms
        self._appended += missing_ms * self._bytes_per_ms
        return [HearAudio(self._line.silence(missing_ms))]

    def _missing_ms(self, now_ms: int) -> int:
        """By how much the model's time is behind a wire that never fell silent."""
        return now_ms - self._last_arrival_ms - self._debt_ms

    def place(self, model_ms: int, now_ms: int) -> dict[str, int]:
        """Where a moment of the model's time lies on the line, within a frame: fields of a fact.

        `line_ms` by the carrier's stamps; `ago_ms` since its frame would have been here at best;
        `waited_ms`, by which it was passed on later than that. Empty before the first frame.
        """
        if self._next_line_ms is None or self._least_lag_ms is None:
            return {}
        position = model_ms * self._bytes_per_ms
        behind_ms = (self._appended - position) // self._bytes_per_ms + self._ring_ms
        line_ms = self._next_line_ms + self._debt_ms - behind_ms
        here_ms = line_ms - FRAME_MS + round(self._least_lag_ms)  # a frame leaves when it is full
        passed_ms = next((at for audio, at in self._flushed if position - 1 in audio), here_ms)
        return {
            "line_ms": line_ms,
            "ago_ms": max(0, now_ms - here_ms),
            "waited_ms": max(0, passed_ms - here_ms),
        }


def _last_utterance(frames: list[Frame], is_quiet: Callable[[Frame], bool]) -> range:
    """Where the last utterance stands: speech with pauses below half a second."""
    quiet_ms = 0
    begin = end = len(frames)
    for index in range(len(frames) - 1, -1, -1):
        if not is_quiet(frames[index]):
            end = index + 1 if begin == len(frames) else end
            begin, quiet_ms = index, 0
            continue
        quiet_ms += frames[index].ms
        if begin < len(frames) and quiet_ms >= 500:
            break
    return range(begin, end)
