"""What was heard: positions, claims at a clear, and whether the agent still speaks."""

from voicegate.codecs.frames import PCMU_8K
from voicegate.gateway.core.actions import ClearAudio, PlaceMark, PlayAudio
from voicegate.gateway.core.item import CutItem
from voicegate.gateway.core.playout import Playout

MS = 8  # bytes


def playout(lead_limit_ms: int = 20_000) -> Playout:
    return Playout(PCMU_8K, lead_limit_ms=lead_limit_ms, mark_every_ms=200)


def speech(ms: int) -> bytes:
    return bytes(ms * MS)


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
    subject.echoed("0.4", 560)
    assert subject.position(560) == 600 * MS
    assert subject.position(9_000) == 1_000 * MS
    assert subject.heard_ms(subject.items["a"], 9_000) == 1_000


def test_heard_is_known_before_the_first_echo() -> None:
    """C48: nothing has come back yet."""
    subject = playout()
    subject.receive("a", "r", speech(2_000), 0, is_interruptible=True)
    assert subject.clear(700)[1] == [CutItem("a", 700, 2_000, is_whole=False)]


def test_an_echo_held_up_by_those_of_a_clear_is_no_measure() -> None:
    """C46, I8: the carrier sends them back one after the other, up to 40 ms late."""
    subject = playout()
    subject.receive("a", "r", speech(1_000), 0, is_interruptible=True)
    subject.echoed("0.1", 50)
    subject.clear(300)
    actions = subject.receive("b", "r2", speech(2_000), 300, is_interruptible=True)
    first = next(action.name for action in actions if isinstance(action, PlaceMark))
    subject.echoed(first, 390)
    assert subject.clear(500)[1] == [CutItem("b", 200, 2_000, is_whole=False)]


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
    assert subject.marks.generation == 1
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
