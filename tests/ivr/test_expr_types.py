"""Conditions: names that exist, and values that can be compared."""

import pytest

from voicegate.ivr import expr_types
from voicegate.ivr.expr import ExpressionError, parse


@pytest.mark.parametrize(
    "text",
    [
        'caller.region == "NY" and vars.tries < 3',
        "caller.known and not vars.agreed",
        'now.weekday in ["sat", "sun"] or now.hour >= 18',
        "vars.a == none or vars.a == lead.a",
        'lead.state in [caller.region, "NY"]',
        "caller.known == true",
        'none != handler.reason and ai.exit == "book"',
        'language == "es-US"',
        "pay.pan == none",
    ],
)
def test_what_can_be_compared_is_accepted(text: str) -> None:
    expr_types.check(parse(text))


@pytest.mark.parametrize(
    ("text", "at", "what"),
    [
        ("caller.regoin == 1", 1, "'caller.regoin' is unknown"),
        ("vars.a.b == 1", 1, "'vars.a.b' is unknown"),
        ("true and NY == caller.region", 10, "'NY' is unknown"),
        ('now.hour == "9"', 13, "a number is never a text"),
        ("caller.region == true", 18, "a text is never a truth"),
        ("caller.known < 3", 1, "a truth has no order"),
        ("3 > none", 5, "none has no order"),
        ("now.hour", 1, "a number is neither true nor false"),
        ("not none", 5, "none is neither true nor false"),
        ("vars.a in caller.region", 11, "a text cannot contain anything"),
        ('now.hour in [1, "2"]', 17, "a number is never a text"),
        ("vars.a in [[1]]", 12, "a list stands only after `in`"),
        ("[1] == vars.a", 1, "a list stands only after `in`"),
        ("vars.a == 1 or [1]", 16, "a list is neither true nor false"),
    ],
)
def test_what_no_call_could_compare_is_refused(text: str, at: int, what: str) -> None:
    with pytest.raises(ExpressionError) as error:
        expr_types.check(parse(text))
    assert (error.value.what, error.value.at) == (what, at)


def test_a_near_name_is_proposed() -> None:
    with pytest.raises(ExpressionError, match=r"did you mean caller\.region\?"):
        expr_types.check(parse('caller.regoin == "NY"'))


def test_names_come_in_the_order_of_the_text() -> None:
    tree = parse("vars.a == 1 and (not vars.b or lead.c in [vars.d, 2]) and vars.a != none")
    assert [name.name for name in expr_types.names(tree)] == [
        *("vars.a", "vars.b", "lead.c", "vars.d", "vars.a")
    ]
    assert expr_types.names_asked_for(tree) == {"vars.a"}
