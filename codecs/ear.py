"""Hears whether the caller speaks, by level, and never takes the agent's echo for the caller."""

import math
from bisect import bisect_left, insort
from collections import deque
from dataclasses import dataclass
from itertools import islice

from .frames import FRAME_MS
from .g711 import SILENCE_DBFS


@dataclass(frozen=True, slots=True)
class EarSettings:
    """Levels in dBFS as `g711.level_dbfs` gives them; times in frames of 20 ms."""

    dead_dbfs: float = -80.0  # below it the line is not open: no noise to learn
    floor_frames: int = 15  # plain mean at first
    floor_up: float = 0.2  # then a share of the difference,
    floor_up_max_db: float = 0.06  # which is at most 3 dB a second
    floor_down: float = 0.1
    above_floor_db: float = 9.0
    speech_dbfs: float = -45.0  # quieter is never speech
    audible_dbfs: float = -50.3  # an agent as quiet as this leaves no echo
    played_frames: int = 30  # for how long what was played may come back
    echo_frames: int = 150  # the echo path is learnt from so many
    echo_frames_min: int = 50  # more than the longest way back, or silence is taken for the path
    echo_share: float = 0.9  # the level that this share of them stays below
    echo_unknown_db: float = -6.0  # until it is learnt; none is louder (ITU-T G.168), callers are
    echo_fall_db: float = 0.3  # a frame: a late echo's beginning is no proof of a quiet path
    above_echo_db: float = 6.5  # a room colours each vowel in its own way
    lag_step: int = 2  # frames: only so closely is the echo's lag looked for
    lag_share: float = 0.01  # of each frame in how the levels move: the last seconds count
    lag_sure: float = 0.8  # correlation from which the echo's lag is known
    lag_early: int = 3  # frames by which the echo may come sooner than that,
    lag_late: int = 6  # or later: the ledger errs, rooms ring
    still_dbfs: float = -60.0  # quieter is as quiet as this, where movements are compared
    onset_frames: int = 4
    release_frames: int = 15


@dataclass(frozen=True, slots=True)
class Hearing:
    """What one frame told: `onset` once a start is confirmed, `erl_db` the gain of the echo path."""

    speech: bool
    onset: bool
    floor_dbfs: float
    erl_db: float


class Ear:
    """One caller's line. A level gate: the echo path is taken to be linear and below 600 ms.

    Once it is known how late the echo is, a caller is heard in the gaps between the agent's words.
    """

    def __init__(self, settings: EarSettings = EarSettings()) -> None:
        self._settings = settings
        self.reset()

    def reset(self) -> None:
        """As new."""
        self._noise = _Floor(self._settings)
        self._echo = _EchoPath(self._settings)
        self._ignored = 0  # frames to come
        self._open = self._closed = 0  # frames in a row
        self._is_talking = False

    def ignore(self, ms: int = 300) -> None:
        """No onset and nothing learnt for so long: what sounds is a key, not speech.

        ValueError if `ms` is negative.
        """
        if ms < 0:
            raise ValueError(f"Ear.ignore: {ms} ms, expected 0 or more")
        self._ignored = max(self._ignored, math.ceil(ms / FRAME_MS))

    def hear(self, near_dbfs: float, played_dbfs: float = SILENCE_DBFS) -> Hearing:
        """One frame: the caller's level, and that of what the caller's telephone plays meanwhile.

        ValueError for levels that are no numbers.
        """
        if not (math.isfinite(near_dbfs) and math.isfinite(played_dbfs)):
            raise ValueError(f"Ear.hear: levels {near_dbfs} and {played_dbfs}, expected dBFS")
        self._echo.play(played_dbfs)
        onset = self._count(self._is_open(near_dbfs))
        return Hearing(self._open > 0, onset, self._noise.dbfs, self._echo.gain_db)

    def _is_open(self, near_dbfs: float) -> bool:
        """Louder than the noise and than the agent's echo; learns from the frame first."""
        if self._ignored:
            self._ignored -= 1
            return False
        self._echo.learn(near_dbfs)
        if near_dbfs >= self._settings.dead_dbfs:
            self._noise.learn(near_dbfs)
        return self._noise.is_below(near_dbfs) and self._echo.is_below(near_dbfs)

    def _count(self, is_open: bool) -> bool:  # noqa: FBT001 - the frame itself
        """Whether this frame confirms a start."""
        self._open, self._closed = (self._open + 1, 0) if is_open else (0, self._closed + 1)
        if self._closed >= self._settings.release_frames:
            self._is_talking = False
        if self._is_talking or self._open < self._settings.onset_frames:
            return False
        self._is_talking = True
        return True


