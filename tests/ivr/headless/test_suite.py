"""A test file: what its words mean, and what is told of wrong ones."""

from collections.abc import Callable
from datetime import datetime

import pytest

from voicegate.ivr.finding import Findings
from voicegate.ivr.flow import Flow
from voicegate.ivr.headless import case
from voicegate.ivr.headless.case import Case, Step, Temper, Wanted
from voicegate.ivr.headless.suite import Suite, read
from voicegate.ivr.machine.events import Answerer, QueueState, TransferEnd

Named = Callable[[str], Flow]
Read = Callable[[str], tuple[tuple[Suite, ...], list[str]]]


@pytest.fixture
def read_text(flow_named: Named) -> Read:
    def reader(text: str) -> tuple[tuple[Suite, ...], list[str]]:
        names = ("clinic-main", "renew-outbound", "everything")
        found = Findings()
        suites = read(text.encode(), {name: flow_named(name) for name in names}, found)
        return suites, [each.render("cases.yaml") for each in found.in_order()]

    return reader


def one_case(read_text: Read, body: str, flow: str = "everything") -> Case:
    suites, told = read_text(f"flow: {flow}\ncases:\n  - {{name: one, {body}}}\n")
    assert told == []
    return suites[0].cases[0]


@pytest.mark.parametrize(
    ("written", "step"),
    [
        ('press: "12#"', case.Press("12#")),
        ('press: "1", every_s: 0.08', case.Press("1", 80)),
        ("speak: hello", case.Speak("hello")),
        ("speak: hello, for_s: 4", case.Speak("hello", 4000)),
        ("silence_s: 5", case.Wait(5000)),
        ("wait_s: 0.25", case.Wait(250)),
        ("hangup: caller", case.HangUp("caller")),
        ("answer: machine", case.Answer(Answerer.MACHINE)),
        ("beep: true", case.BeepSounds()),
        ("ai: pay", case.AgentLeaves("pay")),
        ("ai: ask, data: {note: blue}", case.AgentLeaves("ask", {"note": "blue"})),
        ("ai: down", case.AgentIs(Temper.DOWN)),
        ("ai: up, slow_s: 2", case.AgentIs(Temper.NONE, 2000)),
        ("slow_s: 3", case.AgentIs(None, 3000)),
        ("switch_language: de-DE", case.AgentSwitches("de-DE")),
        ("transfer: no_answer", case.TransferEnds(TransferEnd.NO_ANSWER)),
        ("queue: full", case.QueueTells(QueueState.FULL)),
        ("queue: position 3", case.QueueTells(QueueState.POSITION, 3)),
        ("tool: sold", case.ToolEnds("sold")),
        ("stream: lost", case.Stream(is_back=False)),
        ("stream: back", case.Stream(is_back=True)),
        ('clock: "2026-12-01T08:30"', case.Clock(datetime(2026, 12, 1, 8, 30))),
        ("fault: true", case.Breaks()),
        ("expect: say bye", case.Expect(Wanted("say", "bye"))),
        ("expect: menu menu2, within_s: 3", case.Expect(Wanted("menu", "menu2"), 3000)),
        ("expect: voicemail main", case.Expect(Wanted("voicemail", "main"))),
        ("expect: hangup", case.Expect(Wanted("hangup"))),
        ("not: hangup, within_s: 1", case.Expect(Wanted("hangup"), 1000, is_refused=True)),
        ("slot: {vars.order: '12'}", case.SlotHolds({"vars.order": "12"})),
    ],
)
def test_a_step(written: str, step: Step, read_text: Read) -> None:
    assert one_case(read_text, f"steps: [{{{written}}}]").steps == (step,)


