"""The default route, pools and agents in a plan."""

from collections.abc import Iterator

from voicegate.numbers.model import Agent, Pool, Route, RouteKind, Snapshot
from voicegate.numbers.planning.house_step import house_steps
from voicegate.numbers.planning.step import Action, Kind, Step

BACKUP = Route(RouteKind.FLOW, "backup")
POOL = Pool("renewals", ("+12125550150",))
AGENT = Agent("emma", "Be brief.")
EMPTY = Snapshot("main")
FULL = Snapshot("main", pools={"renewals": POOL}, agents={"emma": AGENT}, default_route=BACKUP)


def steps(desired: Snapshot, store: Snapshot, *, is_pruning: bool = False) -> list[Step]:
    found: Iterator[Step] = house_steps(desired, store, is_pruning=is_pruning)
    return list(found)


def test_what_is_as_wanted_needs_no_step() -> None:
    assert steps(FULL, FULL, is_pruning=True) == []


def test_what_is_new_has_no_before() -> None:
    assert steps(FULL, EMPTY) == [
        Step(
            Action.UPDATE,
            Kind.ACCOUNT,
            "main",
            {},
            {"default_route": "flow/backup"},
            "default_route differs",
        ),
        Step(Action.UPDATE, Kind.AGENT, "emma", {}, {"instructions": "Be brief."}, "new here"),
        Step(
            Action.UPDATE,
            Kind.POOL,
            "renewals",
            {},
            {"members": ["+12125550150"], "pick": "sticky-least-used"},
            "new here",
        ),
    ]


def test_what_differs_is_told_by_its_fields() -> None:
    desired = Snapshot(
        "main",
        pools={"renewals": Pool("renewals", POOL.members, daily_cap=80)},
        agents={"emma": Agent("emma", "Be brief.", voice="marin")},
        default_route=Route(RouteKind.AGENT, "emma"),
    )
    changes = [(step.before, step.after, step.reason) for step in steps(desired, FULL)]
    assert changes == [
        (
            {"default_route": "flow/backup"},
            {"default_route": "agent/emma"},
            "default_route differs",
        ),
        ({"voice": None}, {"voice": "marin"}, "voice differs"),
        ({"daily_cap": None}, {"daily_cap": 80}, "daily_cap differs"),
    ]


def test_absence_takes_nothing_away() -> None:
    assert steps(EMPTY, FULL) == []


def test_pruning_drops_pools_but_neither_agents_nor_the_default_route() -> None:
    (found,) = steps(EMPTY, FULL, is_pruning=True)
    assert (found.kind, found.subject, found.after) == (Kind.POOL, "renewals", {})
    assert found.is_removal
