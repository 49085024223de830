"""Where a number's callers come, changed."""

from datetime import UTC, datetime
from hashlib import sha256
from itertools import accumulate

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from voicegate.gateway.terminal.exit_code import ExitCode
from voicegate.gateway.terminal.failure import CommandError
from voicegate.numbers.changes.assignment import WHOLE, assigned, scheduled, split, unassigned
from voicegate.numbers.model import Number, Share, Snapshot
from voicegate.numbers.route_text import parse

ONE = "+12125550142"
A, B, C = parse("flow/a"), parse("flow/b"), parse("agent/c")
AT = datetime(2026, 12, 24, 17, tzinfo=UTC)


def version(*shares: Share, is_protected: bool = False) -> Snapshot:
    number = Number(ONE, name="Clinic", shares=shares, fallback=C, is_protected=is_protected)
    other = Number("+12125550143", shares=(Share(A, 1),))
    return Snapshot("main", 7, {ONE: number, other.number: other})


def shares(snapshot: Snapshot) -> list[tuple[str, int]]:
    return [(str(share.route), share.weight) for share in snapshot.numbers[ONE].shares]


def failing(snapshot: Snapshot, percent: int) -> ExitCode:
    with pytest.raises(CommandError) as caught:
        split(snapshot, ONE, A, percent)
    return caught.value.failure.exit_code


def test_an_assignment_takes_all_callers_and_leaves_the_rest_of_the_number_and_other_numbers() -> (
    None
):
    before = version(Share(A, 90), Share(B, 10))
    after = assigned(before, ONE, C)
    assert shares(after) == [("agent/c", 1)]
    assert after.numbers[ONE].name == "Clinic"
    assert after.numbers["+12125550143"] == before.numbers["+12125550143"]


def test_a_number_that_nobody_knows_is_not_found() -> None:
    with pytest.raises(CommandError) as caught:
        assigned(version(), "+12125550199", A)
    assert caught.value.failure.exit_code is ExitCode.NOT_FOUND


def test_a_tenth_of_the_callers_is_a_tenth_whatever_the_weight_was_before() -> None:
    assert shares(split(version(Share(A, 1)), ONE, B, 10)) == [("flow/a", 90), ("flow/b", 10)]


def test_a_route_that_has_a_share_already_gets_another_one_in_its_place() -> None:
    before = version(Share(A, 90), Share(B, 10))
    assert shares(split(before, ONE, A, 50)) == [("flow/a", 50), ("flow/b", 50)]


def test_what_is_left_over_goes_to_the_largest_remainder() -> None:
    """50 callers in the proportion of 6, 3 and 1: 29.2, 15.1 and 5.7, none of them less than 1."""
    before = version(Share(A, 6), Share(B, 3), Share(C, 1))
    after = split(before, ONE, parse("flow/d"), 50)
    assert [weight for _, weight in shares(after)] == [29, 15, 6, 50]


def test_there_must_be_another_route_to_share_with() -> None:
    assert failing(version(), 10) is ExitCode.USAGE
    assert failing(version(Share(A, 1)), 10) is ExitCode.USAGE


def test_more_other_routes_than_callers_are_left_cannot_be() -> None:
    assert failing(version(Share(B, 1), Share(C, 1)), 99) is ExitCode.USAGE


@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=20), st.integers(1, WHOLE - 1))
def test_others_keep_their_proportions_to_within_one_and_all_weights_make_the_whole(
    weights: list[int], percent: int
) -> None:
    assume(len(weights) <= WHOLE - percent)
    others = [Share(parse(f"flow/f{n}"), weight) for n, weight in enumerate(weights)]
    after = split(version(*others), ONE, C, percent).numbers[ONE].shares
    assert sum(share.weight for share in after) == WHOLE
    assert after[-1] == Share(C, percent)
    free = WHOLE - percent - len(weights)
    for share, weight in zip(after, weights, strict=False):
        assert abs(share.weight - 1 - free * weight / sum(weights)) < 1


@given(st.integers(1, WHOLE - 2))
def test_who_more_callers_come_to_loses_none_of_those_he_has(percent: int) -> None:
    """A split is sticky: raising a share moves callers to it only, never away or elsewhere."""
    before = split(version(Share(A, 1)), ONE, B, percent)
    after = split(before, ONE, B, percent + 1)
    for caller in range(200):
        was, is_now = _answers(before, caller), _answers(after, caller)
        assert was == is_now or is_now == "flow/b"


def _answers(snapshot: Snapshot, caller: int) -> str:
    ends = list(accumulate(share.weight for share in snapshot.numbers[ONE].shares))
    place = int.from_bytes(sha256(str(caller).encode()).digest(), "big") % ends[-1]
    chosen = next(n for n, end in enumerate(ends) if place < end)
    return str(snapshot.numbers[ONE].shares[chosen].route)


def test_a_later_route_is_an_entry_of_the_schedule_in_order_and_replaces_one_of_that_instant() -> (
    None
):
    early = datetime(2026, 12, 1, tzinfo=UTC)
    once = scheduled(scheduled(version(Share(A, 1)), ONE, B, AT), ONE, C, early)
    again = scheduled(once, ONE, A, AT)
    found = [(entry.at, str(entry.route)) for entry in again.numbers[ONE].schedule]
    assert found == [(early, "agent/c"), (AT, "flow/a")]
    assert shares(again) == [("flow/a", 1)]


def test_an_unassigned_number_has_nowhere_left_to_lead() -> None:
    number = unassigned(scheduled(version(Share(A, 1)), ONE, B, AT), ONE).numbers[ONE]
    assert (number.shares, number.schedule, number.fallback) == ((), (), None)


def test_a_protected_number_keeps_its_route() -> None:
    """Rule f."""
    with pytest.raises(CommandError) as caught:
        unassigned(version(Share(A, 1), is_protected=True), ONE)
    assert caught.value.failure.exit_code is ExitCode.CONFLICT
