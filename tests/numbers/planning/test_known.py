"""Who knows a number."""

import pytest

from voicegate.numbers.model import Number, Snapshot
from voicegate.numbers.planning.known import State, known_numbers
from voicegate.numbers.provider import Owned

NUMBER = "+12125550142"


def snapshot(*numbers: str) -> Snapshot:
    return Snapshot("main", numbers={number: Number(number) for number in numbers})


@pytest.mark.parametrize(
    ("in_file", "in_store", "is_owned", "state"),
    [
        (True, True, True, State.MANAGED),
        (True, False, True, State.MANAGED),
        (True, True, False, State.MISSING),
        (True, False, False, State.MISSING),
        (False, True, True, State.UNMANAGED),
        (False, True, False, State.UNMANAGED),
        (False, False, True, State.FOREIGN),
    ],
)
def test_the_state_of_a_number_says_who_knows_it(
    in_file: bool,  # noqa: FBT001 - a table
    in_store: bool,  # noqa: FBT001
    is_owned: bool,  # noqa: FBT001
    state: State,
) -> None:
    owned = [Owned("PN1", NUMBER)] * is_owned
    (known,) = known_numbers(snapshot(*[NUMBER] * in_file), snapshot(*[NUMBER] * in_store), owned)
    assert known.state is state


def test_each_number_stands_there_once_and_in_order() -> None:
    owned = [Owned("PN1", "+12125550143"), Owned("PN2", "+12125550141")]
    found = known_numbers(snapshot("+12125550142", "+12125550143"), snapshot("+12125550140"), owned)
    assert [known.number[-1] for known in found] == ["0", "1", "2", "3"]
