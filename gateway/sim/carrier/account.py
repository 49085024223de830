"""The simulated carrier's account: its numbers and calls, one clock, all orders in one list."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from ..agenda import Agenda
from ..assumptions import Assumption
from .call import CarrierCall, Outgoing
from .call_facts import CallFacts
from .documents import Target
from .exchange import Callee, CallTiming, Exchange
from .orders import Fields, Order, WebResult
from .webhooks import Webhooks

ASSUMPTIONS = (
    Assumption(
        "an account dials one new call a second, the rest waits in a queue",
        "documented",
        "Twilio glossary, CPS",
    ),
    Assumption(
        "a caller who hangs up ends the call; no document follows", "documented", "`<Connect>`"
    ),
)


@dataclass(frozen=True, slots=True)
class OwnNumber:
    """A phone number of the account and where its calls lead."""

    phone_number: str
    voice: Target
    fallback: Target | None = None
    status: Target | None = None


@dataclass(frozen=True, slots=True)
class AccountSettings:
    """`began_at` is the Unix time (s) at which the machine's clock shows 0.

    `status` is `active`, `suspended` or `closed`, `kind` `Full` or `Trial`.
    """

    account_sid: str
    auth_token: str
    numbers: tuple[OwnNumber, ...] = ()
    timing: CallTiming = field(default_factory=CallTiming)
    calls_per_second: int = 1
    began_at: float = 1_795_255_200.0
    status: str = "active"
    kind: str = "Full"


def _anybody(_number: str) -> Callee:
    return Callee()


class CarrierAccount:
    """Calls by SID. Every method returns what is to be done now; `wake` is due at `deadline_ms`.

    The owner of the sockets reports each `Fetch` with `answered` and each `OpenStream` with
    `stream_opened` or `stream_refused`, later `stream_closed` unless an `EndStream` came first.
    """

    def __init__(
        self,
        settings: AccountSettings,
        rng: Random,
        callees: Callable[[str], Callee] = _anybody,
    ) -> None:
        self.settings = settings
        self.calls: dict[str, CarrierCall] = {}
        self._agenda = Agenda()
        self._out: list[Order] = []
        webhooks = Webhooks(settings.auth_token, self._agenda, self._out, rng)
        self.exchange = Exchange(
            settings.auth_token, settings.timing, self._agenda, self._out, rng, webhooks, callees
        )
        self._free_ms = 0  # when the next call may be dialled

    @property
    def deadline_ms(self) -> int | None:
        return self._agenda.deadline_ms

    def wake(self, now_ms: int) -> list[Order]:
        """Do what is due by now."""
        self._agenda.run(now_ms)
        return self.take_orders()

    def ring(
        self, number: OwnNumber, caller: str, now_ms: int, extra: Fields = ()
    ) -> tuple[str, list[Order]]:
        """Somebody dials a number of the account: the call's SID, and the webhook."""
        self._agenda.run(now_ms)
        facts = self._facts(caller, number.phone_number, "inbound", "ringing", now_ms)
        facts.status_target = number.status
        facts.extra = extra
        call = self._enter(facts, number.fallback)
        call.run.fetch(number.voice, now_ms)
        return facts.sid, self.take_orders()

    def dial(
        self,
        called: str,
        caller: str,
        order: Outgoing,
        now_ms: int,
        *,
        fallback: Target | None = None,
        status: Target | None = None,
        events: frozenset[str] = frozenset({"completed"}),
    ) -> tuple[CarrierCall, int]:
        """Queue a call to somebody: the call, and how long it waits. Orders stay for later."""
        wait_ms = max(0, self._free_ms - now_ms)
        self._free_ms = now_ms + wait_ms + 1000 // self.settings.calls_per_second
        facts = self._facts(caller, called, "outbound-api", "queued", now_ms)
        facts.status_target = status
        facts.status_events = events
        call = self._enter(facts, fallback)
        call.place(order, wait_ms + 300, now_ms)
        return call, wait_ms

    def answered(self, request_id: int, result: WebResult, now_ms: int) -> list[Order]:
        """What became of a request."""
        self._agenda.run(now_ms)
        self.exchange.webhooks.answered(request_id, result, now_ms)
        return self.take_orders()

    def stream_opened(self, stream_sid: str, now_ms: int) -> list[Order]:
        """The gateway has answered the upgrade with 101."""
        self._agenda.run(now_ms)
        call = self._on_stream(stream_sid)
        if call and call.run.stream:
            call.run.stream.opened(now_ms)
        return self.take_orders()

    def stream_refused(self, stream_sid: str, code: str, detail: str, now_ms: int) -> list[Order]:
        """No stream; `code` is the vendor's, 31901-31920."""
        self._agenda.run(now_ms)
        if call := self._on_stream(stream_sid):
            call.run.stream_refused(code, detail, now_ms)
        return self.take_orders()

    def stream_closed(self, stream_sid: str, close_code: int, now_ms: int) -> list[Order]:
        """The socket has ended although the call goes on; 1006: it is lost."""
        self._agenda.run(now_ms)
        if call := self._on_stream(stream_sid):
            call.run.stream_closed(close_code, now_ms)
        return self.take_orders()

    def press(self, call_sid: str, digit: str, now_ms: int) -> list[Order]:
        """The person on the line presses a key outside a stream."""
        self._agenda.run(now_ms)
        self.calls[call_sid].run.press(digit, now_ms)
        return self.take_orders()

    def hang_up(self, call_sid: str, now_ms: int) -> list[Order]:
        """The person on the line hangs up."""
        self._agenda.run(now_ms)
        call = self.calls[call_sid]
        is_answered = call.facts.answered_ms is not None
        call.end("completed" if is_answered else "no-answer", now_ms, "caller")
        return self.take_orders()

    def take_orders(self) -> list[Order]:
        """What has been ordered since the last time."""
        orders = self._out.copy()
        self._out.clear()
        return orders

    def _facts(
        self, caller: str, called: str, direction: str, status: str, now_ms: int
    ) -> CallFacts:
        return CallFacts(
            self.exchange.sid("CA"),
            self.settings.account_sid,
            caller,
            called,
            direction,
            status,
            self.settings.began_at,
            now_ms,
        )

    def _enter(self, facts: CallFacts, fallback: Target | None) -> CarrierCall:
        call = CarrierCall(facts, self.exchange, fallback)
        self.calls[facts.sid] = call
        return call

    def _on_stream(self, stream_sid: str) -> CarrierCall | None:
        """The call that is on this stream now; none if it has gone elsewhere."""
        for call in self.calls.values():
            if call.run.stream and call.run.stream.sid == stream_sid:
                return call
        return None
