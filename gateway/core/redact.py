"""What may be shown of a phone number or a secret: of the one its ends, of the other nothing."""

import re
from collections.abc import Callable, Iterable
from urllib.parse import quote

Scrub = Callable[[str], str]

_E164 = re.compile(r"\+\d{7,15}")
# Written with a plus (percent-encoded, as in a logged URL, too), with or without separators ...
_WITH_PLUS = re.compile(r"(?:\+|%2[Bb])(\d(?:[ ().\-]{0,2}\d){6,})")
# ... or as ten to fifteen digits standing alone, which neither an id nor a time of day does.
_DIGITS = re.compile(r"(?<!\w)(?<!\w[.\-])(\d{10,15})(?!\w)(?![.\-]\w)")
_CREDENTIAL = r"\bsk-[\w-]{8,}|\b(?:Basic|Bearer) [\w.~+/=-]{8,}"


def phone(number: str) -> str:
    """Mask one caller or called party: `+15550100142` becomes `+1…42`, any other name `…`."""
    return _ends(number) if _E164.fullmatch(number) else "…" * bool(number)


def phones(text: str) -> str:
    """Mask every phone number inside a text."""
    masked = _WITH_PLUS.sub(lambda found: _ends(found[1]), text)
    return _DIGITS.sub(lambda found: _ends(found[1]), masked)


def scrubber(secrets: Iterable[str]) -> Scrub:
    """A function that masks these secrets, what looks like a credential, and phone numbers."""
    forms = {form for secret in secrets if secret for form in (secret, quote(secret, safe=""))}
    longest_first = sorted(map(re.escape, forms), key=len, reverse=True)
    secret = re.compile("|".join([*longest_first, _CREDENTIAL]))
    return lambda text: phones(secret.sub("[secret]", text))


def _ends(number: str) -> str:
    digits = re.sub(r"\D", "", number)
    return f"+{digits[0]}…{digits[-2:]}"
