"""The file of the numbers: read whole or told all that is wrong, and written back the same."""

import subprocess
import sys
import time
from collections.abc import Callable
from random import Random

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from voicegate.numbers.documents.numbers import NumbersDocument, parse, render
from voicegate.numbers.errors import DocumentError
from voicegate.numbers.fakes.snapshot import snapshot
from voicegate.numbers.local_time import parse as local
from voicegate.numbers.local_time import zone
from voicegate.numbers.model import Audio, Number, Pool, Route, RouteKind, ScheduleEntry, Share
from voicegate.numbers.registry.snapshot_json import render as json_of
from voicegate.numbers.yaml.tree import Rule

HEAD = "apiVersion: voicegate/v1\nkind: Numbers\n"
CLINIC = """\
apiVersion: voicegate/v1
kind: Numbers
defaults: {fallback: flow/backup, record: false}
numbers:
  - number: "+12125550142"
    name: Clinic main
    route: flow/clinic-main
    schedule: [{at: "2026-12-24T12:00", tz: America/New_York, route: flow/holiday}]
    emergency_address: ADf899cf3fe2489213cc707e758b2806d7
    tags: [clinic, ny]
    protect: true
  - number: +18005550199
    route: [{to: flow/optout, weight: 90}, {to: agent/optout, weight: 10}]
    fallback: forward/+12125550142
    audio: pcmu
    record: true
pools:
  - name: renewals-ny
    members: ["+12125550142", "+12125550151"]
    pick: sticky-least-used
    daily_cap: 80
default_route: agent/front-desk
"""


def flow(name: str) -> Route:
    return Route(RouteKind.FLOW, name)


def told(text: str) -> list[str]:
    with pytest.raises(DocumentError) as refused:
        parse(text.encode())
    assert str(refused.value) == "\n".join(str(fault) for fault in refused.value.faults)
    return [str(fault) for fault in refused.value.faults]


@pytest.mark.parametrize("most", ["0", "10001", "many", "1.5"])
def test_a_number_may_have_a_limit_of_its_own(most: str) -> None:
    """C151: so many of its calls at the same time, and no fewer than one."""
    text = HEAD + 'numbers: [{number: "+12125550142", max_calls: MOST}]\n'
    made = parse(text.replace("MOST", "20").encode())
    assert made.numbers["+12125550142"].max_calls == 20
    assert parse(render(made).encode()) == made
    (fault,) = told(text.replace("MOST", most))
    assert f"max_calls cannot be '{most}': write a whole number from 1 to 10,000" in fault


def test_a_file_becomes_values() -> None:
    document = parse(CLINIC.encode())
    eve = local("2026-12-24T12:00", zone("America/New_York"))
    assert document == NumbersDocument(
        numbers={
            "+12125550142": Number(
                "+12125550142",
                name="Clinic main",
                shares=(Share(flow("clinic-main"), 1),),
                schedule=(ScheduleEntry(eve, flow("holiday")),),
                fallback=flow("backup"),
                emergency_address="ADf899cf3fe2489213cc707e758b2806d7",
                tags=("clinic", "ny"),
                is_protected=True,
            ),
            "+18005550199": Number(
                "+18005550199",
                shares=(
                    Share(flow("optout"), 90),
                    Share(Route(RouteKind.AGENT, "optout"), 10),
                ),
                fallback=Route(RouteKind.FORWARD, "+12125550142"),
                audio=Audio.PCMU,
                is_recorded=True,
            ),
        },
        pools={"renewals-ny": Pool("renewals-ny", ("+12125550142", "+12125550151"), daily_cap=80)},
        default_route=Route(RouteKind.AGENT, "front-desk"),
    )


def test_defaults_hold_where_a_number_says_nothing() -> None:
    text = HEAD + (
        "defaults: {fallback: flow/b, record: true, audio: pcmu, protect: true}\n"
        "numbers:\n"
        "  - number: +12125550142\n"
        "  - {number: +12125550143, fallback: flow/c, record: false, audio: pcm24k, protect: false}\n"
    )
    one, other = parse(text.encode()).numbers.values()
    assert one == Number(
        "+12125550142", fallback=flow("b"), is_recorded=True, audio=Audio.PCMU, is_protected=True
    )
    assert other == Number("+12125550143", fallback=flow("c"), audio=Audio.PCM24K)


