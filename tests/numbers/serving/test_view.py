"""What calls are answered by, decided from what the store says."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from voicegate.numbers.model import Override, Snapshot
from voicegate.numbers.serving.view import Serving, Standing, View

FIRST = Snapshot("AC1", version=1, author="ann")
SECOND = Snapshot("AC1", version=2, author="bob")
CLOSED = {"*": Override(None)}


def serving(*, first: bool = True) -> Serving:
    made = Serving("AC1")
    if first:
        assert made.needs(1)
        made.offer(FIRST)
    return made


def test_until_the_store_answered_it_is_away_and_nothing_is_served() -> None:
    made = serving(first=False)
    assert (made.standing, made.view, made.offered_version) == (
        Standing.AWAY,
        View(Snapshot("AC1")),
        None,
    )


def test_a_store_in_which_nothing_is_yet_is_served_as_such() -> None:
    made = serving(first=False)
    assert not made.needs(0)
    assert (made.standing, made.view.snapshot.version) == (Standing.CURRENT, 0)


def test_a_version_is_fetched_once() -> None:
    made = serving()
    assert made.standing is Standing.CURRENT
    assert not made.needs(1)
    assert made.needs(2)
    made.offer(SECOND)
    assert (made.view.snapshot, made.standing) == (SECOND, Standing.CURRENT)
    assert not made.needs(2)


def test_who_holds_a_view_keeps_it() -> None:
    """N6: a call that goes on is led by the version that it was answered by."""
    made = serving()
    held = made.view
    made.needs(2)
    made.offer(SECOND)
    made.put_overrides(CLOSED)
    assert held == View(FIRST)
    assert made.view == View(SECOND, CLOSED)


def test_a_bad_version_is_refused_and_the_one_before_serves() -> None:
    """N8: unreadable, of another account, or of another version."""
    for bad in (None, replace(SECOND, account="AC2"), replace(SECOND, version=3)):
        made = serving()
        assert made.needs(2)
        made.offer(bad)
        assert (made.view.snapshot, made.standing) == (FIRST, Standing.REFUSED)
        assert made.offered_version == 2
        assert not made.needs(2)
        assert made.standing is Standing.REFUSED


def test_the_next_good_version_ends_a_refusal() -> None:
    made = serving()
    made.needs(2)
    made.offer(None)
    third = replace(SECOND, version=3)
    assert made.needs(3)
    made.offer(third)
    assert (made.view.snapshot, made.standing) == (third, Standing.CURRENT)


def test_a_refusal_ends_where_the_served_version_is_in_force_again() -> None:
    made = serving()
    made.needs(2)
    made.offer(None)
    assert not made.needs(1)
    assert made.standing is Standing.CURRENT


def test_a_store_that_has_lost_its_versions_takes_no_number_away() -> None:
    """N8: emptied by mistake, it is no reason to answer nobody."""
    made = serving()
    assert not made.needs(0)
    assert (made.view.snapshot, made.standing) == (FIRST, Standing.REFUSED)
    assert not made.needs(1)
    assert made.standing is Standing.CURRENT


def test_a_store_that_comes_back_is_asked_for_all_of_what_is_in_force() -> None:
    """N7: it may have gone while the document was on its way."""
    made = serving()
    assert made.needs(2)
    made.lose()
    assert (made.standing, made.offered_version) == (Standing.AWAY, None)
    assert made.needs(2)
    made.offer(SECOND)
    assert made.standing is Standing.CURRENT


def test_a_copy_is_served_while_the_store_is_away() -> None:
    """N7: but never one of another account."""
    made = serving(first=False)
    made.restore(View(replace(FIRST, account="AC2")))
    assert made.view.snapshot.version == 0
    made.restore(View(FIRST, CLOSED))
    assert (made.view, made.standing) == (View(FIRST, CLOSED), Standing.AWAY)


def test_overrides_that_cannot_be_read_are_refused_and_those_before_stay() -> None:
    """N8."""
    made = serving()
    made.put_overrides(CLOSED)
    made.put_overrides(None)
    assert (made.view.overrides, made.standing) == (CLOSED, Standing.REFUSED)
    made.put_overrides({})
    assert (made.view.overrides, made.standing) == ({}, Standing.CURRENT)


def test_what_changes_nothing_leaves_the_view_as_it_is() -> None:
    made = serving()
    made.put_overrides(CLOSED)
    before = made.view
    made.put_overrides(dict(CLOSED))
    assert made.view is before


@given(
    st.lists(
        st.tuples(st.sampled_from(["good", "bad", "away", "none"]), st.integers(1, 4)), max_size=30
    )
)
def test_whatever_comes_what_is_served_was_good_and_current_means_current(
    steps: list[tuple[str, int]],
) -> None:
    """N8: against every order of good versions, bad ones and outages."""
    made, good = serving(), {1}
    for what, version in steps:
        if what == "away":
            made.lose()
            assert made.standing is Standing.AWAY
            continue
        version = 0 if what == "none" else version
        if made.needs(version):
            is_good = what == "good"
            made.offer(replace(FIRST, version=version) if is_good else None)
            good |= {version} if is_good else set()
        assert made.view.snapshot.version in good
        assert (made.standing is Standing.CURRENT) == (made.view.snapshot.version == version)
