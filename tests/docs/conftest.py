"""Markdown as the tests of the documents read it, and the code's own values by their names."""

import inspect
import re
from collections.abc import Callable
from dataclasses import is_dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent
_FENCE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="session")
def section() -> Callable[[str, str], str]:
    """The text of a document under a heading, subsections included."""

    def find(path: str, heading: str) -> str:
        text = (ROOT / path).read_text(encoding="utf-8")
        begin = re.search(rf"^(#+) {re.escape(heading)}$", text, re.MULTILINE)
        assert begin, f"{path} has no heading {heading!r}"
        rest = text[begin.end() :]
        covered = _FENCE.sub(lambda code: "`" * len(code[0]), rest)  # `#` in code is no heading
        end = re.search(rf"^#{{1,{len(begin[1])}}} ", covered, re.MULTILINE)
        return rest[: end.start()] if end else rest

    return find


@pytest.fixture(scope="session")
def tables(section: Callable[[str, str], str]) -> Callable[[str, str], list[list[dict[str, str]]]]:
    """The tables under a heading: one mapping a row, from column to cell, backquotes taken off."""

    def find(path: str, heading: str) -> list[list[dict[str, str]]]:
        found: list[list[dict[str, str]]] = []
        for block in re.findall(r"(?:^\|.*\|$\n?)+", section(path, heading), re.MULTILINE):
            head, _, *rows = [_cells(line) for line in block.splitlines()]
            assert all(len(row) == len(head) for row in rows), f"{path}, {heading}: a ragged table"
            found.append([dict(zip(head, row, strict=True)) for row in rows])
        return found

    return find


def _cells(line: str) -> list[str]:
    return [cell.strip().strip("`") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


@pytest.fixture(scope="session")
def value_of() -> Callable[[str], Any]:
    """The value behind `module.NAME`, `module.Class.attribute` or `module.callable.parameter`."""

    def look_up(name: str) -> Any:
        found, rest = _module(f"voicegate.gateway.{name}")
        for step in rest:
            found = _step(found, step)
        return found

    return look_up


def _module(name: str) -> tuple[Any, list[str]]:
    parts = name.split(".")
    for length in range(len(parts) - 1, 1, -1):
        try:
            return import_module(".".join(parts[:length])), parts[length:]
        except ModuleNotFoundError:
            continue
    raise AssertionError(f"no module for {name}")


def _step(found: Any, step: str) -> Any:
    """An attribute; of a dataclass its default, of what is called else a parameter's."""
    if inspect.isclass(found) and is_dataclass(found):
        found = found()
    if not hasattr(found, step) and callable(found):
        return inspect.signature(found).parameters[step].default
    return getattr(found, step)
