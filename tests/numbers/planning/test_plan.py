"""A whole plan: its order, its counts, its fingerprint and its id."""

import random
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import FrameType

from voicegate.numbers.model import Agent, Number, Pool, Route, RouteKind, Share, Snapshot
from voicegate.numbers.planning.fields import agent_fields
from voicegate.numbers.planning.known import State
from voicegate.numbers.planning.number_step import Terms
from voicegate.numbers.planning.plan import fingerprint, new_plan_id, plan
from voicegate.numbers.planning.step import Action
from voicegate.numbers.planning.webhook import COMPARED, Webhook
from voicegate.numbers.provider import Owned

WEBHOOK = Webhook("https://voice.example.com")
TERMS = Terms(WEBHOOK)


def number(n: int, flow: str = "clinic", *, is_stored: bool = True) -> Number:
    shares = (Share(Route(RouteKind.FLOW, flow), 1),)
    return Number(f"+1212{n:07d}", shares=shares, provider_id=f"PN{n}" if is_stored else None)


def owned(n: int, **fields: str) -> Owned:
    return Owned(f"PN{n}", f"+1212{n:07d}", fields={**WEBHOOK.wanted(number(n)), **fields})


def snapshot(*numbers: Number) -> Snapshot:
    return Snapshot("main", version=41, numbers={each.number: each for each in numbers})


def test_a_plan_that_finds_all_as_wanted_has_no_steps() -> None:
    """N1, as far as it is decided here."""
    made = plan(snapshot(number(1)), snapshot(number(1)), [owned(1)], TERMS, "01")
    assert made.steps == ()
    assert made.summary["noop"] == 1


def test_every_number_counts_once() -> None:
    desired = snapshot(number(1), number(2, "new"), number(3), number(4), number(5))
    store = snapshot(number(1), number(2), number(3), number(6), number(7))
    at_provider = [owned(1), owned(2), owned(3, VoiceUrl=""), owned(4), owned(6), owned(8)]
    terms = Terms(WEBHOOK, allow_buy={"+12120000005"})
    assert plan(desired, store, at_provider, terms, "01").summary == {
        "create": 1,
        "update": 1,
        "assign": 1,
        "unassign": 0,
        "adopt": 1,
        "noop": 1,
        "unmanaged": 2,
    }


def test_a_number_without_a_file_entry_is_unmanaged_until_it_is_pruned() -> None:
    store = snapshot(number(1))
    kept = plan(snapshot(), store, [owned(1)], TERMS, "01")
    assert (kept.summary["unmanaged"], kept.changes) == (1, {})
    pruned = plan(snapshot(), store, [owned(1)], Terms(WEBHOOK, is_pruning=True), "01")
    assert (pruned.summary["unmanaged"], pruned.summary["unassign"]) == (0, 1)


def test_a_plan_may_look_at_some_numbers_alone() -> None:
    at_provider = [owned(1, VoiceUrl=""), owned(2, VoiceUrl="")]
    desired, store = snapshot(number(1, "new"), number(2, "new")), snapshot(number(1), number(3))
    terms = Terms(WEBHOOK, only={number(1).number})
    (step,) = plan(desired, store, at_provider, terms, "01").steps
    assert step.subject == number(1).number
    assert step.after.keys() == {"route", "VoiceUrl"}


def test_purchases_come_last_as_they_may_be_refused() -> None:
    desired = snapshot(number(1, is_stored=False), number(2, is_stored=False))
    terms = Terms(WEBHOOK, allow_buy={number(1).number})
    steps = plan(desired, snapshot(), [owned(2)], terms, "01").steps
    assert [step.action for step in steps] == [Action.ADOPT, Action.CREATE]


def test_changes_bear_their_place_in_the_plan() -> None:
    store = snapshot(number(1), number(2, "old"))
    made = plan(snapshot(number(2, "new")), store, [owned(1), owned(2)], TERMS, "01")
    assert [step.state for step in made.steps] == [State.UNMANAGED, State.MANAGED]
    assert made.changes == {2: made.steps[1]}


def test_pools_and_agents_are_part_of_it() -> None:
    agent = Agent("emma", "Be brief.", vad={"threshold": 0.5})
    desired = Snapshot("main", pools={"p": Pool("p", ())}, agents={"emma": agent})
    made = plan(desired, snapshot(), [], TERMS, "01")
    assert [step.subject for step in made.steps] == ["emma", "p"]
    assert made.steps[0].after == agent_fields(agent)


def test_the_fingerprint_knows_every_compared_field_and_no_order() -> None:
    """Rule d."""
    before = fingerprint([owned(1), owned(2)])
    assert before.startswith("sha256:")
    assert fingerprint([owned(2), owned(1)]) == before
    assert fingerprint([owned(1), owned(2, SmsUrl="https://not.compared")]) == before
    changed = {fingerprint([owned(1), owned(2, **{name: "by hand"})]) for name in COMPARED}
    changed |= {
        before,
        fingerprint([owned(1)]),
        fingerprint([owned(1), replace(owned(2), id="PN3")]),
    }
    assert len(changed) == len(COMPARED) + 3


def test_plan_ids_are_ulids_that_sort_by_time() -> None:
    now, chance = datetime(2026, 11, 21, tzinfo=UTC), random.Random(1)
    ids = [new_plan_id(now + timedelta(milliseconds=ms), chance) for ms in range(50)]
    assert ids == sorted(ids)
    assert {len(each) for each in ids} == {26}
    assert {each[:2] for each in ids} == {"01"}
    assert new_plan_id(now, random.Random(1)) == ids[0]
    assert new_plan_id(now, random.Random(2)) != ids[0]


def calls_of_a_plan(count: int) -> int:
    """How many functions it takes to plan so many numbers, a tenth of which change."""
    ns = range(count)
    desired = snapshot(*(number(n, "new" if n % 10 == 0 else "clinic") for n in ns))
    store = snapshot(*(number(n) for n in ns))
    at_provider = [owned(n) for n in ns]
    calls = 0

    def count_calls(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count_calls)
    try:
        made = plan(desired, store, at_provider, TERMS, "01")
    finally:
        sys.setprofile(None)
    assert made.summary["assign"] == count // 10
    return calls


def test_ten_times_the_numbers_are_ten_times_the_work() -> None:
    """N12: the work grows as the numbers do, and no faster."""
    assert calls_of_a_plan(2_000) < 10.5 * calls_of_a_plan(200)
