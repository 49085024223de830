"""What single values may be; what is refused says what to write."""

from collections.abc import Callable

import pytest

from voicegate.numbers.documents import value_rules
from voicegate.numbers.errors import NumberError


@pytest.mark.parametrize(
    ("rule", "text", "value"),
    [
        (value_rules.name, "a" * 64, "a" * 64),
        (value_rules.name, "0_a-b", "0_a-b"),
        (value_rules.title, "Zahnärzte 🦷", "Zahnärzte 🦷"),
        (value_rules.title, "", ""),
        (value_rules.tag, "NY.2:a-b_c", "NY.2:a-b_c"),
        (value_rules.carrier_id, "AD" + "0" * 32, "AD" + "0" * 32),
        (value_rules.truth, "true", True),
        (value_rules.truth, "false", False),
        (value_rules.whole(0, 10), "0", 0),
        (value_rules.whole(0, 10), "10", 10),
        (value_rules.one_of("a", "b"), "b", "b"),
    ],
)
def test_a_value_is_taken(rule: Callable[[str], object], text: str, value: object) -> None:
    assert rule(text) == value


@pytest.mark.parametrize(
    ("rule", "text", "advice"),
    [
        (value_rules.name, "a" * 65, "64 at most"),
        (value_rules.name, "-a", "small letters"),
        (value_rules.name, "a\n", "small letters"),
        (value_rules.title, "a" * 65, "64 characters"),
        (value_rules.title, "a\nb", "one line"),
        (value_rules.title, " a", "no blanks around"),
        (value_rules.tag, "a b", "letters, digits"),
        (value_rules.tag, "a\n", "letters, digits"),
        (value_rules.carrier_id, "AD 1", "no blanks"),
        (value_rules.truth, "True", "true or false"),
        (value_rules.truth, "no", "true or false"),
        (value_rules.whole(1, 9_999), "10000", "from 1 to 9,999"),
        (value_rules.whole(1, 9), "07", "from 1 to 9"),
        (value_rules.whole(1, 9), "-1", "from 1 to 9"),
        (value_rules.whole(1, 9), "9" * 5_000, "from 1 to 9"),
        (value_rules.one_of("pcmu", "pcm24k"), "pcm", "did you mean pcmu?"),
        (value_rules.one_of("a", "b"), "z", "known are a, b"),
    ],
)
def test_a_value_is_refused_with_advice(
    rule: Callable[[str], object], text: str, advice: str
) -> None:
    with pytest.raises(NumberError) as refused:
        rule(text)
    assert advice in str(refused.value)
