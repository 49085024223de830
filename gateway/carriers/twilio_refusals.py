"""What is said when Twilio does not do what it is asked about a number, and what to do about it.

Codes are those of Twilio's error dictionary.
"""

import re

from ...numbers.provider import AuthError, NotFound, ProviderError, Refused, Unreachable
from .twilio_answer import code_of, json_object, text_of

_GONE = {
    21422: "this number is gone: somebody else has it. Search again for the next offer",
    21452: "no number is left in this area code. Search in another one",
}
_ADDRESS = "register an address of yours with Twilio and name it: numbers of this country need one"
_BUNDLE = "have a regulatory bundle approved by Twilio: numbers of this country need one"
_HINTS = {
    21404: "a trial account cannot have it: upgrade the account",
    21405: "a fallback URL needs a voice URL: write both",
    21421: "write the number in E.164, like +12125550142",
    21451: "an area code has three digits, like 212",
    21457: "area codes are for the US and Canada: leave the area code out",
    21615: f"{_ADDRESS}; it must be a local one",
    21631: _ADDRESS,
    21649: _BUNDLE,
    21650: _BUNDLE,
    21651: "the documents of your bundle do not satisfy the country's rules: see the Twilio console",
    22219: _ADDRESS,
    22221: "register the address for emergency calls first",
}
_CREDENTIALS = (401, 403)
_WORDS_MAX = 200


def refusal(method: str, status: int, body: bytes, secrets: tuple[str, ...]) -> ProviderError:
    """The error that an answer stands for which is no success; `secrets` never show in it."""
    answer = json_object(body)
    code, words = code_of(answer), _masked(text_of(answer), secrets)
    if status in _CREDENTIALS or code == 20003:
        return AuthError(
            f"Twilio does not take these credentials (HTTP {status}):"
            " check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN"
        )
    if status == 429:
        return Unreachable(
            "Twilio has too many requests of this account at once (HTTP 429): try again later",
            maybe_done=False,
        )
    if code in _GONE:
        return NotFound(_GONE[code])
    if status == 404:
        return NotFound(words or "Twilio knows nothing of this kind")
    if 400 <= status < 500 and answer is not None:
        code = code or status
        return Refused(code, words or "Twilio refuses", _HINTS.get(code, ""))
    return Unreachable(
        f"Twilio's answer cannot be used (HTTP {status}): try again later",
        maybe_done=method != "GET" and (status < 300 or status >= 500),
    )


def _masked(text: str, secrets: tuple[str, ...]) -> str:
    """Twilio's words on one line, without our credentials; any SID is shown by its kind alone."""
    for secret in filter(None, secrets):
        text = text.replace(secret, "…")
    text = re.sub(r"\b([A-Z]{2})[0-9a-fA-F]{32}\b", r"\1…", text)
    return "".join(each if each.isprintable() else " " for each in text[:_WORDS_MAX])
