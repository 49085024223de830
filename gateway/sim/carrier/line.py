"""The carrier's end of one media stream: plays, echoes marks, clears, as Twilio does."""

from collections.abc import Mapping
from enum import Enum
from random import Random

from ..assumptions import Assumption
from ..outputs import Close, Drop, Note, Output, Played, Send, SendBytes
from .capture import Capture, Microphone
from .faults import FaultKind, Faults
from .messages import (
    CONNECTED,
    Audio,
    Clear,
    Invalid,
    Mark,
    Message,
    StreamIdentity,
    StreamReader,
    StreamWriter,
)
from .playback import NEVER_MS, TICK_MS, Playback
from .settings import CarrierSettings
from .stalls import Direction

_PAGE = 'Twilio "Media Streams - WebSocket Messages"'
ASSUMPTIONS = (
    Assumption("`connected`, then `start`, then media, dtmf and marks mixed", "documented", _PAGE),
    Assumption("first media about 140 ms after `start`", "reported", "a captured stream"),
    Assumption("silence is sent like sound, 50 frames a second", "reported", "captured streams"),
    Assumption("one `dtmf` message per key, without length or time", "documented", _PAGE),
    Assumption("a key cannot be heard in the media", "assumed", "carriers differ"),
    Assumption("`stop`, then close, when the caller hangs up", "documented", _PAGE),
    Assumption(
        "`stop`, then close, at a redirect by REST", "reported", "vocodedev/vocode-core#276"
    ),
    Assumption(
        "audio still waiting and marks outstanding at `stop` are lost",
        "assumed",
        "nothing is documented",
    ),
    Assumption(
        "a message that comes before `start` is logged as 31951 and ignored",
        "assumed",
        "the SID is not known yet",
    ),
)

_LINE_FAULTS: tuple[FaultKind, ...] = (
    "bunch",
    "stall_out",
    "stall_in",
    "unknown_event",
    "huge_message",
    "close_without_stop",
    "stop_without_close",
    "drop",
)
_MARK_FAULTS: tuple[FaultKind, ...] = (
    "mark_late",
    "mark_early",
    "mark_doubled",
    "mark_lost",
    "mark_reordered",
)


class _Phase(Enum):
    NEW = "no socket yet"
    OPENED = "`connected` is out"
    STARTED = "`start` is out, media flows"
    STOPPED = "`stop` is out, the socket still open"
    CLOSED = "no socket any more"


