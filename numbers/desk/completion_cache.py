"""What TAB offers: numbers and routes in a small file, so that no store is asked for a key press."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..model import Snapshot

FOLDER = Path(".voicegate")
NAME = "completion.json"


@dataclass(frozen=True, slots=True)
class Known:
    """Numbers with their names, and routes that lead somewhere."""

    numbers: Mapping[str, str] = field(default_factory=dict[str, str])
    routes: tuple[str, ...] = ()


def save(folder: Path, snapshot: Snapshot) -> None:
    """Keep what is in force; where it cannot be written, TAB offers what it did."""
    routes = {f"agent/{name}" for name in snapshot.agents}
    for number in snapshot.numbers.values():
        routes.update(str(share.route) for share in number.shares)
    numbers = {number.number: number.name for number in snapshot.numbers.values()}
    text = json.dumps({"numbers": numbers, "routes": sorted(routes)}, ensure_ascii=False)
    draft = folder / f"{NAME}.{os.getpid()}.new"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        draft.write_text(text, encoding="utf-8")
        draft.replace(folder / NAME)
    except OSError:
        return


def load(folder: Path = FOLDER) -> Known:
    """What was kept last; nothing where there is none that can be read."""
    try:
        kept = json.loads((folder / NAME).read_bytes())
        return Known(dict(kept["numbers"]), tuple(kept["routes"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Known()
