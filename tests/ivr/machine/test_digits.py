"""A buffer of digits."""

from hypothesis import given
from hypothesis import strategies as st

from voicegate.ivr.machine.digits import Digits


@given(st.text("0123456789", min_size=4, max_size=32))
def test_it_shows_how_many_and_never_which(typed: str) -> None:
    """F3: no repr, no text of a container that holds it."""
    digits = Digits(32)
    for key in typed:
        digits.add(key)
    assert digits.text() == typed
    assert f"{digits!r} {digits} {[digits]}" == " ".join(
        [f"Digits({len(typed)})", f"Digits({len(typed)})", f"[Digits({len(typed)})]"]
    )


def test_wiping_overwrites_what_others_look_at() -> None:
    digits = Digits(4)
    for key in "4111":
        digits.add(key)
    view = digits.view()
    assert digits.is_full
    digits.wipe()
    assert view.tobytes() == bytes(4)
    assert (len(digits), digits.is_full) == (0, False)
