"""What a process says of its calls gets written, however long that takes."""

import pytest

from voicegate.gateway import own_calls
from voicegate.gateway.call_record import CallFacts, CallRecord
from voicegate.gateway.core.actions import EndReason
from voicegate.gateway.core.errors import StoreError, StoreFault
from voicegate.gateway.own_calls import OwnCalls
from voicegate.gateway.sim.rig.loops import run, turn


class Paper:
    """A store that fails as often as it is told to, and may say that a call is another's."""

    def __init__(self) -> None:
        self.failures = 0
        self.owner = "here"
        self.written: list[CallRecord] = []
        self.moved: list[str] = []

    async def put(self, record: CallRecord) -> str:
        await turn()
        if self.failures:
            self.failures -= 1
            raise StoreError(StoreFault.UNREACHABLE, "away")
        self.written.append(record)
        return self.owner

    async def holds(self, count: int) -> list[CallRecord]:
        while len(self.written) < count:
            await turn()
        return self.written

    def own_calls(self) -> OwnCalls:
        return OwnCalls("here", self.put, lambda facts: self.moved.append(facts.call_id))


@pytest.fixture(autouse=True)
def at_once_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_calls, "RETRY_S", 0.0)


def record(name: str, reason: EndReason | None = None) -> CallRecord:
    return CallRecord(CallFacts(name, f"CA{name}"), "here", reason=reason)


def test_what_is_over_stays_over_whatever_the_store_said_before() -> None:
    """C20: the answer to a question may come behind the end of the call."""

    async def main() -> None:
        paper = Paper()
        calls = paper.own_calls()
        ended = record("one", EndReason.CALLER_HUNG_UP)
        calls.keep(ended)
        calls.note(record("one"))
        calls.start()
        assert await paper.holds(1) == [ended]
        await calls.close()

    run(main())


def test_what_could_not_be_written_is_written_when_the_store_is_back() -> None:
    """C156: and with it what the store knew before, as it may have lost it."""

    async def main() -> None:
        paper = Paper()
        calls = paper.own_calls()
        calls.start()
        calls.note(record("known"))
        paper.failures = 3
        calls.keep(record("one"))
        assert sorted(each.facts.call_id for each in await paper.holds(2)) == ["known", "one"]
        await calls.close()

    run(main())


def test_what_is_over_is_written_once_and_let_go() -> None:
    async def main() -> None:
        paper = Paper()
        calls = paper.own_calls()
        calls.start()
        over = record("one", EndReason.DRAINED)
        calls.keep(record("two"))
        calls.keep(over)
        await paper.holds(2)
        calls.keep_all()
        assert await paper.holds(3) == [record("two"), over, record("two")]
        await calls.close()

    run(main())


def test_news_that_comes_while_it_is_written_is_written_too() -> None:
    async def main() -> None:
        paper = Paper()
        calls = paper.own_calls()
        calls.start()
        calls.keep(record("one"))
        await turn()
        await turn()  # it is being written
        over = record("one", EndReason.DRAINED)
        calls.keep(over)
        assert await paper.holds(2) == [record("one"), over]
        await calls.close()

    run(main())


def test_what_is_left_at_the_end_is_written_before_it_closes() -> None:
    """C158: whoever is asked next knows how the call ended."""

    async def main() -> None:
        paper = Paper()
        calls = paper.own_calls()
        calls.start()
        calls.keep(record("one", EndReason.DRAINED))
        await calls.close()
        assert paper.written == [record("one", EndReason.DRAINED)]

    run(main())


def test_a_store_that_stays_away_does_not_keep_it_from_closing() -> None:
    async def main() -> None:
        paper = Paper()
        paper.failures = 1_000_000_000
        calls = paper.own_calls()
        calls.start()
        calls.keep(record("one"))
        await turn()
        await calls.close()
        assert paper.written == []

    run(main())


def test_a_call_that_is_anothers_by_now_is_let_go() -> None:
    """C6: the word that it has moved may get lost; writing it shows."""

    async def main() -> None:
        paper = Paper()
        paper.owner = "there"
        calls = paper.own_calls()
        calls.start()
        calls.keep(record("one"))
        await paper.holds(1)
        await turn()
        assert paper.moved == ["one"]
        calls.keep_all()
        await calls.close()
        assert len(paper.written) == 1

    run(main())


def test_of_too_many_that_wait_the_oldest_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """C153."""

    async def main() -> None:
        monkeypatch.setattr(OwnCalls, "kept_max", 2)
        paper = Paper()
        calls = paper.own_calls()
        for name in ("one", "two", "three"):
            calls.keep(record(name))
        await calls.close()
        assert paper.written == [record("two"), record("three")]

    run(main())
