"""What the ledger claims against what a carrier really played, and sums that hold at every step."""

from collections import deque
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegate.codecs.frames import PCMU_8K
from voicegate.gateway.core.actions import Action, PlaceMark, PlayAudio
from voicegate.gateway.core.playout import Playout

MS = 8  # bytes


def playout(lead_limit_ms: int = 20_000) -> Playout:
    return Playout(PCMU_8K, lead_limit_ms=lead_limit_ms, mark_every_ms=200)


def speech(ms: int) -> bytes:
    return bytes(ms * MS)


@dataclass
class Line:
    """A carrier that plays at once what has come: `out_ms` there, `back_ms` back, never late."""

    out_ms: int
    back_ms: int
    free_at_ms: int = 0
    played: list[tuple[int, int, str]] = field(default_factory=list[tuple[int, int, str]])
    echoes: deque[tuple[int, str]] = field(default_factory=deque[tuple[int, str]])

    def take(self, actions: list[Action], now_ms: int) -> None:
        for action in actions:
            begin_ms = max(now_ms + self.out_ms, self.free_at_ms)
            if isinstance(action, PlayAudio):
                self.free_at_ms = begin_ms + len(action.payload) // MS
                self.played.append((begin_ms, self.free_at_ms, action.item_id))
            elif isinstance(action, PlaceMark):
                self.echoes.append((begin_ms + self.back_ms, action.name))

    def heard_ms(self, item_id: str, clear_sent_ms: int) -> int:
        at_ms = clear_sent_ms + self.out_ms
        spans = [(begin, min(end, at_ms)) for begin, end, item in self.played if item == item_id]
        return sum(max(0, end - begin) for begin, end in spans)


# -- the truth -------------------------------------------------------------------------------------


@dataclass
class Delta:
    item_id: str
    ms: int
    after_ms: int  # since the delta before
    is_last: bool


DELTAS = st.lists(
    st.builds(
        Delta,
        st.sampled_from("abc"),
        st.integers(0, 400),
        st.sampled_from([0, 5, 50, 250, 600]),
        st.booleans(),
    ),
    min_size=1,
    max_size=25,
)


@given(deltas=DELTAS, clear_after_ms=st.integers(0, 4_000), way=st.sampled_from([(0, 0), (40, 70)]))
def test_on_a_line_without_jitter_the_claim_is_the_truth(
    deltas: list[Delta], clear_after_ms: int, way: tuple[int, int]
) -> None:
    """C46, C50, C52: several items, dry buffers, models slower and faster than real time."""
    subject, line, now_ms = playout(lead_limit_ms=3_000), Line(*way), 0

    def settle(until_ms: int) -> None:
        """What happens by then: echoes and timers, in the order of time."""
        while True:
            echo_ms = line.echoes[0][0] if line.echoes else until_ms + 1
            due_ms = until_ms + 1 if subject.deadline_ms is None else subject.deadline_ms
            at_ms = min(echo_ms, due_ms)
            if at_ms > until_ms:
                return
            if at_ms == echo_ms:
                line.take(subject.echoed(line.echoes.popleft()[1], at_ms), at_ms)
            else:
                line.take(subject.wake(at_ms), at_ms)

    for delta in deltas:
        now_ms += delta.after_ms
        settle(now_ms)
        payload = speech(delta.ms)
        line.take(
            subject.receive(delta.item_id, "r", payload, now_ms, is_interruptible=True), now_ms
        )
        if delta.is_last:
            line.take(subject.finish(delta.item_id, b"", now_ms), now_ms)
    now_ms += clear_after_ms
    settle(now_ms)
    _, cut = subject.clear(now_ms)
    for item in cut:
        padded_ms = line.heard_ms(item.item_id, now_ms)  # with the silence of the last frame
        assert min(padded_ms, subject.items[item.item_id].sent // MS) == item.heard_ms


# -- sums ------------------------------------------------------------------------------------------

STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "receive",
                "receive",
                "receive",
                "finish",
                "drop",
                "announce",
                "forget",
                "house",
                "echo",
                "echo",
                "echo any",
                "wake",
                "clear",
                "clear queue",
            ]
        ),
        st.sampled_from("abcd"),
        st.integers(0, 5_000),  # bytes, or the number of a mark
        st.sampled_from([0, 1, 40, 300, 1_500]),
    ),
    max_size=40,
)


@given(steps=STEPS)
def test_the_ledger_adds_up_after_every_step(steps: list[tuple[str, str, int, int]]) -> None:
    """C49: received = queued + sent + dropped, sent = heard + cleared + in flight; 0 at a clear."""
    subject, now_ms = playout(lead_limit_ms=1_000), 0
    names: deque[str] = deque()
    played: dict[str, int] = {}
    for step, (what, item_id, size, after_ms) in enumerate(steps):
        now_ms += after_ms
        is_due = subject.deadline_ms is not None and subject.deadline_ms <= now_ms
        actions = subject.wake(now_ms) if is_due else []
        match what:
            case "receive":
                actions += subject.receive(item_id, "r", bytes(size), now_ms, is_interruptible=True)
            case "finish":
                actions += subject.finish(item_id, bytes(size % 20), now_ms)
            case "drop":
                subject.drop(f"late {item_id}", "r", bytes(size))
            case "announce":
                subject.announce(item_id, item_id)
            case "forget":
                subject.forget_announced(item_id)
            case "house":
                actions += subject.play_house(
                    f"house {step}", bytes(size), now_ms, is_interruptible=True
                )
            case "echo" if names:
                actions += subject.echoed(names.popleft(), now_ms)
            case "echo any":
                actions += subject.echoed(f"{size % 3}.{size % 40}", now_ms)
            case "wake":
                actions += subject.wake(now_ms)
            case "clear":
                subject.clear(now_ms)
            case "clear queue":
                subject.clear_queue(now_ms)
            case _:
                pass
        names.extend(action.name for action in actions if isinstance(action, PlaceMark))
        for action in actions:
            if isinstance(action, PlayAudio):
                played[action.item_id] = played.get(action.item_id, 0) + len(action.payload)
        _check(subject, played, now_ms)
        if what in ("clear", "clear queue"):
            assert all(item.in_flight == 0 for item in subject.items.values())
            assert all(not item.waiting for item in subject.items.values())


def _check(subject: Playout, played: dict[str, int], now_ms: int) -> None:
    for item in subject.items.values():
        assert item.received == len(item.waiting) + item.sent + item.dropped
        assert item.sent == item.heard + item.cleared + item.in_flight
        assert min(item.heard, item.cleared, item.in_flight, item.dropped) >= 0
        assert item.sent <= played.get(item.item_id, 0) < item.sent + 320
        assert item.heard // MS <= subject.heard_ms(item, now_ms) <= item.sent // MS
    assert subject.deadline_ms is None or subject.deadline_ms > now_ms


@pytest.mark.parametrize("deltas_ms", [[250] * 4, [1_000], [20] * 50, [7] * 142 + [6]])
def test_heard_is_the_sum_of_what_was_played_however_it_was_cut_up(deltas_ms: list[int]) -> None:
    """C49, C60: a second of speech, all of it echoed, nothing in flight."""
    subject, line = playout(), Line(30, 30)
    for n, ms in enumerate(deltas_ms):
        line.take(subject.receive("a", "r", speech(ms), n, is_interruptible=True), n)
    line.take(subject.finish("a", b"", 1_000), 1_000)
    for at_ms, name in list(line.echoes):
        subject.echoed(name, at_ms)
    item = subject.items["a"]
    assert (item.received, item.heard, item.in_flight) == (8_000, 8_000, 0)
    assert subject.is_all_echoed
