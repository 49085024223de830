"""Keys that belong together."""

from voicegate.gateway.core.digits import DIGIT_GAP_MS, KEYS_MAX, Digits


def test_a_terminator_ends_a_collection_and_is_no_part_of_it() -> None:
    """C76."""
    subject = Digits()
    assert [subject.press(key, n) for n, key in enumerate("42#")] == ["", "", "42"]
    assert subject.deadline_ms is None


def test_a_pause_ends_a_collection() -> None:
    """C76: each key begins the pause anew."""
    subject = Digits()
    subject.press("4", 1_000)
    assert subject.deadline_ms == 1_000 + DIGIT_GAP_MS
    subject.press("2", 2_500)
    assert subject.deadline_ms == 2_500 + DIGIT_GAP_MS
    assert subject.take() == "42"
    assert subject.deadline_ms is None


def test_a_terminator_alone_is_a_key_like_any_other() -> None:
    subject = Digits()
    assert subject.press("#", 0) == ""
    assert subject.take() == "#"


def test_after_a_collection_the_next_begins() -> None:
    subject = Digits()
    for key in "1#":
        subject.press(key, 0)
    assert [subject.press(key, 0) for key in "*2#"] == ["", "", "*2"]


def test_nobody_types_for_ever() -> None:
    """C76, C153: a collection ends by its length as well."""
    subject = Digits()
    collected = [subject.press("7", n) for n in range(KEYS_MAX)]
    assert collected == [""] * (KEYS_MAX - 1) + ["7" * KEYS_MAX]
    assert subject.take() == ""
