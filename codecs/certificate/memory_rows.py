"""M1: what a call's resamplers take, and what it takes to make and to reset them."""

import tracemalloc
from collections.abc import Callable, Iterator
from statistics import median
from time import process_time
from typing import Final

from .. import bank, resample
from .row import Row, at_most, tried

_CALLS: Final = 200
_RUNS: Final = 9


def rows() -> Iterator[Row]:
    """M1."""
    resample.Upsampler().push(bytes(160))  # work areas are shared, and made by the first
    kib = _traced(lambda: [(resample.Upsampler(), resample.Downsampler()) for _ in range(_CALLS)])
    yield at_most(
        "M1", "memory of a call, one-call objects", kib / _CALLS, 2, "tracemalloc", unit="KiB"
    )
    kib = _traced(lambda: bank.Bank(capacity=_CALLS))
    yield at_most("M1", "memory of a slot of the Bank", kib / _CALLS, 2, "tracemalloc", unit="KiB")
    yield from tried(_made)
    yield from tried(_reset)


def _made() -> Iterator[Row]:
    us = _us(lambda: (resample.Upsampler(), resample.Downsampler()))
    yield at_most("M1", "to make both objects", us, 50, "CPU, median", unit="µs")


def _reset() -> Iterator[Row]:
    both = (resample.Upsampler(), resample.Downsampler())
    us = _us(lambda: [each.reset() for each in both])
    yield at_most("M1", "to reset both", us, 3, "CPU, median", unit="µs")


def _traced(make: Callable[[], object]) -> float:
    """KiB that live as long as what is made."""
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    kept = make()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del kept
    return (after - before) / 1024


def _us(work: Callable[[], object], times: int = 500) -> float:
    def run() -> float:
        begun_s = process_time()
        for _ in range(times):
            work()
        return (process_time() - begun_s) / times * 1e6

    return median(run() for _ in range(_RUNS))
