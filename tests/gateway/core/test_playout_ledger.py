"""What was heard: positions, claims at a clear, and sums that hold at every step."""

from collections import deque
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegate.codecs.frames import PCMU_8K
from voicegate.gateway.core.actions import Action, ClearAudio, PlaceMark, PlayAudio
from voicegate.gateway.core.playout import CutItem, Playout

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


# -- what a clear finds ----------------------------------------------------------------------------


def test_a_clear_tells_what_was_heard_of_the_item_that_plays() -> None:
    subject = playout()
    subject.receive("a", "r", speech(2_000), 0, is_interruptible=True)
    subject.echoed("0.1", 60)
    actions, cut = subject.clear(1_500)
    assert actions == [ClearAudio()]
    assert cut == [CutItem("a", 1_500, 2_000, is_whole=False)]


def test_the_worked_example_of_the_carriers_documentation_is_met() -> None:
    """C46: 4 s from 12.00 on, 1 s echoed at 13.01, speech at 13.40: 1,390 ms, and the way there."""
    subject = playout()
    subject.receive("b", "r", speech(4_000), 12_000, is_interruptible=True)
    subject.echoed("0.1", 12_010)
    subject.echoed("0.6", 13_010)
    _, cut = subject.clear(13_400)
    assert cut == [CutItem("b", 1_400, 4_000, is_whole=False)]


def test_nothing_was_heard_below_the_last_valid_echo_or_beyond_what_was_sent() -> None:
    """C46: an echo that comes early lifts the position, the end of the audio bounds it."""
    subject = playout()
    subject.receive("a", "r", speech(1_000), 0, is_interruptible=True)
    subject.echoed("0.4", 100)
    assert subject.position(100) == 600 * MS
    assert subject.position(9_000) == 1_000 * MS
    assert subject.heard_ms(subject.items["a"], 9_000) == 1_000


def test_heard_is_known_before_the_first_echo() -> None:
    """C48: nothing has come back yet."""
    subject = playout()
    subject.receive("a", "r", speech(2_000), 0, is_interruptible=True)
    assert subject.clear(700)[1] == [CutItem("a", 700, 2_000, is_whole=False)]


def test_without_marks_the_clock_goes_on() -> None:
    """C48: a carrier that never echoes."""
    subject = playout()
    for n in range(20):
        subject.receive("a", "r", speech(250), 50 * n, is_interruptible=True)
    assert subject.lead_ms(2_000) == 3_000
    assert subject.clear(2_000)[1] == [CutItem("a", 2_000, 5_000, is_whole=False)]


def test_each_item_of_the_queue_is_cut_in_play_order_with_its_own_share() -> None:
    """C50, X5: no clock is shared by two items."""
    subject = playout()
    for item_id in "abc":
        subject.receive(item_id, "r", speech(1_000), 0, is_interruptible=True)
        subject.finish(item_id, b"", 0)
    _, cut = subject.clear(1_400)
    assert cut == [
        CutItem("a", 1_000, 1_000, is_whole=True),
        CutItem("b", 400, 1_000, is_whole=False),
        CutItem("c", 0, 1_000, is_whole=False),
    ]


def test_an_item_that_was_played_to_its_end_and_echoed_is_no_part_of_a_cut() -> None:
    subject = playout()
    for item_id in "ab":
        subject.receive(item_id, "r", speech(200), 0, is_interruptible=True)
        subject.finish(item_id, b"", 0)
    subject.echoed("0.2", 260)
    assert [item.item_id for item in subject.clear(300)[1]] == ["b"]


def test_an_item_heard_so_far_but_not_finished_is_not_whole() -> None:
    """C63: the model has more to come."""
    subject = playout()
    subject.receive("a", "r", speech(200), 0, is_interruptible=True)
    subject.echoed("0.2", 260)
    assert subject.clear(3_000)[1] == [CutItem("a", 200, 200, is_whole=False)]


def test_padding_and_the_filters_tail_are_no_time_of_the_item() -> None:
    """C41."""
    subject = playout()
    subject.receive("a", "r", speech(25), 0, is_interruptible=True)
    subject.finish("a", bytes(2 * MS), 0)
    subject.receive("b", "r", speech(100), 0, is_interruptible=True)
    _, cut = subject.clear(90)
    assert cut == [
        CutItem("a", 25, 25, is_whole=True),
        CutItem("b", 50, 100, is_whole=False),
    ]


def test_what_waits_in_this_process_is_dropped_by_a_clear() -> None:
    """C58."""
    subject = playout(lead_limit_ms=400)
    subject.receive("a", "r", speech(3_000), 0, is_interruptible=True)
    subject.receive("b", "r", speech(500), 0, is_interruptible=True)
    subject.clear(100)
    assert [len(item.waiting) for item in subject.items.values()] == [0, 0]
    assert (subject.items["a"].dropped, subject.items["b"].dropped) == (2_600 * MS, 500 * MS)
    assert subject.deadline_ms is None
    assert subject.wake(200) == []


