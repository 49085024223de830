"""docs/operations.md tells what the code does: settings, figures, log lines, bounds."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from voicegate.gateway.logs import TRANSLATED
from voicegate.gateway.metrics import Metrics
from voicegate.gateway.settings import SERVE_NEEDS, Settings

ROOT = Path(__file__).parent.parent.parent
PAGE = "docs/operations.md"

Tables = Callable[[str, str], list[list[dict[str, str]]]]
ValueOf = Callable[[str], Any]


def sources() -> Iterator[tuple[str, ast.Module]]:
    """The gateway's files as dotted names below it, without simulated ends and commands."""
    yield from (each for each in _files("gateway") if not each[0].startswith(("sim.", "terminal.")))


def _files(room: str) -> Iterator[tuple[str, ast.Module]]:
    for path in sorted((ROOT / room).rglob("*.py")):
        name = path.relative_to(ROOT / room).with_suffix("").as_posix()
        yield name.replace("/", "."), ast.parse(path.read_text(encoding="utf-8"))


def test_every_setting_stands_there_with_its_default(tables: Tables) -> None:
    (rows,) = tables(PAGE, "Settings")
    told = {row["variable"]: (row["default"], row["serve needs it"] == "yes") for row in rows}
    assert told == {
        str(field.alias): (
            "none" if field.default in (None, ()) else str(field.default),
            field.alias in SERVE_NEEDS,
        )
        for field in Settings.model_fields.values()
    }


def test_every_figure_stands_there_with_its_kind_and_labels(tables: Tables) -> None:
    told = {
        row["metric"]: (row["type"], tuple(re.findall(r"\w+", row["labels"])))
        for row in tables(PAGE, "Health and metrics")[1]
    }
    metrics = Metrics()
    labels = {each._name: each._labelnames for each in vars(metrics).values() if each is not metrics.registry}  # fmt: skip  # pyright: ignore[reportPrivateUsage]
    assert told == {
        family.name + "_total" * (family.type == "counter"): (family.type, labels[family.name])
        for family in metrics.registry.collect()
    }


EVENT = re.compile(r"[a-z]+\.[a-z_]+|uncaught")


def events() -> set[str]:
    """First arguments of `fact(…)` and of a logger's methods, and what libraries' words become."""
    found = {"bargein.cut", "bargein.ignored"}  # f"bargein.{verdict}"
    found |= set(filter(None, TRANSLATED.values()))
    for _, tree in (*sources(), *_files("ivr/call")):
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args):
            if re.search(
                r"(^|\.)(fact|debug|info|warning|error|critical)$", ast.unparse(call.func)
            ):
                texts = [n.value for n in ast.walk(call.args[0]) if isinstance(n, ast.Constant)]
                found |= {text for text in map(str, texts) if EVENT.fullmatch(text)}
    return found


def test_every_event_of_the_log_stands_there(tables: Tables) -> None:
    (rows,) = tables(PAGE, "Log")
    assert {name for row in rows for name in row["event"].replace("`", "").split(", ")} == events()


def bounds() -> set[str]:
    """Whatever is named `…_MAX` or `…_max`, in a module, a class or a list of parameters."""
    found: set[str] = set()
    for module, tree in sources():
        for node in tree.body:
            if isinstance(node, ast.Assign):
                found |= {f"{module}.{ast.unparse(target)}" for target in node.targets}
            elif isinstance(node, ast.ClassDef):
                found |= {f"{module}.{node.name}.{name}" for name in _names(node)}
    return {name for name in found if name.lower().endswith("_max")}


def _names(owner: ast.ClassDef) -> Iterator[str]:
    for node in owner.body:
        if isinstance(node, ast.Assign):
            yield from map(ast.unparse, node.targets)
        elif isinstance(node, ast.AnnAssign):
            yield ast.unparse(node.target)
        elif isinstance(node, ast.FunctionDef) and node.name == "__init__":
            yield from (argument.arg for argument in (*node.args.args, *node.args.kwonlyargs))


def test_every_bound_stands_there_with_its_value(tables: Tables, value_of: ValueOf) -> None:
    """C153: found by their names in the code; others that stand there are looked up, too."""
    (rows,) = tables(PAGE, "Bounds")
    told = {row["bound"]: row["value"] for row in rows}
    asked = {name for name in bounds() if name != "admission.Admission.lag_ms_max"}
    assert not asked - told.keys(), "no line about these bounds"
    assert told == {name: str(value_of(name)) for name in told}


def test_the_admission_is_told_as_it_is(value_of: ValueOf) -> None:
    """C151: the lag beyond which no call comes in."""
    told = re.search(r"ticks less than (\d+) ms late", (ROOT / PAGE).read_text(encoding="utf-8"))
    assert told is not None
    assert float(told[1]) == value_of("admission.Admission.lag_ms_max")
