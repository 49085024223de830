"""A trigger leads to one verdict and, if it cuts, to one list of actions in one order."""

from dataclasses import dataclass
from typing import Literal

import pytest

from voicegate.codecs.frames import PCMU_8K
from voicegate.gateway.core.actions import (
    Action,
    CancelResponse,
    ClearAudio,
    DeleteItem,
    Fact,
    TruncateItem,
    fact,
)
from voicegate.gateway.core.bargein import BargeIn, BargeInLimits, Interruption, Trigger
from voicegate.gateway.core.playout import Playout
from voicegate.gateway.core.responses import Responses, TurnLimits

NOW_MS = 1_000
Response = Literal["none", "asked", "active", "cancelling", "turn owed"]


@dataclass(slots=True)
class Desk:
    """The three parts that decide, at `NOW_MS`."""

    playout: Playout
    responses: Responses
    bargein: BargeIn

    def plays(self, item_id: str, ms: int, *, heard_ms: int, is_finished: bool = True) -> None:
        """The model's item, of which so much has been heard at `NOW_MS`."""
        at_ms = NOW_MS - heard_ms
        self.playout.receive(item_id, "r1", bytes(ms * 8), at_ms, is_interruptible=True)
        if is_finished:
            self.playout.finish(item_id, b"", at_ms)

    def is_answering(self, response: Response) -> None:
        if response == "turn owed":
            self.responses.committed(0)
        elif response != "none":
            self.responses.ask(0)
            if response != "asked":
                self.responses.created("r1", 0)
            if response == "cancelling":
                self.responses.cut(0)

    def trigger(self, source: Trigger = Trigger.SPEECH, at_ms: int = NOW_MS) -> list[Action]:
        """What is done, and the verdict; how each item ended is left out."""
        return [a for a in self.bargein.trigger(source, at_ms) if not is_of_item(a)]


def is_of_item(action: Action) -> bool:
    return isinstance(action, Fact) and action.name.startswith("audio.")


def desk(policy: Interruption = Interruption.CUT) -> Desk:
    playout = Playout(PCMU_8K, lead_limit_ms=20_000, mark_every_ms=200)
    responses = Responses(TurnLimits())
    bargein = BargeIn(playout, responses, policy=policy, limits=BargeInLimits(dtmf_deaf_ms=300))
    return Desk(playout, responses, bargein)


def cut(source: str, unheard_ms: int, heard_ms: int) -> Fact:
    return fact("bargein.cut", source=source, why="", unheard_ms=unheard_ms, heard_ms=heard_ms)


def ignored(why: str, unheard_ms: int = 0, source: str = "speech") -> Fact:
    return fact("bargein.ignored", source=source, why=why, unheard_ms=unheard_ms, heard_ms=0)


# -- cut or not ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("unheard_ms", "response", "is_cut"),
    [
        (0, "none", False),
        (0, "asked", True),
        (0, "active", True),
        (0, "cancelling", False),
        (0, "turn owed", True),
        (20, "none", True),
        (500, "none", True),
        (500, "asked", True),
        (500, "active", True),
        (500, "cancelling", True),
        (500, "turn owed", True),
    ],
)
def test_a_trigger_cuts_when_audio_is_unheard_or_a_response_is_active(
    unheard_ms: int, response: Response, *, is_cut: bool
) -> None:
    """C61: the model's own end says nothing about what the caller has heard."""
    subject = desk()
    subject.plays("a", 800, heard_ms=800 - unheard_ms)
    subject.is_answering(response)
    verdict = subject.trigger()[-1]
    assert isinstance(verdict, Fact)
    assert verdict.name == ("bargein.cut" if is_cut else "bargein.ignored")


def test_when_all_was_heard_and_nothing_comes_nothing_is_sent() -> None:
    """C61."""
    subject = desk()
    subject.plays("a", 800, heard_ms=800)
    assert subject.trigger() == [ignored("nothing_to_cut")]


@pytest.mark.parametrize(("unheard_ms", "is_told"), [(61, True), (60, False), (1, False)])
def test_near_the_end_of_a_finished_answer_there_is_only_a_clear(
    unheard_ms: int, *, is_told: bool
) -> None:
    """C61: within 60 ms of the expected end the model is not bothered."""
    subject = desk()
    subject.plays("a", 800, heard_ms=800 - unheard_ms)
    told = [TruncateItem("truncate-1", "a", 800 - unheard_ms)] if is_told else []
    verdict = cut("speech", unheard_ms, 800 - unheard_ms)
    assert subject.trigger() == [ClearAudio(), *told, verdict]


