"""The way to a model that is ready: connecting, configuring, trying again, giving up."""

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from . import faults
from .actions import Action, CloseModel, ConfigureModel, Fact, OpenModel, Role, fact
from .events import (
    ModelClosed,
    ModelConnected,
    ModelFault,
    ModelOpened,
    ModelUnreachable,
    ModelUnreadable,
)

BACKOFF_MS = (250, 500, 1_000, 2_000)
RETRY_AFTER_MS_MAX = 2_000
UNREADABLE_MAX = 3  # messages in a row that are no JSON

LinkEvent = (
    ModelConnected | ModelOpened | ModelFault | ModelUnreachable | ModelUnreadable | ModelClosed
)


class LinkState(StrEnum):
    """Where the link stands."""

    CLOSED = "closed"
    CONNECTING = "connecting"
    CONFIGURING = "configuring"
    READY = "ready"
    WAITING = "waiting"  # before the next attempt
    FAILED = "failed"  # for good
    LOST = "lost"  # after it was ready


DOWN = (LinkState.CLOSED, LinkState.FAILED, LinkState.LOST, LinkState.WAITING)


@dataclass(frozen=True, slots=True)
class LinkLimits:
    """Milliseconds; `setup_total_ms` counts from the moment the caller waits."""

    connect_ms: int = 5_000
    created_ms: int = 3_000
    updated_ms: int = 3_000
    setup_total_ms: int = 12_000
    blocked_ms: int = 5_000


