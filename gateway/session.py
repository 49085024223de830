"""Runs one call: the only place where a `Call` meets a clock, a leg and a model."""

from collections import deque
from collections.abc import Callable
from typing import Protocol, assert_never

from .core.actions import (
    Action,
    AddNote,
    AnswerFunction,
    AskForResponse,
    CancelResponse,
    ClearAudio,
    CloseLeg,
    CloseModel,
    ConfigureModel,
    DeleteItem,
    EndCall,
    EndReason,
    EndRecording,
    Fact,
    ForgetHeard,
    HearAudio,
    LegAction,
    ModelAction,
    OpenModel,
    PlaceMark,
    PlayAudio,
    RecordCaller,
    TruncateItem,
    fact,
)
from .core.call import Call
from .core.events import CallerAudio, Event, LegClosed, LegEnd, ModelBlocked
from .core.wire import Deliver

LEG_BACKLOG_MAX = 1 << 20
LEG_UNSENT_MS_MAX = 5_000  # without taking a byte of what waits
MODEL_BACKLOG_MAX = 64_000  # one second of 24 kHz audio in base64
OVERSLEPT_MS = 100  # a deadline that is late by this tells that the process stood still
READING_MS = 40  # and this long what came meanwhile is read before anything is missed


class Leg(Protocol):
    """The caller's media, as an adapter presents it."""

    def start(self, deliver: Deliver) -> None: ...
    def perform(self, action: LegAction) -> None: ...
    def backlog_bytes(self) -> int: ...
    def close(self) -> None: ...


class Model(Protocol):
    """The one who speaks, as an adapter presents it; `start` begins to connect."""

    def start(self, deliver: Deliver) -> None: ...
    def perform(self, action: ModelAction) -> None: ...
    def backlog_bytes(self) -> int: ...
    def close(self) -> None: ...


class Clock(Protocol):
    """Time for one call: whole monotonic milliseconds and one alarm."""

    def now_ms(self) -> int: ...
    def set_alarm(self, at_ms: int | None) -> None:
        """Deliver None then; replaces the alarm before, None means none."""
        ...


class Recording(Protocol):
    """What a caller leaves as a message."""

    def write(self, payload: bytes) -> None:
        """A frame in the leg's format."""
        ...

    def end(self, *, is_kept: bool) -> None: ...


class NoRecording:
    """See Recording. For calls that never ask for one."""

    def write(self, payload: bytes) -> None:
        """See Recording."""

    def end(self, *, is_kept: bool) -> None:
        """See Recording."""


class Watcher(Protocol):
    """Whoever keeps what happens: log, metrics, record, a demo's screen."""

    def saw_fact(self, fact: Fact, now_ms: int) -> None: ...
    def saw_step(self, event: Event | None, actions: list[Action], now_ms: int) -> None: ...
    def saw_crash(self, error: Exception) -> None: ...


