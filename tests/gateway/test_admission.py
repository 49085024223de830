"""One more call, or none."""

from voicegate.gateway.admission import Admission, Barrier


class Process:
    """The figures that an admission looks at."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.lag_ms = 0.0
        self.admission = Admission(self.calls, max_calls=2, lag_ms=lambda: self.lag_ms)


def test_a_process_that_is_well_takes_calls() -> None:
    assert Process().admission.barriers() == []


def test_calls_come_in_up_to_the_limit_and_again_when_one_has_left() -> None:
    """C151: calls per process."""
    process = Process()
    process.calls.append("one")
    assert process.admission.barriers() == []
    process.calls.append("two")
    assert process.admission.barriers() == [Barrier.MAX_CALLS]
    process.calls.pop()
    assert process.admission.barriers() == []


def test_a_loop_that_lags_takes_no_further_call() -> None:
    """C151: p99 over 20 ms."""
    process = Process()
    process.lag_ms = 20.0
    assert process.admission.barriers() == []
    process.lag_ms = 20.5
    assert process.admission.barriers() == [Barrier.LOOP_LAG]


def test_a_process_that_leaves_takes_no_further_call() -> None:
    """C151, C157."""
    process = Process()
    process.admission.is_draining = True
    assert process.admission.barriers() == [Barrier.DRAINING]


def test_all_barriers_are_named_together() -> None:
    """C161."""
    process = Process()
    process.calls += ["one", "two", "three"]
    process.lag_ms = 50.0
    process.admission.is_draining = True
    assert set(process.admission.barriers()) == set(Barrier)
