"""The account's numbers at Twilio: search, price, buy, list, change, release.

Twilio "IncomingPhoneNumber resource", "AvailablePhoneNumber resources", "Pricing: Phone Numbers".
"""

import random
import re
import time
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar, cast

from ...numbers.provider import NotFound, Offer, Owned, Search, Unreachable
from .twilio_client import API_URL, open_client

if TYPE_CHECKING:
    from twilio.rest.api.v2010.account.incoming_phone_number import (  # pyright: ignore[reportMissingTypeStubs]
        IncomingPhoneNumberInstance,
        IncomingPhoneNumberPage,
    )

PAGE_SIZE = 1000  # the documented maximum; told nothing, the package asks for as many as `limit`
# Before each further try a random part of this: doubled each time, and 15 s would be the most.
PAUSES_S = (0.5, 1.0, 2.0, 4.0, 8.0)

# Twilio's name of a field in a request -> the package's. Others are not ours to read or write.
_WRITABLE = {
    "FriendlyName": "friendly_name",
    "VoiceUrl": "voice_url",
    "VoiceMethod": "voice_method",
    "VoiceFallbackUrl": "voice_fallback_url",
    "VoiceFallbackMethod": "voice_fallback_method",
    "VoiceApplicationSid": "voice_application_sid",
    "VoiceReceiveMode": "voice_receive_mode",
    "TrunkSid": "trunk_sid",
    "StatusCallback": "status_callback",
    "StatusCallbackMethod": "status_callback_method",
    "EmergencyStatus": "emergency_status",
    "EmergencyAddressSid": "emergency_address_sid",
    "AddressSid": "address_sid",
    "BundleSid": "bundle_sid",
}
_READABLE = {**_WRITABLE, "EmergencyAddressStatus": "emergency_address_status"}
_LISTS = {"local": "local", "mobile": "mobile", "tollfree": "toll_free"}
_NUMBER_SID = re.compile(r"PN[0-9a-fA-F]{32}", re.ASCII)
_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)

T = TypeVar("T")
Pause = Callable[[float], None]


def jittered_pause(at_most_s: float) -> None:
    """Sleep for a random part of this, so that many who were refused do not come back at once."""
    time.sleep(random.uniform(0, at_most_s))


class TwilioNumbers:
    """The Provider of an account's numbers. Blocks; one thread at a time.

    Reads and updates are repeated after 429, 5xx and silence, six tries in all, with `pause` in
    between; buying and releasing never are. A buy looks first whether the number is ours already:
    buying again after Unreachable(maybe_done=True) is safe.
    """

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        api_url: str = API_URL,
        timeout_s: float = 10.0,
        pause: Pause = jittered_pause,
    ) -> None:
        from .twilio_requests import TwilioRequests

        self._transport = TwilioRequests(timeout_s)
        self._client = open_client(account_sid, auth_token, self._transport, api_url)
        self._numbers = self._client.incoming_phone_numbers
        self._pause = pause

    def search(self, want: Search) -> list[Offer]:
        """What is on offer, `limit` at most; NotFound where the country has no such type."""
        if want.kind not in _LISTS:
            raise NotFound(f"no type of number {want.kind!r}: take one of {', '.join(_LISTS)}")
        country = self._client.available_phone_numbers(_checked_country(want.country))
        offers = getattr(country, _LISTS[want.kind])
        size = min(max(want.limit, 1), PAGE_SIZE)
        try:
            found = self._repeated(
                lambda: offers.list(limit=max(want.limit, 1), page_size=size, **_filters(want))
            )
        except NotFound as error:
            raise NotFound(f"Twilio has no {want.kind} numbers in {want.country}") from error
        return [_offer(each, want.kind) for each in found]

    def price(self, country: str, kind: str) -> Decimal | None:
        """What this account pays a month for a number; None where Twilio names no price."""
        prices = self._client.pricing.v1.phone_numbers.countries(_checked_country(country))
        try:
            listed = self._repeated(prices.fetch).phone_number_prices
        except NotFound:
            return None
        for each in cast("list[dict[str, str | None]]", listed or []):
            price = each.get("current_price") or each.get("base_price")
            if price and (each.get("number_type") or "").replace(" ", "") == kind:
                return Decimal(price)
        return None

    def owned(self) -> Iterator[Owned]:
        """Every number of the account; each page is asked for when the one before is used up."""
        return self._pages(lambda: self._numbers.page(page_size=PAGE_SIZE))

    def buy(self, number: str) -> Owned:
        """Buy exactly this number, in E.164; NotFound once somebody else has it."""
        # The filter is a pattern, so that the answer may hold others.
        alike = self._pages(lambda: self._numbers.page(phone_number=number, page_size=PAGE_SIZE))
        for ours in alike:
            if ours.number == number:
                return ours
        return _owned(_once(lambda: self._numbers.create(phone_number=number)))

    def update(self, id: str, changes: Mapping[str, str]) -> Owned:  # noqa: A002
        """Write these fields, under Twilio's names in requests, like `VoiceUrl`; "" clears one."""
        if unknown := changes.keys() - _WRITABLE.keys():
            raise ValueError(f"no fields of a number: {', '.join(sorted(unknown))}")
        number = self._numbers(_checked_sid(id))
        fields = {_WRITABLE[name]: value for name, value in changes.items()}
        return _owned(self._repeated(lambda: number.update(**fields)))

    def release(self, id: str) -> None:  # noqa: A002
        """Give the number back, at once and for good; NotFound if it is not ours (any more)."""
        number = self._numbers(_checked_sid(id))
        _once(number.delete)

    def close(self) -> None:
        """Close the connections to Twilio."""
        self._transport.close()

    def _pages(self, first: "Callable[[], IncomingPhoneNumberPage]") -> Iterator[Owned]:
        page: IncomingPhoneNumberPage | None = self._repeated(first)
        while page is not None:
            yield from map(_owned, page)
            page = cast("IncomingPhoneNumberPage | None", self._repeated(page.next_page))

    def _repeated(self, ask: Callable[[], T]) -> T:
        maybe_done = False
        for pause_s in PAUSES_S:
            try:
                return _once(ask)
            except Unreachable as error:
                maybe_done |= error.maybe_done
            self._pause(pause_s)
        try:
            return _once(ask)
        except Unreachable as error:
            tries = len(PAUSES_S) + 1
            maybe_done |= error.maybe_done
            raise Unreachable(f"{error}; {tries} tries", maybe_done=maybe_done) from error


