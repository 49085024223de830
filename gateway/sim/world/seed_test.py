"""A drawn call as the source of a test: it stays what it is when the random streams change."""

import json
import textwrap
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from typing import cast

from ..carrier.caller import Speak, cough, loud, mm_hm
from .runs import judge, play
from .scenario import Scenario

_SAID = {cough(): cough, mm_hm(): mm_hm}
_LINE_MOST = 100


def render(scenario: Scenario, broken: str) -> str:
    """A whole file: imports, and a test that lets nothing break in this call; `broken` is what did."""
    names = [_place(play), _place(judge), *_names(scenario)]
    return (
        f"{_imports(names)}\n\n"
        f"def test_seed_{scenario.seed}() -> None:\n"
        f"{_docstring(broken)}"
        f"    scenario = {_laid_out(scenario, 4, len('scenario = '))}\n"
        "    assert not judge(play(scenario)).violations\n"
    )


def _docstring(text: str) -> str:
    quoted = '"""' + text.replace("\\", "\\\\").replace('"', "'").strip() + '"""'
    return textwrap.indent(textwrap.fill(quoted, _LINE_MOST - 4), "    ") + "\n"


def _imports(names: Iterable[tuple[str, str]]) -> str:
    of_module: defaultdict[str, set[str]] = defaultdict(set)
    for module, name in names:
        of_module[module].add(name)
    return "".join(_import(module, sorted(of_module[module])) for module in sorted(of_module))


def _import(module: str, names: list[str]) -> str:
    line = f"from {module} import {', '.join(names)}\n"
    if len(line) <= _LINE_MOST:
        return line
    listed = "".join(f"    {name},\n" for name in names)
    return f"from {module} import (\n{listed})\n"


def _place(thing: object) -> tuple[str, str]:
    """Where a class or a function is imported from, and its name."""
    return str(getattr(thing, "__module__", "")), str(getattr(thing, "__name__", ""))


def _names(value: object) -> Iterator[tuple[str, str]]:
    """What the source of a value needs."""
    if isinstance(value, Speak) and value in _SAID:
        yield _place(_SAID[value])
        return
    if isinstance(value, Speak) and _is_loud(value.audio):
        yield _place(loud)
    if isinstance(value, Enum) or is_dataclass(value):
        yield _place(type(value))
    for _, member in _members(value):
        yield from _names(member)


def _laid_out(value: object, indent: int, before: int) -> str:
    """The source, one member a line where it is too long for the rest of its own."""
    source, members = _source(value), _members(value)
    if indent + before + len(source) < _LINE_MOST or not members:
        return source
    pad = " " * (indent + 4)
    lines = [f"{label}{_laid_out(each, indent + 4, len(label))}" for label, each in members]
    head = "" if isinstance(value, tuple) else type(value).__name__
    return f"{head}(\n" + "".join(f"{pad}{line},\n" for line in lines) + " " * indent + ")"


def _source(value: object) -> str:
    if isinstance(value, Enum):
        return f"{type(value).__name__}.{value.name}"
    if isinstance(value, Speak):
        return f"{_SAID[value].__name__}()" if value in _SAID else f"Speak({_sound(value.audio)})"
    members = [f"{label}{_source(each)}" for label, each in _members(value)]
    if isinstance(value, tuple):
        return f"({', '.join(members)}{',' * (len(members) == 1)})"
    if is_dataclass(value):
        return f"{type(value).__name__}({', '.join(members)})"
    return json.dumps(value) if isinstance(value, str) else repr(value)


def _members(value: object) -> list[tuple[str, object]]:
    """What a value is made of: of a dataclass what has no default, then by name what differs."""
    if isinstance(value, tuple):
        return [("", each) for each in cast("tuple[object, ...]", value)]
    if isinstance(value, Speak) or not is_dataclass(value):
        return []
    members: list[tuple[str, object]] = []
    for each in fields(value):
        given: object = getattr(value, each.name)
        if each.default is MISSING:
            members.append(("", given))
        elif given != each.default:
            members.append((f"{each.name}=", given))
    return members


def _sound(audio: bytes) -> str:
    return f"loud({len(audio) // 8})" if _is_loud(audio) else repr(audio)


def _is_loud(audio: bytes) -> bool:
    return audio == loud(len(audio) // 8)