def test_near_the_end_of_an_answer_that_goes_on_the_model_is_told() -> None:
    """C61: a response is active, so there is no expected end."""
    subject = desk()
    subject.is_answering("active")
    subject.plays("a", 800, heard_ms=790, is_finished=False)
    assert subject.trigger() == [
        ClearAudio(),
        CancelResponse("cancel-2", "r1"),
        TruncateItem("truncate-3", "a", 790),
        cut("speech", 10, 790),
    ]


# -- what a cut sends ------------------------------------------------------------------------------

FINISHED = ("a", 800, 300, True)
UNFINISHED = ("a", 800, 300, False)
HEARD = ("a", 800, 800, True)

SITUATIONS: dict[str, tuple[list[tuple[str, int, int, bool]], Response, list[Action]]] = {
    "the answer is complete and half heard": (
        [FINISHED],
        "none",
        [ClearAudio(), TruncateItem("truncate-1", "a", 300), cut("speech", 500, 300)],
    ),
    "the answer is half heard and still being made": (
        [UNFINISHED],
        "active",
        [
            ClearAudio(),
            CancelResponse("cancel-2", "r1"),
            TruncateItem("truncate-3", "a", 300),
            cut("speech", 500, 300),
        ],
    ),
    "the item is complete, the response goes on": (
        [FINISHED],
        "active",
        [
            ClearAudio(),
            CancelResponse("cancel-2", "r1"),
            TruncateItem("truncate-3", "a", 300),
            cut("speech", 500, 300),
        ],
    ),
    "all that came was heard, more is being made": (
        [("a", 800, 800, False)],
        "active",
        [
            ClearAudio(),
            CancelResponse("cancel-2", "r1"),
            TruncateItem("truncate-3", "a", 800),
            cut("speech", 0, 800),
        ],
    ),
    "a finished item was heard in full, the next is being made": (
        [HEARD],
        "active",
        [ClearAudio(), CancelResponse("cancel-2", "r1"), cut("speech", 0, 800)],
    ),
    "the first of two items is half heard": (
        [FINISHED, ("b", 600, 300, True)],
        "none",
        [
            ClearAudio(),
            TruncateItem("truncate-1", "a", 300),
            TruncateItem("truncate-2", "b", 0),
            cut("speech", 1_100, 300),
        ],
    ),
    "the second of two items is half heard": (
        [("a", 500, 800, True), ("b", 600, 800, True)],
        "none",
        [ClearAudio(), TruncateItem("truncate-1", "b", 300), cut("speech", 300, 800)],
    ),
    "the second of two items is half heard and still being made": (
        [("a", 500, 800, True), ("b", 600, 800, False)],
        "active",
        [
            ClearAudio(),
            CancelResponse("cancel-2", "r1"),
            TruncateItem("truncate-3", "b", 300),
            cut("speech", 300, 800),
        ],
    ),
    "an item has begun without audio": (
        [FINISHED, ("b", 0, 0, False)],
        "active",
        [
            ClearAudio(),
            CancelResponse("cancel-2", "r1"),
            TruncateItem("truncate-3", "a", 300),
            DeleteItem("delete-4", "b"),
            cut("speech", 500, 300),
        ],
    ),
    "a response was asked for and has no name yet": ([], "asked", [cut("speech", 0, 0)]),
    "a response was asked for while the last answer plays": (
        [FINISHED],
        "asked",
        [ClearAudio(), TruncateItem("truncate-2", "a", 300), cut("speech", 500, 300)],
    ),
    "a response has a name and no audio yet": (
        [],
        "active",
        [CancelResponse("cancel-2", "r1"), cut("speech", 0, 0)],
    ),
    "a turn waits for its answer": ([], "turn owed", [cut("speech", 0, 0)]),
    "the response is being cancelled, its audio still plays": (
        [UNFINISHED],
        "cancelling",
        [ClearAudio(), TruncateItem("truncate-3", "a", 300), cut("speech", 500, 300)],
    ),
}


@pytest.mark.parametrize("situation", SITUATIONS)
def test_a_cut_silences_then_cancels_then_corrects(situation: str) -> None:
    """C62, C63, C117: exact lists, every item in play order, every request with its own id."""
    items, response, expected = SITUATIONS[situation]
    subject = desk()
    subject.is_answering(response)
    for item_id, ms, heard_ms, is_finished in items:
        if ms:
            subject.plays(item_id, ms, heard_ms=heard_ms, is_finished=is_finished)
        else:
            subject.playout.announce(item_id, "r1")
    assert subject.trigger() == expected


