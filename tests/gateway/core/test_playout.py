"""The way out: whole frames, marks, a bounded lead, items and house pieces in one queue."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegate.codecs.frames import PCMU_8K
from voicegate.gateway.core.actions import Action, ClearAudio, PlaceMark, PlayAudio, fact
from voicegate.gateway.core.playout import Playout

MS = 8  # bytes
FRAME = 160
SILENCE = b"\xff"


def playout(lead_limit_ms: int = 20_000, mark_every_ms: int = 200) -> Playout:
    return Playout(PCMU_8K, lead_limit_ms=lead_limit_ms, mark_every_ms=mark_every_ms)


def receive(
    subject: Playout, item_id: str, payload: bytes, now_ms: int, *, is_interruptible: bool = True
) -> list[Action]:
    return subject.receive(
        item_id, f"response of {item_id}", payload, now_ms, is_interruptible=is_interruptible
    )


def sound(actions: list[Action], item_id: str) -> bytes:
    played = [a for a in actions if isinstance(a, PlayAudio) and a.item_id == item_id]
    return b"".join(action.payload for action in played)


def marks(actions: list[Action]) -> list[str]:
    return [action.name for action in actions if isinstance(action, PlaceMark)]


def speech(ms: int) -> bytes:
    return bytes(n % 251 for n in range(ms * MS))


# -- frames ----------------------------------------------------------------------------------------


def test_the_first_audio_leaves_in_the_loop_turn_of_its_delta_behind_a_probe() -> None:
    """C42, C44: the probe meets an empty buffer, the second mark follows 200 ms of audio."""
    payload = speech(200)
    assert receive(playout(), "a", payload, 1_000) == [
        PlaceMark("0.1"),
        PlayAudio(payload, "a"),
        fact("audio.first_sent", item="a", response="response of a", lead_ms=0),
        PlaceMark("0.2"),
    ]


def test_a_part_of_a_frame_waits_for_its_rest() -> None:
    """C41."""
    subject = playout()
    assert receive(subject, "a", speech(19), 0) == []
    actions = receive(subject, "a", speech(1), 5)
    assert sound(actions, "a") == speech(19) + speech(1)


def test_an_empty_delta_is_an_item_without_audio_so_far() -> None:
    subject = playout()
    assert receive(subject, "a", b"", 0) == []
    assert subject.items["a"].received == 0


def test_a_long_delta_leaves_in_messages_of_200_ms_at_most() -> None:
    """C44."""
    actions = receive(playout(), "a", speech(500), 0)
    lengths = [len(a.payload) for a in actions if isinstance(a, PlayAudio)]
    assert lengths == [1_600, 1_600, 800]


def test_at_its_end_an_item_is_made_whole_with_silence_that_is_not_item_time() -> None:
    """C41, C53: the last part-frame and the filter's rest leave in the turn of the end."""
    subject = playout()
    receive(subject, "a", speech(25), 0)
    actions = subject.finish("a", b"\x12" * 2 * MS, 3)
    assert sound(actions, "a") == speech(25)[FRAME:] + b"\x12" * 2 * MS + SILENCE * 13 * MS
    assert subject.items["a"].sent == 25 * MS
    assert isinstance(actions[-1], PlaceMark)


def test_an_item_of_whole_frames_ends_with_a_mark_alone() -> None:
    subject = playout(mark_every_ms=1_000)
    receive(subject, "a", speech(100), 0)
    assert subject.finish("a", b"", 1) == [PlaceMark("0.2")]


def test_an_item_whose_last_audio_is_marked_already_gets_no_second_mark() -> None:
    subject = playout()
    receive(subject, "a", speech(200), 0)
    assert subject.finish("a", b"", 1) == []


def test_the_end_of_an_unknown_or_ended_item_means_nothing() -> None:
    subject = playout()
    assert subject.finish("nobody", b"tail", 0) == []
    receive(subject, "a", speech(20), 0)
    subject.finish("a", b"", 0)
    assert subject.finish("a", b"tail", 1) == []


def test_audio_behind_the_end_of_its_item_is_counted_and_not_played() -> None:
    subject = playout()
    receive(subject, "a", speech(20), 0)
    subject.finish("a", b"", 0)
    assert receive(subject, "a", speech(20), 1) == []
    assert (subject.items["a"].received, subject.items["a"].dropped) == (40 * MS, 20 * MS)


@given(
    stream=st.binary(max_size=3 * FRAME),
    cuts=st.lists(st.integers(0, 3 * FRAME), max_size=12),
    tail=st.binary(max_size=2 * MS),
)
def test_any_split_of_a_delta_stream_gives_the_same_bytes(
    stream: bytes, cuts: list[int], tail: bytes
) -> None:
    """C41: whole frames, the stream, its tail, then silence to the end of the frame."""
    subject = playout()
    edges = sorted({0, len(stream), *(min(cut, len(stream)) for cut in cuts)})
    actions: list[Action] = receive(subject, "a", b"", 0)
    for now_ms, (start, end) in enumerate(pairwise(edges)):
        actions += receive(subject, "a", stream[start:end], now_ms)
    actions += subject.finish("a", tail, 20)
    whole = stream + tail
    assert sound(actions, "a") == whole + SILENCE * (-len(whole) % FRAME)
    assert all(len(a.payload) % FRAME == 0 for a in actions if isinstance(a, PlayAudio))
    assert subject.items["a"].sent == len(stream)


