"""Phone numbers as people write them, and as ITU-T E.164 does: `+`, country code, digits."""

import re
from typing import TYPE_CHECKING

from .errors import NumberError

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

ADVICE = "write it in E.164 form, like +12125550142"

# Of North America's plan the length is known; elsewhere it differs by country and kind.
PATTERN = r"\+(?:1[0-9]{10}|[2-9][0-9]{6,14})"
_E164 = re.compile(PATTERN)
_WRITTEN = re.compile(r"\+?[\d\s().\-\u2010-\u2013/]+")


def is_e164(text: str) -> bool:
    """True for the form alone; whether such a number can exist, `parse` knows."""
    return _E164.fullmatch(text) is not None


def e164(text: str) -> str:
    """The text itself if it is in E.164 form, else NumberError."""
    if not is_e164(text):
        raise NumberError(ADVICE)
    return text


def parse(text: str, country: str | None = None) -> str:
    """A number as people write it, in E.164 form.

    `country` (two letters, ISO 3166) is where it was written, needed unless it begins with the
    country code: `+44 20 …`, or `0044 20 …`. Raises NumberError if no such number can exist.
    """
    written = text.strip()
    if not _WRITTEN.fullmatch(written):
        raise NumberError(
            "write digits, blanks, brackets and dashes only, no word and no extension"
        )
    number = _understood(written, _known(country))
    if number is None and country is not None and written.startswith("00"):
        number = _understood(written, None)
    if number is None:
        raise NumberError(_advice(written, country))
    from phonenumbers import PhoneNumberFormat, format_number

    return format_number(number, PhoneNumberFormat.E164)


def pretty(number: str) -> str:
    """An E.164 number as people read it in any country: `+1 212-555-0142`."""
    from phonenumbers import PhoneNumberFormat, format_number
    from phonenumbers import parse as understand

    return format_number(understand(number), PhoneNumberFormat.INTERNATIONAL)


def _known(country: str | None) -> str | None:
    if country is None:
        return None
    from phonenumbers import SUPPORTED_REGIONS

    if country.upper() not in SUPPORTED_REGIONS:
        raise NumberError("name the country by its two letters, like US or DE")
    return country.upper()


def _understood(written: str, country: str | None) -> "PhoneNumber | None":
    """The number if one such can exist; without a country `00` stands for `+`."""
    from phonenumbers import NumberParseException, is_valid_number
    from phonenumbers import parse as understand

    if country is None and written.startswith("00"):
        written = f"+{written[2:]}"
    try:
        number = understand(written, country)
    except NumberParseException:
        return None
    return number if is_valid_number(number) else None


def _advice(written: str, country: str | None) -> str:
    if country is None and not written.startswith(("+", "00")):
        return "say in which country it is, or begin it with + and the country code"
    return f"no such number can exist: check its digits, or {ADVICE}"