def test_a_cut_raises_the_generation_and_leaves_nothing_behind() -> None:
    """C62, C64."""
    subject = desk()
    subject.is_answering("active")
    subject.plays("a", 800, heard_ms=300, is_finished=False)
    subject.trigger()
    assert subject.playout.marks.generation == 1
    assert not subject.playout.has_audio
    assert subject.responses.cut_ids == {"r1"}
    late = subject.playout.receive("a", "r1", bytes(1_600), NOW_MS, is_interruptible=True)
    assert late == []


def test_a_truncate_never_exceeds_what_was_received_or_sent() -> None:
    """C63: floor of the heard, never above the received, the model refuses more."""
    subject = desk()
    subject.playout.receive("a", "r1", bytes(1_999), 0, is_interruptible=True)
    subject.is_answering("active")
    actions = subject.trigger(at_ms=60_000)
    assert TruncateItem("truncate-3", "a", 240) in actions


def test_less_than_a_millisecond_received_is_an_item_to_delete() -> None:
    """C63: nothing that could be truncated."""
    subject = desk()
    subject.playout.receive("a", "r1", bytes(7), 0, is_interruptible=True)
    subject.is_answering("active")
    assert DeleteItem("delete-3", "a") in subject.trigger()


# -- again -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("response", ["none", "asked", "active", "cancelling", "turn owed"])
@pytest.mark.parametrize("second", list(Trigger))
def test_a_second_trigger_does_not_cut_again(response: Response, second: Trigger) -> None:
    """C67, C76: speech twice, or speech and a key in either order, is one cut."""
    subject = desk()
    subject.plays("a", 800, heard_ms=300)
    subject.is_answering(response)
    subject.trigger()
    assert subject.trigger(second) == [ignored("nothing_to_cut", source=second)]
    assert subject.playout.marks.generation == 1


# -- who may interrupt -----------------------------------------------------------------------------


def test_speech_cuts_nothing_where_the_policy_is_off() -> None:
    """C70, C75."""
    subject = desk(Interruption.OFF)
    subject.plays("a", 800, heard_ms=300)
    subject.is_answering("active")
    assert subject.trigger() == [ignored("policy_off", 500)]
    assert subject.playout.unheard_ms(NOW_MS) == 500


@pytest.mark.parametrize("source", [Trigger.KEY])
@pytest.mark.parametrize("policy", [Interruption.CUT, Interruption.OFF])
def test_keys_and_the_gateway_cut_whatever_the_policy(
    source: Trigger, policy: Interruption
) -> None:
    """C70, C75, C76, C79: they say so under their own name."""
    subject = desk(policy)
    subject.plays("a", 800, heard_ms=300)
    assert subject.trigger(source)[-1] == cut(source, 500, 300)


def test_speech_cuts_no_passage_that_must_be_heard_nor_what_waits_behind_it() -> None:
    """C70, C75: the policy is enforced for each piece."""
    subject = desk()
    subject.playout.play_house("notice", bytes(800 * 8), NOW_MS, is_interruptible=False)
    subject.plays("a", 800, heard_ms=0)
    assert subject.trigger() == [ignored("passage_protected", 1_600)]
    assert subject.trigger(at_ms=NOW_MS + 800)[-1] == cut("speech", 800, 0)


def test_speech_cuts_house_audio_that_may_be_interrupted_without_a_word_to_the_model() -> None:
    """C55, C61."""
    subject = desk()
    subject.playout.play_house("menu", bytes(800 * 8), NOW_MS - 300, is_interruptible=True)
    assert subject.trigger() == [ClearAudio(), cut("speech", 500, 0)]


@pytest.mark.parametrize(("after_ms", "is_deaf"), [(0, True), (299, True), (300, False)])
def test_speech_right_after_a_key_is_the_tone_of_the_key(after_ms: int, *, is_deaf: bool) -> None:
    """C76."""
    subject = desk()
    subject.plays("a", 5_000, heard_ms=300)
    subject.bargein.digit(NOW_MS)
    verdict = subject.trigger(at_ms=NOW_MS + after_ms)[-1]
    assert (verdict == ignored("deaf_after_key", 4_700 - after_ms)) is is_deaf


def test_how_each_item_ended_is_told_when_all_is_done() -> None:
    """C62, C163: in play order, heard to its end or not, and nothing waits for it."""
    subject = desk()
    subject.plays("a", 500, heard_ms=800)
    subject.plays("b", 600, heard_ms=800)
    assert subject.bargein.trigger(Trigger.SPEECH, NOW_MS) == [
        ClearAudio(),
        TruncateItem("truncate-1", "b", 300),
        fact("audio.heard_all", item="a", ms=500, dry_ms=0),
        fact("audio.cut", item="b", heard_ms=300, received_ms=600, dry_ms=0),
        cut("speech", 300, 800),
    ]
