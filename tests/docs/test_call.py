"""docs/call.md tells what the code does: phases, limits, ends, errors of the model."""

import ast
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from voicegate.gateway.answers import Answers
from voicegate.gateway.carriers import twiml
from voicegate.gateway.core import faults
from voicegate.gateway.core.actions import EndReason
from voicegate.gateway.core.phases import MEANINGS, diagram
from voicegate.gateway.core.terms import CallLimits
from voicegate.gateway.live_calls import EndedCall

ROOT = Path(__file__).parent.parent.parent
PAGE = "docs/call.md"

Section = Callable[[str, str], str]
Tables = Callable[[str, str], list[list[dict[str, str]]]]
ValueOf = Callable[[str], Any]


def test_the_diagram_is_the_table_of_moves(section: Section) -> None:
    """C1: whoever changes the table draws it anew here."""
    drawn = section(PAGE, "Phases").partition("```mermaid\n")[2].partition("\n```")[0]
    assert drawn == diagram()


def test_every_phase_is_explained_in_the_words_of_the_code(tables: Tables) -> None:
    (rows,) = tables(PAGE, "Phases")
    assert {row["phase"]: row["meaning"] for row in rows} == dict(MEANINGS)


def flat(limits: Any, prefix: str = "") -> Iterator[tuple[str, int]]:
    """Every limit with its value, those of the parts behind the part's name."""
    for field in fields(limits):
        value = getattr(limits, field.name)
        if is_dataclass(value):
            yield from flat(value, f"{prefix}{field.name}.")
        else:
            yield f"{prefix}{field.name}", value


def test_every_limit_of_a_call_stands_there_with_its_default(tables: Tables) -> None:
    told = {row["limit"]: int(row["default"].replace(",", "")) for row in tables(PAGE, "Limits")[0]}
    assert told == dict(flat(CallLimits()))


def test_the_fixed_numbers_are_those_of_the_code(tables: Tables, value_of: ValueOf) -> None:
    for row in tables(PAGE, "Limits")[1]:
        told = tuple(int(one.replace(",", "")) for one in row["value"].split(", "))
        found = value_of(row["name"])
        assert told == (found if isinstance(found, tuple) else (found,)), row["name"]


def possible_today() -> set[str]:
    """Reasons that the call or its session gives, and the one that the reception counts."""
    texts = [(ROOT / f"gateway/{name}.py").read_text() for name in ("core/call", "core/agent")]
    texts += [(ROOT / "gateway/session.py").read_text()]
    given = re.findall(r"EndReason\.([A-Z_]+)", "".join(texts))
    return {EndReason[name].value for name in given} | {EndReason.OVERLOAD_REFUSED.value}


def after(reason: EndReason) -> str:
    """What the carrier is told when the stream of a call that ended so is over."""
    ended = EndedCall("call", reason, had_started=True)
    number = "+12125550142"
    told = {
        is_there: Answers("https://voice.example.com", number if is_there else None).after(ended)
        for is_there in (True, False)
    }
    if told[True] == twiml.empty():
        return "nothing"
    if told[True] == twiml.hang_up():
        return "hang up"
    assert told[True] == twiml.dial(number)
    return "fallback number, else hang up" if told[False] == twiml.hang_up() else "fallback"


def test_every_end_stands_there_with_what_comes_after_and_whether_it_can_happen(
    tables: Tables,
) -> None:
    """C20, C18: the enum, the table and the answers are compared."""
    (rows,) = tables(PAGE, "Ends")
    told = {row["reason"]: (row["today"] == "yes", row["after"]) for row in rows}
    possible = possible_today()
    assert told == {reason.value: (reason.value in possible, after(reason)) for reason in EndReason}


def remedies() -> dict[str, tuple[set[str], bool]]:
    """Of each row of the code: its remedies, and whether it is an alarm."""
    found: dict[str, tuple[set[str], bool]] = defaultdict(lambda: (set[str](), False))
    for name in ("faults", "link"):
        tree = ast.parse((ROOT / f"gateway/core/{name}.py").read_text())
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            if ast.unparse(call.func) not in ("Row", "faults.Row") or len(call.args) < 2:
                continue
            ids = [n.value for n in ast.walk(call.args[0]) if isinstance(n, ast.Constant)]
            remedy = faults.Remedy[ast.unparse(call.args[1]).rpartition(".")[2]].value
            is_alarm = any(keyword.arg == "is_alarm" for keyword in call.keywords)
            for row in (str(one) for one in ids if re.fullmatch(r"E\d+", str(one))):
                found[row] = (found[row][0] | {remedy}, is_alarm or found[row][1])
    return dict(found)


def test_every_row_of_the_models_errors_stands_there_with_its_remedy(tables: Tables) -> None:
    """C116: by code."""
    by_code = tables(PAGE, "Errors of the model")[0]
    told = {
        row["row"]: (set(row["remedy"].replace("`", "").split(", ")), row["alarm"] == "yes")
        for row in by_code
    }
    assert told == remedies()


def test_the_rows_of_the_models_errors_are_counted_through(tables: Tables) -> None:
    """C116: each number once, in the table by code or in the one without."""
    rows = [row["row"] for table in tables(PAGE, "Errors of the model") for row in table]
    assert sorted(rows, key=lambda row: int(row[1:])) == [f"E{n}" for n in range(1, len(rows) + 1)]


def test_every_figure_on_a_calls_last_line_is_explained(tables: Tables) -> None:
    """C167."""
    tree = ast.parse((ROOT / "gateway/core/kpi.py").read_text())
    summary = next(n for n in ast.walk(tree) if getattr(n, "name", "") == "summary")
    named = {
        key.value
        for each in ast.walk(summary)
        if isinstance(each, ast.Dict)
        for key in each.keys
        if isinstance(key, ast.Constant)
    }
    (rows,) = tables(PAGE, "Figures")
    assert {name for row in rows for name in re.findall(r"\w+", row["name"])} == named
