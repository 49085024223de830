"""Frames of one turn of the loop through one matrix product, or one by one: the experiment.

Each call's frames come every 20 ms, at a time of its own; what comes while a turn runs makes the
next one. CPU time is measured, and it alone moves the clock: what else this machine does makes
nothing late. After a pause the caches hold other things, as other processes would leave them.
"""

import asyncio
import gc
import random
import select
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from statistics import median
from time import thread_time_ns

import numpy as np
import uvicorn
from rich.console import Console
from rich.table import Table

from ....codecs.bank import Bank
from ....codecs.resample import Upsampler
from .figures import percentile
from .report import machine
from .uplinks import (
    FRAME_BYTES,
    FRAME_MS,
    Line,
    Turn,
    Uplink,
    VirtualClock,
    alone,
    open_line,
    together,
)

CALLS = (10, 50, 100, 150)
FRAMES = 25  # of each call, then it is the other way's turn
_OTHER_BYTES = 3 << 20
_LIMITS = (
    "The caller's way only, from socket to socket: what else a call costs is the same both ways. "
    "CPU in ms per call and second, median of the pairs; the ratio is of two segments after each "
    "other. A frame's wait is from its coming to its message written, in virtual time."
)


@dataclass(frozen=True, slots=True)
class Segment:
    """What some calls did in a piece of time."""

    cpu_s: float
    turns: int
    waits_s: Sequence[float]  # of each frame: from its coming to its message written


class Street:
    """Calls whose frames are all converted one way; each has its own time to speak."""

    def __init__(
        self,
        lines: Sequence[Line],
        call: Callable[[Line, VirtualClock], Uplink],
        end_turn: Callable[[], None],
    ) -> None:
        self._end_turn = end_turn
        self._clock = VirtualClock()
        uplinks = [call(line, self._clock) for line in lines]
        self._by_fd = {uplink.line.fd: uplink for uplink in uplinks}
        drawn = random.Random(len(uplinks))
        self._phases = [(drawn.uniform(0, FRAME_MS / 1_000), uplink) for uplink in uplinks]
        self._phases.sort(key=lambda phase: phase[0])
        self._poller = select.epoll()
        for fd in self._by_fd:
            self._poller.register(fd, select.EPOLLIN)
        self._other = np.zeros(_OTHER_BYTES, np.uint8)

    def play(self) -> Segment:
        """The next frames of all calls, FRAMES of each."""
        clock, begun_s = self._clock, self._clock.s
        for uplink in self._by_fd.values():
            uplink.take()
        due = [
            (begun_s + frame * FRAME_MS / 1_000 + phase_s, uplink)
            for frame in range(FRAMES)
            for phase_s, uplink in self._phases
        ]
        done, turns, cpu_s, waits_s = 0, 0, 0.0, list[float]()
        while done < len(due):
            if due[done][0] > clock.s:
                clock.s = due[done][0]
                self._other += 1
            come = due[done : done + len(self._phases)]
            come = [frame for frame in come if frame[0] <= clock.s]
            took_s = self._turn(come, waits_s)
            clock.s += took_s
            cpu_s += took_s
            turns += 1
            done += len(come)
        clock.s = max(clock.s, begun_s + FRAMES * FRAME_MS / 1_000)
        return Segment(cpu_s, turns, waits_s)

    def _turn(self, come: Sequence[tuple[float, Uplink]], waits_s: list[float]) -> float:
        """The CPU time of a turn that finds these frames in its sockets."""
        for _, uplink in come:
            uplink.speak()
        begun_ns = thread_time_ns()
        for fd, _ in self._poller.poll(0):
            self._by_fd[fd].line.read()
        self._end_turn()
        took_s = (thread_time_ns() - begun_ns) / 1e9
        for at_s, uplink in come:
            uplink.listen()
            written_s = (uplink.wire.written_ns - begun_ns) / 1e9
            if written_s > 0:  # else the call keeps it back, as it does with frames of a burst
                waits_s.append(self._clock.s - at_s + written_s)
        return took_s

    def close(self) -> None:
        """No more turns; the lines stay open."""
        self._poller.close()