class Session:
    """Feeds events to the call one by one and performs what it asks, all in one loop turn."""

    def __init__(
        self,
        call: Call,
        *,
        clock: Clock,
        open_model: Callable[[OpenModel], Model],
        watcher: Watcher,
        on_end: Callable[[EndReason], None],
        record: Callable[[str], Recording] = lambda _box: NoRecording(),
        keeps_steps: bool = False,
    ) -> None:
        self.call = call
        self.is_over = False
        self.times_set_back = 0  # how often the clock showed less than before
        self._clock = clock
        self._open_model = open_model
        self._watcher = watcher
        self._on_end = on_end
        self._begin_recording = record
        self._recording: Recording | None = None
        self._keeps_steps = keeps_steps
        self._inbox: deque[Event | None] = deque()
        self._is_busy = False
        self._last_ms = 0
        self._deadline_ms: int | None = None  # the call's, after the last step
        self._alarm_ms: int | None = None  # what the clock was told
        self._reading_until_ms: int | None = None
        self._leg: Leg | None = None
        self._model: Model | None = None
        self._is_model_blocked = False
        self._leg_unsent = 0  # bytes that the carrier had not taken when this was last looked at
        self._leg_took_ms = 0  # when it took some, or had taken all

    def attach(self, leg: Leg) -> None:
        """The caller's media is here."""
        self._leg = leg
        leg.start(self.deliver)

    @property
    def is_reading(self) -> bool:
        """Deadlines were overslept: what waits in the sockets comes before them."""
        return self._reading_until_ms is not None

    @property
    def has_leg(self) -> bool:
        """A media socket belongs to this call."""
        return self._leg is not None

    def deliver(self, event: Event | None) -> None:
        """An adapter's event, or None: the alarm is due."""
        if self._is_busy:  # an adapter answered from inside perform: its turn comes next
            self._inbox.append(event)
            return
        self._is_busy = True
        try:
            self._step(event)
            while self._inbox:
                self._step(self._inbox.popleft())
        except Exception as error:  # noqa: BLE001 - one call may die of a bug, the others may not
            self._crash(error)
        finally:
            self._is_busy = False

    def _step(self, event: Event | None) -> None:
        if self.is_over:
            return
        now_ms = self._clock.now_ms()
        if now_ms < self._last_ms:
            now_ms = self._set_back(now_ms)
        self._last_ms = now_ms
        if event is None:
            self._alarm_ms = None  # it rang, maybe a moment too early: set it again
        deadline_ms = self._deadline_ms
        if deadline_ms is None or deadline_ms > now_ms:
            self._reading_until_ms = None
        elif self._has_missed(deadline_ms, now_ms):
            self._perform(None, self.call.wake(now_ms), now_ms)
        if event is not None and not self.is_over:
            if self._recording is not None and isinstance(event, CallerAudio):
                self._recording.write(event.payload)
            self._perform(event, self.call.handle(event, now_ms), now_ms)
        self._arm()

    def _set_back(self, now_ms: int) -> int:
        """Time stands still until the clock is where it was before; told once a call."""
        last_ms = self._last_ms
        if not self.times_set_back:
            self._watcher.saw_fact(fact("clock.set_back", ms=last_ms - now_ms), last_ms)
        self.times_set_back += 1
        return last_ms

    def _has_missed(self, deadline_ms: int, now_ms: int) -> bool:
        """Something did not come in time; unless we overslept, and it waits in a socket."""
        if self._reading_until_ms is None and now_ms - deadline_ms > OVERSLEPT_MS:
            self._reading_until_ms = now_ms + READING_MS
        if self._reading_until_ms is not None and now_ms < self._reading_until_ms:
            return False
        self._reading_until_ms = None
        return True

    def _perform(self, event: Event | None, actions: list[Action], now_ms: int) -> None:
        for action in actions:
            if isinstance(action, HearAudio):  # 50 times a second: a pattern takes thrice as long
                self._tell_model(action)
                continue
            match action:
                case PlayAudio() | PlaceMark() | ClearAudio() | CloseLeg():
                    self._tell_leg(action)
                case (
                    CancelResponse()
                    | TruncateItem()
                    | DeleteItem()
                    | AskForResponse()
                    | AddNote()
                    | ConfigureModel()
                    | AnswerFunction()
                    | ForgetHeard()
                ):
                    self._tell_model(action)
                case RecordCaller() | EndRecording():
                    self._record(action)
                case OpenModel():
                    self._connect(action)
                case CloseModel():
                    self._disconnect()
                case Fact():
                    self._watcher.saw_fact(action, now_ms)
                case EndCall():
                    self._end(action.reason)
                case _:
                    assert_never(action)
        if self._keeps_steps:
            self._watcher.saw_step(event, actions, now_ms)
        if self._is_model_blocked:
            self._watch_model()
        if self._leg_unsent:
            self._watch_leg()

    def _tell_leg(self, action: LegAction) -> None:
        if self._leg is None:
            return
        self._leg.perform(action)
        if self._leg.backlog_bytes():
            self._watch_leg()

    def _record(self, action: RecordCaller | EndRecording) -> None:
        is_kept = isinstance(action, EndRecording) and action.is_kept
        if self._recording is not None:
            self._recording.end(is_kept=is_kept)
            self._recording = None
        if isinstance(action, RecordCaller):
            self._recording = self._begin_recording(action.box)

    # -- the model -----------------------------------------------------------------------------

    def _connect(self, wanted: OpenModel) -> None:
        self._disconnect()
        model = self._model = self._open_model(wanted)
        model.start(lambda event: self.deliver(event) if self._model is model else None)

    def _disconnect(self) -> None:
        model, self._model = self._model, None
        if self._is_model_blocked:
            self._is_model_blocked = False
            self._inbox.append(ModelBlocked(is_blocked=False))  # the next one is not
        if model is not None:
            model.close()

    def _tell_model(self, action: ModelAction) -> None:
        model = self._model
        if model is not None:
            model.perform(action)
            if self._is_model_blocked or model.backlog_bytes() > MODEL_BACKLOG_MAX:
                self._watch_model()

    # -- limits: a peer that does not read is told by what it leaves unread --------------------

    def _watch_leg(self) -> None:
        if self._leg is None:
            return
        unsent = self._leg.backlog_bytes()
        if not self._leg_unsent or unsent < self._leg_unsent or self.is_reading:
            self._leg_took_ms = (
                self._last_ms
            )  # while we stood still it could not show that it takes
        self._leg_unsent = unsent
        if unsent > LEG_BACKLOG_MAX or self._last_ms - self._leg_took_ms > LEG_UNSENT_MS_MAX:
            self._leg_unsent = 0
            self._leg.close()
            self._inbox.append(LegClosed(LegEnd.SLOW))

    def _watch_model(self) -> None:
        if self._model is None:
            return
        is_blocked = self._model.backlog_bytes() > MODEL_BACKLOG_MAX
        if is_blocked is not self._is_model_blocked:
            self._is_model_blocked = is_blocked
            self._inbox.append(ModelBlocked(is_blocked))

    def _arm(self) -> None:
        if self.is_over:
            self._reading_until_ms = None
        self._deadline_ms = None if self.is_over else self.call.deadline_ms
        alarm_ms = self._reading_until_ms or self._deadline_ms
        if alarm_ms != self._alarm_ms:
            self._alarm_ms = alarm_ms
            self._clock.set_alarm(alarm_ms)

    # -- the end -------------------------------------------------------------------------------

    def abandon(self) -> None:
        """The call goes on elsewhere: let go of what was prepared for it, without a word."""
        self.is_over = True
        self._inbox.clear()
        self._disconnect()
        self._clock.set_alarm(None)

    def _end(self, reason: EndReason) -> None:
        if self.is_over:
            return
        self.is_over = True
        self._disconnect()
        if self._leg is not None:
            self._leg.close()
        self._clock.set_alarm(None)
        if self._recording is not None:
            self._recording.end(is_kept=True)
        self._on_end(reason)

    def _crash(self, error: Exception) -> None:
        self._inbox.clear()
        self._watcher.saw_crash(error)
        self._watcher.saw_fact(fact("call.ended", reason=EndReason.INTERNAL_ERROR), self._last_ms)
        self._end(EndReason.INTERNAL_ERROR)
