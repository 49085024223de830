"""Calls in a whole flow, between simulated ends that fail: random callers, random models."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest

from voicegate.gateway.core.agent import AgentPlan
from voicegate.gateway.sim.carrier.caller import (
    HangUp,
    HearAgent,
    HearQuiet,
    Pause,
    PressKeys,
    Speak,
    Step,
    loud,
)
from voicegate.gateway.sim.realtime.brains import Answer, FunctionCall
from voicegate.gateway.sim.rig.flows import silent_flow
from voicegate.gateway.sim.world.runs import judge, play
from voicegate.gateway.sim.world.scenario import Scenario, draw
from voicegate.ivr.call.script import FlowCall
from voicegate.ivr.machine.facts import Facts

EXAMPLE = Path(__file__).parents[2] / "ivr" / "examples" / "clinic-main.yaml"
READY = silent_flow(EXAMPLE.read_text(encoding="utf-8"))
MONDAY = datetime(2026, 11, 30, tzinfo=ZoneInfo("America/New_York"))
HOURS = (10, 10, 10, 3)
EXITS = ("book", "human", "urgent", "done", "switch_language")
# What an agent alone owes does not hold: prompts come between its words, a flow listens to nobody
# while it speaks, an agent's last words are heard out, and the model's time stands still meanwhile.
OF_AN_AGENT_ALONE = {"I13", "I18", "I27", "I28"}


def steps(luck: Random) -> tuple[Step, ...]:
    found: list[Step] = []
    for _ in range(luck.randint(2, 7)):
        speak = Speak(loud(luck.randint(400, 3_000)))
        found += luck.choice(
            (
                (Pause(luck.randint(0, 6_000)), PressKeys(luck.choice("0122#*9"))),
                (HearAgent(100, 3_000, patience_ms=8_000), speak),
                (Pause(luck.randint(1_000, 12_000)),),
                (HearAgent(200, patience_ms=12_000), HearQuiet(900, patience_ms=20_000), speak),
            )
        )
    return (*found, HangUp()) if luck.random() < 0.6 else tuple(found)


def leaving(answer: Answer, luck: Random) -> Answer:
    if luck.random() > 0.3:
        return answer
    arguments = luck.choice(("{}", '{"language":"es-US"}', "no json"))
    return replace(answer, items=(*answer.items, FunctionCall(luck.choice(EXITS), arguments)))


def scenario(seed: int) -> Scenario:
    luck, drawn = Random(f"{seed}/flow"), draw(seed)
    answers = tuple(leaving(answer, luck) for answer in drawn.answers)
    return replace(drawn, steps=steps(luck), answers=answers)


@pytest.mark.parametrize("seed", range(40))
def test_every_call_in_a_flow_ends_and_nothing_is_lost_on_the_way(seed: int) -> None:
    """I1, I2, I6, F1: whatever the caller does and whatever fails, as for an agent alone."""
    drawn = scenario(seed)
    began = MONDAY + timedelta(hours=Random(f"{seed}/hour").choice(HOURS))
    given = FlowCall(
        READY.flow,
        READY.sounds,
        {"clinic-reception": AgentPlan(interruption=drawn.interruption)},
        Facts(caller_number="+15550100001"),
        lambda now_ms: began + timedelta(milliseconds=now_ms),
    )
    call = play(drawn, given.script)
    outcome = judge(call)
    assert call.witness.crashes == []
    assert outcome.reason != "none"
    broken = [each for each in outcome.violations if each.invariant not in OF_AN_AGENT_ALONE]
    assert broken == []
    told = [fact.text("code") for _, fact in call.witness.facts if fact.name == "flow.disposition"]
    assert len(told) == any(fact.name == "flow.moved" for _, fact in call.witness.facts)
