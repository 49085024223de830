"""What a load measures: how long its messages took, which were lost, and how late it was itself."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Tally:
    """One direction, all calls together; delays in seconds."""

    delays_s: list[float] = field(default_factory=list[float])
    lost: int = 0
    misordered: int = 0

    def take(self) -> "Tally":
        """What was counted; then as new."""
        taken = Tally(self.delays_s, self.lost, self.misordered)
        self.delays_s, self.lost, self.misordered = [], 0, 0
        return taken


class Passage:
    """One direction of one call: each message leaves once and arrives once, in order."""

    __slots__ = ("_left_s", "_next", "_tally")

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._left_s: list[float] = []
        self._next = 0

    @property
    def left(self) -> int:
        """How many have left; the next one bears this number."""
        return len(self._left_s)

    def leave(self, now_s: float) -> int:
        """One more leaves; its number."""
        self._left_s.append(now_s)
        return len(self._left_s) - 1

    def arrive(self, number: int, now_s: float) -> None:
        """One has come through; those before it that have not are lost."""
        tally = self._tally
        if not self._next <= number < len(self._left_s):
            tally.misordered += 1
            return
        tally.lost += number - self._next
        self._next = number + 1
        tally.delays_s.append(now_s - self._left_s[number])

    def arrive_next(self, now_s: float) -> None:
        """One that bears no number has come through."""
        self.arrive(self._next, now_s)

    def missing(self, of: int) -> int:
        """How many of the first so many are still on their way, or lost without a successor."""
        return max(0, of - self._next)


@dataclass(slots=True)
class Meter:
    """One load's figures: caller's frames up, model's deltas down, cuts, and our own lateness."""

    up: Tally = field(default_factory=Tally)
    down: Tally = field(default_factory=Tally)
    cuts: Tally = field(default_factory=Tally)
    late_s: list[float] = field(default_factory=list[float])

    def begin(self) -> None:
        """A window opens: delays before it do not count, losses always do."""
        for tally in (self.up, self.down, self.cuts):
            tally.delays_s = []
        self.late_s = []


class CallPassages:
    """The three passages of one call."""

    def __init__(self, meter: Meter) -> None:
        self.up = Passage(meter.up)
        self.down = Passage(meter.down)
        self.cuts = Passage(meter.cuts)

    def left(self) -> tuple[int, int, int]:
        """How many have left, of each."""
        return self.up.left, self.down.left, self.cuts.left

    def missing(self, of: tuple[int, int, int]) -> int:
        """See Passage.missing, for all three."""
        up, down, cuts = of
        return self.up.missing(up) + self.down.missing(down) + self.cuts.missing(cuts)
