"""A flow file becomes values; whatever cannot be one is told with its place."""

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicegate.ivr import expr, nodes
from voicegate.ivr import flow as values
from voicegate.ivr.check import Verdict, validate
from voicegate.ivr.finding import Findings
from voicegate.ivr.hours import Calendar, HolidayRule, Range
from voicegate.ivr.read import read

Example = Callable[[str], str]
Judged = Callable[[str], Verdict]


def flow(text: str) -> values.Flow:
    findings = Findings()
    found = read(text.encode(), findings)
    assert findings.in_order() == ()
    assert found is not None
    return found


def with_nodes(text: str, *, rest: str = "") -> str:
    """A flow of these nodes; `start` says `hi`, `end` hangs up."""
    return f"""\
apiVersion: voicegate/v1
kind: Flow
metadata: {{name: small}}
spec:
  start: start
  timezone: UTC
  languages: [en-US]
  prompts: {{hi: {{en-US: "Hi."}}}}
  handlers: {{error: end, ai_unavailable: end, limit: end}}
{rest}  nodes:
    start: {{type: say, prompt: hi, next: it}}
    it: {text}
    end: {{type: hangup}}
"""


def told(verdict: Verdict) -> list[tuple[str, str, str]]:
    return [(each.rule, each.path, each.what) for each in verdict.findings]


def test_the_head_of_the_clinic(example: Example) -> None:
    clinic = flow(example("clinic-main"))
    work = (Range(510, 1050),)
    assert (clinic.name, clinic.description) == ("clinic-main", "Inbound line of a dental clinic")
    assert clinic.direction is values.Direction.INBOUND
    assert (clinic.start, clinic.timezone) == ("hours", "America/New_York")
    assert clinic.languages == ("en-US", "es-US")
    assert clinic.limits == values.Limits(1800, 200)
    assert clinic.calendars == {
        "desk": Calendar(
            (work, work, work, work, (Range(510, 780),), (), ()),
            HolidayRule("US", extra=frozenset([date(2026, 11, 27)])),
        )
    }
    assert clinic.prompts["bye"] == {
        "en-US": values.Said("Goodbye."),
        "es-US": values.Said("Adiós."),
    }
    assert clinic.destinations == {"frontdesk": values.PhoneDestination("+12125550177", 20, None)}
    assert clinic.emergency == values.Emergency("emergency", "911")
    assert clinic.handlers == values.Handlers("backup", "backup", "bye")


def test_the_nodes_of_the_clinic(example: Example) -> None:
    found = flow(example("clinic-main")).nodes
    assert list(found) == [
        *("hours", "lang", "greet", "desk", "closed", "backup", "message", "done", "bye", "end")
    ]
    assert found["lang"] == nodes.Menu(
        "lang",
        "",
        True,  # noqa: FBT003
        prompt="lang",
        options={"1": nodes.Option("greet", "en-US"), "2": nodes.Option("greet", "es-US")},
        noinput=nodes.Retry(1, "greet", None),
        nomatch=nodes.Retry(2, "greet", None),
        slot="language",
        first_s=5,
        inter_s=3,
    )
    greet = found["greet"]
    assert isinstance(greet, nodes.Ai)
    assert (greet.agent, greet.is_recorded, greet.keys) == ("clinic-reception", True, {"0": "desk"})
    assert greet.exits["urgent"] == nodes.AiExit("desk")
    assert (greet.silence_s, greet.nudges, greet.tells_digits) == (10, 2, False)
    assert found["backup"].waits
    assert not found["hours"].waits


def test_the_nodes_of_the_renewal(example: Example) -> None:
    renewal = flow(example("renew-outbound"))
    pitch, card = renewal.nodes["pitch"], renewal.nodes["card"]
    assert isinstance(pitch, nodes.Ai)
    assert pitch.exits["later"] == nodes.AiExit("later", {"callback_at": "datetime"})
    assert isinstance(card, nodes.Collect)
    assert (card.digits_min, card.digits_max, card.slot, card.check) == (13, 19, "pay.pan", "luhn")
    assert card.is_sensitive
    assert renewal.optout == nodes.OptOut("optout", "9", ("stop calling", "remove me"))
    assert renewal.timezone == values.CALLEE
    billing = renewal.destinations["billing"]
    assert isinstance(billing, values.QueueDestination)
    assert (billing.ring, billing.max_wait_s, len(billing.members)) == ("longest_idle", 180, 2)


