"""What can go wrong on a media stream, as data, each kind with random numbers of its own."""

from collections.abc import Iterable
from dataclasses import dataclass
from random import Random
from typing import Literal

from ..assumptions import Assumption

FaultKind = Literal[
    "start_late",  # one chance a stream
    "start_missing",
    "bunch",  # one chance a frame of the caller: frames wait, then come at once
    "stall_out",
    "stall_in",
    "frame_lost",
    "frame_doubled",
    "frame_empty",
    "frame_short",
    "frame_long",
    "media_stops",
    "close_without_stop",
    "stop_without_close",
    "drop",
    "unknown_event",
    "huge_message",
    "mark_late",  # one chance a mark
    "mark_early",
    "mark_doubled",
    "mark_lost",
    "mark_reordered",
    "clear_slow",  # one chance a `clear`
]

# Lengths in ms (for `huge_message` in bytes) that are drawn when a fault names none.
_USUAL_LENGTHS: dict[FaultKind, tuple[int, int]] = {
    "start_late": (500, 8_000),
    "bunch": (40, 400),
    "stall_out": (100, 10_000),
    "stall_in": (100, 10_000),
    "media_stops": (1_000, 30_000),
    "huge_message": (70_000, 200_000),
    "mark_late": (20, 2_000),
    "mark_early": (20, 400),
    "clear_slow": (40, 1_000),
}

ASSUMPTIONS = (
    Assumption(
        "frames bunch after a stall; TCP neither loses nor reorders messages",
        "assumed",
        "the stream runs over one TCP connection",
    ),
    Assumption(
        "lost, doubled, empty, short and long frames, marks that come late, early, twice, never or"
        " out of order, a slow `clear`: nobody reports them, a gateway must survive them",
        "assumed",
        "hostile on purpose",
    ),
)


@dataclass(frozen=True, slots=True)
class CarrierFault:
    """One thing that goes wrong: by probability at each chance, once at a time, or at one chance.

    `at_ms` counts from the opening of the stream, `at_index` the chances from 0. `length` is the
    range of how long it lasts, or how late, early (ms) or large (bytes) it is.
    """

    kind: FaultKind
    probability: float = 0.0
    at_ms: int | None = None
    at_index: int | None = None
    length: tuple[int, int] | None = None


class _Source:
    """One fault and its random stream."""

    def __init__(self, fault: CarrierFault, rng: Random) -> None:
        self._fault = fault
        self._random = rng
        self._chances = 0
        self._is_due = fault.at_ms is not None

    def strikes(self, elapsed_ms: int) -> int | None:
        fault = self._fault
        hit = self._random.random() < fault.probability or self._chances == fault.at_index
        self._chances += 1
        if self._is_due and fault.at_ms is not None and elapsed_ms >= fault.at_ms:
            self._is_due = False
            hit = True
        low, high = fault.length or _USUAL_LENGTHS.get(fault.kind, (0, 0))
        length = low + int(self._random.random() * (high - low + 1))
        return length if hit else None


class Faults:
    """The faults of one stream; one kind more or less never shifts the numbers of another.

    That holds as long as every kind is given each of its chances, whatever the others do.
    """

    def __init__(self, faults: Iterable[CarrierFault], seed: int) -> None:
        self.opened_ms = 0
        self._sources: dict[FaultKind, list[_Source]] = {}
        for fault in faults:
            peers = self._sources.setdefault(fault.kind, [])
            peers.append(_Source(fault, Random(f"{seed}/{fault.kind}/{len(peers)}")))

    def any_of(self, kinds: Iterable[FaultKind]) -> bool:
        """Whether one of these kinds can strike at all."""
        return not self._sources.keys().isdisjoint(kinds)

    def strikes(self, kind: FaultKind, now_ms: int) -> int | None:
        """One chance for a fault of this kind: its length (0 where it has none), or None."""
        elapsed_ms = now_ms - self.opened_ms
        lengths = [source.strikes(elapsed_ms) for source in self._sources.get(kind, ())]
        return max((length for length in lengths if length is not None), default=None)

    def struck(self, kinds: Iterable[FaultKind], now_ms: int) -> dict[FaultKind, int]:
        """One chance for each kind: the lengths of those that strike."""
        struck: dict[FaultKind, int] = {}
        for kind in kinds:
            if kind in self._sources and (length := self.strikes(kind, now_ms)) is not None:
                struck[kind] = length
        return struck
