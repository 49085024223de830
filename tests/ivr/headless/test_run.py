"""Cases that pass, and cases that fail with a trace up to there."""

from collections.abc import Callable
from datetime import datetime

import pytest

from voicegate.ivr.flow import Flow
from voicegate.ivr.headless import case
from voicegate.ivr.headless.case import Case, End, Expect, Press, SlotHolds, Step, Wait, Wanted
from voicegate.ivr.headless.run import Result, run_case, run_cases
from voicegate.ivr.machine.events import QueueState, TransferEnd

Named = Callable[[str], Flow]


def played(flow: Flow, *steps: Step, end: End | None = None) -> Result:
    return run_case(flow, Case(name="one", steps=steps, end=end or End()))


@pytest.fixture
def clinic(flow_named: Named) -> Flow:
    return flow_named("clinic-main")


def test_what_is_expected_may_be_there_already_or_come_in_time(clinic: Flow) -> None:
    assert played(clinic, Expect(Wanted("menu", "lang"), 0)).is_passed
    assert played(clinic, Expect(Wanted("ai", "greet"), 20_000)).is_passed
    late = played(clinic, Expect(Wanted("ai", "greet"), 5000))
    assert late.failure == "step 1: no ai greet within 5 s"


def test_an_expectation_that_was_met_is_not_met_again(clinic: Flow) -> None:
    twice = (Expect(Wanted("say", "lang"), 0), Expect(Wanted("say", "lang"), 1000))
    assert played(clinic, *twice).failure == "step 2: no say lang within 1 s"
    assert played(clinic, twice[0], Wait(10_000), twice[1]).is_passed


def test_what_must_not_happen(clinic: Flow) -> None:
    refused = Expect(Wanted("say", "lang"), 7000, is_refused=True)
    assert played(clinic, refused).failure is None  # it began before
    later = Expect(Wanted("say", "lang"), 8000, is_refused=True)
    assert played(clinic, later).failure == "step 1: say lang must not happen"


def test_a_failure_shows_the_trace_with_virtual_times_and_no_keys(flow_named: Named) -> None:
    failed = played(
        flow_named("renew-outbound"),
        case.AgentLeaves("pay"),
        Press("4111111111111111#"),
        Expect(Wanted("say", "thanks"), 2000),
    )
    text = failed.render()
    assert text.startswith("FAILED  one: step 3: no say thanks within 2 s\n")
    assert "    0.300    AgentLeaves(" not in text
    assert "0.300    AiUp()" in text
    assert "press (17 keys)" in text
    assert "collect.typed 16" in text
    assert "4111" not in text
    assert text.splitlines()[-1].startswith("    6.300")


def test_a_slot_is_asked_now(clinic: Flow) -> None:
    assert played(clinic, Press("2"), SlotHolds({"language": "es-US"})).is_passed
    wrong = played(clinic, SlotHolds({"language": "es-US"}))
    assert wrong.failure == "step 1: language is 'en-US', not 'es-US'"


@pytest.mark.parametrize(
    ("end", "failure"),
    [
        (End(node="bye"), "at the end node is end, not bye"),
        (End(disposition="sale"), "at the end disposition is no_disposition, not sale"),
        (End(is_suppressed=True), "at the end suppressed is False, not True"),
        (End(prompts_after_optout=1), "at the end prompts_after_optout is 0, not 1"),
        (End(digits_seen_by_ai=0), "at the end digits_seen_by_ai is 1, not 0"),
        (End("end", "no_disposition", False, 0, 1), None),  # noqa: FBT003
    ],
)
def test_the_end_is_as_it_should_be(end: End, failure: str | None, clinic: Flow) -> None:
    steps = (Press("1"), Wait(1000), Press("5"))
    assert played(clinic, *steps, end=end).failure == failure


@pytest.mark.parametrize(
    ("step", "failure"),
    [
        (case.TransferEnds(TransferEnd.BUSY), "step 2: nobody was rung"),
        (case.QueueTells(QueueState.FULL), "step 2: nobody waits in a queue"),
        (case.ToolEnds("ok"), "step 2: no tool was called"),
    ],
)
def test_people_who_are_not_asked_cannot_answer(step: Step, failure: str, clinic: Flow) -> None:
    assert played(clinic, Press("1"), step).failure == failure


def test_no_agent_no_exit(clinic: Flow) -> None:
    down = Case(name="one", steps=(case.AgentLeaves("done"),), temper=case.Temper.DOWN)
    assert run_case(clinic, down).failure == "step 1: no agent came up"


def test_a_call_that_is_over_takes_no_more_acts(clinic: Flow) -> None:
    assert played(clinic, case.HangUp("caller"), Wait(1)).failure == (
        "step 2: the call is over already"
    )


def test_the_clock_on_the_wall_can_be_set(flow_named: Named) -> None:
    renewal = flow_named("everything")
    night = Case(name="night", at=case.AT.replace(hour=3), steps=())
    noon = Case(name="noon", at=night.at, steps=(case.Clock(case.AT.replace(hour=12)),))
    results = run_cases(renewal, [night, noon])
    assert ("hours", "closed") in results[0].taken
    assert ("hours", "open") in results[1].taken
    assert [each.render() for each in results] == ["passed  night", "passed  noon"]


def test_the_public_holidays_are_those_of_the_year_that_the_clock_shows(flow_named: Named) -> None:
    """F6: Independence Day of 2028 is a Tuesday; Thanksgiving is a holiday without being said."""
    feast = Case(name="feast", steps=(case.Clock(datetime(2028, 7, 4, 12)),))
    thanks = Case(name="thanks", at=datetime(2026, 11, 26, 12), steps=())
    for result in run_cases(flow_named("everything"), [feast, thanks]):
        assert ("hours", "holiday") in result.taken
