"""P: CPU of both ways, bytes to bytes, beside `audioop` with soxr and with `ratecv`.

Process CPU time, rounds interleaved, Laplacian noise that never repeats a frame; the median of the
ratios of a round counts, since microseconds are this machine's own.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from statistics import median
from time import process_time
from typing import Final

import numpy as np

from .. import bank, resample
from ..g711 import audioop, transcode
from . import integer
from .row import Row, at_least, at_most, needs, printed, require, tried
from .signals import laplacian, noise

_ROUNDS: Final = 9
_CALL_FRAMES: Final = 600  # of all calls together in a round
_FRAMES: Final = 64  # that differ

Contestant = Callable[[Sequence[bytes]], object]  # a frame of each call, there and back


@needs("P1", "P2", "P3", "P4", "P5")
def rows() -> Iterator[Row]:
    """P1 to P5."""
    require("soxr")
    for calls in (1, 10, 100, 300):
        yield from tried(partial(_compared, calls))
    yield from tried(_over_whole_numbers)
    yield from tried(_big_delta)


def _compared(calls: int) -> Iterator[Row]:
    rounds = _rounds(calls)
    over, shown = partial(_ratio, rounds), f"{_ROUNDS} rounds"
    of = f"{calls} call{'s' * (calls > 1)}"
    one, many = f"one-call objects, {of}", f"Bank, {of}"
    one_us, many_us = median(rounds["one by one"]), median(rounds["Bank"])
    yield printed("P1", one, one_us, shown, unit="µs a frame")
    yield at_most("P1", f"{one}, over soxr HQ", over("one by one", "soxr HQ"), 1.6, shown)
    yield at_most("P1", f"{one}, over ratecv", over("one by one", "ratecv"), 2.2, shown)
    yield printed("P2", many, many_us, shown, unit="µs a frame")
    if calls == 1:
        yield at_most("P3", f"{many}, over one-call", over("Bank", "one by one"), 1.25, shown)
    if calls == 10:
        yield at_most("P2", f"{many}, over soxr HQ", over("Bank", "soxr HQ"), 0.75, shown)
    if calls >= 100:
        yield at_most("P2", f"{many}, over soxr HQ", over("Bank", "soxr HQ"), 0.45, shown)
        yield at_most("P2", f"{many}, over ratecv", over("Bank", "ratecv"), 0.70, shown)
        yield at_most("P2", f"{many}, over one-call", over("Bank", "one by one"), 0.45, shown)
    best_ms = min(one_us, many_us) * 50 / 1_000
    yield printed("P4", f"CPU of a call-second, {of}", best_ms, shown, unit="ms")


def _ratio(rounds: Mapping[str, list[float]], ours: str, theirs: str) -> float:
    return median(a / b for a, b in zip(rounds[ours], rounds[theirs], strict=True))


def _rounds(calls: int) -> dict[str, list[float]]:
    """Microseconds a call-frame, of each contestant and round."""
    frames = _frames()
    contestants: dict[str, Contestant] = {
        "one by one": _one_by_one(calls),
        "Bank": _bank(calls),
        "soxr HQ": _soxr(calls),
        "ratecv": _ratecv(calls),
    }
    found: dict[str, list[float]] = {name: [] for name in contestants}
    turns = max(1, _CALL_FRAMES // calls)
    for number in range(_ROUNDS + 1):  # the first warms up
        for name, there_and_back in contestants.items():
            batches = [
                [frames[(turn * 7 + call) % _FRAMES] for call in range(calls)]
                for turn in range(turns)
            ]
            begun_s = process_time()
            for batch in batches:
                there_and_back(batch)
            if number:
                found[name].append((process_time() - begun_s) / turns / calls * 1e6)
    return found


def _frames() -> list[bytes]:
    pcm = laplacian(160 * _FRAMES, -26, seed=4)
    codes = transcode(pcm.tobytes(), "pcm16", "ulaw")
    return [codes[start : start + 160] for start in range(0, len(codes), 160)]


def _one_by_one(calls: int) -> Contestant:
    streams = [(resample.Upsampler(), resample.Downsampler()) for _ in range(calls)]

    def run(batch: Sequence[bytes]) -> None:
        for (up, down), frame in zip(streams, batch, strict=True):
            down.push(up.push(frame))

    return run


def _bank(calls: int) -> Contestant:
    together = bank.Bank(capacity=calls)
    slots = [together.open() for _ in range(calls)]
    luck = np.random.default_rng(5)
    order: list[int] = luck.permutation(slots).tolist()

    def run(batch: Sequence[bytes]) -> None:
        together.down_bytes(order, together.up_bytes(order, batch))

    return run


def _soxr(calls: int) -> Contestant:
    import soxr  # pyright: ignore[reportMissingTypeStubs]

    def stream(rate_in: int, rate_out: int) -> soxr.ResampleStream:
        return soxr.ResampleStream(rate_in, rate_out, 1, dtype="int16", quality="HQ")

    streams = [(stream(8_000, 24_000), stream(24_000, 8_000)) for _ in range(calls)]
    wide = noise(480, seed=6)

    def run(batch: Sequence[bytes]) -> None:
        for (up, down), frame in zip(streams, batch, strict=True):
            linear = np.frombuffer(audioop.ulaw2lin(frame, 2), np.int16)
            up.resample_chunk(linear).tobytes()
            # It gives its output in bursts, so that what goes down is cut from elsewhere.
            narrow = down.resample_chunk(wide)
            audioop.lin2ulaw(narrow.tobytes(), 2)

    return run


def _ratecv(calls: int) -> Contestant:
    states: list[list[object]] = [[None, None] for _ in range(calls)]

    def run(batch: Sequence[bytes]) -> None:
        for state, frame in zip(states, batch, strict=True):
            linear = audioop.ulaw2lin(frame, 2)
            wide, state[0] = audioop.ratecv(linear, 2, 1, 8_000, 24_000, state[0])  # pyright: ignore[reportArgumentType]
            narrow, state[1] = audioop.ratecv(wide, 2, 1, 24_000, 8_000, state[1])  # pyright: ignore[reportArgumentType]
            audioop.lin2ulaw(narrow, 2)

    return run


def _over_whole_numbers() -> Iterator[Row]:
    frame = _frames()[0]
    samples = np.frombuffer(transcode(frame, "ulaw", "pcm16"), "<i2").tolist()
    ours = _us(partial(_one_by_one(1), [frame]), 200)
    theirs = _us(lambda: integer.down(integer.up(samples)), 1)
    name = "one-call objects, times quicker than plain Python"
    yield at_least("P3", name, theirs / ours, 100, "a frame both ways")


def _big_delta() -> Iterator[Row]:
    down = resample.Downsampler()
    long, short = (noise(24 * ms, seed=7).tobytes() for ms in (500, 20))
    ratio = median(
        _us(partial(down.push, long), 50) / _us(partial(down.push, short), 200)
        for _ in range(_ROUNDS)
    )
    yield at_most("P5", "500 ms down over 20 ms down", ratio, 12, "one push each")


def _us(work: Callable[[], object], times: int) -> float:
    begun_s = process_time()
    for _ in range(times):
        work()
    return (process_time() - begun_s) / times * 1e6
