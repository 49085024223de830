"""Several watchers of one call see the same; one of all calls sees what they share."""

from structlog.testing import capture_logs

from voicegate.gateway.core.actions import Action, ClearAudio, Fact, fact
from voicegate.gateway.core.breaker import Breaker
from voicegate.gateway.core.events import CallerDigit, Event
from voicegate.gateway.watchers import BreakerWatch, Together

Seen = list[tuple[str, object]]


class Note:
    """A watcher that keeps what it saw, under its name."""

    def __init__(self, name: str, seen: Seen) -> None:
        self._name = name
        self._seen = seen

    def saw_fact(self, fact: Fact, now_ms: int) -> None:
        self._seen.append((self._name, (fact, now_ms)))

    def saw_step(self, event: Event | None, actions: list[Action], now_ms: int) -> None:
        self._seen.append((self._name, (event, tuple(actions), now_ms)))

    def saw_crash(self, error: Exception) -> None:
        self._seen.append((self._name, error))


def test_each_sees_everything_in_the_given_order() -> None:
    seen: Seen = []
    together = Together(Note("log", seen), Note("screen", seen))
    rang, error = fact("call.started"), KeyError("a bug")
    together.saw_fact(rang, 5)
    together.saw_step(CallerDigit("5"), [ClearAudio()], 6)
    together.saw_crash(error)
    assert seen == [
        (name, what)
        for what in ((rang, 5), (CallerDigit("5"), (ClearAudio(),), 6), error)
        for name in ("log", "screen")
    ]


def test_a_failure_that_all_calls_meet_is_one_alarm() -> None:
    """C127, C152: with its cause, at its begin; its end is told as well."""
    watch = BreakerWatch(Breaker())
    with capture_logs() as lines:
        for now_ms in range(5):
            watch.saw_fact(fact("model.refused", row="E6", cause="invalid_api_key"), now_ms)
        watch.saw_fact(fact("model.ready", attempt=1, differences=""), 30_000)
    told = [(line["log_level"], line["event"], line["cause"]) for line in lines]
    assert told == [
        ("error", "breaker.opened", "invalid_api_key"),
        ("info", "breaker.closed", "invalid_api_key"),
    ]
