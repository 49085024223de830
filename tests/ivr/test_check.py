"""The rules: each finds its own mutation of an example, and says where and what to do."""

import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest

from voicegate.ivr.check import Verdict, validate
from voicegate.ivr.installation import ArgumentType, Installation, ToolShape
from voicegate.ivr.rules import RULES, WARNINGS

Example = Callable[[str], str]
Judged = Callable[[str], Verdict]

GOLDEN = Path(__file__).parent / "findings.txt"
CLINIC, RENEW = "clinic-main", "renew-outbound"
TODAY = date(2026, 11, 21)
HERE = Installation(
    agents={"clinic-reception": None, "renewals": None},
    boxes=["clinic"],
    music=[],
    tools={"payments.charge": ToolShape({"cents": ArgumentType.WHOLE}, frozenset(["declined"]))},
    numbers=["+12125550142"],
    has_raw_card_slots=True,
)


class Mutation(NamedTuple):
    """A change of an example that breaks one rule."""

    rule: str
    flow: str
    changes: tuple[tuple[str, str], ...]
    here: Installation = HERE
    besides: str = ""  # what cannot be broken alone


def clinic(rule: str, *changes: tuple[str, str], besides: str = "") -> Mutation:
    return Mutation(rule, CLINIC, changes, besides=besides)


def renew(rule: str, *changes: tuple[str, str]) -> Mutation:
    return Mutation(rule, RENEW, changes)


DONE = "{type: say, prompt: bye, next: end}\n    bye"
BRANCH = "{type: branch, cases: [{when: '%s', next: end}], default: bye}\n    bye"