def test_the_head_and_the_end_of_a_case(read_text: Read) -> None:
    found = one_case(
        read_text,
        'at: "2026-11-27T10:00", ai: mute, slow_s: 1, language: de-DE, '
        'caller: {number: "+12125550199", country: US, region: NY, known: true}, '
        'call: {number: "+12125550100", attempt: 2}, lead: {name: Ann}, steps: [], '
        "end: {node: end, disposition: sale, suppressed: false, prompts_after_optout: 1, digits_seen_by_ai: 0}",
    )
    assert (found.at, found.temper, found.up_ms) == (datetime(2026, 11, 27, 10), Temper.MUTE, 1000)
    assert found.facts.caller_number == "+12125550199"
    assert (found.facts.caller_region, found.facts.attempt) == ("NY", 2)
    assert (found.facts.language, dict(found.facts.lead)) == ("de-DE", {"name": "Ann"})
    assert found.end == case.End("end", "sale", False, 1, 0)  # noqa: FBT003


def test_one_file_holds_cases_for_several_flows_and_keeps_its_lines(read_text: Read) -> None:
    suites, told = read_text(
        "flow: clinic-main\ncases:\n  - {name: a, steps: []}\n---\n"
        "flow: everything\ncases:\n  - {name: a, steps: [{bark: loud}]}\n"
    )
    assert [(suite.flow, len(suite.cases)) for suite in suites] == [
        ("clinic-main", 1),
        ("everything", 1),
    ]
    assert told[0].startswith("cases.yaml:7:23 V000 cases.0.steps.0: the step has 0 of the words")


@pytest.mark.parametrize(
    ("text", "where_and_what"),
    [
        ("flow: clinic\ncases: []", "1:7 V000 flow: this cannot be 'clinic'. Did you mean"),
        ("- a", "1:1 V000 this is a list. Write a mapping"),
        ("flow: everything", "1:1 V004 the test file has no cases. Add: cases: …"),
        ("flow: [", "2:1 V000 a value is missing"),
        (
            "flow: everything\ncases: [{name: a, steps: [], ends: {}}]",
            "2:30 V037 cases.0: there is no field 'ends' in the case. Did you mean end?",
        ),
        ("flow: everything\ncases: [a]", "2:9 V000 cases.0: this is a single value."),
        (
            "flow: everything\ncases: [{name: a, steps: [b]}]",
            "2:27 V000 cases.0.steps.0: this is a single value.",
        ),
        (
            "flow: everything\ncases: [{name: a, steps: []}, {name: a, steps: []}]",
            "2:31 V036 cases.1: a case has the same name. Write another",
        ),
        (
            "flow: everything\ncases: [{name: a, steps: [{press: abc}]}]",
            "2:35 V000 cases.0.steps.0.press: this cannot be 'abc'. Write keys",
        ),
        (
            "flow: everything\ncases: [{name: a, steps: [{expect: say goodbye}]}]",
            "cases.0.steps.0.expect: this cannot be 'say goodbye'. Write say and a prompt",
        ),
        (
            "flow: everything\ncases: [{name: a, steps: [{expect: menu bye}]}]",
            "this cannot be 'menu bye'. Write a node; did you mean",
        ),
        (
            "flow: everything\ncases: [{name: a, steps: [{ai: leave}]}]",
            "this cannot be 'leave'. Known are up, down, mute, ask, pay, ring, talk",
        ),
        (
            "flow: everything\ncases: [{name: a, steps: [{queue: gone}]}]",
            "Write answered, full, or position and a number",
        ),
        (
            "flow: everything\ncases: [{name: a, steps: [{wait_s: soon}]}]",
            "Write seconds, like 3 or 0.25",
        ),
        (
            'flow: everything\ncases: [{name: a, steps: [{clock: "2026-02-30T10:00"}]}]',
            'Write a time like "2026-11-30T10:00"',
        ),
        (
            'flow: everything\ncases: [{name: a, steps: [{press: "1", speak: x}]}]',
            "the step has 2 of the words that say what it is",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    text: str, where_and_what: str, read_text: Read
) -> None:
    _, told = read_text(text)
    assert len(told) == 1
    assert where_and_what in told[0]
