"""Numbers that the simulated carrier has on offer: what there is, and how it is searched."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..assumptions import Assumption
from .rest_answer import Form, RequestRefused, not_found

ASSUMPTIONS = (
    Assumption(
        "capability keys are `voice`, `SMS`, `MMS`, `fax` in a search, lower-case on owned numbers",
        "reported",
        "twilio-claude-plugin, phone-numbers",
    ),
    Assumption(
        "a type of number that a country does not have is 404, 20404",
        "reported",
        "twilio-claude-plugin, phone-numbers",
    ),
    Assumption(
        "`Contains` of one character, or with `*` inside, is 400",
        "reported",
        "twilio-claude-plugin, phone-numbers",
    ),
    Assumption("its code is 20001", "assumed", "live tests name the status alone"),
    Assumption(
        "`AreaCode` and `NearNumber` are for US and CA",
        "documented",
        'Twilio "AvailablePhoneNumber"',
    ),
    Assumption("near is who has the same area code", "assumed", "a simplification"),
)

_KEYPAD = str.maketrans(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "22233344455566677778889999",
)
_PATTERN = re.compile(r"[*%+]?[0-9A-Z%+]+[*%$]?", re.ASCII)
_MARKS = {"*": ".", "%": ".*", "+": r"\+", "$": "$"}
_NORTH_AMERICA = ("US", "CA")


@dataclass(frozen=True, slots=True)
class NumberOffer:
    """A number as the carrier's stock has it; `kind` is the path's word, like `Local`.

    `address` says what buying needs: `none`, `any`, `local` or `foreign`.
    """

    number: str
    country: str
    kind: str
    locality: str = ""
    region: str = ""
    capabilities: frozenset[str] = frozenset({"voice", "sms", "mms"})
    address: str = "none"
    needs_bundle: bool = False

    @property
    def area_code(self) -> str:
        return self.number[2:5] if self.country in _NORTH_AMERICA else ""

    def resource(self) -> dict[str, object]:
        """The AvailablePhoneNumber resource."""
        return {
            "friendly_name": self.number,
            "phone_number": self.number,
            "lata": None,
            "locality": self.locality or None,
            "rate_center": None,
            "latitude": None,
            "longitude": None,
            "region": self.region or None,
            "postal_code": None,
            "iso_country": self.country,
            "address_requirements": self.address,
            "beta": False,
            "capabilities": {
                "voice": "voice" in self.capabilities,
                "SMS": "sms" in self.capabilities,
                "MMS": "mms" in self.capabilities,
                "fax": "fax" in self.capabilities,
            },
        }


class NumberOffers:
    """The stock. A number on offer is nobody's: another customer may take it at any time."""

    def __init__(self, offers: Iterable[NumberOffer]) -> None:
        self._offers = {offer.number: offer for offer in offers}
        self._kinds = {(offer.country, offer.kind) for offer in self._offers.values()}

    def withdraw(self, number: str) -> NumberOffer | None:
        """Take it off the stock, for whoever buys it; None if it is not there."""
        return self._offers.pop(number, None)

    def get(self, number: str) -> NumberOffer | None:
        return self._offers.get(number)

    def of_area(self, area_code: str) -> NumberOffer | None:
        """The first one with this area code."""
        return next((each for each in self._offers.values() if each.area_code == area_code), None)

    def search(self, country: str, kind: str, form: Form) -> Iterator[NumberOffer]:
        """What fits the filters, in the stock's order; RequestRefused for one that is wrong."""
        if (country, kind) not in self._kinds:
            raise not_found(f"/AvailablePhoneNumbers/{country}/{kind}.json")
        _check(country, form)
        pattern = _read_pattern(form.get("Contains"))
        return (
            offer
            for offer in self._offers.values()
            if (offer.country, offer.kind) == (country, kind)
            and pattern.search(offer.number)
            and _fits(offer, form)
        )


def _check(country: str, form: Form) -> None:
    for name in ("AreaCode", "NearNumber"):
        if form.get(name) and country not in _NORTH_AMERICA:
            raise RequestRefused(400, 20001, f"{name} is not supported in {country}")
    area = form.get("AreaCode")
    if area and not re.fullmatch("[0-9]{3}", area):
        raise RequestRefused(400, 21451, f"Invalid area code {area}")


def _read_pattern(text: str) -> re.Pattern[str]:
    if not text:
        return re.compile("")
    wanted = text.upper()
    if not (2 <= len(wanted) <= 16 and _PATTERN.fullmatch(wanted)):
        raise RequestRefused(400, 20001, f"Contains is invalid: {text}")
    digits = wanted.translate(_KEYPAD)
    return re.compile("".join(_MARKS.get(each, each) for each in digits))


def _fits(offer: NumberOffer, form: Form) -> bool:
    wants = (
        each for each in ("voice", "sms", "mms", "fax") if _is_on(form, f"{each.title()}Enabled")
    )
    return (
        form.get("AreaCode") in ("", offer.area_code)
        and form.get("NearNumber")[2:5] in ("", offer.area_code)
        and form.get("InRegion") in ("", offer.region)
        and form.get("InLocality") in ("", offer.locality)
        and offer.capabilities.issuperset(wants)
        and not (_is_on(form, "ExcludeAllAddressRequired") and offer.address != "none")
        and not (_is_on(form, "ExcludeLocalAddressRequired") and offer.address == "local")
        and not (_is_on(form, "ExcludeForeignAddressRequired") and offer.address == "foreign")
    )


def _is_on(form: Form, name: str) -> bool:
    return form.get(name) == "true"
