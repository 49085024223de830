"""What is wrong with the carrier's messages, counted."""

import pytest

from voicegate.gateway.core.events import LegFaultKind
from voicegate.gateway.core.leg_faults import GARBLED, GARBLED_MAX, LegFaults


@pytest.mark.parametrize("kind", GARBLED)
def test_so_many_in_a_row_that_cannot_be_read_are_too_much(kind: LegFaultKind) -> None:
    """C31."""
    faults = LegFaults()
    for _ in range(GARBLED_MAX - 1):
        faults.saw(kind)
    assert not faults.is_garbled
    faults.saw(kind)
    assert faults.is_garbled


def test_one_that_can_be_read_begins_the_row_anew() -> None:
    """C31."""
    faults = LegFaults()
    for _ in range(GARBLED_MAX):
        faults.saw_audio(0)
        faults.saw(GARBLED[0])
    assert not faults.is_garbled
    assert faults.counts[GARBLED[0]] == GARBLED_MAX


@pytest.mark.parametrize(
    ("chunks", "told", "holes"),
    [
        ((1, 2, 3), (False, False, False), 0),
        ((1, 3, 5), (False, True, False), 2),
        ((2, 3), (True, False), 1),
        ((0, 0, 0), (False, False, False), 0),
    ],
)
def test_the_first_hole_in_the_numbers_is_told_and_all_are_counted(
    chunks: tuple[int, ...], told: tuple[bool, ...], holes: int
) -> None:
    faults = LegFaults()
    assert tuple(faults.saw_audio(chunk) for chunk in chunks) == told
    assert faults.holes == holes