@dataclass(frozen=True, slots=True)
class Row:
    """So many calls: pairs of segments, one by one and together."""

    calls: int
    pairs: Sequence[tuple[Segment, Segment]]

    def cpu_ms(self, segment: Segment) -> float:
        """Per call and second."""
        return segment.cpu_s * 1e6 / (self.calls * FRAMES * FRAME_MS)

    def wait_ms(self, way: int, percent: float) -> float:
        """Of one way: the median of all segments, as one may have been disturbed."""
        return median(percentile(pair[way].waits_s, percent) for pair in self.pairs) * 1_000

    @property
    def cells(self) -> tuple[str, ...]:
        """For the table."""
        one, other = ([self.cpu_ms(pair[way]) for pair in self.pairs] for way in (0, 1))
        ratios = [b / a for a, b in zip(one, other, strict=True)]
        batch = median(self.calls * FRAMES / pair[1].turns for pair in self.pairs)
        waits = ((self.wait_ms(0, at), self.wait_ms(1, at)) for at in (50, 99))
        return (
            str(self.calls),
            f"{batch:.2f}",
            f"{median(one):.2f}",
            f"{median(other):.2f}",
            f"{median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})",
            *(f"{one_ms:.2f} {other_ms - one_ms:+.2f}" for one_ms, other_ms in waits),
        )


def run(pairs: int, tell: Callable[[str], None]) -> list[Row]:
    """All of it, for each number of calls so many pairs. Raises OSError."""
    fastest_loop = uvicorn.Config("", log_config=None).get_loop_factory()
    rows: list[Row] = []
    for calls in CALLS:
        tell(f"{calls} calls")
        with asyncio.Runner(loop_factory=fastest_loop) as runner:
            rows.append(Row(calls, runner.run(compare(calls, pairs))))
    return rows


async def compare(calls: int, pairs: int) -> list[tuple[Segment, Segment]]:
    """Segments of both ways in turn, over the same sockets; the first of each only warms up."""
    turn = Turn()
    warm_up()
    with ExitStack() as undo:
        gc.collect()
        gc.disable()  # what one way leaves behind the other would have to clear
        undo.callback(gc.enable)
        lines = [await open_line() for _ in range(calls)]
        for line in lines:
            undo.callback(line.close)
        one = Street(lines, alone, lambda: None)
        other = Street(lines, partial(together, turn), turn.end)
        for street in (one, other):
            undo.callback(street.close)
            street.play()
        return [_pair(one, other, is_even=number % 2 == 0) for number in range(pairs)]


def warm_up() -> None:
    """Let numpy come to its senses: the first product takes as long as a second of calls."""
    bank = Bank()
    slots = [bank.open() for _ in range(2)]
    for batch in ([slots[0]], slots):
        bank.up_bytes(batch, [bytes(FRAME_BYTES)] * len(batch))
    Upsampler().push(bytes(FRAME_BYTES))


def _pair(one: Street, other: Street, *, is_even: bool) -> tuple[Segment, Segment]:
    if is_even:
        return one.play(), other.play()
    later, earlier = other.play(), one.play()
    return earlier, later


def show(rows: Sequence[Row]) -> None:
    """A line for each number of calls."""
    table = Table(title="24 kHz: frames of one loop turn together, against one by one")
    for name in (
        "calls",
        "frames a turn",
        "CPU one by one",
        "together",
        "ratio",
        "wait p50 ms, added",
        "p99 ms, added",
    ):
        table.add_column(name, justify="right")
    for row in rows:
        table.add_row(*row.cells)
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=110)
    console.print(table)
    console.print(f"{_LIMITS} {machine()}.", style="dim")
