"""Whatever is wanted, stored and owned: one plan and its apply, and there is nothing left to do."""

import random
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from voicegate.numbers.fakes.provider import FakeProvider
from voicegate.numbers.fakes.registry import FakeRegistry
from voicegate.numbers.model import (
    Agent,
    Audio,
    Number,
    Pool,
    Route,
    RouteKind,
    ScheduleEntry,
    Share,
    Snapshot,
)
from voicegate.numbers.planning.apply import Account, apply
from voicegate.numbers.planning.number_step import Terms
from voicegate.numbers.planning.patch import patched
from voicegate.numbers.planning.plan import Plan, new_plan_id, plan
from voicegate.numbers.planning.plan_json import parse, render
from voicegate.numbers.planning.step import Action
from voicegate.numbers.planning.webhook import Webhook, compared
from voicegate.numbers.provider import Offer, Owned

AT = datetime(2026, 11, 21, tzinfo=UTC)
NUMBERS = [f"+1212555010{n}" for n in range(5)]

routes = st.sampled_from(
    [
        Route(RouteKind.FLOW, "clinic"),
        Route(RouteKind.FLOW, "clinic", 3),
        Route(RouteKind.AGENT, "emma"),
        Route(RouteKind.FORWARD, "+12125550199"),
        Route(RouteKind.SIP, "sip:desk@example.com"),
    ]
)
shares = st.lists(
    st.builds(Share, routes, st.integers(1, 3)), max_size=2, unique_by=lambda share: share.route
).map(tuple)
schedules = st.lists(
    st.builds(ScheduleEntry, st.just(AT), routes, st.sampled_from([None, AT.replace(hour=9)])),
    max_size=1,
).map(tuple)
addresses = st.sampled_from([None, "AD1", "AD2"])
values = st.sampled_from(["", "https://by-hand.example", "https://voice.example.com/twilio/status"])


def numbers_of(ids: st.SearchStrategy[str | None]) -> st.SearchStrategy[dict[str, Number]]:
    """A few of the numbers, each with whatever it may have."""
    entries = st.builds(
        Number,
        st.just(""),
        name=st.sampled_from(["", "Main"]),
        shares=shares,
        schedule=schedules,
        fallback=st.none() | routes,
        is_recorded=st.booleans(),
        audio=st.none() | st.sampled_from(Audio),
        emergency_address=addresses,
        tags=st.sampled_from([(), ("ny",)]),
        is_protected=st.booleans(),
        provider_id=ids,
    )
    found = st.dictionaries(st.sampled_from(NUMBERS), entries)
    return found.map(lambda each: {key: replace(value, number=key) for key, value in each.items()})


pools = st.dictionaries(
    st.sampled_from(["p", "q"]), st.builds(Pool, st.just("p"), st.just((NUMBERS[0],)))
).map(lambda each: {name: replace(pool, name=name) for name, pool in each.items()})
agents = st.dictionaries(
    st.just("emma"), st.builds(Agent, st.just("emma"), st.sampled_from(["Be brief.", "Be kind."]))
)
files = st.builds(
    Snapshot,
    st.just("main"),
    numbers=numbers_of(st.none()),
    pools=pools,
    agents=agents,
    default_route=st.none() | routes,
)
stores = st.builds(
    Snapshot,
    st.just("main"),
    st.just(7),
    numbers=numbers_of(st.sampled_from([None, "PN0", "PN1"])),
    pools=pools,
    agents=agents,
    default_route=st.none() | routes,
)
fields = st.fixed_dictionaries(
    {},
    optional={
        "EmergencyAddressSid": addresses.map(lambda address: address or ""),
        "StatusCallback": values,
        "TrunkSid": st.sampled_from(["", "TK1"]),
        "VoiceApplicationSid": st.sampled_from(["", "AP1"]),
        "VoiceMethod": st.sampled_from(["GET", "POST"]),
        "VoiceReceiveMode": st.sampled_from(["fax", "voice"]),
        "VoiceUrl": values,
    },
)
accounts = st.dictionaries(st.sampled_from(NUMBERS), fields).map(
    lambda each: [
        Owned(f"PN{NUMBERS.index(key)}", key, fields=value) for key, value in each.items()
    ]
)
terms = st.builds(
    Terms,
    st.builds(
        Webhook,
        st.just("https://voice.example.com"),
        st.sampled_from([None, "https://fallback.example.net"]),
    ),
    st.frozensets(st.sampled_from(NUMBERS)),
    st.booleans(),
)


