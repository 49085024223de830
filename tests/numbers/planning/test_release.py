"""A number is given back only by name, and never while it is protected."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from voicegate.numbers.fakes.provider import FakeProvider, Fault
from voicegate.numbers.fakes.registry import FakeRegistry
from voicegate.numbers.model import Number, Snapshot
from voicegate.numbers.planning.apply import Account
from voicegate.numbers.planning.release import forget, release
from voicegate.numbers.provider import NotFound, Owned, ProviderError, Unreachable
from voicegate.numbers.registry.protocols import Conflict

AT = datetime(2026, 11, 21, tzinfo=UTC)
ONE, TWO = "+12125550101", "+12125550102"


class House:
    """Two numbers, owned and known."""

    def __init__(self, *, is_protected: bool = False) -> None:
        owned = (Owned("PN1", ONE), Owned("PN2", TWO))
        numbers = {text: Number(text, is_protected=is_protected) for text in (ONE, TWO)}
        self.provider = FakeProvider(owned)
        self.registry = FakeRegistry(Snapshot("main", 7, numbers))
        self.account = Account(self.registry, self.registry, self.registry, self.provider)

    def release(self, number: str = ONE) -> int:
        return release(number, self.account, "ann", AT, f"r{len(self.registry.versions)}")

    def has(self, number: str) -> tuple[bool, bool]:
        """In the store; at the provider's."""
        return number in self.registry.versions[-1].numbers, number in self.provider.numbers


def test_the_number_and_no_other_is_gone() -> None:
    house = House()
    assert house.release() == 8
    assert house.has(ONE) == (False, False)
    assert house.has(TWO) == (True, True)
    assert house.registry.versions[-1].author == "ann"
    assert json.loads(house.registry.diffs[0]) == [{"n": 1, "action": "release", "number": ONE}]
    assert not house.registry.is_locked


def test_a_protected_number_is_kept() -> None:
    """Rule f."""
    house = House(is_protected=True)
    with pytest.raises(Conflict, match="take `protect` off first"):
        house.release()
    assert house.has(ONE) == (True, True)
    assert house.provider.requests["release"] == 0


def test_a_number_that_is_not_ours_cannot_be_given_back() -> None:
    house = House()
    with pytest.raises(NotFound):
        house.release("+12125550199")
    assert len(house.registry.versions) == 1


def test_nothing_is_given_back_while_another_change_is_under_way() -> None:
    house = House()
    house.registry.is_locked = True
    with pytest.raises(Conflict):
        house.release()
    assert house.has(ONE) == (True, True)


def test_a_lost_lock_keeps_the_number() -> None:
    house = House()
    house.registry.is_lock_lost = True
    with pytest.raises(Conflict, match="the lock was lost"):
        house.release()
    assert house.has(ONE)[1]


@pytest.mark.parametrize("fault", [Fault.BUSY, Fault.LOST])
def test_what_was_interrupted_goes_on_when_it_is_asked_for_again(fault: Fault) -> None:
    house = House()
    house.provider.fail("release", fault)
    with pytest.raises(Unreachable):
        house.release()
    assert house.has(ONE) == (False, True)
    assert house.release() == 8
    assert house.has(ONE) == (False, False)


def test_a_release_whose_answer_was_lost_is_not_repeated() -> None:
    house = House()
    house.provider.fail("release", Fault.UNHEARD)
    house.release()
    assert house.provider.requests["release"] == 1


def test_a_number_that_the_provider_gave_away_is_only_forgotten() -> None:
    house = House()
    del house.provider.numbers[ONE]
    house.release()
    assert house.has(ONE) == (False, False)
    assert house.provider.requests["release"] == 0


def forgotten(house: House, number: str) -> int:
    return forget(number, house.account, "ann", AT, f"f{len(house.registry.versions)}")


def test_a_number_that_is_not_ours_is_forgotten_once() -> None:
    house = House()
    del house.provider.numbers[ONE]
    assert (forgotten(house, ONE), forgotten(house, ONE)) == (8, 8)
    assert house.has(ONE) == (False, False)
    assert house.has(TWO) == (True, True)
    assert (house.provider.writes, house.registry.is_locked) == (0, False)


def test_a_number_that_is_ours_is_not_forgotten() -> None:
    house = House()
    with pytest.raises(Conflict, match="is ours"):
        forgotten(house, ONE)
    assert house.has(ONE) == (True, True)


def test_nothing_is_forgotten_while_another_change_is_under_way() -> None:
    house = House()
    del house.provider.numbers[ONE]
    house.registry.is_locked = True
    with pytest.raises(Conflict):
        forgotten(house, ONE)
    assert house.has(ONE)[0]


class Liar(FakeProvider):
    """It releases nothing and says nothing."""

    def release(self, id: str) -> None:  # noqa: A002 - the protocol's name
        self.requests["release"] += 1


def test_an_answer_is_not_believed_until_it_is_read_back() -> None:
    house = House()
    liar = Liar(house.provider.numbers.values())
    with pytest.raises(ProviderError, match="still lists it"):
        release(ONE, replace(house.account, provider=liar), "ann", AT, "r1")
