"""A flow in a call: prompts through the ledger, keys, agents with their parts, the end."""

import pytest

from voicegate.gateway.core.actions import (
    AddNote,
    AskForResponse,
    CancelResponse,
    ClearAudio,
    CloseModel,
    EndReason,
    EndRecording,
    HearAudio,
    OpenModel,
    RecordCaller,
    TruncateItem,
)
from voicegate.gateway.core.events import (
    CallerDigit,
    CallerSaid,
    GatewayDraining,
    LegClosed,
    LegEnd,
    ModelAudio,
    ModelAudioDone,
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
from voicegate.gateway.sim.rig.story import OPENED, SILENCE
from voicegate.ivr.call.part import BACK

GREET_AND_LEAVE = "first: {type: say, prompt: hello, next: bye}"
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


def speaks(caller: Caller, response: str, ms: int, *, is_over: bool = True) -> None:
    """The model says something of this length, at once."""
    caller.telephone.tell(
        ModelResponding(response),
        ModelItemAdded(f"item-{response}", response),
        ModelAudio(f"item-{response}", response, bytes(8 * ms)),
    )
    if is_over:
        caller.telephone.tell(
            ModelAudioDone(f"item-{response}", response),
            ModelResponded(response, ResponseStatus.COMPLETED),
        )


def test_what_a_flow_says_is_heard_and_then_it_hangs_up() -> None:
    caller = call_in(GREET_AND_LEAVE)
    caller.telephone.ring()
    caller.telephone.wait(4_000)
    assert caller.telephone.heard == [("prompt:1", 1_000), ("prompt:2", 1_000)]
    assert caller.prompts == ["hello", "bye"]
    assert caller.telephone.story.end is EndReason.AGENT_HUNG_UP
    assert caller.telephone.story.asked(OpenModel) == []


def test_a_key_stops_the_prompt_at_once_and_is_the_choice() -> None:
    """F4's way in a call: the queue at the carrier is cleared in the same turn."""
    caller = call_in(MENU)
    caller.telephone.ring()
    caller.telephone.wait(400)
    assert any(isinstance(action, ClearAudio) for action in caller.telephone.tell(CallerDigit("1")))
    caller.telephone.wait(2_000)
    assert caller.telephone.heard == [("prompt:1", 400), ("prompt:2", 1_000)]


def test_the_first_key_is_waited_for_from_when_the_prompt_was_heard() -> None:
    """F5: not from when it was sent."""
    caller = call_in(MENU)
    caller.telephone.ring()
    caller.telephone.wait(1_000 + 4_900)
    assert caller.prompts == ["ask"]
    caller.telephone.wait(200)
    assert caller.prompts == ["ask", "ask"]


def test_a_lost_echo_does_not_hold_up_the_flow() -> None:
    caller = call_in(GREET_AND_LEAVE)
    caller.telephone.ring()
    assert caller.prompts == ["hello"]
    caller.telephone.story.at(2_900)
    assert caller.prompts == ["hello"]
    caller.telephone.story.at(3_100)
    assert caller.prompts == ["hello", "bye"]


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
    speaks(caller, "r1", 2_000, is_over=False)
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
    speaks(caller, "r1", 5_000)
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
    speaks(caller, "r1", 3_000, is_over=False)
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
    speaks(caller, "r1", 5_000)
    caller.telephone.wait(1_000)
    caller.telephone.tell(ModelHeardSpeech("u1", 500))
    assert caller.telephone.story.asked(TruncateItem)[0].heard_ms == 1_000


def test_a_caller_who_hangs_up_ends_flow_and_model() -> None:
    caller = call_in(AGENT)
    caller.telephone.ring(ModelConnected(), OPENED)
    speaks(caller, "r1", 5_000, is_over=False)
    caller.telephone.tell(LegClosed(LegEnd.STOPPED))
    assert caller.telephone.story.end is EndReason.CALLER_HUNG_UP
    (told,) = caller.telephone.story.facts("flow.disposition")
    assert told.text("code") == "caller_hangup"


LOUD = b"\x10\x90" * 80  # one frame
MAILBOX = """
first: {type: voicemail, box: clinic, prompt: ask, max_s: 20, exits: {saved: bye, empty: bye}}
"""


@pytest.mark.parametrize("spoken_ms", [0, 3_000])
def test_a_message_is_recorded_from_the_line_until_it_falls_silent(
    spoken_ms: int,
) -> None:
    """The engine hears by itself whether somebody speaks: no model listens here."""
    caller = call_in(MAILBOX)
    caller.telephone.ring()
    caller.telephone.wait(2_200)  # prompt and tone
    assert caller.telephone.story.asked(RecordCaller) == [RecordCaller("clinic")]
    caller.telephone.voice = LOUD if spoken_ms else SILENCE
    caller.telephone.wait(spoken_ms)
    caller.telephone.voice = SILENCE
    caller.telephone.wait(6_000)
    (ended,) = caller.telephone.story.asked(EndRecording)
    assert ended.is_kept is bool(spoken_ms)
    assert caller.prompts == ["ask", "tone", "bye"]
    caller.telephone.wait(2_000)
    reason = EndReason.VOICEMAIL if spoken_ms else EndReason.AGENT_HUNG_UP
    assert caller.telephone.story.end is reason


# -- an agent whose part is over, and one that comes back ------------------------------------------

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
    speaks(caller, "r1", 1_000)
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
    speaks(caller, "r3", 1_000)
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


def test_the_ringback_is_not_taken_for_the_agents_voice() -> None:
    """F2: the 4 s count from when a sound is due."""
    caller = call_in(AGENT)
    caller.telephone.ring()
    caller.telephone.wait(1_000)
    caller.telephone.tell(ModelConnected(), OPENED, ModelResponding("r1"))
    caller.telephone.wait(4_200)
    assert caller.prompts == ["sorry"]


def test_what_a_caller_said_since_before_the_tone_is_no_empty_message() -> None:
    caller = call_in(MAILBOX)
    caller.telephone.voice = LOUD
    caller.telephone.ring()
    caller.telephone.wait(5_000)
    caller.telephone.voice = SILENCE
    caller.telephone.wait(6_000)
    assert [each.is_kept for each in caller.telephone.story.asked(EndRecording)] == [True]


def test_a_gateway_that_leaves_lets_a_message_end() -> None:
    """C157: somebody who speaks into a mailbox speaks to somebody."""
    caller = call_in(MAILBOX)
    caller.telephone.ring()
    caller.telephone.wait(2_500)
    caller.telephone.voice = LOUD
    caller.telephone.wait(500)
    caller.telephone.tell(GatewayDraining(caller.telephone.now_ms + 10_000))
    caller.telephone.wait(1_000)
    assert caller.telephone.story.asked(EndRecording) == []


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