# -- marks -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("mark_every_ms", "count"), [(20, 11), (200, 6), (400, 3), (1_000, 2)])
def test_marks_are_spaced_as_asked_and_named_by_generation(mark_every_ms: int, count: int) -> None:
    """C44: one after each message at the most, 20 to 1,000 ms apart, one probe before all."""
    subject = playout(mark_every_ms=mark_every_ms)
    actions: list[Action] = []
    for n in range(10):
        actions += receive(subject, "a", speech(100), n)
    assert marks(actions) == [f"0.{n + 1}" for n in range(count)]


def test_a_giant_delta_gets_a_mark_behind_each_message() -> None:
    """C44: after 200 ms of audio at the latest where marks are spaced at 200 ms."""
    actions = receive(playout(), "a", speech(1_000), 0)
    kinds = [type(a) for a in actions if isinstance(a, PlayAudio | PlaceMark)]
    assert kinds == [PlaceMark] + [PlayAudio, PlaceMark] * 5


def test_mark_names_never_come_twice() -> None:
    subject = playout()
    names = marks(receive(subject, "a", speech(400), 0))
    subject.clear(100)
    names += marks(receive(subject, "b", speech(400), 200))
    assert names == ["0.1", "0.2", "0.3", "1.4", "1.5", "1.6"]


def test_a_probe_is_placed_again_after_the_buffer_ran_dry() -> None:
    """C44, C52: the first audio of each run is preceded by a mark."""
    subject = playout(mark_every_ms=1_000)
    receive(subject, "a", speech(200), 0)
    assert marks(receive(subject, "a", speech(200), 100)) == []
    assert marks(receive(subject, "a", speech(200), 2_000)) == ["0.2"]


@pytest.mark.parametrize("name", ["0.1", "0.3", "7.1", "", "0.2 "])
def test_an_echo_that_is_not_awaited_moves_a_counter_and_nothing_else(name: str) -> None:
    """C45: doubled, of the future, unknown, empty, misspelt."""
    subject = playout()
    receive(subject, "a", speech(200), 0)
    subject.echoed("0.1", 60)
    subject.echoed("0.2", 260)
    before = subject.position(300), subject.items["a"].heard, subject.marks.echoes.valid
    assert subject.echoed(name, 300) == []
    assert (subject.position(300), subject.items["a"].heard, subject.marks.echoes.valid) == before
    assert subject.marks.echoes.stale == 1


def test_an_echo_out_of_order_moves_a_counter_and_nothing_else() -> None:
    """C45."""
    subject = playout()
    receive(subject, "a", speech(600), 0)
    subject.echoed("0.4", 660)
    before = subject.position(700), subject.items["a"].heard
    assert subject.echoed("0.2", 700) == []
    assert (subject.position(700), subject.items["a"].heard) == before
    assert (subject.marks.echoes.valid, subject.marks.echoes.stale) == (1, 1)


def test_an_echo_of_an_earlier_generation_moves_a_counter_and_nothing_else() -> None:
    """C45, X3, X4: marks flushed by a clear look like marks that were played."""
    subject = playout()
    receive(subject, "a", speech(1_000), 0)
    subject.echoed("0.1", 60)
    subject.clear(300)
    receive(subject, "b", speech(1_000), 400)
    for name in ("0.2", "0.3", "0.4", "0.5", "0.6"):
        assert subject.echoed(name, 420) == []
    assert subject.marks.echoes.stale == 5
    assert subject.items["a"].heard == 300 * MS
    assert subject.position(420) == 20 * MS


# -- the lead --------------------------------------------------------------------------------------


def test_what_exceeds_the_lead_waits_and_follows_as_playback_advances() -> None:
    """C43: one timer, and only while something waits."""
    subject = playout(lead_limit_ms=1_000)
    actions = receive(subject, "a", speech(3_000), 0)
    due_ms = subject.deadline_ms
    assert (subject.lead_ms(0), due_ms) == (1_000, 500)
    while subject.deadline_ms is not None:
        now_ms = subject.deadline_ms
        actions += subject.wake(now_ms)
        assert subject.lead_ms(now_ms) <= 1_000 + 200
    assert sound(actions, "a") == speech(3_000)


def test_a_megabyte_at_once_never_fills_the_carrier() -> None:
    """C43: the carrier's ten minutes are never met."""
    subject = playout()
    payload = bytes(1_000_000)
    actions = receive(subject, "a", payload, 0)
    wakes = 0
    while subject.deadline_ms is not None:
        now_ms = subject.deadline_ms
        actions += subject.wake(now_ms)
        assert subject.lead_ms(now_ms) <= 20_200
        wakes += 1
    assert sound(actions, "a") == payload
    assert wakes <= 130  # about one a second


def test_an_echo_makes_room_before_the_timer_does() -> None:
    """C43: the carrier has played more than was thought."""
    subject = playout(lead_limit_ms=400)
    receive(subject, "a", speech(1_000), 0)
    assert marks(subject.echoed("0.3", 10)) != []


