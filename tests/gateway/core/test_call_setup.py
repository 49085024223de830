"""From the webhook to the first word: pre-warm, cover, greeting, and what if the model is not there."""

import pytest

from voicegate.gateway.core.actions import (
    AddNote,
    AskForResponse,
    ClearAudio,
    CloseLeg,
    CloseModel,
    ConfigureModel,
    EndCall,
    EndReason,
    Fact,
    HearAudio,
    OpenModel,
    PlaceMark,
    PlayAudio,
    fact,
)
from voicegate.gateway.core.agent import AgentPlan
from voicegate.gateway.core.agent_script import agent_alone
from voicegate.gateway.core.call import Call
from voicegate.gateway.core.events import (
    CallerAudio,
    CallerDigit,
    CallRang,
    Event,
    LegClosed,
    LegEnd,
    LegOpened,
    MarkPlayed,
    ModelAudio,
    ModelAudioDone,
    ModelClosed,
    ModelConnected,
    ModelFault,
    ModelHeardSpeech,
    ModelItemAdded,
    ModelResponded,
    ModelResponding,
    ModelUnreachable,
    ResponseStatus,
)
from voicegate.gateway.core.phases import Phase
from voicegate.gateway.core.terms import CallLimits, Prompts
from voicegate.gateway.sim.rig.story import OPENED, Story

APOLOGY = b"\x11" * 8 * 1_000
RINGBACK = b"\x22" * 8 * 2_000


def rung(plan: AgentPlan | None = None) -> Story:
    """A call that nobody told us of so far; there is no line."""
    prompts = Prompts(apology=APOLOGY, ringback=RINGBACK)
    return Story(Call(agent_alone(plan or AgentPlan()), CallLimits(), prompts))


def called(plan: AgentPlan | None = None) -> Story:
    story = rung(plan)
    story.at(0, CallRang())
    return story


def played(story: Story, item_id: str) -> bytes:
    return b"".join(a.payload for a in story.asked(PlayAudio) if a.item_id == item_id)


def frames(story: Story, from_ms: int, until_ms: int) -> None:
    """The caller's line, sending silence."""
    for now_ms in range(from_ms, until_ms, 20):
        story.at(now_ms, CallerAudio(b"\xff" * 160, now_ms))


# -- before the caller's media ---------------------------------------------------------------------


def test_a_ringing_call_prepares_the_model_and_spends_nothing() -> None:
    """C5."""
    story = called()
    assert story.actions == [
        fact("call.started"),
        fact("model.connecting", attempt=1),
        OpenModel(),
    ]
    assert story.at(100, ModelConnected()) == [ConfigureModel("settings-1")]
    story.at(200, OPENED)
    assert story.call.phase is Phase.RINGING
    spent = (*story.asked(AskForResponse), *story.asked(HearAudio), *story.asked(AddNote))
    assert spent == ()


def test_a_webhook_that_comes_twice_prepares_one_model() -> None:
    """C4, C5."""
    story = called()
    assert story.at(50, CallRang()) == []


def test_the_prepared_model_is_adopted_when_the_media_comes() -> None:
    """C5, C13: the greeting is asked for in the same loop turn."""
    story = called()
    story.at(200, ModelConnected(), OPENED)
    actions = story.at(600, LegOpened("MZ1"))
    assert story.call.phase is Phase.TALKING
    assert actions[0] == fact("leg.started", stream="MZ1")
    assert actions[1] == fact("call.talking", greets=True)
    assert [type(a) for a in actions[2:]] == [AddNote, AskForResponse]


def test_a_prepared_model_that_nobody_adopts_is_closed_and_counted() -> None:
    """C5: after 15 s."""
    story = called()
    story.at(200, ModelConnected(), OPENED)
    story.at(15_000)
    assert story.actions[-2:] == [fact("prewarm.wasted"), CloseModel()]
    assert story.call.phase is Phase.RINGING


def test_a_caller_who_comes_late_gets_a_new_model() -> None:
    """C5."""
    story = called()
    story.at(15_000)
    assert OpenModel() in story.at(20_000, LegOpened("MZ1"))
    story.at(20_200, ModelConnected(), OPENED)
    assert story.call.phase is Phase.TALKING


def test_a_prepared_model_that_was_lost_is_replaced_when_the_caller_comes() -> None:
    """C5, C10: the caller is not left alone with a ringing tone."""
    story = called()
    story.at(200, ModelConnected(), OPENED, ModelClosed(1006))
    assert OpenModel() in story.at(600, LegOpened("MZ1"))
    story.at(900, ModelConnected(), OPENED)
    assert story.call.phase is Phase.TALKING