RARE = """\
  direction: outbound
  optout: {say: ["stop"], next: no}
  emergency: {prompt: hi, number: "112", say: ["help me"], keys: "**", next: end}
  limits: {call_s: 600}
  destinations:
    pbx: {type: sip, uri: "sip:desk@example.com", ring_s: 10}
    far: {type: phone, number: "+4930123456", digits: "ww12#"}
    all: {type: queue, name: all, members: ["+4930123457"], ring: all, max_wait_s: 60}
  calendars:
    shop:
      weekly: {fri-sun: ["22:00-06:00"], wed: ["00:00-24:00"]}
      holidays: {country: DE, subdivision: BE, except: ["2026-10-03"]}
      exceptions: {"2026-12-24": ["08:00-12:00"], "2026-12-31": []}
"""
NODES = [
    '{type: say, prompt: hi, next: end, interrupt: false, note: "a note", in: all}',
    '{type: branch, cases: [{when: "vars.a != none and vars.a > 2", next: end}], default: end}',
    '{type: transfer, to: pbx, whisper: summary, exits: {completed: end, no_answer: end, busy: end, failed: end}}',
    '{type: transfer, to: far, whisper: hi, mode: warm, exits: {completed: end, no_answer: end, busy: end, failed: end, declined: end}}',
    '{type: queue, to: all, offer: {after_s: 60, key: "1", next: end}, exits: {answered: end, timeout: end, full: end}}',
    '{type: voicemail, box: b, exits: {saved: end, empty: end}}',
    '{type: tool, call: crm.find, filler: hi, args: {name: x}, exits: {ok: end, error: end, timeout: end, several: end}}',
    '{type: hours, calendar: shop, open: end, closed: end, holiday: end}',
    '{type: hangup, cause: done}',
    '{type: collect, prompt: hi, retry_prompt: hi, digits: "4", check: "regex:[0-4]{4}", to: vars.a, exits: {ok: end, failed: end, timeout: end}}',
    '{type: voicemail_drop, prompt: tel, wait: beep, next: end}',
    '{type: ai, agent: a, disclose: true, optout: {keys: "8", next: no}, exits: {x: {next: end}}, keys: {"1": end}, unavailable: end, timeout: end}',
    '{type: menu, prompt: hi, options: {"12": {next: end}}, noinput: {retries: 0, next: end, prompt: hi}, nomatch: {retries: 0, next: end}}',
]  # fmt: skip


@pytest.mark.parametrize("node", NODES)
def test_rare_fields_are_read_too(node: str, judged: Judged) -> None:
    text = with_nodes(node, rest=RARE).replace(
        "limit: end}", "limit: end, machine: drop}"
    ).replace("    end: {", "    drop: {type: voicemail_drop, prompt: tel, next: end}\n    no: {type: disposition, code: dnc, next: end}\n    end: {").replace('{hi: {en-US: "Hi."}}', '{hi: {en-US: "Hi."}, tel: {en-US: {file: a/tel.wav}}}')  # fmt: skip
    verdict = judged(text)
    assert {each.rule for each in verdict.findings} <= {"V046", "V020"}
    found = verdict.flow
    assert found is not None
    assert found.emergency == values.Emergency("hi", "112", ("help me",), "**", "end")
    shop = found.calendars["shop"]
    night, whole = (Range(1320, 360),), (Range(0, 1440),)
    assert shop.weekly == ((), (), whole, (), night, night, night)
    assert shop.exceptions == {date(2026, 12, 24): (Range(480, 720),), date(2026, 12, 31): ()}
    assert shop.holidays.without == {date(2026, 10, 3)}
    assert found.nodes["it"].name == "it"


