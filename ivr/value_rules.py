"""What one value of a flow may be; each rule returns it or says what to write instead."""

import re
from collections.abc import Callable
from datetime import date
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ..numbers.yaml.fields import did_you_mean
from .flow import CALLEE, LANGUAGE
from .hours import DAYS, Range

E = TypeVar("E", bound=StrEnum)

TEXT_CHARS_MAX = 2000
REGEX_CHARS_MAX = 100
REPEATS_MAX = 3
NAME_FIX = "write small letters, digits, - and _, a letter first, 40 at most"
_NAME = re.compile(r"[a-z][a-z0-9_\-]{0,39}")
_SLOT = re.compile(r"(vars|pay)\.[a-z][a-z0-9_\-]{0,39}")
_TOOL = re.compile(r"[a-z][a-z0-9_\-]{0,39}(\.[a-z][a-z0-9_\-]{0,39})?")
_KEYS = re.compile(r"[0-9*#]{1,10}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")
_WHOLE = re.compile(r"0|[1-9][0-9]{0,6}")
_SPAN = re.compile(r"([1-9]\d?)(?:-([1-9]\d?))?", re.ASCII)
_DATE = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}")
_TIMES = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|(24:00))", re.ASCII)
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_SIP = re.compile(r"sips?:[A-Za-z0-9_.!~*'()+\-]{1,64}@[A-Za-z0-9.\-]{1,253}(:[0-9]{1,5})?")
_WAV = re.compile(r"(?!/)(?!.*\.\.)[\w./\-]{1,200}\.wav", re.ASCII)
_REPEAT = re.compile(r"[*+{]")
_REPEATED_GROUP = re.compile(r"\)[*+{?]")
_EMERGENCY = re.compile(r"\+?(911|112|999|988|000|110|119)")


def is_name(text: str) -> bool:
    """Whether something of a flow may be called so."""
    return _NAME.fullmatch(text) is not None


def is_emergency_number(text: str) -> bool:
    """Whether this leads to the police, an ambulance, or a line for people in crisis."""
    return _EMERGENCY.fullmatch(text) is not None


def are_keys(text: str) -> bool:
    """Whether a telephone has these keys."""
    return _KEYS.fullmatch(text) is not None


def text(written: str) -> str:
    """Words for people, in any language."""
    if not written.strip() or len(written) > TEXT_CHARS_MAX:
        raise ValueError(f"write 1 to {TEXT_CHARS_MAX:,} characters")
    return written


def reference(written: str) -> str:
    """A name that stands somewhere else; whether it does is for later."""
    return written


def _fitting(pattern: re.Pattern[str], advice: str) -> Callable[[str], str]:
    def rule(written: str) -> str:
        if not pattern.fullmatch(written):
            raise ValueError(advice)
        return written

    return rule


language = _fitting(_LANGUAGE, "write a language and a country, like en-US")
e164 = _fitting(_E164, "write it in E.164 form, like +12125550142")
sip_uri = _fitting(_SIP, "write an address like sip:desk@example.com")
wav_path = _fitting(_WAV, "write a path below the flow's folder that ends in .wav")
tool_name = _fitting(_TOOL, "write it like payments.charge")
emergency_number = _fitting(_EMERGENCY, "write the number as people dial it, like 911 or 112")
sent_digits = _fitting(re.compile(r"[0-9*#wW]{1,40}"), "write 0-9, *, # and w for half a second")
slot = _fitting(_SLOT, "write a slot like vars.order or pay.pan")


def menu_slot(written: str) -> str:
    """What a menu may set."""
    if written == LANGUAGE or (written.startswith("vars.") and _SLOT.fullmatch(written)):
        return written
    raise ValueError(f"write {LANGUAGE} or a slot like vars.department")


def truth(written: str) -> bool:
    """True or false, in one spelling each."""
    if written not in ("true", "false"):
        raise ValueError("write true or false")
    return written == "true"


def whole(least: int, most: int) -> Callable[[str], int]:
    """The rule for a whole number within bounds."""

    def rule(written: str) -> int:
        if not _WHOLE.fullmatch(written) or not least <= int(written) <= most:
            raise ValueError(f"write a whole number from {least:,} to {most:,}")
        return int(written)

    return rule


def one_of(*words: str) -> Callable[[str], str]:
    """The rule for a closed list of words."""

    def rule(written: str) -> str:
        if written not in words:
            raise ValueError(did_you_mean(written, list(words)))
        return written

    return rule


def member_of(words: type[E]) -> Callable[[str], E]:
    """The rule for an enum's values."""
    check = one_of(*words)

    def rule(written: str) -> E:
        return words(check(written))

    return rule


def span(written: str) -> tuple[int, int]:
    """How many digits: `13-19`, or `4` for no more and no less."""
    found = _SPAN.fullmatch(written)
    least, most = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
    if not least <= most <= 32:
        raise ValueError("write the least and the most, 32 at most, like 13-19")
    return least, most


def check(written: str) -> str:
    """How digits are examined."""
    kind, _, pattern = written.partition(":")
    if kind != "regex":
        return one_of("none", "luhn", "date", "regex:…")(written)
    # A group that repeats, or many repeats in a row, may take for ever to say no.
    is_slow = _REPEATED_GROUP.search(pattern) or len(_REPEAT.findall(pattern)) > REPEATS_MAX
    if len(pattern) > REGEX_CHARS_MAX or is_slow:
        advice = f"{REGEX_CHARS_MAX} characters, {REPEATS_MAX} of * + {{ and no repeated (group)"
        raise ValueError(f"write at most {advice}")
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        raise ValueError("this is no regular expression: check its brackets") from None
    return written


def zone(written: str) -> str:
    """A zone of the IANA database, or the callee's."""
    if written == CALLEE:
        return written
    try:
        return ZoneInfo(written).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"write one like America/New_York or UTC, or {CALLEE}") from None


def day(written: str) -> date:
    """A date of this century."""
    try:
        if _DATE.fullmatch(written):
            return date.fromisoformat(written)
    except ValueError:
        pass
    raise ValueError("write a date like 2026-12-24")


def times(written: str) -> Range:
    """Opening hours of a day: `08:30-17:30`, or `22:00-06:00` into the next."""
    found = _TIMES.fullmatch(written)
    if found is None:
        raise ValueError("write two times like 08:30-17:30; a day ends at 24:00")
    start = int(found[1]) * 60 + int(found[2])
    end = 24 * 60 if found[5] else int(found[3]) * 60 + int(found[4])
    if start == end:
        raise ValueError("write two different times; a whole day is 00:00-24:00")
    return Range(start, end)


def days(written: str) -> tuple[int, ...]:
    """Days of the week, Monday is 0: `fri`, or `mon-thu`, or `sat-mon`."""
    first, dash, last = written.partition("-")
    if first not in DAYS or (dash and last not in DAYS):
        raise ValueError(f"write days like fri or mon-thu; known are {', '.join(DAYS)}")
    begin = DAYS.index(first)
    count = (DAYS.index(last) - begin) % 7 + 1 if dash else 1
    return tuple((begin + ahead) % 7 for ahead in range(count))