def test_a_call_whose_media_never_comes_is_over_when_its_token_is() -> None:
    """C16, C21: 30 s."""
    story = called()
    story.at(30_000)
    assert story.actions[-1] == EndCall(EndReason.LEG_LOST)
    assert story.asked(CloseLeg) == []


def test_a_call_without_a_webhook_of_ours_works_as_well() -> None:
    story = rung()
    assert OpenModel() in story.at(0, LegOpened("MZ1"))
    story.at(200, ModelConnected(), OPENED)
    assert story.call.phase is Phase.TALKING


def test_a_second_stream_of_the_same_call_changes_nothing() -> None:
    story = called()
    story.at(100, LegOpened("MZ1"))
    assert story.at(200, LegOpened("MZ2")) == []


# -- while the model is not ready ------------------------------------------------------------------


def test_what_the_caller_says_first_reaches_the_model_when_it_is_ready() -> None:
    """C8, C27: after the greeting was asked for, and not before the settings stand."""
    story = called()
    story.at(100, LegOpened("MZ1"))
    frames(story, 240, 400)
    assert story.asked(HearAudio) == []
    actions = story.at(400, ModelConnected(), OPENED)
    kinds = [type(a) for a in actions if not isinstance(a, Fact)]
    assert kinds == [ConfigureModel, AddNote, AskForResponse] + [HearAudio] * 8


def test_keys_pressed_before_the_agent_listens_reach_it_and_cut_nothing() -> None:
    """C76: digits typed early are kept."""
    story = called()
    story.at(100, LegOpened("MZ1"))
    story.at(200, CallerDigit("4"), CallerDigit("2"))
    story.at(900, ModelConnected(), OPENED, ModelResponding("r1"), ModelItemAdded("a", "r1"))
    story.at(1_000, ModelAudio("a", "r1", bytes(16_000)), ModelAudioDone("a", "r1"))
    story.at(1_100, ModelResponded("r1", ResponseStatus.COMPLETED))
    frames(story, 1_100, 4_000)
    notes = [a.text for a in story.actions if isinstance(a, AddNote)]
    assert notes[1:] == ["The caller pressed 4 2 on the keypad."]
    assert len(story.asked(AskForResponse)) == 2
    assert played(story, "a") == bytes(16_000)


def test_no_more_early_keys_are_kept_than_a_collection_holds() -> None:
    """C153."""
    story = called()
    story.at(100, LegOpened("MZ1"), *[CallerDigit("7")] * 100)
    story.at(200, ModelConnected(), OPENED)
    assert story.facts("dtmf.collected") == [fact("dtmf.collected", count=32)]


def test_a_leg_without_media_is_given_up_while_the_model_is_awaited() -> None:
    """C34."""
    story = called()
    story.at(0, LegOpened("MZ1"))
    story.at(9_900)
    assert story.call.phase is Phase.CONNECTING
    story.at(10_100)
    assert story.actions[-1] == EndCall(EndReason.LEG_LOST)


# -- cover and greeting ----------------------------------------------------------------------------


def test_ringback_covers_the_wait_until_the_agents_first_frame() -> None:
    """C11, C13: the greeting itself is heard whole."""
    story = called()
    story.at(100, LegOpened("MZ1"))
    story.at(799)
    assert played(story, "cover:1") == b""
    story.at(800)
    assert played(story, "cover:1") == RINGBACK
    story.at(1_500, ModelConnected(), OPENED, ModelResponding("r1"), ModelItemAdded("a", "r1"))
    greeting = b"\x33" * 8 * 1_000
    actions = story.at(1_800, ModelAudio("a", "r1", greeting))
    assert actions[:2] == [ClearAudio(), fact("cover.ended")]
    assert isinstance(actions[2], PlaceMark)
    assert played(story, "a") == greeting
    assert story.call.playout.unheard_ms(1_800) == 1_000


def ringing_in_talk() -> Story:
    """The model is there and about to greet, and the caller hears it ring."""
    story = called()
    story.at(100, LegOpened("MZ1"))
    story.at(900, ModelConnected(), OPENED, ModelResponding("r1"))
    return story


def test_a_caller_who_speaks_need_not_be_told_that_it_rings() -> None:
    """C11: cleared, and no second cadence over what the caller says."""
    story = ringing_in_talk()
    actions = story.at(1_000, ModelHeardSpeech("u", 0))
    assert fact("cover.ended") in actions
    frames(story, 1_000, 9_000)
    assert played(story, "cover:2") == b""


def test_a_cut_answer_that_comes_late_does_not_end_the_cover() -> None:
    """C11, C64: nothing of it is heard."""
    story = ringing_in_talk()
    story.at(950, CallerDigit("1"))
    actions = story.at(1_000, ModelAudio("a", "r1", bytes(1_600)))
    assert fact("cover.ended") not in actions