MUTATIONS = [
    clinic("V000", ("max_s: 900", "max_s: soon")),
    clinic("V042", ("prompt: lang\n", "prompt: *lang\n")),
    clinic("V000", ('value: es-US}}', 'value: es}}')),
    clinic("V001", ("start: hours", "start: hour")),
    clinic("V002", (", limit: bye}", "}")),
    clinic("V003", (DONE, DONE.replace("say", "sey"))),
    clinic("V004", ("      agent: clinic-reception\n", "")),
    clinic("V005", ("{saved: bye, empty: bye}", "{saved: bye}")),
    clinic("V006", ("      nomatch: {retries: 2, next: greet}\n", "")),
    clinic("V007", ("nomatch: {retries: 2,", "nomatch: {retries: 7,")),
    clinic("V008", ('keys: {"0": desk}', 'keys: {"A": desk}')),
    clinic("V009", ('"2": {next: greet', '"12": {next: greet')),
    clinic("V009", ('number: "911"}', 'number: "911", keys: "0"}')),
    clinic("V010", (DONE, DONE.replace("end", "ende"))),
    clinic("V011", ("to: frontdesk", "to: frontdeck")),
    renew("V011", ("{type: queue, to: billing, music: calm, position_every_s: 45, exits: {answered: end, timeout: later, full: later}}", "{type: transfer, to: billing, exits: {completed: end, no_answer: later, busy: later, failed: later}}")),
    renew("V012", ('sensitive: true, digits: "3-4"', 'digits: "3-4"')),
    renew("V012", ("to: pay.cvc", "to: vars.cvc"), ("pay.pan, pay.cvc", "pay.pan, vars.cvc")),
    clinic("V013", ("disclose: true", "disclose: false")),
    clinic("V014", ("{notice: true}", "{notice: false}")),
    clinic("V015", ("prompt: leave,", "prompt: leaf,")),
    clinic("V016", (', es-US: "Adiós."', "")),
    clinic("V017", ("calendar: desk", "calendar: disk")),
    clinic("V017", ("country: US", "country: UK")),
    clinic("V017", ("country: US", "country: DE, subdivision: Bayern")),
    clinic("V018", ('number: "+12125550177"', 'number: "911"')),
    clinic("V019", ("box: clinic,", "box: clinik,")),
    clinic("V020", ("    end:     {", "    orphan:  {type: hangup}\n    end:     {")),
    clinic("V021", ("{type: hangup}", "{type: voicemail, box: clinic, exits: {saved: end, empty: end}}"), besides="V023"),
    clinic("V022", ("prompt: closed, next: message", "prompt: closed, next: hours")),
    clinic("V023", ("noinput: {retries: 1, next: message}", "noinput: {retries: 1, next: greet}")),
    renew("V024", ("      agent: renewals\n", "      agent: renewals\n      digits: tell\n")),
    clinic("V024", (DONE, BRANCH % "pay.pan == 4")),
    renew("V025", ('  optout: {keys: "9", say: ["stop calling", "remove me"], next: optout}\n', ""), ("    optout:   {type", "    optout_:  {type"), ("not_interested: declined}", "not_interested: optout_}"), ("    declined: {type: disposition, code: not_interested, next: end}\n", "")),
    renew("V026", ("machine: drop, ", ""), ("not_interested: declined}", "not_interested: drop}"), ("    declined: {type: disposition, code: not_interested, next: end}\n", "")),
    clinic("V027", ('  emergency: {prompt: emergency, number: "911"}\n', "")),
    clinic("V028", (DONE, BRANCH % "caller.regoin == 1")),
    clinic("V028", (DONE, BRANCH % 'lead.state == "NY"')),
    renew("V029")._replace(here=HERE.__class__()),
    clinic("V030", ("For English press 1.", "Welcome to this clinic. " * 15 + "For English press 1.")),
    clinic("V031", ('options: {"1": {next: greet, value: en-US}', "options: {" + ", ".join(f'"{key}": {{next: greet, value: en-US}}' for key in (1, 3, 4, 5, 6)))),
    clinic("V032", ('["08:30-17:30"]', '["08:30-12:00", "11:00-17:30"]')),
    clinic("V032", ('fri: ["08:30-13:00"]', 'thu: ["20:00-21:00"]')),
    clinic("V033", ('{mon-thu: ["08:30-17:30"], fri: ["08:30-13:00"]}', "{}")),
    clinic("V033", ('{mon-thu: ["08:30-17:30"], fri: ["08:30-13:00"]}', '{thu: ["08:30-17:30"]}'), ('["2026-11-27"]', '["2026-12-03", "2026-12-10", "2026-12-17"]')),
    renew("V034", ("call: payments.charge", "call: payments.charg")),
    renew("V034", ("call: payments.charge,", "call: payments.charge, args: {cents: much},")),
    renew("V034", ("declined: sorry, error", "refused: sorry, error")),
    renew("V035", ("timeout: human}}\n    charge", "timeout: charge}}\n    charge")),
    clinic("V035", (DONE, BRANCH % "vars.mood == 1")),
    clinic("V036", ("      disclose: true\n", "      disclose: true\n      disclose: true\n")),
    clinic("V037", ("max_s: 900", "max_sec: 900")),
    clinic("V037", ("{saved: bye, empty: bye}", "{saved: bye, empty: bye, emtpy: bye}")),
    clinic("V038", ("+12125550177", "+12125550142")),
    clinic("V039", ("call_s: 1800", "call_s: 60")),
    Mutation("V040", CLINIC, (), HERE.__class__(agents={"clinic-reception": frozenset(["book", "human", "urgent", "vip"])})),
    clinic("V041", ("name: clinic-main", "name: Clinic Main")),
    clinic("V042", ("agent: clinic", "agent: !!str clinic")),
    renew("V043", ("prompt: optout, next: end", "prompt: optout, next: sale")),
    renew("V043", ("We will not call again.", "We will not call again, and we are sorry. Goodbye.")),
    renew("V044", ("To stop these calls dial 1 800 555 0199.", "Goodbye.")),
    clinic("V045", ("ai_unavailable: backup", "ai_unavailable: greet")),
    renew("V046", ("at: vars.callback_at, ", "")),
    clinic("V047", ("timezone: America/New_York", "timezone: callee")),
]  # fmt: skip


def mutated(mutation: Mutation, example: Example) -> Verdict:
    text = example(mutation.flow)
    for old, new in mutation.changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return validate(text.encode(), today=TODAY, here=mutation.here)


@pytest.mark.parametrize("name", [CLINIC, RENEW])
def test_the_examples_have_no_finding(name: str, example: Example) -> None:
    verdict = validate(example(name).encode(), today=TODAY, here=HERE)
    assert verdict.findings == ()
    assert verdict.is_valid
    assert verdict.flow is not None
    assert verdict.flow.name == name


@pytest.mark.parametrize(
    "mutation", MUTATIONS, ids=[f"{index}-{each.rule}" for index, each in enumerate(MUTATIONS)]
)
def test_a_mutation_breaks_its_rule_and_no_other(mutation: Mutation, example: Example) -> None:
    verdict = mutated(mutation, example)
    rules = {finding.rule for finding in verdict.findings}
    assert mutation.rule in rules
    assert rules <= {mutation.rule, mutation.besides}
    assert verdict.is_valid is (mutation.rule in WARNINGS)


