"""Numbers that come to us."""

import pytest

from voicegate.numbers.changes.adoption import adopted, bought
from voicegate.numbers.model import Number, Share, Snapshot
from voicegate.numbers.provider import Owned
from voicegate.numbers.route_text import parse

ONE, TWO = "+12125550142", "+12125550143"
A = parse("flow/a")


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("Clinic main", "Clinic main"),
        ("(212) 555-0142", ""),
        (ONE, ""),
        ("a\nb", ""),
        ("x" * 65, ""),
    ],
)
def test_the_providers_name_is_kept_if_it_says_something_and_can_stand_in_a_file(
    told: str, name: str
) -> None:
    assert adopted(Snapshot("main"), [Owned("PN1", ONE, told)]).numbers[ONE] == Number(ONE, name)


def test_a_number_that_is_known_keeps_all_it_has() -> None:
    known = Number(ONE, "Ours", (Share(A, 1),))
    after = adopted(Snapshot("main", 7, {ONE: known}), [Owned("PN1", ONE, "Theirs")])
    assert after.numbers == {ONE: known}


def test_a_bought_number_leads_where_it_is_told_to_and_others_stay() -> None:
    before = Snapshot("main", 7, {TWO: Number(TWO)})
    assert bought(before, ONE, A).numbers == {
        TWO: Number(TWO),
        ONE: Number(ONE, shares=(Share(A, 1),)),
    }
    assert bought(before, ONE, None).numbers[ONE] == Number(ONE)
