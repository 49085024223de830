"""A plan is performed once: store, provider, a look at what became of it."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from voicegate.numbers.errors import NumberError
from voicegate.numbers.fakes.provider import FakeProvider, Fault
from voicegate.numbers.fakes.registry import FakeRegistry
from voicegate.numbers.model import Number, Route, RouteKind, Share, Snapshot
from voicegate.numbers.planning.apply import Account, PartlyApplied, apply
from voicegate.numbers.planning.number_step import Terms
from voicegate.numbers.planning.plan import Plan, plan
from voicegate.numbers.planning.plan_json import parse, render
from voicegate.numbers.planning.step import Action
from voicegate.numbers.planning.webhook import Webhook, compared
from voicegate.numbers.provider import (
    AuthError,
    NotFound,
    Offer,
    Owned,
    Refused,
    Search,
    Unreachable,
)
from voicegate.numbers.registry.protocols import Conflict, Progress

AT = datetime(2026, 11, 21, tzinfo=UTC)
WEBHOOK = Webhook("https://voice.example.com")
ONE, TWO, THREE = "+12125550101", "+12125550102", "+12125550103"


def number(text: str, flow: str = "clinic", **fields: object) -> Number:
    shares = (Share(Route(RouteKind.FLOW, flow), 1),)
    return replace(Number(text, shares=shares), **fields)


def snapshot(*numbers: Number) -> Snapshot:
    return Snapshot("main", numbers={each.number: each for each in numbers})


class House:
    """One account with its registry, its provider, and an operator who has a file."""

    def __init__(self, *numbers: str, offers: tuple[str, ...] = ()) -> None:
        owned = [
            Owned(f"PN{text[-3:]}", text, fields={"VoiceUrl": "https://old"}) for text in numbers
        ]
        kind = frozenset({"voice"})
        self.provider = FakeProvider(
            owned, [Offer(text, "US", "local", capabilities=kind) for text in offers], page_size=2
        )
        self.registry = FakeRegistry(Snapshot("main"))
        self.account = Account(self.registry, self.registry, self.registry, self.provider)
        self.plans = 0

    def plan(self, file: Snapshot, *, buy: tuple[str, ...] = (), is_pruning: bool = False) -> Plan:
        self.plans += 1
        terms = Terms(WEBHOOK, buy, is_pruning)
        store = self.registry.versions[-1]
        return plan(file, store, self.provider.numbers.values(), terms, f"plan{self.plans}")

    def apply(self, made: Plan) -> int:
        """The version."""
        return apply(made, self.account, "ann", AT).version

    def webhook_of(self, text: str) -> dict[str, str]:
        return compared(self.provider.numbers[text])

    def is_right(self, text: str) -> bool:
        wanted = WEBHOOK.wanted(Number(text))
        return self.webhook_of(text).items() >= wanted.items()


def test_store_and_provider_are_as_planned_afterwards() -> None:
    house = House(ONE, TWO)
    made = house.plan(snapshot(number(ONE), number(TWO, "other")))
    applied = apply(made, house.account, "ann", AT)
    current = house.registry.current()
    assert (applied.plan_id, applied.version, applied.provider_writes) == (made.id, 1, 2)
    assert current.numbers[TWO] == number(TWO, "other", provider_id="PN102")
    assert (current.plan_id, current.author, current.made_at) == (made.id, "ann", AT)
    assert house.is_right(ONE)
    assert house.is_right(TWO)
    assert house.registry.jobs == {made.id: {1: Progress.DONE, 2: Progress.DONE}}
    assert not house.registry.is_locked


def test_the_second_time_there_is_nothing_to_do() -> None:
    """N1: no version, no write, not even a look at the provider."""
    house = House(ONE, TWO)
    file = snapshot(number(ONE), number(TWO))
    house.apply(house.plan(file))
    house.provider.requests.clear()
    again = house.plan(file)
    assert again.changes == {}
    assert house.apply(again) == 1
    assert len(house.registry.versions) == 2
    assert not house.provider.requests


def test_a_route_changes_without_a_request_that_changes_the_provider() -> None:
    house = House(ONE)
    house.apply(house.plan(snapshot(number(ONE))))
    house.provider.requests.clear()
    house.apply(house.plan(snapshot(number(ONE, "new"))))
    assert house.provider.requests == {"page": 1}


def test_the_history_is_told_the_steps() -> None:
    house = House(ONE)
    house.apply(house.plan(snapshot(number(ONE))))
    house.apply(house.plan(snapshot(number(ONE, "new"))))
    (told,) = json.loads(house.registry.diffs[-1])
    assert told["after"] == {"route": "flow/new"}


def test_the_same_plan_twice_is_applied_once() -> None:
    house = House(ONE)
    made = house.plan(snapshot(number(ONE)))
    assert house.apply(made) == house.apply(made) == 1
    assert house.provider.requests["update"] == 1
    assert len(house.registry.diffs) == 1


def test_a_plan_that_was_saved_is_applied_as_well() -> None:
    house = House(ONE, offers=(TWO,))
    made = house.plan(snapshot(number(ONE), number(TWO)), buy=(TWO,))
    saved = parse(render(made))
    assert house.apply(saved) == house.apply(saved) == 2
    assert house.provider.bought == [TWO]
    assert house.plan(snapshot(number(ONE), number(TWO))).changes == {}


def test_a_plan_for_an_older_version_is_refused() -> None:
    """Rule d; N2: of two plans for one version the second finds a conflict, one audit entry."""
    house = House(ONE)
    first = house.plan(snapshot(number(ONE, "a")))
    second = house.plan(snapshot(number(ONE, "b")))
    house.apply(first)
    writes = house.provider.writes
    with pytest.raises(Conflict, match="plan again"):
        house.apply(second)
    assert house.provider.writes == writes
    assert len(house.registry.diffs) == 1
    assert not house.registry.is_locked


def test_a_plan_for_an_older_version_is_refused_though_the_provider_is_the_same() -> None:
    """Rule d."""
    house = House(ONE)
    house.apply(house.plan(snapshot(number(ONE))))
    first = house.plan(snapshot(number(ONE, "a")))
    second = house.plan(snapshot(number(ONE, "b")))
    house.apply(first)
    with pytest.raises(Conflict, match="version 2 is in force, the plan is for 1"):
        house.apply(second)
    assert house.registry.current().numbers[ONE].shares == number(ONE, "a").shares


def test_a_plan_for_another_state_of_the_provider_is_refused() -> None:
    """Rule d."""
    house = House(ONE, TWO)
    made = house.plan(snapshot(number(ONE)))
    house.provider.edit(TWO, VoiceUrl="https://by-hand")
    with pytest.raises(Conflict, match="plan again"):
        house.apply(made)
    assert house.registry.versions == [Snapshot("main")]
    assert house.provider.writes == 0


def test_two_applies_never_interleave() -> None:
    """N2: who comes while the lock is held finds a conflict and touches nothing."""
    house = House(ONE)
    made = house.plan(snapshot(number(ONE)))
    house.registry.is_locked = True
    with pytest.raises(Conflict, match="another apply is under way"):
        house.apply(made)
    assert house.registry.is_locked
    assert not house.provider.requests


def test_a_lost_lock_stops_before_the_next_write() -> None:
    house = House(ONE, TWO)
    made = house.plan(snapshot(number(ONE), number(TWO)))
    house.registry.is_lock_lost = True
    with pytest.raises(PartlyApplied, match="the lock was lost") as stopped:
        house.apply(made)
    assert (stopped.value.done, stopped.value.total) == (0, 2)
    assert house.provider.writes == 0


@pytest.mark.parametrize(("fault", "error"), [(Fault.BUSY, Unreachable), (Fault.DENIED, AuthError)])
def test_a_provider_that_cannot_be_read_is_told_before_anything_is_written(
    fault: Fault, error: type[Exception]
) -> None:
    house = House(ONE)
    made = house.plan(snapshot(number(ONE)))
    house.provider.fail("page", fault)
    with pytest.raises(error):
        house.apply(made)
    assert len(house.registry.versions) == 1
    assert not house.registry.is_locked


@pytest.mark.parametrize("fault", [Fault.BUSY, Fault.DENIED, Fault.REFUSED, Fault.LOST])
def test_it_stops_at_the_first_failure_says_how_far_and_the_same_again_goes_on(
    fault: Fault,
) -> None:
    """Rule e."""
    house = House(ONE, TWO, THREE)
    made = house.plan(snapshot(number(ONE), number(TWO), number(THREE)))
    house.provider.fail("update", None, fault)
    with pytest.raises(PartlyApplied, match="stopped after 1 of 3") as stopped:
        house.apply(made)
    assert stopped.value.step == made.steps[1]
    assert house.registry.jobs[made.id] == {
        1: Progress.DONE,
        2: Progress.DOING,
        3: Progress.PENDING,
    }
    assert not house.is_right(THREE)
    assert house.apply(made) == 1
    assert house.is_right(THREE)
    assert house.provider.requests["update"] == 2 + 2


def test_a_change_whose_answer_was_lost_is_settled_by_reading() -> None:
    house = House(ONE, TWO)
    made = house.plan(snapshot(number(ONE), number(TWO)))
    house.provider.fail("update", Fault.UNHEARD)
    house.apply(made)
    assert house.provider.requests["update"] == 2
    assert house.is_right(ONE)


def test_only_a_change_that_may_have_been_made_is_looked_for() -> None:
    house = House(ONE)
    made = house.plan(snapshot(number(ONE)))
    for fault, looks in ((Fault.BUSY, 1), (Fault.LOST, 2)):
        house.provider.requests.clear()
        house.provider.fail("update", fault)
        with pytest.raises(PartlyApplied):
            house.apply(made)
        assert house.provider.requests["page"] == looks


def test_the_number_that_failed_is_not_named_in_the_error() -> None:
    house = House(ONE)
    made = house.plan(snapshot(number(ONE)))
    house.provider.fail("update", Fault.REFUSED)
    with pytest.raises(PartlyApplied) as stopped:
        house.apply(made)
    assert ONE[2:] not in str(stopped.value)


class Liar(FakeProvider):
    """It takes every change, says so, and forgets it."""

    def update(self, id: str, changes: object) -> Owned:  # noqa: A002 - the protocol's name
        self.requests["update"] += 1
        return replace(next(iter(self.numbers.values())), fields=WEBHOOK.wanted(Number(ONE)))


def test_an_answer_is_not_believed_until_it_is_read_back() -> None:
    """Rule e."""
    house = House(ONE)
    made = house.plan(snapshot(number(ONE)))
    liar = Liar(house.provider.numbers.values())
    with pytest.raises(PartlyApplied, match="not there when it is read back") as stopped:
        apply(made, replace(house.account, provider=liar), "ann", AT)
    assert (stopped.value.done, stopped.value.step) == (0, made.steps[0])
    assert house.registry.jobs[made.id] == {1: Progress.DOING}


def test_a_number_that_was_bought_is_known_by_its_id() -> None:
    house = House(ONE, offers=(TWO,))
    file = snapshot(number(ONE), number(TWO))
    version = house.apply(house.plan(file, buy=(TWO,)))
    bought = house.provider.numbers[TWO]
    assert house.registry.current().numbers[TWO].provider_id == bought.id
    assert house.registry.current().version == version == 2
    assert house.is_right(TWO)
    assert house.plan(file, buy=(TWO,)).changes == {}
    assert house.provider.requests["buy"] == 1


def test_a_number_that_vanished_is_not_replaced_by_another() -> None:
    house = House(ONE, offers=(TWO, THREE))
    made = house.plan(snapshot(number(ONE), number(TWO)), buy=(TWO,))
    assert house.provider.search(Search("US"))[0].number == TWO
    house.provider.vanish(TWO)
    with pytest.raises(PartlyApplied, match="search again") as stopped:
        house.apply(made)
    assert isinstance(stopped.value.__cause__, Refused)
    assert stopped.value.step
    assert stopped.value.step.action is Action.CREATE
    assert list(house.provider.numbers) == [ONE]
    assert house.is_right(ONE)


def test_a_purchase_whose_answer_was_lost_is_not_made_twice() -> None:
    house = House(offers=(TWO,))
    made = house.plan(snapshot(number(TWO)), buy=(TWO,))
    house.provider.fail("buy", Fault.UNHEARD)
    house.apply(made)
    assert house.provider.requests["buy"] == 1
    assert house.is_right(TWO)


def test_a_purchase_that_was_not_made_is_made_by_the_next_try() -> None:
    house = House(offers=(TWO,))
    made = house.plan(snapshot(number(TWO)), buy=(TWO,))
    house.provider.fail("buy", Fault.LOST)
    with pytest.raises(PartlyApplied):
        house.apply(made)
    assert house.provider.requests["buy"] == 1
    house.apply(made)
    assert house.provider.requests["buy"] == 2
    assert house.registry.current().numbers[TWO].provider_id


def test_a_number_that_somebody_changed_meanwhile_is_left_to_them() -> None:
    house = House(ONE, TWO)
    made = house.plan(snapshot(number(ONE), number(TWO)))
    house.provider.fail("update", None, Fault.BUSY)
    with pytest.raises(PartlyApplied):
        house.apply(made)
    house.provider.edit(TWO, VoiceUrl="https://by-hand")
    with pytest.raises(PartlyApplied, match="somebody changed this number"):
        house.apply(made)
    assert house.webhook_of(TWO)["VoiceUrl"] == "https://by-hand"


def test_a_number_that_was_given_away_meanwhile_is_not_bought_back() -> None:
    house = House(ONE, TWO, offers=(TWO,))
    made = house.plan(snapshot(number(ONE), number(TWO)))
    house.provider.fail("update", None, Fault.BUSY)
    with pytest.raises(PartlyApplied):
        house.apply(made)
    house.provider.release("PN102")
    with pytest.raises(PartlyApplied) as stopped:
        house.apply(made)
    assert isinstance(stopped.value.__cause__, NotFound)
    assert house.provider.requests["buy"] == 0


def test_a_half_applied_plan_gives_way_to_a_newer_version() -> None:
    house = House(ONE, TWO)
    made = house.plan(snapshot(number(ONE), number(TWO)))
    house.provider.fail("update", Fault.BUSY)
    with pytest.raises(PartlyApplied):
        house.apply(made)
    house.apply(house.plan(snapshot(number(ONE, "newer"), number(TWO))))
    with pytest.raises(Conflict):
        house.apply(made)
    assert house.is_right(ONE)


def test_ids_are_not_written_over_a_version_that_came_in_between() -> None:
    house = House(offers=(TWO,))
    made = house.plan(snapshot(number(TWO)), buy=(TWO,))

    def intrude() -> None:
        if len(house.registry.versions) == 2 and house.provider.requests["update"]:
            house.registry.versions.append(
                replace(house.registry.versions[-1], version=2, plan_id="x")
            )

    provider = FakeProvider(offers=[Offer(TWO, "US", "local")], boundary=intrude)
    house.provider = provider
    with pytest.raises(PartlyApplied, match="another version came into force"):
        apply(made, replace(house.account, provider=provider), "ann", AT)
    assert house.registry.versions[-1].plan_id == "x"


def test_a_plan_that_was_tampered_with_changes_nothing() -> None:
    house = House(ONE)
    made = house.plan(snapshot(number(ONE)))
    step = replace(made.steps[0], after={**made.steps[0].after, "route": "nowhere"})
    with pytest.raises(NumberError):
        house.apply(replace(made, steps=(step,)))
    assert house.provider.writes == 0
    assert len(house.registry.versions) == 1


def test_an_empty_file_releases_nothing_even_when_it_is_pruned() -> None:
    """N4."""
    house = House(ONE, TWO, THREE)
    house.apply(house.plan(snapshot(number(ONE), number(TWO, is_protected=True), number(THREE))))
    house.apply(house.plan(snapshot()))
    before = dict(house.provider.numbers)
    house.provider.requests.clear()
    house.apply(house.plan(snapshot(), is_pruning=True))
    assert house.provider.requests["release"] == house.provider.writes == 0
    assert house.provider.numbers == before
    routed = {text for text, each in house.registry.current().numbers.items() if each.shares}
    assert routed == {TWO}
