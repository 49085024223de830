"""An agent whose part is over, and one that comes back."""

import pytest

from voicegate.gateway.core.actions import (
    AddNote,
    AskForResponse,
    OpenModel,
    TruncateItem,
)
from voicegate.gateway.core.events import (
    CallerDigit,
    CallerSaid,
    GatewayDraining,
    ModelAudio,
    ModelCalled,
    ModelClosed,
    ModelCommitted,
    ModelConnected,
    ModelHeardSpeech,
    ModelItemAdded,
    ModelResponded,
    ModelResponding,
    ModelUnreachable,
    ResponseStatus,
)
from voicegate.gateway.sim.rig.flow_caller import Caller, call_in
from voicegate.gateway.sim.rig.story import OPENED
from voicegate.ivr.call.part import BACK

BACK_BY_KEY = """
first:
  type: ai
  agent: amy
  disclose: true
  exits: {done: menu, bob: second}
  keys: {"0": menu}
  unavailable: menu
  timeout: bye
second: {type: ai, agent: bob, disclose: true, exits: {done: bye}, unavailable: bye, timeout: bye}
menu:
  type: menu
  prompt: ask
  options: {"1": {next: bye}, "2": {next: first}}
  noinput: {retries: 5, next: bye}
  nomatch: {retries: 1, next: bye}
"""


def in_part() -> Caller:
    """Amy's model is ready, and has greeted."""
    caller = call_in(BACK_BY_KEY)
    caller.telephone.ring(ModelConnected(), OPENED)
    caller.speaks("r1", 1_000)
    caller.telephone.wait(1_500)
    return caller


def notes(caller: Caller) -> list[str]:
    return [note.text for note in caller.telephone.story.asked(AddNote)]


@pytest.mark.parametrize("is_silent", [True, False])
def test_an_agent_whose_model_was_lost_begins_anew_when_it_is_tried_again(
    *, is_silent: bool
) -> None:
    """Nothing of the old session counts in the new one, which has to greet."""
    caller = in_part()
    if is_silent:
        caller.telephone.tell(ModelCommitted("u1"), ModelResponding("r2"))
        caller.telephone.wait(4_200)
    else:
        caller.telephone.tell(ModelHeardSpeech("u1", 500), ModelClosed(1006, ""))
    assert caller.prompts == ["ask"]
    caller.telephone.tell(CallerDigit("2"), ModelConnected(), OPENED)
    assert BACK not in notes(caller)
    assert len(caller.telephone.story.asked(AskForResponse)) == 2
    caller.speaks("r3", 1_000)
    caller.telephone.wait(1_500)
    assert caller.telephone.heard[-1] == ("item-r3", 1_000)


def test_a_caller_who_left_in_mid_sentence_finds_the_agent_willing_to_speak() -> None:
    caller = in_part()
    caller.telephone.tell(ModelHeardSpeech("u1", 500), CallerDigit("0"))
    caller.telephone.wait(500)
    caller.telephone.tell(CallerDigit("2"))
    assert notes(caller)[-1] == BACK
    assert len(caller.telephone.story.asked(AskForResponse)) == 2


def test_what_is_heard_late_behind_the_part_does_not_cut_the_flows_prompt() -> None:
    caller = in_part()
    caller.telephone.tell(ModelResponding("r2"), ModelCalled("r2", "c1", "done", "{}"))
    caller.telephone.wait(200)
    caller.telephone.tell(ModelHeardSpeech("u1", 500))
    caller.telephone.wait(1_000)
    assert caller.telephone.heard[-1] == ("prompt:1", 1_000)


def test_what_an_agent_begins_to_say_behind_its_part_is_not_heard() -> None:
    """Not over the menu, and not into a mailbox."""
    caller = in_part()
    caller.telephone.tell(ModelResponding("r2"), ModelCalled("r2", "c1", "done", "{}"))
    caller.telephone.tell(ModelItemAdded("late", "r2"), ModelAudio("late", "r2", bytes(8_000)))
    caller.telephone.wait(3_000)
    assert "late" not in [item for item, _ in caller.telephone.heard]


def test_an_emergency_that_is_transcribed_late_is_one() -> None:
    """F10: the words were said before the agent left its part."""
    caller = in_part()
    caller.telephone.tell(ModelResponding("r2"), ModelCalled("r2", "c1", "done", "{}"))
    caller.telephone.tell(CallerSaid("u1", "This is an emergency!", is_final=True))
    assert caller.prompts[-1] == "emergency"
    assert caller.telephone.story.facts("flow.emergency")


def test_a_call_that_we_end_is_not_the_callers_hanging_up() -> None:
    caller = in_part()
    caller.telephone.tell(GatewayDraining(caller.telephone.now_ms + 10_000))
    (told,) = caller.telephone.story.facts("flow.disposition")
    assert told.text("code") == "no_disposition"


def test_another_agents_model_is_told_nothing_of_what_this_one_said() -> None:
    caller = in_part()
    caller.telephone.tell(
        ModelResponding("r2"),
        ModelItemAdded("last", "r2"),
        ModelAudio("last", "r2", bytes(8 * 4_000)),
        ModelCalled("r2", "c1", "bob", "{}"),
        ModelResponded("r2", ResponseStatus.COMPLETED),
    )
    caller.telephone.tell(ModelConnected(), OPENED)
    caller.telephone.wait(300)
    caller.telephone.tell(ModelHeardSpeech("u2", 100))
    assert caller.telephone.story.asked(TruncateItem) == []


def test_a_function_that_nobody_offered_keeps_the_agent_talking() -> None:
    caller = in_part()
    caller.telephone.tell(ModelResponding("r2"), ModelCalled("r2", "c1", "unheard_of", "{}"))
    caller.telephone.tell(ModelResponded("r2", ResponseStatus.COMPLETED))
    assert len(caller.telephone.story.asked(AskForResponse)) == 2
    assert caller.prompts == []


def test_a_function_of_an_answer_that_the_caller_cut_leads_nowhere() -> None:
    caller = in_part()
    caller.telephone.tell(ModelResponding("r2"), ModelAudio("a2", "r2", bytes(8_000)))
    caller.telephone.tell(ModelHeardSpeech("u1", 500), ModelCalled("r2", "c1", "done", "{}"))
    assert caller.prompts == []


def test_a_model_that_cannot_be_had_is_not_tried_for_the_whole_of_a_menu() -> None:
    caller = call_in(BACK_BY_KEY.replace("first:", "amy:").replace("menu:", "first:"))
    caller.telephone.ring()
    for _ in range(60):
        caller.telephone.tell(ModelUnreachable(503))
        caller.telephone.wait(500)
    assert len(caller.telephone.story.asked(OpenModel)) < 12
