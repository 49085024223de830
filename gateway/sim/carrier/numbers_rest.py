"""The numbers part of the simulated REST API: search, buy, list, change, release, price."""

import re
from collections.abc import Iterable
from urllib.parse import urlencode

from ..assumptions import Assumption
from .account import OwnNumber
from .call_facts import API_VERSION
from .number_catalogue import OFFERS, PRICES
from .number_offers import NumberOffer, NumberOffers
from .owned_number import OwnedNumber
from .rest_answer import Form, RequestRefused, RestAnswer, json_answer, not_found

PAGE_SIZE = 50
PAGE_SIZE_MAX = 1000
PRICES_PATH = "/v1/PhoneNumbers/Countries/"

ASSUMPTIONS = (
    Assumption(
        "what is not on offer is 21422; an area code without numbers 21452",
        "documented",
        "Twilio errors 21422, 21452",
    ),
    Assumption(
        "buying a number that the account has already is an update of it",
        "reported",
        "ex_twilio#116",
    ),
    Assumption(
        "an address or a bundle that is missing is 21631, 21615 where it must be local, 21649",
        "documented",
        "Twilio errors 21631, 21615, 21649",
    ),
    Assumption(
        "the `PhoneNumber` filter is a pattern: a part of the number, `*` for any one digit",
        "documented",
        'Twilio "IncomingPhoneNumber resource"',
    ),
    Assumption(
        "a page has 50 entries unless `PageSize` says more; over 1000 is 400, 20007",
        "documented",
        'Twilio "IncomingPhoneNumber resource", error 20007',
    ),
    Assumption("a released number is not offered again", "assumed", "no statement is known"),
    Assumption(
        "prices stand under /v1/PhoneNumbers/Countries, by type: `local`, `mobile`, `toll free`",
        "documented",
        'Twilio "Pricing: Phone Numbers Resource"; there on a host of its own',
    ),
)


