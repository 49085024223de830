"""The carrier's HTTP requests: signed, limited in time, repeated by its rules."""

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from ..agenda import Agenda
from ..assumptions import Assumption
from .documents import Target
from .orders import Fetch, Fields, Order, WebAnswer, WebFailure, WebResult

_OVERRIDES = 'Twilio "Webhooks: Connection Overrides"'
ASSUMPTIONS = (
    Assumption(
        "X-Twilio-Signature is HMAC-SHA1 with the auth token over URL and sorted fields",
        "documented",
        'Twilio "Security"',
    ),
    Assumption(
        "https: port and credentials are not signed; http: the port is",
        "documented",
        'Twilio "Security"',
    ),
    Assumption("the upgrade signs the wss URL and no fields", "reported", "twilio-aspnet#162"),
    Assumption(
        "two attempts to connect of 5 s each, 15 s in all", "documented", "Twilio error 11205"
    ),
    Assumption("a fragment of the URL changes these limits, unsigned", "documented", _OVERRIDES),
    Assumption(
        "only failures to connect are repeated unless `rp` says more",
        "reported",
        'twilio/ai, skill "webhook-architecture"',
    ),
    Assumption(
        "attempts of one request share an I-Twilio-Idempotency-Token",
        "reported",
        'twilio/ai, skill "webhook-architecture"',
    ),
)

Then = Callable[[WebResult, int], None]


def signature(auth_token: str, url: str, fields: Fields = ()) -> str:
    """The value of X-Twilio-Signature for a URL and the fields of a form."""
    text = signed_url(url) + "".join(name + value for name, value in sorted(set(fields)))
    return b64encode(hmac.digest(auth_token.encode(), text.encode(), hashlib.sha1)).decode()


def signed_url(url: str) -> str:
    """The spelling of a URL that is signed: no fragment, no credentials, with https no port."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    if parts.scheme == "https" and parts.port is not None:
        place = place.rpartition(":")[0]
    return urlunsplit(parts._replace(netloc=place, fragment=""))


@dataclass(frozen=True, slots=True)
class Overrides:
    """The limits of one URL: its fragment's, or the usual ones."""

    connect_ms: int = 5_000
    read_ms: int = 15_000
    total_ms: int = 15_000
    repeats: int = 1
    repeated: tuple[str, ...] = ("ct",)


def read_overrides(url: str) -> Overrides:
    """The fragment's `ct`, `rt`, `tt`, `rc` and `rp`; what is no number counts as absent."""
    given = dict(parse_qsl(urlsplit(url).fragment))
    usual = Overrides()

    def number(name: str, otherwise: int) -> int:
        return int(given[name]) if given.get(name, "").isdecimal() else otherwise

    return Overrides(
        number("ct", usual.connect_ms),
        number("rt", usual.read_ms),
        number("tt", usual.total_ms),
        number("rc", usual.repeats),
        tuple(given["rp"].split(",")) if "rp" in given else usual.repeated,
    )


@dataclass(slots=True)
class _Request:
    """A request under way, and how often it may still be repeated."""

    call_sid: str
    target: Target
    fields: Fields
    limits: Overrides
    repeats_left: int
    token: str
    then: Then


class Webhooks:
    """Requests under way. Orders go to `out`, time limits to the agenda, results to `then`."""

    def __init__(self, auth_token: str, agenda: Agenda, out: list[Order], rng: Random) -> None:
        self._auth_token = auth_token
        self._agenda = agenda
        self._out = out
        self._random = rng
        self._requests: dict[int, _Request] = {}
        self._count = 0

    def send(self, target: Target, call_sid: str, fields: Fields, now_ms: int, then: Then) -> None:
        """Ask; `then(result, now_ms)` is called once, with the last attempt's result."""
        limits = read_overrides(target.url)
        token = f"{self._random.getrandbits(128):032x}"
        request = _Request(call_sid, target, fields, limits, limits.repeats, token, then)
        self._agenda.at(now_ms + limits.total_ms, lambda late_ms: self._expire(request, late_ms))
        self._attempt(request)

    def answered(self, request_id: int, result: WebResult, now_ms: int) -> None:
        """What became of an attempt; of one that was given up already, nothing."""
        request = self._requests.pop(request_id, None)
        if request is None:
            return
        if request.repeats_left and _reasons(result) & {*request.limits.repeated}:
            request.repeats_left -= 1
            self._attempt(request)
        else:
            request.then(result, now_ms)

    def _attempt(self, request: _Request) -> None:
        self._count += 1
        self._requests[self._count] = request
        target = request.target
        url = urlsplit(target.url)._replace(fragment="")
        fields = request.fields
        if target.method == "GET":
            url = url._replace(query="&".join(filter(None, (url.query, urlencode(fields)))))
            fields = ()
        headers = {
            "X-Twilio-Signature": signature(self._auth_token, urlunsplit(url), fields),
            "I-Twilio-Idempotency-Token": request.token,
            "User-Agent": "TwilioProxy/1.1",
        }
        limits = request.limits
        self._out.append(
            Fetch(
                self._count,
                request.call_sid,
                target.method,
                urlunsplit(url),
                fields,
                headers,
                limits.connect_ms,
                limits.read_ms,
            )
        )

    def _expire(self, request: _Request, now_ms: int) -> None:
        for request_id, other in list(self._requests.items()):
            if other is request:
                del self._requests[request_id]
                request.then(WebFailure("total", f"{request.limits.total_ms} ms"), now_ms)


def _reasons(result: WebResult) -> set[str]:
    """The names under which a result can be repeated; none for a good answer."""
    match result:
        case WebFailure(kind):
            return {kind, "all"}
        case WebAnswer(status) if status >= 400:
            return {f"{status // 100}xx", "all"}
        case _:
            return set()
