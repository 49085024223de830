"""docs/requirements.md has a sentence for each id that a test names, and no others."""

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / "docs/requirements.md"

ID = re.compile(r"\b[CDEFGIKMNPQRWX]\d{1,3}\b")
LINE = re.compile(r"^- \*\*([A-Z]\d+)\*\* ((?:.|\n  )+)$", re.MULTILINE)


def docstrings(path: Path) -> Iterator[tuple[str, str]]:
    """Of a file and of whatever it defines: name, text."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield getattr(node, "name", "the module"), ast.get_docstring(node) or ""


def shown() -> dict[str, list[str]]:
    """Each id with the tests that name it; an invariant also with the check that reports it."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("*.py")):
        for name, text in docstrings(path):
            for each in ID.findall(text):
                found[each].append(f"{path.relative_to(ROOT)}::{name}")
    for checks in sorted((ROOT / "gateway/sim/world").glob("*invariants.py")):
        for each in re.findall(r'"(I\d+)"', checks.read_text(encoding="utf-8")):
            found[each].append(f"{checks.relative_to(ROOT)}")
    return dict(found)


def told() -> list[tuple[str, str]]:
    """Id and sentence of each line."""
    return LINE.findall(PAGE.read_text(encoding="utf-8"))


def test_every_id_of_a_test_has_its_sentence() -> None:
    known = {each for each, _ in told()}
    missing = [f"{each}: {places[0]}" for each, places in shown().items() if each not in known]
    assert not missing, f"no line in {PAGE.name} for\n" + "\n".join(missing)


def test_every_sentence_has_a_test() -> None:
    missing = sorted({each for each, _ in told()} - shown().keys())
    assert not missing, f"{PAGE.name} has lines that no test's docstring names: {missing}"


def test_every_id_stands_there_once_and_with_a_whole_sentence() -> None:
    ids = [each for each, _ in told()]
    assert not [each for each, count in Counter(ids).items() if count > 1]
    assert ids == re.findall(r"^- \*\*([A-Z]\d+)", PAGE.read_text("utf-8"), re.MULTILINE)
    for each, text in told():
        assert text.endswith((".", ".*")), each
