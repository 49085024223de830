"""A flow in a call: prompts through the ledger, keys, messages, the end."""

import pytest

from voicegate.gateway.core.actions import (
    ClearAudio,
    EndReason,
    EndRecording,
    OpenModel,
    RecordCaller,
)
from voicegate.gateway.core.events import (
    CallerDigit,
    GatewayDraining,
)
from voicegate.gateway.sim.rig.flow_caller import call_in
from voicegate.gateway.sim.rig.story import SILENCE

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
LOUD = b"\x10\x90" * 80  # one frame
MAILBOX = """
first: {type: voicemail, box: clinic, prompt: ask, max_s: 20, exits: {saved: bye, empty: bye}}
"""


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
