"""A drawn call as the source of a test: it stays what it is when the random streams change."""

from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from typing import cast

from ..carrier.caller import Speak, cough, loud, mm_hm
from .scenario import Scenario

_SAID = {cough(): "cough()", mm_hm(): "mm_hm()"}


def render(scenario: Scenario, broken: str) -> str:
    """A test that plays this call and lets nothing break; `broken` is what did."""
    return (
        f"def test_seed_{scenario.seed}() -> None:\n"
        f'    """{broken}"""\n'
        f"    scenario = {_source(scenario)}\n"
        "    assert not judge(play(scenario)).violations\n"
    )


def _source(value: object) -> str:
    if isinstance(value, Enum):
        return f"{type(value).__name__}.{value.name}"
    if isinstance(value, Speak):
        return _SAID.get(value) or f"Speak({_sound(value.audio)})"
    if isinstance(value, tuple):
        members = [_source(each) for each in cast("tuple[object, ...]", value)]
        return f"({', '.join(members)}{',' * (len(members) == 1)})"
    if is_dataclass(value):
        return f"{type(value).__name__}({', '.join(_members(value))})"
    return repr(value)


def _members(value: object) -> list[str]:
    """What differs from the defaults, by name; what has none, by place."""
    members: list[str] = []
    for each in fields(value):  # pyright: ignore[reportArgumentType] - it is a dataclass
        given: object = getattr(value, each.name)
        if each.default is MISSING:
            members.append(_source(given))
        elif given != each.default:
            members.append(f"{each.name}={_source(given)}")
    return members


def _sound(audio: bytes) -> str:
    ms = len(audio) // 8
    return f"loud({ms})" if audio == loud(ms) else repr(audio)
