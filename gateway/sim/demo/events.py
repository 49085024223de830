"""What happens in a demo call, whoever saw it: one flat value, one line of a file."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import orjson

Field = str | int | float | bool
Who = Literal["caller", "phone", "carrier", "gateway", "model"]


@dataclass(frozen=True, slots=True)
class Happening:
    """At `at_ms` of the call, which begins when the caller has dialled.

    `who`: the caller, the phone at the caller's ear, the carrier, or the gateway; the model, as the
    gateway heard it. `what` of the gateway and the model are the names of its facts, actions and
    events.
    """

    at_ms: int
    who: Who
    what: str
    fields: Mapping[str, Field] = field(default_factory=dict[str, Field])

    def text(self, name: str) -> str:
        """A field as text, empty if there is none."""
        return str(self.fields.get(name, ""))

    def whole(self, name: str) -> int:
        """A field as a whole number, 0 if there is none."""
        return int(self.fields.get(name, 0))

    def line(self) -> bytes:
        """JSON, and a line's end."""
        plain = {"at_ms": self.at_ms, "who": self.who, "what": self.what, **self.fields}
        return orjson.dumps(plain, option=orjson.OPT_APPEND_NEWLINE)


def write(path: Path, happenings: Iterable[Happening]) -> None:
    """One JSON object a line, in order of time; of the same instant, as things happened."""
    in_order = sorted(happenings, key=lambda happening: happening.at_ms)
    path.write_bytes(b"".join(happening.line() for happening in in_order))
