"""The phases of a call and the moves between them."""

import pytest

from voicegate.gateway.core.phases import MEANINGS, MOVES, Phase, diagram


def test_every_phase_has_a_meaning_and_moves() -> None:
    """C1."""
    assert set(MEANINGS) == set(MOVES) == set(Phase)


def test_the_end_is_final_and_can_be_reached_from_everywhere() -> None:
    """C20."""
    assert MOVES[Phase.ENDED] == frozenset()
    assert all(Phase.ENDED in MOVES[phase] for phase in Phase if phase is not Phase.ENDED)


@pytest.mark.parametrize("phase", Phase)
def test_no_call_comes_back_to_a_phase(phase: Phase) -> None:
    """C1: neither at once nor by a detour."""
    reached, frontier = set[Phase](), [phase]
    while frontier:
        following = MOVES[frontier.pop()] - reached
        reached |= following
        frontier += following
    assert phase not in reached


def test_the_diagram_shows_each_move_once() -> None:
    """C1: drawn from the table."""
    lines = diagram().splitlines()
    moves = [line for line in lines if "-->" in line and "[*]" not in line]
    assert len(moves) == len(set(moves)) == sum(map(len, MOVES.values()))
    assert lines[0] == "stateDiagram-v2"
    assert "    [*] --> ringing" in lines
    assert "    talking --> ending" in lines
    assert lines[-1] == "    ended --> [*]"
