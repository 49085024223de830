"""What a command found, before anybody decides how it is printed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from .exit_code import ExitCode
from .options import Format

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"


@dataclass(frozen=True, slots=True)
class Answer:
    """One object of JSON, and how it looks to a person.

    A list has its rows in `fields["items"]`; `columns` are those that a table shows, the first is
    what `-o ids` prints. `lines` say it in words instead of a table. `text` is what is printed
    where no format was asked for, or its own, byte by byte: for files. `next_step` is a command
    that comes next, told on a terminal. `schema` is the family of the kind, with its version.
    """

    kind: str
    fields: Mapping[str, Json]
    columns: Sequence[str] = ()
    lines: Sequence[str] | None = None
    text: str | None = None
    text_format: Format | None = None
    next_step: str = ""
    exit_code: ExitCode = ExitCode.OK
    schema: str = "numbers/v1"

    @property
    def whole(self) -> dict[str, Json]:
        """The object with its head."""
        return {"schema": self.schema, "kind": self.kind, **self.fields}

    @property
    def rows(self) -> list[Mapping[str, Json]]:
        """The items of a list; what is no list is its own only row."""
        items = self.fields.get("items")
        if items is None:
            return [self.fields]
        assert isinstance(items, Sequence)
        return [item for item in items if isinstance(item, Mapping)]
