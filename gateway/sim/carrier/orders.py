"""What the simulated account wants done by whoever has sockets."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from .messages import StreamIdentity

Fields = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Fetch:
    """An HTTP request; the answer or failure goes back with `request_id`.

    `url` has no fragment and, for a GET, all fields in its query; `fields` is the form of a POST.
    """

    request_id: int
    call_sid: str
    method: str
    url: str
    fields: Fields
    headers: Mapping[str, str]
    connect_timeout_ms: int
    read_timeout_ms: int


@dataclass(frozen=True, slots=True)
class OpenStream:
    """A WebSocket to `url`, with these headers in the upgrade and nothing else optional."""

    identity: StreamIdentity
    url: str
    headers: Mapping[str, str]
    parameters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class EndStream:
    """`stop`, then close: the call has ended or goes elsewhere."""

    stream_sid: str


@dataclass(frozen=True, slots=True)
class Spoken:
    """What the person on the line hears from a verb: `Say` a text, `Play` a URL or digits."""

    call_sid: str
    verb: str
    text: str


@dataclass(frozen=True, slots=True)
class CallEnded:
    """The call has reached this final status; `cause` says who ended it."""

    call_sid: str
    status: str
    cause: str


@dataclass(frozen=True, slots=True)
class CallNote:
    """A line of the account's debugger: an error code and what happened, of a call if it has one."""

    call_sid: str
    kind: str
    detail: str


Order = Fetch | OpenStream | EndStream | Spoken | CallEnded | CallNote


@dataclass(frozen=True, slots=True)
class WebAnswer:
    """An HTTP answer."""

    status: int
    content_type: str = ""
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class WebFailure:
    """No answer: connecting took too long or failed (`ct`), or the answer did (`rt`)."""

    kind: Literal["ct", "rt", "redirects", "total"]
    detail: str = ""


WebResult = WebAnswer | WebFailure
