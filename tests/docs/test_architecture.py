"""docs/architecture.md names every file, and the rules of `tests/test_tidy.py` as they are."""

import ast
import re
from collections.abc import Callable
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PAGE = "docs/architecture.md"

Tables = Callable[[str, str], list[list[dict[str, str]]]]


def names(cell: str) -> list[str]:
    """The code in a cell whose outer backquotes are gone."""
    return re.findall(r"[^`,\s]+", cell)


def test_every_source_file_has_its_line(tables: Tables) -> None:
    (rows,) = tables(PAGE, "Files")
    told = [name for row in rows for name in names(row["file"])]
    rooms = ("codecs", "gateway", "numbers", "ivr")
    files = [
        path.relative_to(ROOT).as_posix() for room in rooms for path in (ROOT / room).rglob("*.py")
    ]
    assert not [file for file in files if not any(fnmatch(file, name) for name in told)]
    assert not [name for name in told if not any(fnmatch(file, name) for file in files)]


def test_who_may_import_whom_is_told_as_it_is_checked(tables: Tables) -> None:
    tree = ast.parse((ROOT / "tests/test_tidy.py").read_text(encoding="utf-8"))
    rules = next(
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.AnnAssign)
        and node.value
        and ast.unparse(node.target) == "MAY_IMPORT"
    )
    (rows,) = tables(PAGE, "Who may import whom")
    told = {row["place"]: names(row["may import, besides itself"]) for row in rows}
    assert told == {place: list(may) or ["nothing"] for place, may in rules.items()}
