"""The last configuration that could be served, on disk: for a start without the store."""

import os
from collections.abc import Callable
from pathlib import Path

import orjson

from ..model import Snapshot
from ..registry.overrides import parse_overrides, render_override
from .view import View


class LastGood:
    """One file. Writing it replaces it at once, or leaves the one before."""

    def __init__(
        self,
        path: Path,
        read: Callable[[bytes], Snapshot],
        render: Callable[[Snapshot], bytes],
    ) -> None:
        self._path = path
        self._read = read
        self._render = render

    def save(self, view: View) -> None:
        """Raises OSError where it cannot be written."""
        overrides = {
            number: orjson.Fragment(render_override(one)) for number, one in view.overrides.items()
        }
        document = orjson.Fragment(self._render(view.snapshot))
        text = orjson.dumps({"overrides": overrides, "document": document})
        self._path.parent.mkdir(parents=True, exist_ok=True)
        draft = self._path.with_name(f"{self._path.name}.{os.getpid()}.new")
        with draft.open("wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._path)

    def load(self) -> View | None:
        """None where there is none that can be read."""
        try:
            kept = orjson.loads(self._path.read_bytes())
            overrides = {number: orjson.dumps(one) for number, one in kept["overrides"].items()}
            return View(self._read(orjson.dumps(kept["document"])), parse_overrides(overrides))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None