DEFAULTS: list[tuple[str, dict[str, object]]] = [
    ("{type: say, prompt: hi, next: end}", {"interrupt": True, "in_all_languages": False}),
    ('{type: menu, prompt: hi, options: {"1": {next: end}}, noinput: {retries: 0, next: end}, nomatch: {retries: 0, next: end}}', {"first_s": 5, "inter_s": 3, "slot": None, "options": {"1": nodes.Option("end", "1")}}),
    ("{type: collect, prompt: hi, digits: 1-4, to: vars.a, exits: {ok: end, failed: end, timeout: end}}", {"finish": "#", "check": "none", "tries": 3, "first_s": 8, "inter_s": 4, "is_sensitive": False, "retry_prompt": None}),
    ("{type: ai, agent: a, disclose: true, exits: {}, unavailable: end, timeout: end}", {"max_s": 900, "silence_s": 10, "nudges": 2, "tells_digits": False, "is_recorded": False}),
    ("{type: transfer, to: a, exits: {completed: end, no_answer: end, busy: end, failed: end}}", {"mode": "cold", "music": "calm", "accept_key": "1", "accept_s": 5, "whisper": None}),
    ("{type: queue, to: a, exits: {answered: end, timeout: end, full: end}}", {"music": "calm", "position_every_s": 45, "offer": None}),
    ("{type: voicemail, box: a, exits: {saved: end, empty: end}}", {"max_s": 120, "silence_s": 5, "finish": "#", "prompt": None}),
    ("{type: voicemail_drop, prompt: hi, next: end}", {"max_wait_s": 30}),
    ("{type: tool, call: a, exits: {ok: end, error: end, timeout: end}}", {"timeout_s": 10, "filler": None, "uses": (), "args": {}}),
    ("{type: disposition, code: a, next: end}", {"prompt": None, "at": None}),
    ("{type: hangup}", {"cause": None, "note": ""}),
]  # fmt: skip


@pytest.mark.parametrize(("node", "fields"), DEFAULTS)
def test_what_is_not_written_has_its_default(node: str, fields: dict[str, object]) -> None:
    found = flow(with_nodes(node)).nodes["it"]
    assert {name: getattr(found, name) for name in fields} == fields


def test_a_condition_is_kept_as_its_tree() -> None:
    node = flow(with_nodes(NODES[1])).nodes["it"]
    assert isinstance(node, nodes.Branch)
    assert node.cases == (nodes.Case(expr.parse("vars.a != none and vars.a > 2"), "end"),)


@pytest.mark.parametrize(
    ("node", "rule", "path", "what"),
    [
        ("say", "V000", "nodes.it", "this is a single value"),
        ("{}", "V004", "nodes.it", "node has no type"),
        ("{type: say, prompt: hi, next: }", "V000", "nodes.it.next", "nothing is written here"),
        ("{type: say, prompt: [hi], next: end}", "V000", "nodes.it.prompt", "this is a list"),
        ("{type: branch, cases: [end], default: end}", "V004", "nodes.it", "branch has a case of another shape"),
        ("{type: branch, cases: end, default: end}", "V000", "nodes.it.cases", "this is a single value"),
        ("{type: branch, cases: [{next: end}], default: end}", "V004", "nodes.it.cases.0", "case has no when"),
        ("{type: voicemail, box: b}", "V005", "nodes.it", "voicemail has no exit saved"),
        ("{type: menu, prompt: hi, options: {}, noinput: {retries: 0, next: end}, nomatch: {retries: 0, next: end}}", "V004", "nodes.it.options", "options are none"),
        ('{type: menu, prompt: hi, options: {"1": {next: end}}, set: pay.x, noinput: {retries: 0, next: end}, nomatch: {retries: 0, next: end}}', "V041", "nodes.it.set", "this cannot be 'pay.x'"),
        ('{type: voicemail, box: b, finish: "##", exits: {saved: end, empty: end}}', "V008", "nodes.it.finish", "this cannot be '##'"),
        ("{type: tool, call: Pay Now, exits: {ok: end, error: end, timeout: end}}", "V041", "nodes.it.call", "this cannot be 'Pay Now'"),
        ("{type: disposition, code: Do Not, next: end}", "V041", "nodes.it.code", "this cannot be 'Do Not'"),
        ('{type: collect, prompt: hi, digits: "9-4", to: vars.a, exits: {ok: end, failed: end, timeout: end}}', "V000", "nodes.it.digits", "this cannot be '9-4'"),
        ('{type: collect, prompt: hi, digits: "4", check: "regex:(a+)+", to: vars.a, exits: {ok: end, failed: end, timeout: end}}', "V000", "nodes.it.check", "this cannot be 'regex:(a+)+'"),
        ('{type: collect, prompt: hi, digits: "4", check: "regex:a*a*a*a*b", to: vars.a, exits: {ok: end, failed: end, timeout: end}}', "V000", "nodes.it.check", "this cannot be 'regex:a*a*a*a*b'"),
        ('{type: collect, prompt: hi, digits: "4", check: "regex:[", to: vars.a, exits: {ok: end, failed: end, timeout: end}}', "V000", "nodes.it.check", "this cannot be 'regex:['"),
        ('{type: collect, prompt: hi, digits: "4", check: lun, to: vars.a, exits: {ok: end, failed: end, timeout: end}}', "V000", "nodes.it.check", "this cannot be 'lun'"),
        ("{type: transfer, to: x, exits: {completed: end, no_answer: end, busy: end, failed: end, declined: end}}", "V037", "nodes.it.exits", "there is no field 'declined' in transfer exits"),
    ],
)  # fmt: skip
def test_a_node_of_another_shape_is_told(
    node: str, rule: str, path: str, what: str, judged: Judged
) -> None:
    assert (rule, path, what) in told(judged(with_nodes(node)))