def test_a_quick_model_needs_no_cover() -> None:
    """C11."""
    story = called()
    story.at(100, ModelConnected(), OPENED, LegOpened("MZ1"))
    story.at(500, ModelResponding("r1"), ModelAudio("a", "r1", bytes(1_600)))
    story.at(2_000)
    assert story.facts("cover.started") == []


def test_a_caller_who_is_expected_to_speak_first_does_not_hear_it_ring() -> None:
    """C11, C13: an agent without a greeting."""
    story = called(AgentPlan(greeting=None))
    story.at(100, LegOpened("MZ1"))
    story.at(900)
    assert len(story.facts("cover.started")) == 1
    actions = story.at(1_500, ModelConnected(), OPENED)
    greetless = fact("call.talking", greets=False)
    assert actions[-3:] == [ClearAudio(), fact("cover.ended"), greetless]
    frames(story, 1_500, 9_000)
    assert played(story, "cover:2") == b""


def test_there_is_one_greeting() -> None:
    """C13, C16: also when set-up took three attempts."""
    story = called()
    story.at(0, LegOpened("MZ1"))
    frames(story, 0, 300)
    story.at(300, ModelUnreachable(0))
    frames(story, 300, 900)
    story.at(900, ModelConnected(), ModelClosed(1011))
    frames(story, 900, 2_000)
    story.at(2_000, ModelConnected(), OPENED)
    frames(story, 2_000, 2_500)
    assert story.call.phase is Phase.TALKING
    assert len(story.asked(AddNote)) == len(story.asked(AskForResponse)) == 1


# -- no model --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (ModelFault("invalid_api_key"), EndReason.MODEL_REFUSED),
        (ModelUnreachable(403), EndReason.MODEL_REFUSED),
        (ModelClosed(4004, "invalid_request_error.model_not_found"), EndReason.MODEL_REFUSED),
    ],
)
def test_a_model_that_refuses_is_asked_once_and_the_caller_hears_an_apology(
    event: Event, reason: EndReason
) -> None:
    """C10, C12: to its end, then the leg closes."""
    story = called()
    story.at(100, LegOpened("MZ1"))
    actions = story.at(300, event)
    assert story.call.phase is Phase.ENDING
    assert fact("call.ending", reason=reason) in actions
    assert played(story, f"prompt:{reason}") == APOLOGY
    assert story.asked(CloseLeg) == []
    story.at(1_350, MarkPlayed("0.6"))
    story.at(1_649)
    assert story.asked(EndCall) == []
    story.at(1_650)
    assert story.actions[-1] == EndCall(reason)
    assert len(story.asked(OpenModel)) == 1
    assert story.asked(CloseLeg) == [CloseLeg()]


def test_a_model_that_was_refused_while_it_rang_is_an_apology_at_once() -> None:
    """C12."""
    story = called()
    story.at(100, ModelFault("insufficient_quota"))
    story.at(600, LegOpened("MZ1"))
    assert played(story, "prompt:model_refused") == APOLOGY
    assert story.facts("cover.started") == []


def test_a_model_that_does_not_answer_for_twelve_seconds_is_unavailable() -> None:
    """C10, C12: the ringback ends where the apology begins, the mark may be lost."""
    story = called()
    story.at(0, LegOpened("MZ1"))
    frames(story, 0, 12_000)
    story.at(12_000)
    assert story.call.phase is Phase.ENDING
    assert played(story, "prompt:model_unavailable") == APOLOGY
    assert story.call.playout.unheard_ms(12_000) == 1_000
    assert story.call.deadline_ms == 14_000, "its length and a second"
    story.at(14_000)
    assert story.actions[-1] == EndCall(EndReason.MODEL_UNAVAILABLE)


def test_without_a_prepared_apology_the_call_ends_after_the_tail() -> None:
    story = rung()
    story.call = Call(agent_alone(AgentPlan()), CallLimits(), Prompts())
    story.at(0, CallRang(), LegOpened("MZ1"), ModelUnreachable(401))
    assert story.call.deadline_ms == 300
    story.at(300)
    assert story.actions[-1] == EndCall(EndReason.MODEL_REFUSED)


def test_a_caller_who_hangs_up_while_the_model_is_awaited_leaves_nothing_open() -> None:
    """C16, C20."""
    story = called()
    story.at(100, LegOpened("MZ1"))
    actions = story.at(300, LegClosed(LegEnd.STOPPED))
    assert actions[0] == CloseModel()
    assert actions[-1] == EndCall(EndReason.CALLER_HUNG_UP)
    assert story.asked(CloseLeg) == []
