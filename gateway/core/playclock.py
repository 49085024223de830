"""Where playback stands at the carrier: told from mark echoes, and what no echo can be true of."""

from collections import deque
from dataclasses import dataclass

ECHOES_KEPT = 8
ROUND_TRIPS_KEPT = 16
LATE_KEPT = 64
STALLED_MS = 60  # an echo that is so late met a stall
EARLY_MS = 50  # an echo that is earlier than it can be by more than this is not true


class RoundTrips:
    """What is known of the way out and back: its least time, and how late it usually is."""

    def __init__(self) -> None:
        self._samples_ms: deque[int] = deque(maxlen=ROUND_TRIPS_KEPT)
        self._late_ms: deque[float] = deque(maxlen=LATE_KEPT)

    def add(self, sample_ms: int) -> None:
        """A probe came back: a mark that an empty buffer echoes at once."""
        self._samples_ms.append(sample_ms)

    def shorten(self, sample_ms: int) -> None:
        """A later echo of the same run tells, less its playing time, what the probe should have."""
        last_ms = self._samples_ms.pop() if self._samples_ms else sample_ms
        self._samples_ms.append(min(last_ms, sample_ms))

    def late(self, ms: float) -> None:
        """An echo was later than the best of its run; by much, it was held up and tells nothing."""
        if ms < STALLED_MS:
            self._late_ms.append(ms)

    @property
    def least_ms(self) -> int | None:
        """The undisturbed round trip, None before the first measurement."""
        return min(self._samples_ms, default=None)

    @property
    def jitter_ms(self) -> float:
        """How much later than its best one way is on average; the way out is taken to be alike."""
        return sum(self._late_ms) / len(self._late_ms) if self._late_ms else 0.0

    @property
    def usual_extra_ms(self) -> int:
        """How much later than the least round trip tells a `clear` will be there.

        Above the mean, because late is later than early is early; less by what the least of few
        samples is itself too long.
        """
        return round(self.jitter_ms * (1.2 - 1.5 / max(1, len(self._samples_ms))))


@dataclass(slots=True)
class FastestPlay:
    """When a carrier that loses no time will have played what it was sent: nobody plays faster."""

    ends_ms: int = 0
    ahead_ms: int = 0  # by how much the carrier's clock has run ahead of ours

    def sent(self, ms: int, now_ms: int) -> None:
        """So much audio leaves now."""
        self.ends_ms = max(self.ends_ms, now_ms) + ms

    def is_possible(self, ends_ms: int, now_ms: int) -> bool:
        """What ends then at best has ended now, within what two clocks may differ."""
        early_ms = ends_ms - now_ms
        if early_ms > self.ahead_ms + EARLY_MS:
            return False
        self.ahead_ms = max(self.ahead_ms, early_ms)
        return True


class PlayClock:
    """The carrier's play position as a line through time: `position = now + offset`.

    Positions are milliseconds of audio sent since the last clear. `position_ms(now)` is the one
    that a `clear` sent now will meet when it gets there. A run is a stretch without a dry buffer;
    each begins a new line, because an old one cannot know of the gap.
    """

    def __init__(self, round_trips: RoundTrips) -> None:
        self._round_trips = round_trips
        self.run = 0  # counts runs
        self._base_ms = 0.0  # position at which the current run began
        self._offset_ms = 0.0
        self._offset_before_ms = 0.0  # of the run before, in force below the base
        self._sent_offset_ms = 0.0  # as if the current run were played as it is sent
        self._begins_dry = False
        self._echoes_ms: deque[float] = deque(maxlen=ECHOES_KEPT)  # position - arrival

    def begin_run(self, base_ms: float, now_ms: int, *, plays_until_ms: float) -> None:
        """Audio from `base_ms` on leaves now; what is before it plays until `plays_until_ms`."""
        self.run += 1
        self._offset_before_ms = self._offset_ms
        self._base_ms = base_ms
        self._begins_dry = plays_until_ms <= now_ms
        self._sent_offset_ms = self._offset_ms = base_ms - max(float(now_ms), plays_until_ms)
        if self._begins_dry:  # it goes there with others, and the latest of them counts
            self._offset_ms -= self._round_trips.jitter_ms
        self._echoes_ms.clear()

    def echoed(self, position_ms: float, run: int, now_ms: int) -> None:
        """A mark behind `position_ms` came back; one of an earlier run says nothing about this."""
        if run != self.run:
            return
        if self._begins_dry:
            self._round_trips.shorten(round(now_ms - position_ms + self._sent_offset_ms))
        round_trip_ms = self._round_trips.least_ms
        if round_trip_ms is None:
            return
        echo_ms = position_ms - now_ms
        self._echoes_ms.append(echo_ms)
        # Delay on the way back makes this smaller, never larger: the largest is the truest.
        truest_ms = max(self._echoes_ms)
        if len(self._echoes_ms) > 1:
            self._round_trips.late(truest_ms - echo_ms)
        told_ms = truest_ms + round_trip_ms
        extra_ms = self._late_on_its_way_back(self._sent_offset_ms - told_ms)
        self._offset_ms = told_ms + extra_ms + self._round_trips.usual_extra_ms

    def _late_on_its_way_back(self, late_ms: float) -> float:
        """What part of it was the truest echo's own, and not that of the audio on its way there.

        One echo says nothing about that: half is the least wrong. The least late of n echoes is as
        late as 1 / n of the jitter, a little more seeing that it is late at all.
        """
        others = len(self._echoes_ms) - 1
        share_ms = max(0.0, late_ms) / (others + 2)
        return min(share_ms, self._round_trips.jitter_ms / others) if others else share_ms

    def position_ms(self, now_ms: int) -> float:
        """The estimate; the caller of this clamps it to what was sent and what was echoed."""
        position_ms = now_ms + self._offset_ms
        if position_ms >= self._base_ms:
            return position_ms
        return min(self._base_ms, now_ms + self._offset_before_ms)

    def reaches_at_ms(self, position_ms: float) -> float:
        """When the current run gets to a position."""
        return position_ms - self._offset_ms