@pytest.mark.parametrize(
    ("rest", "rule", "path", "what"),
    [
        ("  optout: {next: end}\n", "V004", "optout", "optout has neither keys nor phrases"),
        ("  limits: {call_s: 5}\n", "V000", "limits.call_s", "this cannot be '5'"),
        ("  destinations: {a: {type: fax}}\n", "V000", "destinations.a", "destination has the unknown type 'fax'"),
        ("  destinations: {a: {}}\n", "V004", "destinations.a", "destination has no type"),
        ('  destinations: {a: {type: phone, number: "030 123"}}\n', "V000", "destinations.a.number", "this cannot be '030 123'"),
        ('  destinations: {a: {type: sip, uri: "sip:911@example.com"}}\n', "V018", "destinations.a.uri", "nobody may be transferred to an emergency number"),
        ('  destinations: {a: {type: queue, name: a, members: ["112"], max_wait_s: 60}}\n', "V018", "destinations.a.members.0", "nobody may be transferred to an emergency number"),
        ("  destinations: {a: {type: queue, name: a, max_wait_s: 60}}\n", "V004", "destinations.a", "destination has no members"),
        ("  calendars: {Desk: {weekly: {}}}\n", "V041", "calendars", "calendars cannot have the name 'Desk'"),
        ("  calendars: {a: {weekly: {workdays: []}}}\n", "V000", "calendars.a.weekly", "this cannot be 'workdays'"),
        ('  calendars: {a: {weekly: {mon: ["8-9"]}}}\n', "V000", "calendars.a.weekly.mon", "this cannot be '8-9'"),
        ('  calendars: {a: {weekly: {mon: ["08:00-08:00"]}}}\n', "V000", "calendars.a.weekly.mon", "this cannot be (11 characters)"),
        ('  calendars: {a: {weekly: {mon-fre: ["08:00-09:00"]}}}\n', "V000", "calendars.a.weekly", "this cannot be 'mon-fre'"),
        ('  calendars: {a: {weekly: {mon: ["20:00-03:00"], tue: ["02:00-04:00"]}}}\n', "V032", "calendars.a.weekly", "weekly overlaps on tue"),
        ('  calendars: {a: {exceptions: {"2026-02-30": []}}}\n', "V000", "calendars.a.exceptions", "this cannot be '2026-02-30'"),
        ('  calendars: {a: {exceptions: {"2026-12-24": ["08:00-12:00", "11:00-13:00"]}}}\n', "V032", "calendars.a.exceptions", "exceptions overlaps on 2026-12-24"),
        ("  calendars: {a: {holidays: {country: us}}}\n", "V017", "calendars.a.holidays.country", "public holidays of 'us' are not known"),
        ("  calendars: {a: {holidays: {country: US, subdivision: new-york}}}\n", "V017", "calendars.a.holidays.subdivision", "US has no subdivision 'new-york'"),
        ("  calendars: {a: {holidays: {subdivision: NY}}}\n", "V004", "calendars.a.holidays", "holidays has no country"),
        ("  calendars: []\n", "V000", "calendars", "this is a list"),
        ("  voice: a\n", "V037", "", "there is no field 'voice' in the flow"),
        ('  emergency: {prompt: hi, number: "555"}\n', "V000", "emergency.number", "this cannot be '555'"),
        ("  emergency: {prompt: ho, number: \"911\"}\n", "V015", "emergency.prompt", "there is no prompt 'ho'"),
    ],
)  # fmt: skip
def test_a_part_of_another_shape_is_told(
    rest: str, rule: str, path: str, what: str, judged: Judged
) -> None:
    assert (rule, path, what) in told(judged(with_nodes("{type: hangup}", rest=rest)))