class World:
    """One account as it was found."""

    def __init__(self, store: Snapshot, owned: list[Owned]) -> None:
        offers = [Offer(text, "US", "local") for text in NUMBERS]
        self.provider = FakeProvider(owned, offers, page_size=2)
        self.registry = FakeRegistry(store)

    def plan(self, desired: Snapshot, terms: Terms, plan_id: str) -> Plan:
        return plan(
            desired, self.registry.current(), self.provider.numbers.values(), terms, plan_id
        )

    def apply(self, made: Plan) -> None:
        account = Account(self.registry, self.registry, self.registry, self.provider)
        apply(made, account, "ann", AT)


@settings(deadline=None, max_examples=60)
@given(files, stores, accounts, terms)
def test_after_a_plan_was_applied_there_is_nothing_to_do(
    file: Snapshot, store: Snapshot, owned: list[Owned], terms: Terms
) -> None:
    """N1: the second apply makes no version and sends no write."""
    world = World(store, owned)
    world.apply(world.plan(file, terms, "first"))
    writes, versions = world.provider.writes, len(world.registry.versions)
    again = world.plan(file, terms, "second")
    assert again.changes == {}
    world.apply(again)
    assert (world.provider.writes, len(world.registry.versions)) == (writes, versions)


@settings(deadline=None, max_examples=60)
@given(files, stores, accounts, terms)
def test_no_plan_loses_anything(
    file: Snapshot, store: Snapshot, owned: list[Owned], terms: Terms
) -> None:
    """N4 and rules a, b, f: whatever is pruned, no number goes, and a protected route stays."""
    world = World(store, owned)
    made = world.plan(file, terms, "first")
    world.apply(made)
    numbers = world.registry.current().numbers
    assert world.provider.requests["release"] == 0
    assert {each.number: each.id for each in owned}.items() <= {
        each.number: each.id for each in world.provider.numbers.values()
    }.items()
    assert store.numbers.keys() <= numbers.keys()
    assert set(world.provider.bought) <= set(terms.allow_buy) & file.numbers.keys()
    protected = [each for each in store.numbers.values() if each.is_protected and each.shares]
    assert all(numbers[each.number].shares for each in protected)
    if not terms.is_pruning:
        unnamed = store.numbers.keys() - file.numbers.keys()
        assert all(numbers[text] == store.numbers[text] for text in unnamed)


@settings(deadline=None, max_examples=60)
@given(files, stores, accounts, terms)
def test_whatever_the_file_names_is_answered_by_us_alone(
    file: Snapshot, store: Snapshot, owned: list[Owned], terms: Terms
) -> None:
    world = World(store, owned)
    untouched = {each.number: each for each in owned if each.number not in file.numbers}
    world.apply(world.plan(file, terms, "first"))
    for text, now in world.provider.numbers.items():
        if text in untouched:
            assert now == untouched[text]
        else:
            assert compared(now).items() >= terms.webhook.wanted(file.numbers[text]).items()


@settings(deadline=None, max_examples=60)
@given(files, stores, accounts, terms)
def test_a_saved_plan_is_the_same_plan_and_leads_to_the_same_version(
    file: Snapshot, store: Snapshot, owned: list[Owned], terms: Terms
) -> None:
    made = World(store, owned).plan(file, terms, new_plan_id(AT, random.Random(1)))
    saved = parse(render(made))
    assert saved == made
    assert patched(store, saved.steps) == patched(store, made.steps)
    counted = len(file.numbers.keys() | store.numbers.keys())
    others = sum(step.state is None for step in made.steps)
    assert sum(made.summary.values()) == counted + others
    assert made.summary[Action.CREATE] <= len(terms.allow_buy)
