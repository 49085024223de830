"""Where playback stands at the carrier, told from mark echoes and from nothing else."""

from collections import deque

ECHOES_KEPT = 8
ROUND_TRIPS_KEPT = 16


class RoundTrips:
    """Times from sending a mark into an empty buffer to its echo: the way out and back."""

    def __init__(self) -> None:
        self._samples_ms: deque[int] = deque(maxlen=ROUND_TRIPS_KEPT)

    def add(self, sample_ms: int) -> None:
        """Keep one measured round trip."""
        self._samples_ms.append(sample_ms)

    @property
    def least_ms(self) -> int | None:
        """The undisturbed round trip, None before the first measurement."""
        return min(self._samples_ms, default=None)

    @property
    def usual_extra_ms(self) -> int:
        """By how much one way out is usually later than its best: half the mean excess."""
        if not self._samples_ms:
            return 0
        excess_ms = sum(self._samples_ms) / len(self._samples_ms) - min(self._samples_ms)
        return round(excess_ms / 2)


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
        self._proposals_ms: deque[float] = deque(maxlen=ECHOES_KEPT)

    def begin_run(self, base_ms: float, now_ms: int, *, plays_until_ms: float) -> None:
        """Audio from `base_ms` on leaves now; what is before it plays until `plays_until_ms`."""
        self.run += 1
        self._offset_before_ms = self._offset_ms
        self._base_ms = base_ms
        self._offset_ms = base_ms - max(float(now_ms), plays_until_ms)
        self._proposals_ms.clear()

    def echoed(self, position_ms: float, run: int, now_ms: int) -> None:
        """A mark behind `position_ms` came back; one of an earlier run says nothing about this."""
        round_trip_ms = self._round_trips.least_ms
        if round_trip_ms is None or run != self.run:
            return
        # Delay on the way back makes a proposal smaller, never larger: the largest is the truest.
        self._proposals_ms.append(position_ms - now_ms + round_trip_ms)
        self._offset_ms = max(self._proposals_ms) + self._round_trips.usual_extra_ms

    def position_ms(self, now_ms: int) -> float:
        """The estimate; the caller of this clamps it to what was sent and what was echoed."""
        position_ms = now_ms + self._offset_ms
        if position_ms >= self._base_ms:
            return position_ms
        return min(self._base_ms, now_ms + self._offset_before_ms)

    def reaches_at_ms(self, position_ms: float) -> float:
        """When the current run gets to a position."""
        return position_ms - self._offset_ms