def test_nothing_waits_and_no_timer_runs_while_the_lead_is_short() -> None:
    """C43."""
    subject = playout()
    receive(subject, "a", speech(1_000), 0)
    assert subject.deadline_ms is None
    assert subject.echoed("0.2", 300) == []


# -- several items ---------------------------------------------------------------------------------


def test_a_later_item_waits_for_the_end_of_the_earlier_one() -> None:
    """C50: in the order of their first delta, accounted apart."""
    subject = playout()
    receive(subject, "a", speech(100), 0)
    assert receive(subject, "b", speech(100), 10) == []
    assert sound(receive(subject, "a", speech(60), 20), "a") == speech(60)
    actions = subject.finish("a", b"", 30)
    assert sound(actions, "b") == speech(100)
    assert (subject.items["a"].sent, subject.items["b"].sent) == (160 * MS, 100 * MS)


def test_a_later_item_waits_a_second_at_most_for_one_that_says_nothing() -> None:
    """C50: at most 1 s after the earlier item's last delta."""
    subject = playout()
    receive(subject, "a", speech(100), 0)
    receive(subject, "b", speech(100), 400)
    assert subject.deadline_ms == 1_000
    assert subject.wake(999) == []
    assert sound(subject.wake(1_000), "b") == speech(100)
    assert subject.deadline_ms is None


def test_the_wait_begins_anew_with_each_delta_of_the_earlier_item() -> None:
    """C50."""
    subject = playout()
    receive(subject, "a", speech(100), 0)
    receive(subject, "b", speech(100), 400)
    receive(subject, "a", speech(100), 900)
    assert subject.deadline_ms == 1_900


def test_many_items_play_in_the_order_of_their_first_delta() -> None:
    """C50: also when they end in another order."""
    subject = playout()
    actions: list[Action] = []
    for n, item_id in enumerate("cab"):
        actions += receive(subject, item_id, speech(40), n)
    for n, item_id in enumerate("bac"):
        actions += subject.finish(item_id, b"", 10 + n)
    played = [a.item_id for a in actions if isinstance(a, PlayAudio)]
    assert played == ["c", "a", "b"]


def test_a_waiting_item_that_ends_waits_on() -> None:
    subject = playout()
    receive(subject, "a", speech(100), 0)
    receive(subject, "b", speech(90), 10)
    assert subject.finish("b", b"", 20) == []
    assert len(sound(subject.finish("a", b"", 30), "b")) == 100 * MS


# -- house pieces ----------------------------------------------------------------------------------


def test_a_house_piece_plays_behind_what_is_queued_and_is_made_whole() -> None:
    """C55: one queue, no overlap."""
    subject = playout()
    receive(subject, "a", speech(100), 0)
    assert subject.play_house("prompt", speech(30), 10, is_interruptible=False) == []
    actions = subject.finish("a", b"", 20)
    assert sound(actions, "prompt") == speech(30) + SILENCE * 10 * MS
    assert subject.items["prompt"].is_house


def test_a_house_piece_is_no_first_word_of_the_agent() -> None:
    subject = playout()
    actions = subject.play_house("ringback", speech(200), 0, is_interruptible=True)
    assert actions == [PlaceMark("0.1"), PlayAudio(speech(200), "ringback"), PlaceMark("0.2")]


def test_each_piece_says_whether_it_may_be_interrupted() -> None:
    """C55."""
    subject = playout()
    subject.play_house("notice", speech(100), 0, is_interruptible=False)
    receive(subject, "a", speech(60), 0)
    assert subject.unheard_ms(0) == 160
    assert subject.unheard_ms(0, only_interruptible=True) == 60
    assert subject.unheard_ms(100, only_interruptible=True) == 60
    assert subject.unheard_ms(130) == 30


def test_a_cleared_house_piece_is_nothing_the_model_must_know() -> None:
    """C55: without an item."""
    subject = playout()
    subject.play_house("notice", speech(1_000), 0, is_interruptible=True)
    actions, cut = subject.clear(400)
    assert actions == [ClearAudio()]
    assert cut == []
    assert (subject.items["notice"].heard, subject.items["notice"].cleared) == (3_200, 4_800)


def test_a_probe_behind_the_echoes_of_a_clear_measures_no_round_trip() -> None:
    """C46: a carrier that takes its time to send back a clear's marks holds up the probe, too."""
    subject = playout()
    cleared = marks(receive(subject, "a", speech(1_000), 0))
    subject.clear(10)
    probe, first, *rest = marks(receive(subject, "b", speech(1_000), 10))
    for name in (*cleared, probe):
        subject.echoed(name, 110)  # the way there and back is 60 ms, and the carrier waited for 40
    subject.echoed(first, 270)
    assert subject.heard_ms(subject.items["b"], 310) == 300
    subject.clear(310)
    for name in rest:
        subject.echoed(name, 400)
    probe, *_ = marks(receive(subject, "c", speech(1_000), 2_000))
    subject.echoed(probe, 2_060)
    assert subject.round_trip_ms == 60