def test_every_rule_has_a_mutation() -> None:
    of_cases = {"V048"}  # needs test cases beside the flow
    assert {mutation.rule for mutation in MUTATIONS} == set(RULES) - of_cases


def test_the_findings_read_as_recorded(example: Example) -> None:
    """Place, rule, path, what and fix, each of the mutations in its own words."""
    told = [
        finding.render(f"{mutation.flow}.yaml")
        for mutation in MUTATIONS
        for finding in mutated(mutation, example).findings
    ]
    assert told == GOLDEN.read_text(encoding="utf-8").splitlines()


def test_many_faults_are_told_at_once_in_the_order_of_the_text(
    example: Example, judged: Judged
) -> None:
    text = example(CLINIC)
    for old, new in (
        ("max_s: 900", "max_sec: 900"),
        ("disclose: true", "disclose: no"),
        ("to: frontdesk", "to: nowhere"),
        (', es-US: "Adiós."', ""),
        ("{type: hangup}", "{type: hangup, why: done}"),
    ):
        text = text.replace(old, new)
    findings = judged(text).findings
    assert [each.rule for each in findings] == ["V016", "V000", "V013", "V037", "V011", "V037"]
    assert [each.line for each in findings] == sorted(each.line for each in findings)


def test_a_fault_of_one_node_hides_no_fault_of_the_paths(example: Example, judged: Judged) -> None:
    text = example(CLINIC).replace("retries: 1, next: message}", "retries: 1, next: greet}")
    for old, new in (
        ("max_s: 900", "max_sec: 900"),
        ("disclose: true", "disclose: false"),
        ("calendar: desk", "calendar: disk"),
        ("retries: 2,", "retries: 9,"),
        ("prompt: leave", "prompt: leaf"),
    ):
        text = text.replace(old, new)
    rules = {each.rule for each in judged(text).findings}
    assert rules == {"V007", "V013", "V015", "V017", "V023", "V037"}


def test_what_the_installation_lacks_is_left_out_unless_it_is_known(
    example: Example, judged: Judged
) -> None:
    assert judged(example(RENEW)).is_valid
    nothing = Installation(agents={}, boxes=[], music=[], tools={})
    found = validate(example(RENEW).encode(), today=TODAY, here=nothing).findings
    assert {each.rule for each in found} == {"V019", "V029", "V034"}


def steps(nodes: int) -> int:
    """How many calls it takes to judge a flow of that many nodes."""
    text = chain(nodes).encode()
    count = 0

    def counted(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(counted)
    try:
        verdict = validate(text, today=TODAY)
    finally:
        sys.setprofile(None)
    assert verdict.findings == ()
    assert verdict.flow is not None
    assert len(verdict.flow.nodes) == nodes
    return count


def chain(nodes: int) -> str:
    """A flow of menus, sayings, branches and collects that lead on to each other."""
    head = """\
apiVersion: voicegate/v1
kind: Flow
metadata: {name: chain}
spec:
  start: n0
  timezone: UTC
  languages: [en-US]
  limits: {call_s: 14400}
  handlers: {error: end, ai_unavailable: end, limit: end}
  prompts:
"""
    prompts = "".join(f'    p{index}: {{en-US: "Press 1."}}\n' for index in range(nodes))
    nodes_text = """\
    n{i}: {{type: menu, prompt: p{i}, options: {{"1": {{next: {n}}}}}, first_s: 1, noinput: {{retries: 0, next: {n}}}, nomatch: {{retries: 1, next: {n}}}}}
    n{i}: {{type: say, prompt: p{i}, next: {n}}}
    n{i}: {{type: collect, prompt: p{i}, digits: 1-4, to: vars.code, tries: 1, first_s: 1, exits: {{ok: {n}, failed: {n}, timeout: {n}}}}}
    n{i}: {{type: branch, cases: [{{when: vars.code != none and vars.code < 3, next: {n}}}], default: {n}}}
"""
    kinds = nodes_text.splitlines(keepends=True)
    body = "".join(
        kinds[index % 4].format(i=index, n=f"n{index + 1}" if index < nodes - 2 else "end")
        for index in range(nodes - 1)
    )
    return f"{head}{prompts}  nodes:\n{body}    end: {{type: hangup}}\n"


def test_judging_a_flow_takes_steps_in_proportion_to_its_nodes() -> None:
    """F11: a flow of twice the nodes costs twice the calls, so 200 flows are 200 times one."""
    steps(8)  # what is imported once
    few, many = steps(200), steps(400)
    assert many / few == pytest.approx(2, rel=0.05)
    assert few / 200 < 500