class NumbersRest:
    """The account's numbers, by SID, and the carrier's stock. Instants are Unix seconds."""

    def __init__(
        self,
        account_sid: str,
        own: Iterable[OwnNumber] = (),
        offers: Iterable[NumberOffer] = OFFERS,
        at: float = 0.0,
    ) -> None:
        self.offers = NumberOffers(offers)
        self.owned: dict[str, OwnedNumber] = {}
        self._account_sid = account_sid
        self._bought = 0
        for number in own:
            self.adopt(number.phone_number, _as_fields(number), at)

    def adopt(self, number: str, fields: dict[str, str] | None = None, at: float = 0.0) -> str:
        """Give the account a number, whether it is on offer or not; its SID."""
        offer = self.offers.get(number) or NumberOffer(number, "US", "Local")
        return self._hand_over(offer, fields or {}, at).sid

    def answer(self, method: str, path: list[str], form: Form, at: float) -> RestAnswer:
        """The answer to a request whose path, below the account's, has these parts."""
        match method, *path:
            case "GET", "AvailablePhoneNumbers", country, kind:
                return self._search(country, kind, form)
            case "GET", "IncomingPhoneNumbers":
                return self._list(form)
            case "POST", "IncomingPhoneNumbers":
                return json_answer(201, self._buy(form, at).resource())
            case "GET", "IncomingPhoneNumbers", sid:
                return json_answer(200, self._number(sid).resource())
            case "POST", "IncomingPhoneNumbers", sid:
                number = self._number(sid)
                number.change(dict(form), at)
                return json_answer(200, number.resource())
            case "DELETE", "IncomingPhoneNumbers", sid:
                del self.owned[self._number(sid).sid]
                return RestAnswer(204, b"")
            case _:
                raise not_found("/" + "/".join(path))

    def price(self, country: str) -> RestAnswer:
        """What a number of this country costs a month, by type."""
        if country not in PRICES:
            raise not_found(f"{PRICES_PATH}{country}")
        prices = [
            {"number_type": kind, "base_price": price, "current_price": price}
            for kind, price in PRICES[country].items()
        ]
        return json_answer(
            200,
            {
                "country": country,
                "iso_country": country,
                "phone_number_prices": prices,
                "price_unit": "USD",
                "url": f"https://pricing.twilio.com{PRICES_PATH}{country}",
            },
        )

    def _search(self, country: str, kind: str, form: Form) -> RestAnswer:
        size = _page_size(form)
        found = [offer.resource() for offer in self.offers.search(country, kind, form)]
        uri = f"{self._path('AvailablePhoneNumbers')}/{country}/{kind}.json"
        return json_answer(200, {"available_phone_numbers": found[:size], "uri": uri})

    def _list(self, form: Form) -> RestAnswer:
        size, page = _page_size(form), int(form.get("Page") or "0")
        pattern = re.compile(re.escape(form.get("PhoneNumber")).replace(r"\*", "."))
        name = form.get("FriendlyName")
        found = [
            each
            for each in self.owned.values()
            if pattern.search(each.number) and name in ("", each.fields["FriendlyName"])
        ]
        start, end = page * size, (page + 1) * size
        return json_answer(
            200,
            {
                "incoming_phone_numbers": [each.resource() for each in found[start:end]],
                "page": page,
                "page_size": size,
                "start": start,
                "end": min(end, len(found)) - 1,
                "uri": self._page_uri(form, page, size),
                "first_page_uri": self._page_uri(form, 0, size),
                "previous_page_uri": self._page_uri(form, page - 1, size) if page else None,
                "next_page_uri": self._page_uri(form, page + 1, size) if end < len(found) else None,
            },
        )

    def _buy(self, form: Form, at: float) -> OwnedNumber:
        wanted = form.get("PhoneNumber")
        owned = next((each for each in self.owned.values() if each.number == wanted), None)
        if owned is not None:
            owned.change(dict(form), at)
            return owned
        offer = self.offers.get(wanted) if wanted else self._of_area(form.get("AreaCode"))
        if offer is None:
            raise _unavailable(wanted)
        _check_papers(offer, form)
        return self._hand_over(offer, dict(form), at)

    def _of_area(self, area_code: str) -> NumberOffer:
        if not re.fullmatch("[0-9]{3}", area_code):
            raise RequestRefused(400, 21451, f"Invalid area code {area_code}")
        offer = self.offers.of_area(area_code)
        if offer is None:
            raise RequestRefused(400, 21452, f"No phone numbers found in area code {area_code}")
        return offer

    def _hand_over(self, offer: NumberOffer, fields: dict[str, str], at: float) -> OwnedNumber:
        number = OwnedNumber(f"PN{self._bought + 1:032x}", self._account_sid, offer, at)
        number.change(fields, at)
        self._bought += 1
        self.offers.withdraw(offer.number)
        self.owned[number.sid] = number
        return number

    def _number(self, sid: str) -> OwnedNumber:
        if sid not in self.owned:
            raise not_found(f"{self._path('IncomingPhoneNumbers')}/{sid}.json")
        return self.owned[sid]

    def _path(self, resource: str) -> str:
        return f"/{API_VERSION}/Accounts/{self._account_sid}/{resource}"

    def _page_uri(self, form: Form, page: int, size: int) -> str:
        paging = ("Page", "PageSize", "PageToken")
        filters = [(name, value) for name, value in form if name not in paging]
        query = urlencode([*filters, ("PageSize", size), ("Page", page)])
        return f"{self._path('IncomingPhoneNumbers')}.json?{query}"


def _page_size(form: Form) -> int:
    text = form.get("PageSize") or str(PAGE_SIZE)
    if not text.isdecimal() or not 1 <= int(text) <= PAGE_SIZE_MAX:
        raise RequestRefused(400, 20007, f"Page size must be between 1 and 1000: {text}")
    return int(text)


def _check_papers(offer: NumberOffer, form: Form) -> None:
    """What the country's law wants of whoever has this number."""
    if offer.address != "none" and not form.get("AddressSid"):
        code = 21615 if offer.address == "local" else 21631
        raise RequestRefused(400, code, f"Phone Number Requires an Address ({offer.address})")
    if offer.needs_bundle and not form.get("BundleSid"):
        raise RequestRefused(400, 21649, "Bundle required")


def _unavailable(number: str) -> RequestRefused:
    if not re.fullmatch(r"\+[0-9]{8,15}", number):
        return RequestRefused(400, 21421, f"PhoneNumber is invalid: {number}")
    return RequestRefused(400, 21422, f"{number} is not available")


def _as_fields(number: OwnNumber) -> dict[str, str]:
    fallback, status = number.fallback, number.status
    return {
        "VoiceUrl": number.voice.url,
        "VoiceMethod": number.voice.method,
        "VoiceFallbackUrl": fallback.url if fallback else "",
        "VoiceFallbackMethod": fallback.method if fallback else "POST",
        "StatusCallback": status.url if status else "",
        "StatusCallbackMethod": status.method if status else "POST",
    }
