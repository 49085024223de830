"""Calls that the carrier was told to end, or had to be told."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from voicegate.gateway.carriers.carrier import Carrier
from voicegate.gateway.core.errors import CarrierError
from voicegate.gateway.hang_ups import HangUps

SID, OTHER = "CA" + "1" * 32, "CA" + "2" * 32


class Line:
    """A carrier that notes what it is asked for, and answers when it is let."""

    def __init__(self, error: CarrierError | None = None) -> None:
        self.asked: list[str] = []
        self.was_asked = asyncio.Event()
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self._error = error

    async def hang_up(self, call_sid: str) -> None:
        self.asked.append(call_sid)
        self.was_asked.set()
        await self.may_answer.wait()
        if self._error is not None:
            raise self._error

    async def redirect(self, call_sid: str, document: bytes) -> None:
        raise AssertionError("nobody asked for that")


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run it in a loop in which no callback may fail."""
    failures: list[dict[str, Any]] = []

    async def watched() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: failures.append(context))
        await asyncio.wait_for(main, 20)

    asyncio.run(watched())
    assert failures == []


def test_a_call_that_the_carrier_forgot_is_hung_up_by_rest() -> None:
    """C17: `action` never requested."""

    async def main() -> None:
        line = Line()
        hang_ups = HangUps(line, grace_s=0.0)
        hang_ups.expect(SID)
        assert line.asked == []
        await hang_ups.settled.wait()
        assert line.asked == [SID]

    run(main())


def test_a_call_that_the_carrier_took_up_again_is_left_alone() -> None:
    """C17: a fallback number may be ringing by now."""

    async def main() -> None:
        line = Line()
        hang_ups = HangUps(line, grace_s=0.0)
        hang_ups.expect(SID)
        hang_ups.expect(OTHER)
        hang_ups.forget(SID)
        hang_ups.forget(SID)
        await hang_ups.settled.wait()
        assert line.asked == [OTHER]

    run(main())


def test_it_is_settled_only_when_the_carrier_has_answered_too() -> None:
    """C157: a process that leaves does not leave calls behind."""

    async def main() -> None:
        line = Line()
        line.may_answer.clear()
        hang_ups = HangUps(line, grace_s=0.0)
        assert hang_ups.settled.is_set()
        hang_ups.expect(SID)
        seen = [hang_ups.settled.is_set()]
        await line.was_asked.wait()
        seen.append(hang_ups.settled.is_set())
        line.may_answer.set()
        await hang_ups.settled.wait()
        assert seen == [False, False]

    run(main())


def test_a_carrier_that_refuses_is_not_asked_again() -> None:
    async def main() -> None:
        line = Line(CarrierError("Twilio POST", status=500, code=None, maybe_done=True))
        hang_ups = HangUps(line, grace_s=0.0)
        hang_ups.expect(SID)
        await hang_ups.settled.wait()
        assert line.asked == [SID]

    run(main())


def test_without_a_carrier_to_ask_nothing_stays_open() -> None:
    async def main() -> None:
        hang_ups = HangUps(None, grace_s=0.0)
        hang_ups.expect(SID)
        await hang_ups.settled.wait()

    run(main())


def test_forgetting_a_call_that_was_never_expected_changes_nothing() -> None:
    async def main() -> None:
        line: Carrier = Line()
        hang_ups = HangUps(line, grace_s=0.0)
        hang_ups.forget(SID)
        assert hang_ups.settled.is_set()

    run(main())