def test_a_member_that_is_not_in_the_file_is_a_warning() -> None:
    """It may be a number that the file leaves alone; the doctor knows what is owned."""
    (warning,) = parse(CLINIC.encode()).warnings
    assert (warning.line, warning.column) == (18, 5)
    assert "members that are not in this file" in warning.what
    assert parse(CLINIC.replace(', "+12125550151"', "").encode()).warnings == ()


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("voicegate/v1", "voicegate/v2", "1:13 apiVersion cannot be 'voicegate/v2': did you mean"),
        ("kind: Numbers\n", "", "1:1 the file has no kind: add kind"),
        ("kind: Numbers", "kind: Agents", "2:7 kind cannot be 'Agents': known are Numbers"),
        ("numbers:\n", "nombers:\n", "1:1 the file has no numbers"),
        (
            "record: false",
            "recrod: false",
            "3:35 defaults has no field 'recrod': did you mean record?",
        ),
        ("record: false", "record: no", "3:43 record cannot be 'no': write true or false"),
        ("flow/backup", "flow/", "3:22 fallback cannot be 'flow/': write small letters"),
        (
            '"+12125550142"\n    name',
            "2125550142\n    name",
            "5:13 number cannot be (10 characters)",
        ),
        ('number: "+12125550142"\n    name', "name", "5:5 an entry of numbers has no number"),
        ("    name: Clinic main", "    nam: x", "6:5 an entry of numbers has no field 'nam': did"),
        ("Clinic main", "x" * 65, "6:11 name cannot be 'xxxx"),
        ("flow/clinic-main", "flw/clinic-main", "7:12 route cannot be 'flw/clinic-main': did"),
        ("flow/clinic-main", "{to: flow/a}", "7:12 route is a mapping: write a single value"),
        ("flow/clinic-main", "[]", "7:12 route is an empty list: leave it out"),
        ("flow/clinic-main", "", "7:11 route is empty: write a value or leave the field out"),
        (
            "America/New_York",
            "America/NewYork",
            "8:45 tz cannot be 'America/NewYork': did you mean",
        ),
        (
            "2026-12-24T12:00",
            "2026-03-08T02:30",
            "8:21 at cannot be '2026-03-08T02:30': the clocks of",
        ),
        ("2026-12-24T12:00", "tomorrow", "8:21 at cannot be 'tomorrow': write date and local time"),
        (", route: flow/holiday", "", "8:16 an entry of the schedule has no route"),
        ("flow/holiday}", 'flow/h, until: "2026-12-24T11:00"}', "8:85 until is no later than at"),
        ("flow/holiday}", 'flow/h, until: "2026-12-24T12:00"}', "8:85 until is no later than at"),
        ("flow/holiday}", "flow/h, util: x}", "8:78 an entry of the schedule has no field 'util'"),
        ("ADf899cf3fe2489213cc707e758b2806d7", "AD 1", "9:24 emergency_address cannot be 'AD 1'"),
        ("[clinic, ny]", "[clinic, clinic]", "10:20 it stands twice in tags"),
        ("[clinic, ny]", "clinic", "10:11 tags is a single value: write a list"),
        ("protect: true", "protect: yes", "11:14 protect cannot be 'yes': write true or false"),
        ("+18005550199", "+12125550142", "12:5 this number stands in line 5 already"),
        ("weight: 90", "weight: 0", "13:39 weight cannot be '0': write a whole number from 1 to"),
        ("weight: 90", "weight: 9.5", "13:39 weight cannot be '9.5': write a whole number"),
        (", weight: 90", "", "13:13 a part of the split has no weight"),
        ("agent/optout", "flow/optout", "13:44 this route stands twice in the split"),
        ("{to: agent/optout, weight: 10}", "flow/a", "13:44 a part of the split is a single value"),
        ("audio: pcmu", "audio: mp3", "15:12 audio cannot be 'mp3': known are pcm24k, pcmu"),
        ("name: renewals-ny", "name: Renewals", "18:11 name cannot be 'Renewals': write small"),
        ('"+12125550151"]', "+1]", "19:31 an item of members cannot be '+1': write it in E.164"),
        ("sticky-least-used", "random", "20:11 pick cannot be 'random': known are"),
        ("daily_cap: 80", "daily_cap: 0", "21:16 daily_cap cannot be '0': write a whole number"),
        ("daily_cap: 80", "{}", "21:5 this line has no colon"),
        (
            "default_route: agent/front-desk",
            "defualts: {}",
            "22:1 the file has no field 'defualts'",
        ),
        ("default_route: ", "numbers: ", "22:1 the key 'numbers' stands in line 4 already"),
    ],
)
def test_a_fault_is_told_with_its_place_and_what_to_do(old: str, new: str, fault: str) -> None:
    assert old in CLINIC
    found = told(CLINIC.replace(old, new, 1))
    assert any(fault in line for line in found), found


def test_all_faults_are_told_at_once_in_the_order_of_the_lines() -> None:
    text = HEAD + (
        "defaults: 7\n"
        "numbers:\n"
        "  - {number: 911, rout: flow/a, tags: [*x]}\n"
        "  - {number: +12125550142, route: [{to: 'flow/', weight: many}], record: 1}\n"
        "  - flow/a\n"
        "  - {number: +12125550142, audio: mp3}\n"
        "pools:\n"
        "  - {members: [+12125550142, 5]}\n"
        "  - {name: a, members: [+12125550142]}\n"
        "  - {name: a, members: []}\n"
        "  - a\n"
        "extra: 1\n"
    )
    places = [line.split(" ")[0] for line in told(text)]
    assert places == [
        *("3:11", "5:14", "5:19", "5:40", "6:41", "6:58", "6:74", "7:5", "8:5", "8:35"),
        *("10:5", "10:30", "12:5", "12:24", "13:5", "14:1"),
    ]


