"""One more call, or none."""

from voicegate.gateway.admission import Admission, Barrier
from voicegate.gateway.core.actions import fact
from voicegate.gateway.core.breaker import PROBE_EVERY_MS, Breaker


class Process:
    """The figures that an admission looks at."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.lag_ms = 0.0
        self.now_ms = 0
        self.breaker = Breaker()
        self.admission = Admission(
            self.calls,
            self.breaker,
            now_ms=lambda: self.now_ms,
            max_calls=2,
            lag_ms=lambda: self.lag_ms,
        )

    def model_refuses(self) -> None:
        self.breaker.saw(fact("model.refused", row="E6", cause="invalid_api_key"), self.now_ms)


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


def test_a_model_that_fails_is_tried_with_one_call_now_and_then() -> None:
    """C152: the others get the fallback, and health says why."""
    process = Process()
    process.model_refuses()
    assert process.admission.admit() is Barrier.MODEL
    process.now_ms = PROBE_EVERY_MS
    assert process.admission.barriers() == [], "health does not use up the probe"
    assert process.admission.admit() is None
    assert process.admission.admit() is Barrier.MODEL


def test_a_call_that_cannot_come_in_anyway_is_no_probe() -> None:
    """C152."""
    process = Process()
    process.model_refuses()
    process.now_ms = PROBE_EVERY_MS
    process.admission.is_draining = True
    assert process.admission.admit() is Barrier.DRAINING
    process.admission.is_draining = False
    assert process.admission.admit() is None


def test_all_barriers_are_named_together() -> None:
    """C161."""
    process = Process()
    process.calls += ["one", "two", "three"]
    process.lag_ms = 50.0
    process.admission.is_draining = True
    process.model_refuses()
    assert set(process.admission.barriers()) == set(Barrier)