class _Floor:
    """The level of the noise: rises slowly, falls fast."""

    def __init__(self, settings: EarSettings) -> None:
        self._settings = settings
        self._learnt = 0
        self.dbfs = SILENCE_DBFS

    def learn(self, dbfs: float) -> None:
        rules, apart_db = self._settings, dbfs - self.dbfs
        if self._learnt < rules.floor_frames:
            self._learnt += 1
            self.dbfs += apart_db / self._learnt
        elif apart_db > 0:
            self.dbfs += min(rules.floor_up * apart_db, rules.floor_up_max_db)
        else:
            self.dbfs += rules.floor_down * apart_db

    def is_below(self, dbfs: float) -> bool:
        return dbfs > max(self.dbfs + self._settings.above_floor_db, self._settings.speech_dbfs)


class _EchoPath:
    """How much of what the agent says comes back, as the caller's line shows it."""

    def __init__(self, settings: EarSettings) -> None:
        self._settings = settings
        self._played: deque[float] = deque(maxlen=settings.played_frames)  # the newest is the first
        self._gains: deque[float] = deque()
        self._sorted: list[float] = []
        self._loudest = SILENCE_DBFS
        self._lag = _Lag(settings)
        self.gain_db = settings.echo_unknown_db

    def play(self, dbfs: float) -> None:
        self._played.appendleft(dbfs)
        self._loudest = max(self._played)
        self._lag.play(dbfs)

    def learn(self, near_dbfs: float) -> None:
        if not self._is_audible:
            return
        self._lag.learn(near_dbfs)
        if len(self._gains) == self._settings.echo_frames:
            del self._sorted[bisect_left(self._sorted, self._gains.popleft())]
        self._gains.append(near_dbfs - self._loudest)
        insort(self._sorted, self._gains[-1])
        if len(self._gains) >= self._settings.echo_frames_min:
            self.gain_db = self._believed(
                self._sorted[int(self._settings.echo_share * (len(self._gains) - 1))]
            )

    def is_below(self, dbfs: float) -> bool:
        return not self._is_audible or dbfs > self._returning_dbfs() + self.gain_db + (
            self._settings.above_echo_db
        )

    def _believed(self, gain_db: float) -> float:
        """What comes back louder than any echo is the caller; a loss is believed by and by."""
        least_db = self.gain_db - self._settings.echo_fall_db
        return min(max(gain_db, least_db), self._settings.echo_unknown_db)

    def _returning_dbfs(self) -> float:
        """The loudest of what was played and may come back now."""
        if self._lag.frames is None:
            return self._loudest
        first = max(0, self._lag.frames - self._settings.lag_early)
        last = self._lag.frames + self._settings.lag_late
        return max(islice(self._played, first, last + 1), default=SILENCE_DBFS)

    @property
    def _is_audible(self) -> bool:
        return self._loudest > self._settings.audible_dbfs


class _Lag:
    """How late the echo is: where the caller's line moves as what was played then did."""

    def __init__(self, settings: EarSettings) -> None:
        self._settings = settings
        self._near, self._far = _Movement(settings), _Movement(settings)
        self._moved = deque([0.0] * settings.played_frames, settings.played_frames)
        self._alike = [0.0] * len(self._moved_by_lag())  # covariance
        self.frames: int | None = None  # unknown: nothing is alike enough

    def play(self, dbfs: float) -> None:
        self._moved.appendleft(self._far.learn(dbfs))

    def learn(self, near_dbfs: float) -> None:
        kept = 1 - self._settings.lag_share
        new = self._settings.lag_share * self._near.learn(near_dbfs)
        both = zip(self._alike, self._moved_by_lag(), strict=True)
        self._alike = [kept * alike + new * moved for alike, moved in both]
        most = max(self._alike)
        typical = math.sqrt(self._near.variance * self._far.variance)
        is_sure = most > self._settings.lag_sure * typical
        self.frames = self._settings.lag_step * self._alike.index(most) if is_sure else None

    def _moved_by_lag(self) -> list[float]:
        return list(self._moved)[:: self._settings.lag_step]


class _Movement:
    """A level's way up and down around its mean."""

    def __init__(self, settings: EarSettings) -> None:
        self._share, self._still_dbfs = settings.lag_share, settings.still_dbfs
        self._mean_dbfs = settings.still_dbfs
        self.variance = 1.0

    def learn(self, dbfs: float) -> float:
        """How far this frame is from the mean, in dB."""
        dbfs = max(dbfs, self._still_dbfs)
        self._mean_dbfs += self._share * (dbfs - self._mean_dbfs)
        apart_db = dbfs - self._mean_dbfs
        self.variance += self._share * (apart_db * apart_db - self.variance)
        return apart_db
