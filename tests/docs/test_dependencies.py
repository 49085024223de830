"""docs/dependencies.md gives the reason for every library, and for none that is not used."""

import re
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent

Tables = Callable[[str, str], list[list[dict[str, str]]]]


def test_every_library_has_its_reason(tables: Tables) -> None:
    (rows,) = tables("docs/dependencies.md", "Dependencies")
    told = {name for row in rows for name in re.sub(r"\(.*?\)", "", row["library"]).split(", ")}
    wanted = {
        re.split(r"[;=<>\s\[]", line)[0]
        for name in ("requirements.in", "requirements-dev.in", "requirements-quality.in")
        for line in (ROOT / name).read_text(encoding="utf-8").splitlines()
        if not line.startswith(("#", "-"))
    }
    assert {name.strip() for name in told} == wanted
    assert all(row["what for"] and row["considered"] for row in rows)