@pytest.mark.parametrize("text", ["- a\n", "a\n", "", "a: *\n", "\t"])
def test_a_file_that_is_no_mapping_is_refused(text: str) -> None:
    assert told(text)


def test_two_entries_that_begin_at_one_instant_are_a_fault() -> None:
    text = HEAD + (
        "numbers:\n  - number: +12125550142\n    schedule:\n"
        '      - {at: "2026-12-24T12:00", tz: America/New_York, route: flow/a}\n'
        '      - {at: "2026-12-24T17:00", tz: UTC, route: flow/b}\n'
    )
    assert told(text) == ["7:9 another entry begins at the same time: keep one of the two"]


def test_no_fault_names_a_phone_number() -> None:
    text = HEAD + (
        "numbers:\n  - {number: 12125550142, route: forward/2125550142}\n"
        "  - {number: +12125550142, +12125550143: 1}\n  - {number: +12125550142}\n"
        "pools: [{name: a, members: [2125550142, +12125550143, +12125550143]}]\n"
    )
    found = [
        line.replace("like +12125550142", "").replace("like forward/+12125550142", "")
        for line in told(text)
    ]
    assert len(found) == 6
    assert not any("555" in line for line in found)


def test_a_file_is_written_in_one_spelling() -> None:
    text = render(parse(CLINIC.encode()))
    assert text == (
        "apiVersion: voicegate/v1\n"
        "kind: Numbers\n"
        "default_route: agent/front-desk\n"
        "numbers:\n"
        '  - number: "+12125550142"\n'
        "    name: Clinic main\n"
        "    route: flow/clinic-main\n"
        "    schedule:\n"
        '      - at: "2026-12-24T12:00"\n'
        "        tz: America/New_York\n"
        "        route: flow/holiday\n"
        "    fallback: flow/backup\n"
        "    emergency_address: ADf899cf3fe2489213cc707e758b2806d7\n"
        "    tags: [clinic, ny]\n"
        "    protect: true\n"
        '  - number: "+18005550199"\n'
        "    route:\n"
        "      - to: flow/optout\n"
        "        weight: 90\n"
        "      - to: agent/optout\n"
        "        weight: 10\n"
        "    fallback: forward/+12125550142\n"
        "    record: true\n"
        "    audio: pcmu\n"
        "pools:\n"
        "  - name: renewals-ny\n"
        '    members: ["+12125550142", "+12125550151"]\n'
        "    pick: sticky-least-used\n"
        "    daily_cap: 80\n"
    )
    assert render(parse(text.encode())) == text


def test_a_file_without_numbers_says_so() -> None:
    assert render(NumbersDocument({})) == f"{HEAD}numbers: []\n"
    assert parse(f"{HEAD}numbers: []\n".encode()) == NumbersDocument({})


@settings(max_examples=500, deadline=None)
@given(st.integers())
def test_what_is_exported_is_read_back_the_same(seed: int) -> None:
    """N9, the half of the file: 500 drawn configurations come back to the byte."""
    drawn = snapshot(Random(seed))
    document = NumbersDocument(drawn.numbers, drawn.pools, drawn.default_route)
    again = parse(render(document).encode())
    assert again == document
    assert json_of(type(drawn)("", numbers=again.numbers)) == json_of(
        type(drawn)("", numbers=drawn.numbers)
    )


def bare(text: str) -> None:
    """What libyaml alone makes of a text."""
    parser = yaml.CBaseLoader(text)
    while parser.get_event() is not None:
        pass


def cost(work: Callable[[], object]) -> float:
    """CPU time of the best of three: other work on the machine does not lengthen it."""
    spent: list[float] = []
    for _ in range(3):
        began = time.process_time()
        work()
        spent.append(time.process_time() - began)
    return min(spent)


def test_a_file_is_read_about_as_fast_as_yaml_can_be() -> None:
    """N12, the file's part: at most ten times what libyaml alone needs."""
    numbers = "".join(
        f'  - number: "+1212{index:07}"\n    name: Clinic {index}\n    route: flow/clinic\n'
        for index in range(2_000)
    )
    text = f"{HEAD}numbers:\n{numbers}"
    assert cost(lambda: parse(text.encode())) < 10 * cost(lambda: bare(text))


def test_reading_files_is_not_paid_for_at_start_up() -> None:
    documents = ["documents.agents", "documents.numbers", "documents.numbers_schema"]
    modules = [*documents, "e164", "resolve", "registry.snapshot_json"]
    code = "".join(f"import voicegate.numbers.{name}\n" for name in modules) + (
        "import sys\n"
        "print(*{'phonenumbers', 'yaml', 'redis', 'twilio', 'rich', 'pydantic'} & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_the_faults_of_a_key_twice_can_be_told_apart() -> None:
    with pytest.raises(DocumentError) as refused:
        parse(f"{HEAD}numbers: [{{number: +12125550142}}, {{number: +12125550142}}]".encode())
    assert [fault.rule for fault in refused.value.faults] == [Rule.DUPLICATE_KEY]
