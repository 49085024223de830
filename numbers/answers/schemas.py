"""The JSON Schemas of what commands print, one file a kind."""

from pathlib import Path
from typing import Any

import orjson

FOLDER = Path(__file__).with_name("schemas")


def kinds() -> list[str]:
    """All that there are."""
    return sorted(path.stem for path in FOLDER.glob("*.json"))


def schema(kind: str) -> dict[str, Any]:
    """The schema of one, of draft 2020-12. Fields may be added in time, none is renamed."""
    return orjson.loads((FOLDER / f"{kind}.json").read_bytes())
