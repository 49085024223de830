"""Conditions: the closed grammar, its limits, and what they come to."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicegate.ivr.expr import (
    AllOf,
    AnyOf,
    Comparison,
    ExpressionError,
    Listed,
    Literal,
    Name,
    Not,
    Scalar,
    Truth,
    is_true,
    parse,
)

FACTS: dict[str, Scalar] = {
    "caller.region": "NY",
    "caller.known": True,
    "call.attempt": 2,
    "vars.tries": "2",
    "vars.agreed": "true",
    "vars.name": "Ann",
    "now.hour": 9,
    "now.date": "2026-12-24",
}


def holds(text: str) -> bool:
    return is_true(parse(text), FACTS.get)


def refused(text: str) -> ExpressionError:
    with pytest.raises(ExpressionError) as error:
        parse(text)
    return error.value


def test_and_binds_closer_than_or_and_not_closest() -> None:
    a, b, c = (Truth(Name(f"vars.{name}", at)) for name, at in (("a", 1), ("b", 11), ("c", 22)))
    assert parse("vars.a or vars.b and vars.c") == AnyOf((a, AllOf((b, c))))
    flag = Truth(Name("vars.a", 5))
    assert parse("not vars.a and vars.b") == AllOf((Not(flag), Truth(Name("vars.b", 16))))


def test_a_comparison_has_two_values_that_know_where_they_stand() -> None:
    listed = Listed((Literal("NY", 19), Literal("NJ", 25)), 18)
    assert parse('caller.region in ["NY", "NJ"]') == Comparison(
        Name("caller.region", 1), "in", listed
    )


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ('caller.region == "NY" and vars.tries < 3', True),
        ('caller.region == "NJ" or now.hour >= 9', True),
        ('(caller.region == "NJ" or now.hour >= 9) and call.attempt > 2', False),
        ('caller.region in ["NJ", "NY"]', True),
        ('not caller.region in ["NJ", "NY"]', False),
        ("caller.known", True),
        ("not vars.agreed", False),
        ("vars.agreed == true", True),
        ('vars.tries == "2"', True),
        ("vars.tries == 2.0", True),
        ("vars.tries != 3", True),
        ("vars.name == 2", False),
        ("vars.name != 2", True),
        ("vars.name < 2", False),
        ("caller.known == 1", False),
        ('now.date < "2027-01-01"', True),
        ("call.attempt <= 1", False),
        ("-1 < call.attempt", True),
        ("vars.name in [1, 2]", False),
        ("vars.agreed < 1", False),
    ],
)
def test_what_conditions_come_to(text: str, truth: bool) -> None:  # noqa: FBT001
    assert holds(text) is truth


@pytest.mark.parametrize("sign", ["==", "!=", "<", "<=", ">", ">="])
def test_an_unset_name_is_never_equal_nor_different(sign: str) -> None:
    assert not holds(f'vars.unset {sign} "x"')
    assert not holds(f"1 {sign} vars.unset")
    assert not holds(f"vars.unset {sign} vars.other")
    assert not holds("vars.unset")
    assert not holds('vars.unset in ["x"]')


def test_only_the_word_none_asks_whether_a_name_is_set() -> None:
    assert holds("vars.unset == none")
    assert not holds("vars.unset != none")
    assert holds("none != vars.name")
    assert not holds("vars.name == none")
    assert not holds("vars.unset < none")


@pytest.mark.parametrize(
    ("text", "at", "what"),
    [
        ("", 1, "a value is missing"),
        ("vars.a ==", 10, "a value is missing"),
        ("vars.a == and", 11, "a value is missing"),
        ("(vars.a", 8, "`)` is missing"),
        ("vars.a in [1, 2", 16, "`]` is missing"),
        ("vars.a vars.b", 8, "nothing can follow here"),
        ("vars.a = 1", 8, "this is no word of an expression"),
        ("1 + 1", 3, "this is no word of an expression"),
        ("vars.a.", 1, "this is no word of an expression"),
        ("open()", 5, "nothing can follow here"),
        ('"never closed', 1, "this is no word of an expression"),
        ("12ab == 1", 1, "this is no word of an expression"),
        ("(" * 20 + "true" + ")" * 20, 21, "this nests too deep"),
        ("vars.a == " + "[" * 25, 31, "this nests too deep"),
        ("true and " * 50 + "true", 450 + 1, "this is too long"),
        ("x" * 501, 500, "this is too long"),
    ],
)
def test_what_is_no_condition_is_told_with_its_place(text: str, at: int, what: str) -> None:
    error = refused(text)
    assert (error.what, error.at) == (what, at)
    assert error.fix


def test_as_deep_and_as_long_as_allowed_still_reads() -> None:
    assert holds("(" * 19 + "true" + ")" * 19)
    assert holds("true and " * 49 + "true")


WORDS = st.sampled_from(
    [*'()[],<>=!." -\n', "and ", "or ", "not ", "in ", "==", "true", "none", "vars.a", "1", '"x"']
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(WORDS, st.text(max_size=3)), max_size=100).map("".join))
def test_no_text_raises_anything_but_its_own_error(text: str) -> None:
    try:
        tree = parse(text)
    except ExpressionError:
        return
    assert is_true(tree, FACTS.get) in (True, False)


def test_a_hundred_thousand_random_texts_raise_nothing_else() -> None:
    """Half of them words in random order, half of them any characters."""
    from random import Random

    random = Random(1)
    words = [
        "and",
        "or",
        "not",
        "in",
        "(",
        ")",
        "[",
        "]",
        ",",
        "==",
        "<",
        "vars.a",
        "1",
        '"x"',
        "none",
    ]
    read = 0
    for index in range(100_000):
        if index % 2:
            text = " ".join(random.choices(words, k=random.randrange(12)))
        else:
            text = "".join(map(chr, random.choices(range(1, 0x250), k=random.randrange(20))))
        try:
            read += is_true(parse(text), FACTS.get) in (True, False)
        except ExpressionError:
            continue
    assert read > 500