class Link:
    """One model session from nothing to ready, with retries.

    Nothing here costs money: audio and responses wait for `READY`. `jitter` (0 to 1) stretches
    the pauses, so that the calls of a process do not knock in step. A model that cannot be had is
    replaced once, if there is a second one.
    """

    def __init__(self, limits: LinkLimits, *, jitter: float, has_fallback: bool = False) -> None:
        self._limits = limits
        self._jitter = jitter
        self._has_fallback = has_fallback
        self.state = LinkState.CLOSED
        self.cause = ""  # why it failed or was lost
        self.is_refused = False  # the model said no, rather than nothing
        self.role: Role | None = None  # whom the session is for, where that is not plain
        self._attempt = 0
        self._is_minimal = False
        self._is_on_fallback = False
        self._may_retry_once = True
        self._give_up_ms: int | None = None
        self.deadline_ms: int | None = None

    def open(self, now_ms: int, *, gives_up: bool = False) -> list[Action]:
        """Begin; a link that is under way or over stays as it is.

        `gives_up`: not for ever, though no caller waits for it.
        """
        if self.state is not LinkState.CLOSED:
            return []
        if gives_up:
            self._give_up_ms = now_ms + self._limits.setup_total_ms
        return self._connect(now_ms)

    def caller_waits(self, now_ms: int) -> list[Action]:
        """From now on set-up has an end."""
        self._give_up_ms = now_ms + self._limits.setup_total_ms
        if self.deadline_ms is not None and self.state is not LinkState.WAITING:
            self._due(self.deadline_ms)
        if self.state in (LinkState.WAITING, LinkState.LOST):
            return self._connect(now_ms)
        return self.open(now_ms)

    def close(self) -> list[Action]:
        """Leave the model; nothing more is tried."""
        was_open = self.state not in (LinkState.CLOSED, LinkState.FAILED, LinkState.LOST)
        self.state = LinkState.CLOSED
        self.deadline_ms = None
        return [CloseModel()] if was_open else []

    def handle(self, event: LinkEvent, now_ms: int) -> list[Action]:
        """What the model side reports of the link; of one that is down it has no more to say."""
        if self.state in DOWN:
            return []
        match event:
            case ModelConnected():
                is_awaited = self.state is LinkState.CONNECTING
                return self._configure(now_ms, is_minimal=False) if is_awaited else []
            case ModelOpened():
                return self._opened(event) if self.state is LinkState.CONFIGURING else []
            case ModelFault():
                return self._fault(event, now_ms)
            case ModelUnreachable():
                row = faults.of_unreachable(event.status)
                return self._down(row, f"http_{event.status}", event.retry_after_ms, now_ms)
            case ModelUnreadable():
                if event.in_a_row < UNREADABLE_MAX:
                    return []
                return [CloseModel(), *self._down(faults.UNREADABLE, "unreadable", 0, now_ms)]
            case ModelClosed():
                row = faults.of_close(event.code, event.reason)
                return self._down(row, f"close_{event.code}", 0, now_ms)
            case _:
                assert_never(event)

    def blocked(self, is_blocked: bool, now_ms: int) -> None:  # noqa: FBT001 - the event's own field
        """The model does not read: not for long, or it counts as lost."""
        if self.state is LinkState.READY:
            self.deadline_ms = now_ms + self._limits.blocked_ms if is_blocked else None

    def wake(self, now_ms: int) -> list[Action]:
        """A step took too long, or a pause is over."""
        if self.state is LinkState.WAITING:
            return self._connect(now_ms)
        return [CloseModel(), *self._down(faults.LATE, f"{self.state}_timeout", 0, now_ms)]

    # -- steps ---------------------------------------------------------------------------------

    def _connect(self, now_ms: int) -> list[Action]:
        self._attempt += 1
        self.state = LinkState.CONNECTING
        # From here one cannot see the 101 between the two: `session.created` ends both waits.
        # A connection that does not come about in time is told as unreachable before that.
        self._due(now_ms + self._limits.connect_ms + self._limits.created_ms)
        connecting = fact("model.connecting", attempt=self._attempt)
        return [connecting, OpenModel(is_fallback=self._is_on_fallback, role=self.role)]

    def _configure(self, now_ms: int, *, is_minimal: bool) -> list[Action]:
        self.state = LinkState.CONFIGURING
        self._is_minimal = is_minimal
        self._due(now_ms + self._limits.updated_ms)
        return [ConfigureModel(f"settings-{self._attempt}", is_minimal=is_minimal)]

    def _opened(self, event: ModelOpened) -> list[Action]:
        self.state = LinkState.READY
        self.deadline_ms = None
        differences = ",".join(event.differences)
        return [fact("model.ready", attempt=self._attempt, differences=differences)]

    def _fault(self, event: ModelFault, now_ms: int) -> list[Action]:
        row = faults.of_error(event.code)
        if row.is_final or row.remedy is faults.Remedy.EXPIRED:
            return [CloseModel(), *self._down(row, event.code, 0, now_ms)]
        if self.state is not LinkState.CONFIGURING:
            return []
        if self._is_minimal:
            final = faults.Row(faults.SETTINGS_REFUSED.id, faults.Remedy.FINAL, is_alarm=True)
            return [CloseModel(), *self._down(final, event.code, 0, now_ms)]
        refused = _refused(faults.SETTINGS_REFUSED, event.code)
        return [refused, *self._configure(now_ms, is_minimal=True)]

    def _down(self, row: faults.Row, cause: str, retry_after_ms: int, now_ms: int) -> list[Action]:
        """The session is gone, or never was."""
        was_ready = self.state is LinkState.READY
        if row.remedy is faults.Remedy.SECOND_MODEL and self._has_fallback and not was_ready:
            self._has_fallback, self._is_on_fallback = False, True
            return [_refused(row, cause), fact("model.fallback"), *self._connect(now_ms)]
        self.cause = cause
        self.is_refused = self._is_final(row, was_ready=was_ready)
        self.deadline_ms = None
        reported = fact(
            "model.lost" if was_ready else "model.refused",
            row=row.id,
            cause=cause,
            alarm=row.is_alarm,
        )
        if was_ready:
            self.state = LinkState.LOST
            return [reported]
        pause_ms = self._pause_ms(row, retry_after_ms)
        is_too_late = self._give_up_ms is not None and now_ms + pause_ms >= self._give_up_ms
        if self.is_refused or is_too_late:
            self.state = LinkState.FAILED
            return [reported]
        self.state = LinkState.WAITING
        self.deadline_ms = now_ms + pause_ms
        return [reported]

    def _is_final(self, row: faults.Row, *, was_ready: bool) -> bool:
        """No further attempt can help; one that can help once is used up by this."""
        if row.remedy is faults.Remedy.RETRY_ONCE and not was_ready:
            may_retry, self._may_retry_once = self._may_retry_once, False
            return not may_retry
        return row.is_final

    def _due(self, at_ms: int) -> None:
        self.deadline_ms = at_ms if self._give_up_ms is None else min(at_ms, self._give_up_ms)

    def _pause_ms(self, row: faults.Row, retry_after_ms: int) -> int:
        if retry_after_ms:
            return min(retry_after_ms, RETRY_AFTER_MS_MAX)
        step_ms = max(row.pause_ms, BACKOFF_MS[min(self._attempt, len(BACKOFF_MS)) - 1])
        return round(step_ms * (1 + 0.5 * self._jitter))


def _refused(row: faults.Row, code: str) -> Fact:
    """What the model refused, while there is still something to try."""
    return fact("error.model", row=row.id, code=code, alarm=row.is_alarm)
