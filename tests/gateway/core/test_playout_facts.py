"""What the ledger tells: first sound, stalls, how each item ended, how long the way is."""

from voicegate.codecs.frames import PCMU_8K
from voicegate.gateway.core.actions import Action, Fact, PlayAudio, fact
from voicegate.gateway.core.playout import Playout

MS = 8  # bytes


def playout(lead_limit_ms: int = 20_000) -> Playout:
    return Playout(PCMU_8K, lead_limit_ms=lead_limit_ms, mark_every_ms=200)


def says(subject: Playout, item_id: str, ms: int, now_ms: int) -> list[Action]:
    return subject.receive(item_id, "r", bytes(ms * MS), now_ms, is_interruptible=True)


def facts(actions: list[Action]) -> list[Fact]:
    return [action for action in actions if isinstance(action, Fact)]


def first_sent(item: str, lead_ms: int) -> Fact:
    return fact("audio.first_sent", item=item, response="r", lead_ms=lead_ms)


def heard_all(item: str, ms: int, dry_ms: int = 0) -> Fact:
    return fact("audio.heard_all", item=item, ms=ms, dry_ms=dry_ms)


# -- the first sound -------------------------------------------------------------------------------


def test_the_first_sound_of_an_item_tells_what_plays_before_it() -> None:
    """C163, C164: 400 ms are sent; 100 ms later the next one has 300 ms to wait."""
    subject = playout()
    assert facts(says(subject, "a", 400, 1_000)) == [first_sent("a", 0)]
    subject.finish("a", b"", 1_000)
    assert facts(says(subject, "b", 200, 1_100)) == [first_sent("b", 300)]
    assert facts(says(subject, "b", 200, 1_150)) == []


def test_no_word_stands_between_a_delta_and_its_sound() -> None:
    """C42: the audio is first, then what is told of it."""
    actions = says(playout(), "a", 200, 0)
    assert [type(a).__name__ for a in actions] == ["PlaceMark", "PlayAudio", "Fact", "PlaceMark"]


def test_sounds_of_our_own_are_not_told() -> None:
    subject = playout()
    played = subject.play_house("prompt", bytes(200 * MS), 0, is_interruptible=True)
    assert facts([*played, *subject.echoed("0.2", 300)]) == []
    assert any(isinstance(action, PlayAudio) for action in played)


# -- stalls ----------------------------------------------------------------------------------------


def test_a_buffer_that_was_dry_for_300_ms_inside_an_item_is_a_stall() -> None:
    """C56, K6: told when it is over, with its length."""
    for dry_ms, told in ((299, []), (300, [fact("audio.stall", item="a", ms=300)])):
        subject = playout()
        says(subject, "a", 200, 1_000)
        assert facts(says(subject, "a", 200, 1_200 + dry_ms)) == told
        assert subject.items["a"].dry_ms == dry_ms


def test_all_silence_inside_an_item_is_told_at_its_end() -> None:
    """C52, K6: two gaps, of 50 ms and of 400 ms, at the pace of a slow model."""
    subject = playout()
    says(subject, "a", 100, 0)
    says(subject, "a", 100, 150)
    says(subject, "a", 100, 650)
    ended = subject.finish("a", b"", 660)
    assert facts([*ended, *subject.echoed("0.4", 800)]) == [heard_all("a", 300, dry_ms=450)]


def test_silence_between_two_items_is_nobodys_stall() -> None:
    """K6."""
    subject = playout()
    says(subject, "a", 100, 0)
    subject.finish("a", b"", 10)
    assert facts(says(subject, "b", 100, 5_000)) == [first_sent("b", 0)]
    assert subject.items["b"].dry_ms == 0


def test_the_rest_of_the_filter_after_the_last_sound_is_no_stall() -> None:
    """K6: the end is told late, and the 2 ms that come with it are not speech."""
    subject = playout()
    says(subject, "a", 100, 0)
    assert facts(subject.finish("a", bytes(16), 1_000)) == []
    assert subject.items["a"].dry_ms == 0


# -- how an item ends ------------------------------------------------------------------------------


def test_an_item_is_heard_when_the_last_mark_behind_it_comes_back() -> None:
    """C51, C163: not when the model is done with it."""
    subject = playout()
    says(subject, "a", 300, 0)
    assert facts(subject.finish("a", b"", 10)) == []
    assert facts(subject.echoed("0.2", 250)) == []
    assert facts(subject.echoed("0.3", 350)) == [heard_all("a", 300)]
    assert facts(subject.echoed("0.3", 360)) == []


def test_one_echo_may_end_several_items() -> None:
    """C50: the marks of the first were lost."""
    subject = playout()
    for item in ("a", "b"):
        says(subject, item, 200, 0)
        subject.finish(item, b"", 0)
    assert facts(subject.echoed("0.3", 450)) == [heard_all("a", 200), heard_all("b", 200)]


def test_an_item_that_was_heard_before_its_end_was_told_ends_then() -> None:
    """C163: once."""
    subject = playout()
    says(subject, "a", 200, 0)
    assert facts(subject.echoed("0.2", 250)) == []
    assert facts(subject.finish("a", bytes(16), 400)) == [heard_all("a", 200)]
    assert facts(subject.echoed("0.4", 450)) == []


def test_audio_that_had_to_wait_for_room_leaves_before_anything_is_told() -> None:
    """C43: the echo that ends one item makes room for the next."""
    subject = playout(lead_limit_ms=200)
    for item in ("a", "b"):
        says(subject, item, 200, 0)
        subject.finish(item, b"", 0)
    actions = subject.echoed("0.2", 250)
    assert isinstance(actions[1], PlayAudio)
    assert facts(actions) == [first_sent("b", 0), heard_all("a", 200)]


# -- the way ---------------------------------------------------------------------------------------


def test_the_round_trip_is_the_best_that_was_measured() -> None:
    """C46: by the mark before the first audio of a run; 0 as long as none came back."""
    subject = playout()
    says(subject, "a", 20, 0)
    assert subject.round_trip_ms == 0
    subject.echoed("0.1", 91)
    says(subject, "a", 20, 1_000)
    subject.echoed("0.2", 1_062)
    assert subject.round_trip_ms == 62
