"""A provider in memory: it fails as a real one does, on demand, and counts what it was asked."""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from enum import StrEnum
from itertools import islice
from types import MappingProxyType
from typing import TypeVar

from ..provider import AuthError, NotFound, Offer, Owned, Refused, Search, Unreachable

Answer = TypeVar("Answer")

PAGE_SIZE = 1000
GONE, NO_PRIMARY_URL = (
    21422,
    21405,
)  # Twilio "Errors": no longer available; fallback without primary
FRESH = MappingProxyType({"VoiceUrl": "https://demo.example.com/welcome", "VoiceMethod": "POST"})


class Fault(StrEnum):
    """What becomes of one request instead of an answer."""

    BUSY = "HTTP 429 on every try: not done"
    UNHEARD = "HTTP 502, and it was done"
    LOST = "time-out, and it was not done"
    DENIED = "HTTP 401"
    REFUSED = "HTTP 400"


class FakeProvider:
    """The account's numbers by E.164, and offers by their order; `requests` counts by kind, `bought`
    names the number of each purchase that took effect, once more if it was ours already.

    Kinds are `search`, `price`, `page` (of the owned numbers), `buy`, `update`, `release`. The
    `boundary` is called before and after each of them takes effect: whoever raises there, kills.
    """

    def __init__(
        self,
        numbers: Iterable[Owned] = (),
        offers: Iterable[Offer] = (),
        *,
        page_size: int = PAGE_SIZE,
        boundary: Callable[[], None] = lambda: None,
    ) -> None:
        self.numbers = {owned.number: owned for owned in numbers}
        self.requests: Counter[str] = Counter()
        self.bought: list[str] = []
        self._offers = {offer.number: offer for offer in offers}
        self._gone: set[str] = set()
        self._faults: dict[str, deque[Fault | None]] = {}
        self._page_size = page_size
        self._boundary = boundary
        self._number_of = {owned.id: owned.number for owned in self.numbers.values()}

    def fail(self, kind: str, *faults: Fault | None) -> None:
        """What becomes of the next requests of this kind, in order; None lets one pass."""
        self._faults.setdefault(kind, deque()).extend(faults)

    def vanish(self, number: str) -> None:
        """Somebody else bought it: it is still on offer, and cannot be had."""
        self._gone.add(number)

    def edit(self, number: str, **fields: str) -> None:
        """Somebody changes a number by hand; this is no request of ours."""
        owned = self.numbers[number]
        self.numbers[number] = replace(owned, fields={**owned.fields, **fields})

    @property
    def writes(self) -> int:
        """The requests that could change the account."""
        return sum(self.requests[kind] for kind in ("buy", "update", "release"))

    def search(self, want: Search) -> list[Offer]:
        """Offers that fit, with the capabilities' names in lower case however they are written."""
        return self._request("search", lambda: self._found(want))

    def price(self, country: str, kind: str) -> Decimal | None:
        """One price for local numbers of the USA."""
        fits = (country, kind) == ("US", "local")
        return self._request("price", lambda: Decimal("1.15") if fits else None)

    def owned(self) -> Iterator[Owned]:
        """Every number, page by page; the last page is the one that is not full."""
        start = 0
        while True:
            page = self._request("page", lambda first=start: self._page(first))
            yield from page
            start += self._page_size
            if len(page) < self._page_size:
                return

    def buy(self, number: str) -> Owned:
        """An exact number from the offers."""
        return self._request("buy", lambda: self._bought(number))

    def update(self, id: str, changes: Mapping[str, str]) -> Owned:  # noqa: A002 - the field's name
        """Some fields; an empty text clears one."""
        return self._request("update", lambda: self._updated(id, changes))

    def release(self, id: str) -> None:  # noqa: A002 - the field's name
        """Gone for good, and on offer for everybody."""
        self._request("release", lambda: self._released(id))

    def _request(self, kind: str, effect: Callable[[], Answer]) -> Answer:
        self.requests[kind] += 1
        faults = self._faults.get(kind)
        fault = faults.popleft() if faults else None
        _raise_before(fault)
        self._boundary()
        answer = effect()
        self._boundary()
        if fault is Fault.UNHEARD:
            raise Unreachable(fault.value, maybe_done=True)
        return answer

    def _found(self, want: Search) -> list[Offer]:
        fitting = (
            offer for offer in map(_in_lower_case, self._offers.values()) if _fits(offer, want)
        )
        return list(islice(fitting, want.limit))

    def _page(self, start: int) -> list[Owned]:
        return list(islice(self.numbers.values(), start, start + self._page_size))

    def _bought(self, number: str) -> Owned:
        if number in self.numbers:
            self.bought.append(number)
            return self.numbers[number]
        if number in self._gone or number not in self._offers:
            raise Refused(GONE, "number no longer available", "search again")
        offer = _in_lower_case(self._offers.pop(number))
        owned = Owned(f"PN{len(self._number_of):032x}", number, number, offer.capabilities, FRESH)
        self.bought.append(number)
        self.numbers[number] = owned
        self._number_of[owned.id] = number
        return owned

    def _updated(self, id_: str, changes: Mapping[str, str]) -> Owned:
        owned = self._of_id(id_)
        fields = {**owned.fields, **changes}
        for name, other in (
            ("TrunkSid", "VoiceApplicationSid"),
            ("VoiceApplicationSid", "TrunkSid"),
        ):
            if changes.get(name):
                fields[other] = ""
        if fields.get("VoiceFallbackUrl") and not fields.get("VoiceUrl"):
            raise Refused(NO_PRIMARY_URL, "fallback without primary", "send both at once")
        self.numbers[owned.number] = replace(owned, fields=fields)
        return self.numbers[owned.number]

    def _released(self, id_: str) -> None:
        del self.numbers[self._of_id(id_).number]

    def _of_id(self, id_: str) -> Owned:
        owned = self.numbers.get(self._number_of.get(id_, ""))
        if owned is None:
            raise NotFound("no number of this account has this id; list them again")
        return owned


def _raise_before(fault: Fault | None) -> None:
    match fault:
        case Fault.BUSY:
            raise Unreachable(fault.value, maybe_done=False)
        case Fault.LOST:
            raise Unreachable(fault.value, maybe_done=True)
        case Fault.DENIED:
            raise AuthError(
                "the provider does not take the credentials; check the account and token"
            )
        case Fault.REFUSED:
            raise Refused(20001, "invalid parameter")
        case _:
            return


def _in_lower_case(offer: Offer) -> Offer:
    return replace(offer, capabilities=frozenset(name.lower() for name in offer.capabilities))


def _fits(offer: Offer, want: Search) -> bool:
    needs = {name for name, need in (("voice", want.has_voice), ("sms", want.has_sms)) if need}
    in_area = want.area is None or offer.number.startswith(f"+1{want.area}")
    contained = want.contains is None or want.contains in offer.number
    of_kind = (offer.country, offer.kind) == (want.country, want.kind)
    return of_kind and in_area and contained and needs <= offer.capabilities
