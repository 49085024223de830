"""Marks are named, known again, and counted by what their echoes are worth."""

from voicegate.gateway.core.marks import Mark, Marks


def mark(position: int) -> Mark:
    return Mark(position, run=1, sent_ms=0, ends_ms=0)


def test_a_mark_is_known_by_its_name_once() -> None:
    """C45, X3."""
    marks = Marks()
    name = marks.place(mark(160))
    assert marks.take(name, echoed=0) == mark(160)
    assert marks.take(name, echoed=0) is None
    assert marks.echoes.stale == 1


def test_a_mark_that_was_overtaken_is_nobody_s() -> None:
    marks = Marks()
    name = marks.place(mark(160))
    assert marks.take(name, echoed=320) is None


def test_no_two_marks_have_one_name_whatever_is_cleared() -> None:
    """C44, X4."""
    marks = Marks()
    names: set[str] = set()
    for is_cleared in (False, True, True, False):
        names.add(marks.place(mark(0)))
        marks.flush(is_cleared=is_cleared)
    assert (len(names), marks.generation) == (4, 2)


def test_echoes_of_a_clear_are_awaited_until_a_later_one_comes_or_they_have() -> None:
    marks = Marks()
    name = marks.place(mark(160))
    marks.flush(is_cleared=True)
    assert marks.is_flushing
    assert marks.take(name, echoed=0) is None
    assert not marks.is_flushing
    marks.place(mark(160))
    marks.flush(is_cleared=True)
    marks.count(is_valid=False)
    assert marks.is_flushing
    marks.count(is_valid=True)
    assert not marks.is_flushing
