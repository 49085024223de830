"""Who answers a call, and why: against a second, slower way of finding out, and case by case."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from random import Random
from zoneinfo import ZoneInfo

import pytest

from voicegate.numbers.fakes import snapshot as fake_snapshot
from voicegate.numbers.model import (
    Agent,
    Number,
    Override,
    Route,
    RouteKind,
    ScheduleEntry,
    Share,
    Snapshot,
)
from voicegate.numbers.resolve import Resolution, Step, resolve

OURS = "+12125550142"
CALLER = "+13334445555"
NEW_YORK = ZoneInfo("America/New_York")
NOON = datetime(2026, 12, 24, 12, tzinfo=NEW_YORK)
DAY, NIGHT, BACKUP, DEFAULT, BY_HAND = (
    Route(RouteKind.AGENT, name) for name in ("day", "night", "backup", "default", "by-hand")
)
FLOWS = ("flow/backup", "flow/no@41")


def seconds(at: datetime) -> int:
    """An instant as a number, by the offset of its zone and nothing else."""
    offset = at.utcoffset()
    assert offset is not None
    return (at.replace(tzinfo=None) - datetime(2000, 1, 1) - offset) // timedelta(seconds=1)


def oracle(
    snapshot: Snapshot, number: str, caller: str, at: datetime, overrides: Mapping[str, Override]
) -> Route | None:
    """The answer by lists of all that could answer, in order."""
    ours = snapshot.numbers.get(number)
    wishes: list[Route | None] = []
    for key in (number, "*"):
        override = overrides.get(key)
        if override and (override.until is None or seconds(at) < seconds(override.until)):
            wishes.append(override.route)
    if ours:
        begun = [entry for entry in ours.schedule if seconds(entry.at) <= seconds(at)]
        begun.sort(key=lambda entry: seconds(entry.at), reverse=True)
        wishes += [
            entry.route
            for entry in begun
            if entry.until is None or seconds(at) < seconds(entry.until)
        ]
        places = [share.route for share in ours.shares for _ in range(share.weight)]
        if places:
            digest = sha256((caller + number).encode()).hexdigest()
            wishes.append(places[int(digest, 16) % len(places)])
    if wishes and wishes[0] is None:
        return None
    chain = [*wishes[:1], ours.fallback if ours else None, snapshot.default_route]
    there = [*(f"agent/{name}" for name in snapshot.agents), *FLOWS]
    for route in chain:
        if route and (route.kind in ("forward", "sip") or str(route) in there):
            return route
    return None


def has_flow(route: Route) -> bool:
    return str(route) in FLOWS


def near(random: Random, snapshot: Snapshot) -> datetime:
    """An instant, every other time at a turn of some schedule."""
    entries = [entry for number in snapshot.numbers.values() for entry in number.schedule]
    if entries and random.random() < 0.5:
        entry = random.choice(entries)
        turn = random.choice((entry.at, entry.until or entry.at)).astimezone(UTC)
        return (turn + timedelta(seconds=random.choice((-1, 0, 1, 1_800)))).astimezone(NEW_YORK)
    return fake_snapshot.instant(random)


def test_the_route_is_that_of_the_oracle() -> None:
    """10,000 drawn configurations and instants, half of them around the nights of both changes."""
    random = Random(7)
    kinds: Counter[object] = Counter()
    for _ in range(10_000):
        snapshot = fake_snapshot.snapshot(random)
        keys = (*snapshot.numbers, "*", OURS)
        overrides = {key: fake_snapshot.override(random) for key in keys if random.random() < 0.15}
        number, at = random.choice((*snapshot.numbers, OURS)), near(random, snapshot)
        caller = fake_snapshot.number(random)
        found = resolve(snapshot, number, caller, at, overrides, has_flow=has_flow)
        assert found.route == oracle(snapshot, number, caller, at, overrides)
        kinds[found.reasons[-1].step] += 1
    assert all(kinds[step] > 100 for step in Step), kinds


def clinic(**changes: object) -> Snapshot:
    number = Number(OURS, shares=(Share(DAY, 1),), fallback=BACKUP)
    return Snapshot(
        "AC",
        numbers={OURS: replace(number, **changes)},  # pyright: ignore[reportArgumentType]
        agents={
            route.target: Agent(route.target, "Be kind.")
            for route in (DAY, NIGHT, BACKUP, DEFAULT, BY_HAND)
        },
        default_route=DEFAULT,
    )


def ask(
    snapshot: Snapshot, at: datetime = NOON, overrides: Mapping[str, Override] | None = None
) -> Resolution:
    return resolve(snapshot, OURS, CALLER, at, overrides or {})


def lines(found: Resolution) -> list[str]:
    return [str(reason) for reason in found.reasons]


def test_a_number_leads_to_its_route() -> None:
    found = ask(clinic())
    assert found.route == DAY
    assert lines(found) == ["route: agent/day"]
    assert not any(reason.is_alarm for reason in found.reasons)


def test_each_step_that_was_passed_gives_its_reason() -> None:
    evening = datetime(2026, 12, 24, 18, tzinfo=NEW_YORK)
    snapshot = clinic(shares=(), schedule=(ScheduleEntry(evening, NIGHT),), fallback=None)
    found = ask(snapshot, overrides={OURS: Override(BY_HAND, NOON), "*": Override(None, NOON)})
    assert found.route == DEFAULT
    assert lines(found) == [
        "override: that of the number has run out",
        "override: that of all numbers has run out",
        "schedule: no entry is in force",
        "route: there is none",
        "fallback: there is none",
        "default route: agent/default",
    ]


def test_an_override_beats_all_others() -> None:
    evening = datetime(2026, 12, 24, 18, tzinfo=NEW_YORK)
    snapshot = clinic(schedule=(ScheduleEntry(NOON, NIGHT),))
    found = ask(snapshot, overrides={OURS: Override(BY_HAND, evening), "*": Override(None)})
    assert found.route == BY_HAND
    assert lines(found) == ["override: agent/by-hand, set by hand, of the number"]


def test_a_closed_number_leads_nowhere_and_that_is_no_alarm() -> None:
    found = ask(clinic(), overrides={"*": Override(None)})
    assert found.route is None
    assert lines(found) == ["override: closed by hand, of all numbers"]
    assert not any(reason.is_alarm for reason in found.reasons)


def test_after_an_entry_that_ends_the_one_before_it_holds_again() -> None:
    since = datetime(2026, 12, 1, tzinfo=NEW_YORK)
    evening = datetime(2026, 12, 24, 18, tzinfo=NEW_YORK)
    snapshot = clinic(
        schedule=(ScheduleEntry(NOON, BY_HAND, until=evening), ScheduleEntry(since, NIGHT))
    )
    assert ask(snapshot, since - timedelta(seconds=1)).route == DAY
    assert ask(snapshot, since).route == NIGHT
    assert ask(snapshot, NOON).route == BY_HAND
    assert ask(snapshot, evening).route == NIGHT
    assert lines(ask(snapshot, since)) == [
        "schedule: agent/night since 2026-12-01T00:00 America/New_York"
    ]


def test_in_the_night_when_clocks_go_back_instants_count_and_not_what_clocks_show() -> None:
    """An entry at the first half past one is in force at the second ten past one."""
    first = datetime(2026, 11, 1, 1, 30, tzinfo=NEW_YORK)
    snapshot = clinic(schedule=(ScheduleEntry(first, NIGHT),))
    assert ask(snapshot, datetime(2026, 11, 1, 1, 10, tzinfo=NEW_YORK)).route == DAY
    assert ask(snapshot, datetime(2026, 11, 1, 1, 10, fold=1, tzinfo=NEW_YORK)).route == NIGHT


def test_in_the_night_when_clocks_go_forward_an_hour_is_not_there() -> None:
    begin = datetime(2026, 3, 8, 1, 59, tzinfo=NEW_YORK)
    end = datetime(2026, 3, 8, 3, 1, tzinfo=NEW_YORK)
    snapshot = clinic(schedule=(ScheduleEntry(begin, NIGHT, until=end),))
    at = [datetime(2026, 3, 8, 6, minute, tzinfo=UTC) for minute in (58, 59)]
    at += [datetime(2026, 3, 8, 7, minute, tzinfo=UTC) for minute in (0, 1)]
    assert [ask(snapshot, each).route for each in at] == [DAY, NIGHT, NIGHT, DAY]


@pytest.mark.parametrize(
    ("missing", "why"),
    [
        (Route(RouteKind.AGENT, "gone"), "there is no such agent"),
        (Route(RouteKind.FLOW, "gone"), "there is no such flow, or it is not valid"),
    ],
)
def test_a_route_that_is_not_there_is_an_alarm_and_leads_to_the_fallback(
    missing: Route, why: str
) -> None:
    found = ask(clinic(schedule=(ScheduleEntry(NOON, missing),)))
    assert found.route == BACKUP
    assert lines(found) == [
        f"schedule: {missing} since 2026-12-24T12:00 America/New_York, but {why}",
        "fallback: agent/backup",
    ]
    assert [reason.is_alarm for reason in found.reasons] == [True, False]
    found = ask(clinic(), overrides={OURS: Override(missing)})
    assert found.route == BACKUP


def test_a_call_that_nobody_can_answer_is_an_alarm() -> None:
    gone = Route(RouteKind.AGENT, "gone")
    found = ask(replace(clinic(fallback=gone), default_route=None, agents={}))
    assert found.route is None
    assert lines(found) == [
        "route: agent/day, but there is no such agent",
        "fallback: agent/gone, but there is no such agent",
        "default route: there is none",
        "nobody: no route is left that answers",
    ]
    assert found.reasons[-1].is_alarm


def test_a_number_that_is_not_managed_leads_to_the_default_route() -> None:
    found = resolve(clinic(), "+12125550999", CALLER, NOON, {})
    assert found.route == DEFAULT
    assert lines(found)[0] == "route: the number is not managed here"


def test_a_flow_that_is_there_answers() -> None:
    flow = Route(RouteKind.FLOW, "clinic-main", 3)
    found = resolve(
        clinic(shares=(Share(flow, 1),)), OURS, CALLER, NOON, {}, has_flow=lambda each: each == flow
    )
    assert found.route == flow


def split(*weights: int, name: str = "") -> Snapshot:
    routes = (DAY, NIGHT, BY_HAND)
    shares = tuple(Share(route, weight) for route, weight in zip(routes, weights, strict=False))
    return clinic(shares=shares, name=name)


def test_callers_are_split_by_the_weights() -> None:
    """100,000 callers, each part within one in a hundred of them all."""
    snapshot = split(60, 37, 3)
    found = Counter(
        resolve(snapshot, OURS, f"+1212{caller:07}", NOON, {}).route for caller in range(100_000)
    )
    for route, weight in ((DAY, 60), (NIGHT, 37), (BY_HAND, 3)):
        assert abs(found[route] - weight * 1_000) < 1_000


def test_a_caller_stays_where_he_was_while_the_split_is_left_alone() -> None:
    callers = [f"+1212{caller:07}" for caller in range(500)]
    before = [resolve(split(60, 40), OURS, caller, NOON, {}) for caller in callers]
    version = replace(split(60, 40, name="renamed"), version=2)
    later = NOON + timedelta(days=90)
    assert [resolve(version, OURS, caller, later, {}) for caller in callers] == before
    assert lines(before[0])[0].endswith(" of 100 callers")


def test_the_place_of_a_caller_is_a_matter_of_record() -> None:
    """Gateways of different versions must agree: SHA-256 of caller and number, modulo the sum."""
    digest = sha256(b"+13334445555+12125550142").digest()
    place = int.from_bytes(digest, "big") % 100
    assert ask(split(place + 1, 99 - place)).route == DAY
    assert ask(split(place, 100 - place)).route == NIGHT
