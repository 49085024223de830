"""What every type of node has in common."""

from collections.abc import Callable

import pytest

from voicegate.ivr.flow import Flow
from voicegate.ivr.headless.case import AT
from voicegate.ivr.headless.player import Player
from voicegate.ivr.machine.events import (
    AiExit,
    Beep,
    Heard,
    LanguageChosen,
    PromptDone,
    QueueNews,
    QueueState,
    Sounding,
    ToolResult,
    TransferEnd,
    TransferResult,
    Who,
)
from voicegate.ivr.machine.facts import Facts
from voicegate.ivr.machine.machine import Machine
from voicegate.ivr.machine.memory import Memory
from voicegate.ivr.machine.states import state_of

BOX = "box: {type: voicemail, box: b, exits: {saved: end, empty: end}}\n"
EVENTS = {
    "beep": Beep(),
    "ai exit": AiExit("nowhere"),
    "language": LanguageChosen("xx"),
    "prompt": PromptDone(99),
    "queue": QueueNews(QueueState.FULL),
    "tool": ToolResult(99, "ok"),
    "transfer": TransferResult(TransferEnd.COMPLETED),
    "words of the agent": Heard("call 911", Who.AGENT),
    "agent": Sounding(Who.AGENT, is_on=True),
}
OF_ANOTHER_NODE = {
    "first: {type: say, prompt: hello, next: box}\n": EVENTS,
    "first: {type: menu, prompt: ask, options: {'1': {next: box}}, noinput: {retries: 0, next: box}, nomatch: {retries: 0, next: box}}\n": EVENTS,
    "first: {type: collect, prompt: ask, digits: '3', to: vars.n, exits: {ok: box, failed: box, timeout: box}}\n": EVENTS,
    "first: {type: ai, agent: a, disclose: true, exits: {done: box}, unavailable: box, timeout: box}\n": EVENTS,
    "first: {type: transfer, mode: warm, to: phone, exits: {completed: box, no_answer: box, busy: box, failed: box, declined: box}}\n": EVENTS.keys()
    - {"transfer"},
    "first: {type: queue, to: people, exits: {answered: box, timeout: box, full: box}}\n": EVENTS.keys()
    - {"queue"},
    "first: {type: voicemail, box: b, prompt: ask, exits: {saved: box, empty: box}}\n": EVENTS,
    "first: {type: tool, call: t, filler: filler, exits: {ok: box, error: box, timeout: box}}\n": EVENTS,
    "first: {type: disposition, code: sale, prompt: hello, next: box}\n": EVENTS,
}


@pytest.mark.parametrize("node", OF_ANOTHER_NODE)
def test_what_belongs_to_another_node_moves_nothing(
    node: str, call_of: Callable[..., Player]
) -> None:
    for name in OF_ANOTHER_NODE[node]:
        player = call_of(node + BOX)
        before = list(player.world.asked)
        player.world.tell(EVENTS[name])
        assert player.world.machine.node == "first"
        assert player.world.asked == before


def test_a_drop_waits_for_its_beep_alone(flow_of: Callable[..., Flow]) -> None:
    drop = "first: {type: voicemail_drop, prompt: bye, next: end}\n"
    machine = Machine(flow_of(drop), Facts(), lambda now_ms: AT)
    machine.begin(0)
    for name in EVENTS.keys() - {"beep"}:
        assert machine.handle(EVENTS[name], 1) == []


@pytest.mark.parametrize(
    "node",
    [
        "first: {type: hours, calendar: desk, open: box, closed: box, holiday: box}\n",
        "first: {type: branch, cases: [], default: box}\n",
        "first: {type: hangup}\n",
    ],
)
def test_a_node_that_only_decides_waits_for_nothing(
    node: str, flow_of: Callable[..., Flow]
) -> None:
    flow = flow_of(node + BOX)
    call = Memory(flow, Facts(), lambda now_ms: AT, {})
    state = state_of(flow.nodes["first"], call)
    assert len(state.enter(0)) == 1
    assert state.deadline_ms is None
    assert [state.handle(Beep(), 1), state.wake(1), state.resume(1), state.leave(1)] == [[]] * 4
