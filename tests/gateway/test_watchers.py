"""Several watchers of one call see the same."""

from voicegate.gateway.core.actions import Action, ClearAudio, Fact, fact
from voicegate.gateway.core.events import CallerDigit, Event
from voicegate.gateway.watchers import Together

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
