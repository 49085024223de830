"""An apply that is killed anywhere, and what the next one makes of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from voicegate.numbers.fakes.provider import FakeProvider
from voicegate.numbers.fakes.registry import FakeRegistry
from voicegate.numbers.model import Number, Pool, Route, RouteKind, Share, Snapshot
from voicegate.numbers.planning.apply import Account, apply
from voicegate.numbers.planning.number_step import Terms
from voicegate.numbers.planning.plan import Plan, plan
from voicegate.numbers.planning.webhook import Webhook
from voicegate.numbers.provider import Offer, Owned

AT = datetime(2026, 11, 21, tzinfo=UTC)
NUMBERS = [f"+1212555{n:04d}" for n in range(50)]
TO_BUY = NUMBERS[::10]
TO_CHANGE = NUMBERS[5::6]  # the others are right at the provider's already
WEBHOOK = Webhook("https://voice.example.com")


class Killed(BaseException):
    """The process is gone."""


class Life:
    """Ends at the boundary that was chosen; the dead do nothing more, whatever is asked of them."""

    def __init__(self, ends_at: int | None) -> None:
        self.passed = 0
        self._ends_at = ends_at

    def boundary(self) -> None:
        """Between two effects."""
        if self._ends_at is not None and self.passed >= self._ends_at:
            raise Killed
        self.passed += 1

    def begin_anew(self) -> None:
        """Another process, which nobody kills."""
        self._ends_at = None


class House:
    """50 numbers wanted: some to buy, some to set right, half of them known with other routes."""

    def __init__(self, ends_at: int | None) -> None:
        self.life = Life(ends_at)
        self.provider = FakeProvider(
            [owned(text) for text in NUMBERS if text not in TO_BUY],
            [Offer(text, "US", "local") for text in TO_BUY],
            boundary=self.life.boundary,
        )
        self.wanted = Snapshot(
            "main",
            numbers={text: number(text, "new") for text in NUMBERS},
            pools={"callers": Pool("callers", tuple(NUMBERS))},
        )
        stored = {text: number(text, "old") for text in NUMBERS[5:30]}
        self.registry = FakeRegistry(Snapshot("main", 7, stored), self.life.boundary)
        self.account = Account(self.registry, self.registry, self.registry, self.provider)

    def plan(self, plan_id: str) -> Plan:
        store = self.registry.versions[-1]
        owned = self.provider.numbers.values()
        return plan(self.wanted, store, owned, Terms(WEBHOOK, TO_BUY), plan_id)

    def assert_is_as_wanted(self) -> None:
        assert self.plan("after").changes == {}
        numbers = self.registry.versions[-1].numbers
        assert numbers == {
            text: replace(number(text, "new"), provider_id=self.provider.numbers[text].id)
            for text in NUMBERS
        }
        assert sorted(self.provider.bought) == TO_BUY
        assert sorted(self.provider.numbers) == NUMBERS
        assert self.provider.requests["release"] == 0


def number(text: str, flow: str) -> Number:
    return Number(text, shares=(Share(Route(RouteKind.FLOW, flow), 1),))


def owned(text: str) -> Owned:
    fields = {} if text in TO_CHANGE else WEBHOOK.wanted(Number(text))
    return Owned(f"PN{text}", text, fields=fields)


def same_plan(_house: House, made: Plan) -> Plan:
    """It was saved."""
    return made


def new_plan(house: House, _made: Plan) -> Plan:
    """It is made again from the file."""
    return house.plan("again")


def boundaries() -> int:
    """How many an undisturbed apply passes."""
    house = House(None)
    apply(house.plan("first"), house.account, "ann", AT)
    house.assert_is_as_wanted()
    return house.life.passed


@pytest.mark.parametrize("then", [same_plan, new_plan])
def test_killed_anywhere_the_next_apply_ends_as_wanted_and_nothing_is_bought_twice(
    then: Callable[[House, Plan], Plan],
) -> None:
    """N3: before and after every effect on store, journal, lock and provider, with 50 numbers."""
    for ends_at in range(boundaries()):
        house = House(ends_at)
        made = house.plan("first")
        with pytest.raises(Killed):
            apply(made, house.account, "ann", AT)
        house.life.begin_anew()
        house.registry.is_locked = False  # it ran out
        apply(then(house, made), house.account, "ann", AT)
        house.assert_is_as_wanted()