@pytest.mark.parametrize(
    ("old", "new", "rule", "what"),
    [
        ("kind: Flow", "kind: Numbers", "V000", "this cannot be 'Numbers'"),
        ("apiVersion: voicegate/v1\n", "", "V004", "the file has no apiVersion"),
        ("UTC", "Mars/Base", "V000", "this cannot be 'Mars/Base'"),
        ("[en-US]", "[english]", "V000", "this cannot be 'english'"),
        ("[en-US]", "[]", "V004", "the flow has no language"),
        ("[en-US]", "[en-US, en-US]", "V036", "a language stands twice"),
        ("[en-US]", "[de-DE]", "V037", "the flow does not speak en-US"),
        ('"Hi."', "{file: /etc/hi.wav}", "V000", "this cannot be '/etc/hi.wav'"),
        ('"Hi."', '" "', "V000", "this cannot be ' '"),
        ("  handlers: {error: end, ai_unavailable: end, limit: end}\n", "", "V002", "the flow has no handlers"),
        ("metadata: {name: small}\n", "", "V004", "the file has no metadata"),
        ("{error: end", "{error: ende", "V010", "there is no node 'ende'"),
    ],
)  # fmt: skip
def test_a_head_of_another_shape_is_told(
    old: str, new: str, rule: str, what: str, judged: Judged
) -> None:
    text = with_nodes("{type: hangup}")
    assert old in text
    findings = told(judged(text.replace(old, new)))
    assert (rule, what) in [(each[0], each[2]) for each in findings]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "the file is empty"),
        ("- a\n", "this is a list"),
        ("a: [\n", "a value is missing"),
        ("kind: Flow\n", "the file has no spec"),
        ("x" * 1_000_001, "the file has 1,000,001 bytes"),
    ],
)
def test_a_text_that_is_no_flow_has_no_values(text: str, what: str, judged: Judged) -> None:
    verdict = judged(text)
    assert verdict.flow is None
    assert not verdict.is_valid
    assert what in [each.what for each in verdict.findings]


def test_no_finding_shows_a_telephone_number(judged: Judged) -> None:
    rest = '  destinations: {a: {type: phone, number: "2125550177"}}\n'
    (finding,) = judged(with_nodes("{type: hangup}", rest=rest)).findings
    assert "2125550177" not in finding.render("a.yaml")


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_a_flow_with_a_line_lost_or_doubled_is_told_and_never_raises(
    data: st.DataObject, example: Example
) -> None:
    lines = example(data.draw(st.sampled_from(["clinic-main", "renew-outbound"]))).splitlines()
    at = data.draw(st.integers(0, len(lines) - 1))
    piece = data.draw(st.sampled_from(["", lines[at] * 2, lines[at][: len(lines[at]) // 2], "  x"]))
    text = "\n".join([*lines[:at], piece, *lines[at + 1 :]])
    verdict = validate(text.encode(), today=date(2026, 11, 21))
    assert all(finding.fix and finding.line > 0 for finding in verdict.findings)