def test_a_cut_item_is_never_heard_again() -> None:
    """C64, X8: late deltas of it are counted and dropped, and its end adds nothing."""
    subject = playout()
    subject.receive("a", "r", speech(1_000), 0, is_interruptible=True)
    subject.clear(100)
    assert subject.receive("a", "r", speech(500), 110, is_interruptible=True) == []
    assert subject.finish("a", bytes(MS), 120) == []
    item = subject.items["a"]
    assert (item.received, item.dropped, item.heard) == (1_500 * MS, 500 * MS, 100 * MS)
    assert not subject.has_audio


def test_a_delta_of_a_response_that_was_cut_is_counted_before_its_item_was_known() -> None:
    """C64."""
    subject = playout()
    subject.drop("late", "r", speech(100))
    subject.drop("late", "r", speech(50))
    item = subject.items["late"]
    assert (item.received, item.dropped, item.is_cut) == (150 * MS, 150 * MS, True)
    assert subject.receive("late", "r", speech(20), 0, is_interruptible=True) == []


def test_a_clear_begins_a_generation_with_an_empty_buffer() -> None:
    """C45."""
    subject = playout()
    subject.receive("a", "r", speech(1_000), 0, is_interruptible=True)
    subject.clear(100)
    assert subject.generation == 1
    assert (subject.position(200), subject.lead_ms(200), subject.unheard_ms(200)) == (0, 0, 0)
    subject.receive("b", "r", speech(1_000), 1_000, is_interruptible=True)
    assert subject.clear(1_250)[1] == [CutItem("b", 250, 1_000, is_whole=False)]


# -- announced items -------------------------------------------------------------------------------


def test_an_announced_item_without_audio_is_part_of_a_cut() -> None:
    """C63: nothing received."""
    subject = playout()
    subject.announce("a", "r")
    assert subject.has_announced
    assert subject.clear(0)[1] == [CutItem("a", 0, 0, is_whole=False)]
    assert not subject.has_announced
    assert subject.receive("a", "r", speech(100), 10, is_interruptible=True) == []


def test_an_announced_item_plays_as_soon_as_it_has_audio() -> None:
    subject = playout()
    subject.announce("a", "r")
    actions = subject.receive("a", "r", speech(100), 10, is_interruptible=False)
    assert PlayAudio(speech(100), "a") in actions
    assert not subject.has_announced
    assert subject.unheard_ms(10, only_interruptible=True) == 0


def test_an_item_that_is_known_is_not_announced_again() -> None:
    subject = playout()
    subject.receive("a", "r", speech(100), 0, is_interruptible=True)
    subject.announce("a", "r")
    assert not subject.has_announced


def test_when_its_response_is_over_an_announced_item_is_forgotten() -> None:
    subject = playout()
    subject.announce("a", "one")
    subject.announce("b", "two")
    subject.forget_announced("one")
    assert [item.item_id for item in subject.clear(0)[1]] == ["b"]


def test_a_forgotten_item_that_speaks_after_all_is_heard() -> None:
    """C49: its audio does not wait for ever."""
    subject = playout()
    subject.announce("a", "r")
    subject.forget_announced("r")
    actions = subject.receive("a", "r", speech(100), 10, is_interruptible=True)
    assert PlayAudio(speech(100), "a") in actions


def test_a_queue_cleared_of_house_sounds_spares_what_is_announced() -> None:
    """C11: the agent's first item is announced while the ringback still plays."""
    subject = playout()
    subject.play_house("ringback", speech(2_000), 0, is_interruptible=True)
    subject.announce("a", "r")
    actions, cut = subject.clear_queue(500)
    assert (actions, cut) == ([ClearAudio()], [])
    actions = subject.receive("a", "r", speech(100), 510, is_interruptible=True)
    assert PlayAudio(speech(100), "a") in actions


# -- is the agent speaking -------------------------------------------------------------------------


def test_the_agent_speaks_as_long_as_audio_is_unheard() -> None:
    """C51, X2: the model finished 5 s ago, the caller still listens."""
    subject = playout()
    subject.receive("a", "r", speech(10_000), 0, is_interruptible=True)
    subject.finish("a", b"", 0)
    assert subject.unheard_ms(5_000) == 5_000
    assert subject.ends_at_ms(5_000) == 10_000
    assert subject.unheard_ms(10_000) == 0


def test_waiting_audio_counts_as_unheard_and_delays_the_end() -> None:
    subject = playout(lead_limit_ms=400)
    subject.receive("a", "r", speech(1_000), 0, is_interruptible=True)
    assert subject.lead_ms(0) == 400
    assert (subject.unheard_ms(0), subject.ends_at_ms(0)) == (1_000, 1_000)


def test_all_is_echoed_when_nothing_waits_and_the_last_mark_is_back() -> None:
    subject = playout()
    assert subject.is_all_echoed
    subject.receive("a", "r", speech(300), 0, is_interruptible=True)
    subject.finish("a", b"", 0)
    for name in ("0.1", "0.2"):
        subject.echoed(name, 300)
        assert not subject.is_all_echoed
    subject.echoed("0.3", 400)
    assert subject.is_all_echoed


def test_a_response_has_audio_as_long_as_it_waits_or_plays() -> None:
    subject = playout()
    subject.receive("a", "one", speech(200), 0, is_interruptible=True)
    subject.announce("b", "two")
    subject.finish("a", b"", 0)
    assert [subject.holds(response) for response in ("one", "two", "three")] == [True, True, False]
    subject.echoed("0.2", 260)
    assert not subject.holds("one")


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