class CarrierStream:
    """One media stream of one call, from the upgrade (`opened`) to the close.

    Messages and time go in, outputs come out. `wake` is due at `deadline_ms`; every other method
    first does what was due before. While frames flow, what was played is told with the next of
    them. The last outputs are a `Close` or a `Drop`, unless the gateway went first (`disconnected`).
    """

    def __init__(
        self,
        settings: CarrierSettings,
        identity: StreamIdentity,
        parameters: Mapping[str, str],
        microphone: Microphone,
        rng: Random,
    ) -> None:
        seed = rng.getrandbits(64)
        self.deadline_ms: int | None = None
        self._settings = settings
        self._parameters = parameters
        self._clear_random = Random(f"{seed}/clear")
        self._faults = Faults(settings.faults, seed)
        self._is_disturbed = self._faults.any_of(_LINE_FAULTS)
        self._has_mark_faults = self._faults.any_of(_MARK_FAULTS)
        self._reader = StreamReader(identity.stream_sid)
        self._writer = StreamWriter(identity)
        self._capture = Capture(
            settings, microphone, self._writer, self._faults, Random(f"{seed}/capture")
        )
        self._playback = Playback(0, settings.queue_limit_ms)
        self._inbound = Direction[Message]()
        self._outbound = Direction[Output]()
        self._phase = _Phase.NEW
        self._phase_ms = NEVER_MS  # when this phase ends by itself
        self._tick_ms = NEVER_MS
        self._due_ms = NEVER_MS
        self._wake_ms = NEVER_MS  # the same without the tick

    @property
    def is_closed(self) -> bool:
        """The socket has ended, or ends with what was put out last."""
        return self._phase is _Phase.CLOSED

    def played_ms(self, now_ms: int) -> int:
        """How much of the gateway's audio the caller has heard by now; silence does not count."""
        return self._playback.played_ms(now_ms)

    def queued_ms(self, now_ms: int) -> int:
        """How much of the gateway's audio still waits to be played."""
        return self._playback.queued_ms(now_ms)

    def opened(self, now_ms: int) -> list[Output]:
        """The gateway has accepted the upgrade."""
        self._faults.opened_ms = now_ms
        self._playback = Playback(now_ms, self._settings.queue_limit_ms)
        self._tick_ms = now_ms + TICK_MS
        late_ms = self._faults.strikes("start_late", now_ms) or 0
        is_missing = self._faults.strikes("start_missing", now_ms) is not None
        start_ms = now_ms + self._settings.start_after_ms + late_ms
        self._enter(_Phase.OPENED, NEVER_MS if is_missing else start_ms)
        return self._leave([Send(CONNECTED)])

    def receive(self, message: str | bytes, now_ms: int) -> list[Output]:
        """A message of the gateway; a bytes object is a binary frame."""
        out = self._settled(now_ms)
        if self._phase is _Phase.OPENED:
            out.append(Note("31951", f"before start: {message[:120]!r}"))
        elif self._phase is _Phase.STARTED:
            self._take(self._reader.read(message), now_ms, out)
        return self._leave(out)

    def disconnected(self, now_ms: int) -> list[Output]:
        """The gateway's socket has ended, closed or lost."""
        out = self._settled(now_ms)
        self._finish(now_ms, out)
        return self._leave(out)

    def wake(self, now_ms: int) -> list[Output]:
        """Do what is due by now, in the order it was due."""
        return self._sent(self._settled(now_ms))

    def press(self, digit: str, now_ms: int) -> list[Output]:
        """The caller presses one key."""
        out = self._settled(now_ms)
        if self._phase is _Phase.STARTED:
            out.append(Send(self._writer.dtmf(digit)))
        return self._leave(out)

    def hang_up(self, now_ms: int) -> list[Output]:
        """The call ends or is taken elsewhere: the caller hangs up, or REST says so."""
        out = self._settled(now_ms)
        self._stop(now_ms, out)
        return self._leave(out)

    def _settled(self, now_ms: int) -> list[Output]:
        out: list[Output] = []
        capture, playback = self._capture, self._playback
        while (due_ms := self._due_ms) <= now_ms:
            if due_ms == self._tick_ms:
                self._tick_ms = tick_ms = due_ms + TICK_MS
                self._due_ms = min(tick_ms, self._wake_ms)
                out.append(Played(playback.tick(due_ms), due_ms - TICK_MS))
                continue
            if due_ms == capture.next_frame_ms:
                out += capture.capture(due_ms)
                if self._is_disturbed:
                    self._disturb(due_ms, out)
            elif due_ms == playback.next_mark_ms:
                out.append(Send(self._writer.mark(playback.take_mark())))
            else:
                self._turn(due_ms, out)
            self._arm()
        return out

    def _turn(self, now_ms: int, out: list[Output]) -> None:
        """What is seldom due: the end of a stall or of a phase."""
        if now_ms == self._inbound.until_ms:
            for message in self._inbound.release():
                self._perform(message, now_ms, out)
        elif now_ms == self._outbound.until_ms:
            out[:0] = self._outbound.release()  # older than anything that came since
        elif self._phase is _Phase.OPENED:
            self._enter(_Phase.STARTED, NEVER_MS)
            self._capture.begin(now_ms)
            out.append(Send(self._writer.start(self._parameters)))
        else:
            self._finish(now_ms, out)
            out.append(Close(1000))

    def _take(self, message: Message, now_ms: int, out: list[Output]) -> None:
        if isinstance(message, Clear):
            slow_ms = self._faults.strikes("clear_slow", now_ms)
            if slow_ms is not None:
                self._inbound.stall(now_ms + slow_ms)
        if self._inbound.flows:
            self._perform(message, now_ms, out)
        else:
            self._inbound.wait([message])

    def _perform(self, message: Message, now_ms: int, out: list[Output]) -> None:
        match message:
            case Audio():
                discarded = self._playback.add(message.payload, now_ms)
                if discarded:
                    out.append(Note("31931", f"{discarded} bytes discarded"))
            case Mark():
                self._place_mark(message.name, now_ms)
            case Clear():
                echo_ms = self._clear_random.randint(*self._settings.clear_echo_ms)
                self._playback.clear(now_ms, echo_ms)
            case Invalid(code, reason):
                out.append(Note(code, reason))

    def _place_mark(self, name: str, now_ms: int) -> None:
        if not self._has_mark_faults:
            self._playback.mark(name, now_ms)
            return
        struck = self._faults.struck(_MARK_FAULTS, now_ms)
        if "mark_lost" in struck:
            return
        shift_ms = struck.get("mark_late", 0) - struck.get("mark_early", 0)
        for _ in range(2 if "mark_doubled" in struck else 1):
            self._playback.mark(name, now_ms, shift_ms)
        if "mark_reordered" in struck:
            self._playback.swap_last_marks()

    def _disturb(self, now_ms: int, out: list[Output]) -> None:
        """Give every fault of the line its chance."""
        for kind, length in self._faults.struck(_LINE_FAULTS, now_ms).items():
            out.append(Note("fault", f"{kind} {length}"))
            match kind:
                case "bunch" | "stall_out":
                    self._outbound.stall(now_ms + length)
                case "stall_in":
                    self._inbound.stall(now_ms + length)
                case "unknown_event" | "huge_message":
                    out.append(Send(self._writer.unknown("x" * length)))
                case "stop_without_close":
                    self._stop(now_ms, out)
                    self._phase_ms = NEVER_MS
                case _:
                    self._finish(now_ms, out)
                    out.append(Drop() if kind == "drop" else Close(1000))

    def _stop(self, now_ms: int, out: list[Output]) -> None:
        if self._phase is _Phase.STARTED:
            self._hush(now_ms, out)
            self._enter(_Phase.STOPPED, now_ms + self._settings.close_after_stop_ms)
            out.append(Send(self._writer.stop()))
        elif self._phase is _Phase.OPENED:
            self._finish(now_ms, out)
            out.append(Close(1000))

    def _finish(self, now_ms: int, out: list[Output]) -> None:
        """No socket from now on."""
        self._hush(now_ms, out)
        self._inbound.release()
        self._enter(_Phase.CLOSED, NEVER_MS)

    def _hush(self, now_ms: int, out: list[Output]) -> None:
        """Neither side hears the other any more; tell what was heard since the last tick."""
        self._capture.end()
        rest = self._playback.end(now_ms)
        tick_ms, self._tick_ms = self._tick_ms - TICK_MS, NEVER_MS
        if tick_ms < now_ms:
            out.append(Played(rest, tick_ms))

    def _enter(self, phase: _Phase, until_ms: int) -> None:
        self._phase = phase
        self._phase_ms = until_ms

    def _leave(self, out: list[Output]) -> list[Output]:
        self._arm()
        return self._sent(out)

    def _sent(self, out: list[Output]) -> list[Output]:
        """What leaves now; the rest waits for the end of a stall."""
        is_capturing = self._capture.next_frame_ms < NEVER_MS
        due_ms = self._wake_ms if is_capturing else self._due_ms
        self.deadline_ms = due_ms if due_ms < NEVER_MS else None
        if self._outbound.until_ms == NEVER_MS:
            return out
        self._outbound.wait(each for each in out if isinstance(each, Send | SendBytes | Close))
        return [each for each in out if not isinstance(each, Send | SendBytes | Close)]

    def _arm(self) -> None:
        self._wake_ms = min(
            self._capture.next_frame_ms,
            self._playback.next_mark_ms,
            self._phase_ms,
            self._inbound.until_ms,
            self._outbound.until_ms,
        )
        self._due_ms = min(self._tick_ms, self._wake_ms)
