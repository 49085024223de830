"""A simulated account driven by hand: a gateway that answers by path, and the clock between them."""

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any, TypeVar
from urllib.parse import urlsplit

import orjson

from .account import AccountSettings, CarrierAccount, OwnNumber
from .documents import Target
from .exchange import Callee, CallTiming
from .orders import CallEnded, CallNote, Fetch, OpenStream, Order, WebAnswer, WebResult
from .rest import CarrierRest

ACCOUNT = "AC" + "1" * 32
TOKEN = "tw_auth_token_for_tests_0123456789"
HOST = "https://voice.example.com"
CALLER, OWN, OTHER = "+15550100001", "+15550100002", "+15550100009"
STREAM = (
    f'<Connect action="{HOST}/after"><Stream url="wss://voice.example.com/media?dropped=1"'
    f' statusCallback="{HOST}/stream"><Parameter name="tok" value="t-1"/></Stream></Connect>'
)
CALLS = f"/2010-04-01/Accounts/{ACCOUNT}/Calls"

Answer = WebResult | None  # None: no answer ever comes
T = TypeVar("T", bound=Order)


def xml(inside: str) -> WebAnswer:
    """A document with these verbs."""
    return WebAnswer(200, "text/xml", f"<Response>{inside}</Response>".encode())


class Town:
    """Where one number is rung, the gateway's answers are spent in order, the last one for ever."""

    def __init__(
        self,
        answers: Mapping[str, Sequence[Answer]],
        *,
        fallback: bool = False,
        timing: CallTiming | None = None,
        callees: Callable[[str], Callee] = lambda _: Callee(),
    ) -> None:
        self.number = OwnNumber(
            OWN,
            Target(f"{HOST}/voice"),
            Target(f"{HOST}/fallback") if fallback else None,
            Target(f"{HOST}/status"),
        )
        settings = AccountSettings(ACCOUNT, TOKEN, (self.number,), timing or CallTiming())
        self.account = CarrierAccount(settings, Random(1), callees)
        self.rest = CarrierRest(self.account)
        self.now_ms = 0
        self.log: list[tuple[int, Order]] = []
        self._answers = {path: list(results) for path, results in answers.items()}

    def ring(self) -> str:
        """Somebody calls the number; the call's SID."""
        sid, orders = self.account.ring(self.number, CALLER, self.now_ms)
        self.obey(orders)
        return sid

    def obey(self, orders: list[Order]) -> None:
        """Keep what the account orders, and answer what it fetches at once."""
        for order in orders:
            self.log.append((self.now_ms, order))
            if isinstance(order, Fetch) and (result := self._answer(order.url)) is not None:
                self.obey(self.account.answered(order.request_id, result, self.now_ms))

    def _answer(self, url: str) -> Answer:
        results = self._answers.get(urlsplit(url).path, [WebAnswer(204)])
        return results.pop(0) if len(results) > 1 else results[0]

    def run_to(self, now_ms: int) -> None:
        """Wake the account whenever it is due until then."""
        while (deadline_ms := self.account.deadline_ms) is not None and deadline_ms <= now_ms:
            self.now_ms = max(self.now_ms, deadline_ms)
            self.obey(self.account.wake(self.now_ms))
        self.now_ms = now_ms

    def open_stream(self) -> OpenStream:
        """Run until a stream is wanted, and let it begin."""
        self.run_to(self.now_ms + 400)
        (*_, stream) = self.orders(OpenStream)
        self.obey(self.account.stream_opened(stream.identity.stream_sid, self.now_ms))
        return stream

    def close_stream(self, stream: OpenStream, code: int) -> None:
        """Its socket ends so."""
        sid = stream.identity.stream_sid
        self.obey(self.account.stream_closed(sid, code, self.now_ms))

    def request(self, method: str, path: str, **fields: str | list[str]) -> tuple[int, Any]:
        """Ask the REST API; its status and its JSON, if there is any."""
        pairs = [
            (name, value)
            for name, values in fields.items()
            for value in (values if isinstance(values, list) else [values])
        ]
        answer, orders = self.rest.answer(method, path, tuple(pairs), self.now_ms)
        self.obey(orders)
        return answer.status, orjson.loads(answer.body) if answer.body else None

    def create(self, **more: str | list[str]) -> tuple[int, Any]:
        """Ask for a call to the other number."""
        fields = {"To": OTHER, "From": OWN, "Url": f"{HOST}/out"}
        return self.request("POST", f"{CALLS}.json", **(fields | more))

    def orders(self, kind: type[T]) -> list[T]:
        """All of one kind so far."""
        return [order for _, order in self.log if isinstance(order, kind)]

    def forms(self, path: str) -> list[dict[str, str]]:
        """The fields of each request to this path."""
        return [dict(each.fields) for each in self.orders(Fetch) if urlsplit(each.url).path == path]

    @property
    def paths(self) -> list[str]:
        """Where each request went."""
        return [urlsplit(fetch.url).path for fetch in self.orders(Fetch)]

    @property
    def notes(self) -> list[str]:
        """What was noted, by kind."""
        return [note.kind for note in self.orders(CallNote)]

    @property
    def end(self) -> tuple[str, str]:
        """The status and the cause of the one call that ended."""
        (ended,) = self.orders(CallEnded)
        return ended.status, ended.cause
