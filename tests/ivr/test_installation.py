"""What a flow needs of the place where it runs."""

from collections.abc import Callable
from datetime import date

import pytest

from voicegate.ivr.check import validate
from voicegate.ivr.installation import ArgumentType, Installation, ToolShape

Example = Callable[[str], str]

CRM = ToolShape(
    {"name": ArgumentType.TEXT, "age": ArgumentType.WHOLE, "known": ArgumentType.TRUTH},
    frozenset(["several"]),
)


def found(text: str, here: Installation) -> list[tuple[str, str]]:
    verdict = validate(text.encode(), today=date(2026, 11, 21), here=here)
    return [(each.rule, each.path) for each in verdict.findings]


def with_tool(clinic: str, args: str) -> str:
    tool = f"{{type: tool, call: crm, args: {args}, exits: {{ok: end, error: end, timeout: end, several: end}}}}"
    return clinic.replace("done:    {type: say, prompt: bye, next: end}", f"done: {tool}")


@pytest.mark.parametrize("value", ["Ann", "7", "true"])
@pytest.mark.parametrize(
    ("name", "fitting"),
    [("name", ["Ann", "7", "true"]), ("age", ["7"]), ("known", ["true"])],
)
def test_arguments_of_a_tool_are_what_it_takes(
    name: str, fitting: list[str], value: str, example: Example
) -> None:
    text = with_tool(example("clinic-main"), f"{{{name}: {value}}}")
    wrong = [] if value in fitting else [("V034", f"nodes.done.args.{name}")]
    assert found(text, Installation(tools={"crm": CRM})) == wrong


def test_an_argument_that_a_tool_does_not_take_is_told(example: Example) -> None:
    text = with_tool(example("clinic-main"), "{nmae: Ann}")
    assert found(text, Installation(tools={"crm": CRM})) == [("V034", "nodes.done.args.nmae")]
    none = Installation(tools={"crm": ToolShape({}, frozenset(["several"]))})
    assert found(text, none) == [("V034", "nodes.done.args.nmae")]


def test_our_own_numbers_are_no_destination_in_a_queue_either(example: Example) -> None:
    here = Installation(numbers=["+12125550161"], has_raw_card_slots=True)
    assert found(example("renew-outbound"), here) == [("V038", "destinations.billing.members.1")]
    sip = example("clinic-main").replace(
        '{type: phone, number: "+12125550177", ring_s: 20}', '{type: sip, uri: "sip:a@example.com"}'
    )
    assert found(sip, here) == []


def test_calm_music_is_everywhere_and_other_music_is_asked_for(example: Example) -> None:
    text = example("clinic-main")
    assert found(text, Installation(music=[])) == []
    text = text.replace("music: calm", "music: jazz")
    assert found(text, Installation(music=["jazz"])) == []
    assert found(text, Installation(music=[])) == [("V019", "nodes.desk.music")]