def _once(ask: Callable[[], T]) -> T:
    """What the package makes of an answer that the transport took for a success."""
    from twilio.base.exceptions import TwilioException  # pyright: ignore[reportMissingTypeStubs]

    try:
        return ask()
    except TwilioException as error:  # of a list: nothing else is looked into
        raise Unreachable("Twilio's answer cannot be read", maybe_done=False) from error


def _filters(want: Search) -> dict[str, str | bool]:
    asked = {
        "area_code": want.area,
        "contains": want.contains,
        "near_number": want.near,
        "voice_enabled": want.has_voice or None,
        "sms_enabled": want.has_sms or None,
    }
    return {name: value for name, value in asked.items() if value is not None}


def _offer(found: object, kind: str) -> Offer:
    return Offer(
        number=_text(found, "phone_number"),
        country=_text(found, "iso_country"),
        kind=kind,
        locality=_text(found, "locality"),
        region=_text(found, "region"),
        capabilities=_capabilities(found),
        address_needs=_text(found, "address_requirements") or "none",
    )


def _owned(found: "IncomingPhoneNumberInstance") -> Owned:
    if not found.sid or not found.phone_number:
        raise Unreachable("Twilio's answer names no number", maybe_done=True)
    fields = {name: _text(found, attribute) for name, attribute in _READABLE.items()}
    return Owned(
        id=found.sid,
        number=found.phone_number,
        name=_text(found, "friendly_name"),
        capabilities=_capabilities(found),
        fields=MappingProxyType(fields),
    )


def _text(found: object, attribute: str) -> str:
    return str(getattr(found, attribute) or "")


def _capabilities(found: object) -> frozenset[str]:
    """Lower-case: offers spell them `SMS`, owned numbers `sms`."""
    told = cast("dict[str, bool] | None", getattr(found, "capabilities", None))
    return frozenset(name.lower() for name, has_it in (told or {}).items() if has_it)


def _checked_country(country: str) -> str:
    if not _COUNTRY.fullmatch(country):  # it becomes part of a path
        raise NotFound(f"no country {country[:40]!r}: two capital letters, like US")
    return country


def _checked_sid(sid: str) -> str:
    if not _NUMBER_SID.fullmatch(sid):  # it becomes part of a path
        raise NotFound(f"no number has the id {sid[:40]!r}: Twilio's begin with PN")
    return sid
