"""Many looks at once, each with a limit."""

import threading
from collections.abc import Callable

from voicegate.gateway.terminal.examination import outcomes


def failing() -> str:
    raise LookupError("not there")


def test_each_look_has_its_own_end_and_none_waits_for_one_that_hangs() -> None:
    never = threading.Event()
    looks: dict[str, Callable[[], object]] = {
        "hangs": never.wait,
        "sees": lambda: "it",
        "fails": failing,
    }
    found = dict(outcomes(looks, limit_s=0.2))
    assert "in time" in str(found["hangs"].error)
    assert found["sees"].seen == "it"
    assert isinstance(found["fails"].error, LookupError)
    never.set()


def test_all_of_them_look_at_once() -> None:
    meeting = threading.Barrier(3)
    found = outcomes(dict.fromkeys("abc", meeting.wait), limit_s=60)
    assert sorted(outcome.seen for _, outcome in found if outcome.seen is not None) == [0, 1, 2]
