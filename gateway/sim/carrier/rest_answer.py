"""A request to the simulated REST API as its fields, and what it is answered: JSON, or a refusal."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import orjson

from .documents import Target
from .orders import Fields


class RestRequest(NamedTuple):
    """What was asked; `fields` are those of the query or the form."""

    method: str
    path: str
    fields: Fields


@dataclass(frozen=True, slots=True)
class RestAnswer:
    """Status and JSON body; an empty body with 204. It is sent `late_ms` after it was made."""

    status: int
    body: bytes
    late_ms: int = 0


class RequestRefused(Exception):
    """A request that is not done: the HTTP status, Twilio's code and its words."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code

    def answer(self) -> RestAnswer:
        """The body that Twilio gives an error."""
        problem = {
            "code": self.code,
            "message": str(self),
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }
        return json_answer(self.status, problem)


class Form:
    """A request's fields."""

    def __init__(self, fields: Iterable[tuple[str, str]]) -> None:
        self._fields = tuple(fields)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._fields)

    def get(self, name: str) -> str:
        return next((value for key, value in self._fields if key == name), "")

    def words(self, name: str) -> frozenset[str]:
        """All values of a repeated or space-separated field."""
        values = (value for key, value in self._fields if key == name)
        return frozenset(word for value in values for word in value.split())

    def target(self, name: str, method: str) -> Target | None:
        url = self.get(name)
        return Target(url, self.get(method) or "POST") if url else None


def not_found(what: str) -> RequestRefused:
    """The refusal of a path or SID that does not exist."""
    return RequestRefused(404, 20404, f"The requested resource {what} was not found")


def json_answer(status: int, value: Mapping[str, object]) -> RestAnswer:
    """An answer with this body."""
    return RestAnswer(status, orjson.dumps(value))
