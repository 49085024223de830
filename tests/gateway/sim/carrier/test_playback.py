"""The playback queue against a slow and obvious one that moves millisecond by millisecond."""

from collections import deque

from hypothesis import given
from hypothesis import strategies as st

from voicegate.gateway.sim.carrier.playback import NEVER_MS, SILENCE, TICK_MS, Playback

LIMIT_MS = 1_000


class ObviousPlayback:
    """Moves one millisecond at a time; a mark lies among the bytes it follows."""

    def __init__(self) -> None:
        self.now_ms = 0
        self.heard = b""
        self.echoes: list[tuple[int, str]] = []
        self._queue: deque[int | str] = deque()

    def pass_to(self, now_ms: int) -> None:
        while self.now_ms < now_ms:
            self.now_ms += 1
            played = bytearray()
            self._play(played)
            self.heard += bytes(played).ljust(8, b"\xff")

    def _play(self, played: bytearray) -> None:
        while self._queue and (isinstance(self._queue[0], str) or len(played) < 8):
            first = self._queue.popleft()
            if isinstance(first, str):
                self.echoes.append((self.now_ms, first))
            else:
                played.append(first)

    def add(self, audio: bytes) -> None:
        self._queue += audio

    def mark(self, name: str) -> None:
        if any(isinstance(each, int) for each in self._queue):
            self._queue.append(name)
        else:
            self.echoes.append((self.now_ms, name))

    def clear(self) -> None:
        names = [each for each in self._queue if isinstance(each, str)]
        self._queue.clear()
        self.echoes += ((self.now_ms, name) for name in names)


class Timed:
    """A playback that is ticked and whose marks are taken when they are due."""

    def __init__(self) -> None:
        self.playback = Playback(0, LIMIT_MS)
        self.heard = b""
        self.echoes: list[tuple[int, str]] = []
        self._tick_ms = TICK_MS

    def pass_to(self, now_ms: int) -> None:
        while (due_ms := min(self._tick_ms, self.playback.next_mark_ms)) <= now_ms:
            if due_ms == self.playback.next_mark_ms:
                self.echoes.append((due_ms, self.playback.take_mark()))
            else:
                self.heard += self.playback.tick(due_ms)
                self._tick_ms += TICK_MS


actions = st.lists(
    st.tuples(
        st.integers(0, 70),
        st.one_of(
            st.binary(max_size=400).map(lambda audio: audio.replace(b"\xff", b"\x00")),
            st.sampled_from(["mark", "clear"]),
        ),
    ),
    max_size=30,
)


@given(actions)
def test_every_byte_is_heard_and_every_mark_echoed_at_its_millisecond(
    steps: list[tuple[int, bytes | str]],
) -> None:
    """C170.3, C47: what the caller has heard is known to the millisecond."""
    timed, obvious = Timed(), ObviousPlayback()
    now_ms = added = 0
    for number, (wait_ms, action) in enumerate(steps):
        now_ms += wait_ms
        timed.pass_to(now_ms)
        obvious.pass_to(now_ms)
        played_ms = (len(obvious.heard) - obvious.heard.count(b"\xff")) // 8
        assert timed.playback.played_ms(now_ms) == played_ms
        if isinstance(action, bytes):
            if added + len(action) > LIMIT_MS * 8:
                continue
            added += len(action)
            assert timed.playback.add(action, now_ms) == 0
            obvious.add(action)
        elif action == "mark":
            timed.playback.mark(f"m{number}", now_ms)
            obvious.mark(f"m{number}")
        else:
            timed.playback.clear(now_ms, 0)
            obvious.clear()
        timed.pass_to(now_ms)
    end_ms = (now_ms // TICK_MS + 60) * TICK_MS
    timed.pass_to(end_ms)
    obvious.pass_to(end_ms)
    assert timed.heard == obvious.heard
    assert timed.echoes == obvious.echoes


def test_audio_that_arrives_between_ticks_starts_at_its_arrival() -> None:
    playback = Playback(0, LIMIT_MS)
    playback.add(b"\x01" * 80, 7)
    assert playback.tick(20) == b"\xff" * 56 + b"\x01" * 80 + b"\xff" * 24


def test_a_clear_cuts_at_its_millisecond_and_new_audio_follows_in_the_same_tick() -> None:
    playback = Playback(0, LIMIT_MS)
    playback.add(b"\x01" * 1600, 0)
    assert playback.tick(20) == b"\x01" * 160
    playback.clear(33, 0)
    playback.add(b"\x02" * 16, 35)
    assert playback.played_ms(40) == 35
    assert playback.tick(40) == b"\x01" * 104 + b"\xff" * 16 + b"\x02" * 16 + b"\xff" * 24


def test_what_exceeds_the_limit_is_discarded() -> None:
    playback = Playback(0, LIMIT_MS)
    assert playback.add(b"\x01" * 8_000, 0) == 0
    assert playback.add(b"\x02" * 100, 5) == 60
    assert playback.queued_ms(5) == LIMIT_MS


def test_nothing_is_played_or_echoed_after_the_end() -> None:
    playback = Playback(0, LIMIT_MS)
    playback.add(b"\x01" * 1600, 0)
    playback.mark("late", 0)
    playback.tick(20)
    assert playback.end(23) == b"\x01" * 24 + b"\xff" * 136
    assert playback.next_mark_ms == NEVER_MS
    assert playback.played_ms(500) == 23


def test_a_dry_queue_is_silence() -> None:
    assert Playback(0, LIMIT_MS).tick(20) == SILENCE
