"""An agent's part in a flow: how it begins, how it is left, how its model is lost."""

import pytest

from voicegate.gateway.core.actions import (
    AskForResponse,
    CancelResponse,
    CloseModel,
    EndReason,
    HearAudio,
    OpenModel,
    TruncateItem,
)
from voicegate.gateway.core.events import (
    CallerDigit,
    LegClosed,
    LegEnd,
    ModelAudioDone,
    ModelCalled,
    ModelClosed,
    ModelConnected,
    ModelHeardSpeech,
    ModelResponded,
    ModelResponding,
    ModelUnreachable,
    ResponseStatus,
)
from voicegate.gateway.sim.rig.flow_caller import call_in
from voicegate.gateway.sim.rig.story import OPENED

MENU = """
first:
  type: menu
  prompt: ask
  options: {"1": {next: bye}, "2": {next: amy}}
  noinput: {retries: 1, next: bye}
  nomatch: {retries: 1, next: bye}
amy:
  type: ai
  agent: amy
  disclose: true
  exits: {done: bye, later: {next: bye, data: {when: datetime}}}
  keys: {"0": sorry}
  unavailable: backup
  timeout: bye
"""
AGENT = (
    MENU.replace("first:", "other:")
    .replace("amy:\n  type", "first:\n  type")
    .replace("next: amy", "next: first")
)


def test_the_model_is_called_while_it_rings_and_hears_nothing_of_the_menu() -> None:
    """C5: whoever is behind the menu may be needed at once."""
    caller = call_in(MENU)
    caller.telephone.ring(ModelConnected(), OPENED)
    (opened,) = caller.telephone.story.asked(OpenModel)
    assert opened.role is not None
    assert opened.role.agent == "amy"
    assert [each.name for each in opened.role.functions] == ["done", "later", "switch_language"]
    caller.telephone.wait(900)
    assert caller.telephone.story.asked(HearAudio) == []
    caller.telephone.tell(CallerDigit("2"))
    assert len(caller.telephone.story.asked(AskForResponse)) == 1
    caller.telephone.wait(280)
    assert caller.telephone.story.asked(HearAudio) == []  # the tone of the key
    caller.telephone.wait(120)
    assert len(caller.telephone.story.asked(HearAudio)) == 6
    assert len(caller.telephone.story.asked(OpenModel)) == 1


def test_an_agent_leaves_by_a_function_and_its_last_words_are_heard() -> None:
    caller = call_in(AGENT)
    caller.telephone.ring(ModelConnected(), OPENED)
    caller.speaks("r1", 2_000, is_over=False)
    caller.telephone.wait(500)
    caller.telephone.tell(
        ModelAudioDone("item-r1", "r1"),
        ModelCalled("r1", "call_1", "done", "{}"),
        ModelResponded("r1", ResponseStatus.COMPLETED),
    )
    caller.telephone.wait(4_000)
    assert caller.telephone.heard == [("item-r1", 2_000), ("prompt:1", 1_000)]
    assert caller.telephone.story.asked(CancelResponse) == []
    assert caller.telephone.story.end is EndReason.AGENT_HUNG_UP


def test_a_function_that_is_told_twice_counts_once() -> None:
    caller = call_in(AGENT)
    caller.telephone.ring(ModelConnected(), OPENED)
    called = ModelCalled("r1", "call_1", "done", "{}")
    caller.telephone.tell(ModelResponding("r1"), called, called)
    assert caller.prompts == ["bye"]


@pytest.mark.parametrize("arguments", ["", "[]", "no", '{"when":{"a":1}}', '{"when":null}'])
def test_a_function_with_arguments_of_no_use_still_leaves(arguments: str) -> None:
    caller = call_in(AGENT)
    caller.telephone.ring(ModelConnected(), OPENED)
    caller.telephone.tell(ModelResponding("r1"), ModelCalled("r1", "call_1", "later", arguments))
    assert caller.prompts == ["bye"]


def test_a_key_of_the_node_takes_the_caller_out_of_the_agents_hands() -> None:
    """The agent is cut, and its model told what was heard; behind that it hears nothing."""
    caller = call_in(AGENT)
    caller.telephone.ring(ModelConnected(), OPENED)
    caller.speaks("r1", 5_000)
    caller.telephone.wait(1_000)
    caller.telephone.tell(CallerDigit("0"))
    (cut,) = caller.telephone.story.asked(TruncateItem)
    assert (cut.item_id, cut.heard_ms) == ("item-r1", 1_000)
    heard = len(caller.telephone.story.asked(HearAudio))
    caller.telephone.wait(500)
    assert caller.prompts == ["sorry"]
    assert len(caller.telephone.story.asked(HearAudio)) == heard


def test_a_model_that_is_not_up_in_time_leads_to_the_handler() -> None:
    """F2: 2.5 s, and the caller hears a prompt at once."""
    caller = call_in(AGENT)
    caller.telephone.ring()
    caller.telephone.wait(2_400)
    assert caller.prompts == []
    caller.telephone.wait(200)
    assert caller.prompts == ["sorry"]
    assert caller.telephone.story.asked(CloseModel)


def test_a_model_that_refuses_leads_to_the_handler_at_once() -> None:
    caller = call_in(AGENT)
    caller.telephone.ring()
    caller.telephone.tell(ModelUnreachable(401))
    assert caller.prompts == ["sorry"]


def test_a_model_that_dies_in_mid_sentence_is_followed_by_a_prompt() -> None:
    """F2: the call is not dropped."""
    caller = call_in(AGENT)
    caller.telephone.ring(ModelConnected(), OPENED)
    caller.speaks("r1", 3_000, is_over=False)
    caller.telephone.wait(500)
    caller.telephone.tell(ModelClosed(1006, ""))
    caller.telephone.wait(1_000)
    assert caller.telephone.heard == [("item-r1", 500), ("prompt:1", 1_000)]


def test_a_model_that_owes_an_answer_and_is_silent_is_given_up() -> None:
    """F2: 4 s without a sound where one is due."""
    caller = call_in(AGENT)
    caller.telephone.ring(ModelConnected(), OPENED)
    caller.telephone.tell(ModelResponding("r1"))
    caller.telephone.wait(3_900)
    assert caller.prompts == []
    caller.telephone.wait(200)
    assert caller.prompts == ["sorry"]


def test_a_caller_who_interrupts_an_agent_in_a_flow_cuts_it() -> None:
    """C30: as everywhere."""
    caller = call_in(AGENT)
    caller.telephone.ring(ModelConnected(), OPENED)
    caller.speaks("r1", 5_000)
    caller.telephone.wait(1_000)
    caller.telephone.tell(ModelHeardSpeech("u1", 500))
    assert caller.telephone.story.asked(TruncateItem)[0].heard_ms == 1_000


def test_the_ringback_is_not_taken_for_the_agents_voice() -> None:
    """F2: the 4 s count from when a sound is due."""
    caller = call_in(AGENT)
    caller.telephone.ring()
    caller.telephone.wait(1_000)
    caller.telephone.tell(ModelConnected(), OPENED, ModelResponding("r1"))
    caller.telephone.wait(4_200)
    assert caller.prompts == ["sorry"]


def test_a_caller_who_hangs_up_ends_flow_and_model() -> None:
    caller = call_in(AGENT)
    caller.telephone.ring(ModelConnected(), OPENED)
    caller.speaks("r1", 5_000, is_over=False)
    caller.telephone.tell(LegClosed(LegEnd.STOPPED))
    assert caller.telephone.story.end is EndReason.CALLER_HUNG_UP
    (told,) = caller.telephone.story.facts("flow.disposition")
    assert told.text("code") == "caller_hangup"
