"""The ledger's row of one utterance, and the last that is told of it."""

import pytest

from voicegate.gateway.core.actions import fact
from voicegate.gateway.core.item import CutItem, Item


@pytest.mark.parametrize(
    ("changes", "is_heard_out"),
    [
        ({}, True),
        ({"is_done": False}, False),
        ({"heard": 799}, False),
        ({"waiting": bytearray(1)}, False),
        ({"sent": 0, "heard": 0}, False),
        ({"received": 900, "dropped": 100}, True),
    ],
)
def test_an_item_is_heard_out_when_all_that_was_sent_of_a_finished_one_was_heard(
    changes: dict[str, object], *, is_heard_out: bool
) -> None:
    """C49: what came after its end was dropped, and is not missed."""
    item = Item("a", received=800, sent=800, heard=800, is_done=True)
    for name, value in changes.items():
        setattr(item, name, value)
    assert item.is_heard_out is is_heard_out


def test_what_was_neither_heard_nor_cleared_is_in_flight() -> None:
    """C49."""
    assert Item("a", sent=800, heard=300, cleared=100).in_flight == 400


def test_the_last_fact_of_an_item_tells_how_it_ended() -> None:
    """C163."""
    assert CutItem("a", 900, 900, is_whole=True, dry_ms=40).last_fact == fact(
        "audio.heard_all", item="a", ms=900, dry_ms=40
    )
    assert CutItem("a", 300, 900, is_whole=False).last_fact == fact(
        "audio.cut", item="a", heard_ms=300, received_ms=900, dry_ms=0
    )
