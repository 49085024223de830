"""What one value of a file may be; each rule returns the value or says what to write instead."""

import re
from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

from ..errors import NumberError
from ..model import NAME_CHARS_MAX
from ..yaml.fields import did_you_mean

E = TypeVar("E", bound=StrEnum)

NAME_PATTERN = rf"[a-z0-9][a-z0-9_\-]{{0,{NAME_CHARS_MAX - 1}}}"
TAG_PATTERN = r"[A-Za-z0-9][A-Za-z0-9_.:\-]{0,63}"
ID_PATTERN = r"[!-~]{1,64}"
_NAME = re.compile(NAME_PATTERN)
_TAG = re.compile(TAG_PATTERN)
_ID = re.compile(ID_PATTERN)
_WHOLE = re.compile(r"0|[1-9][0-9]{0,9}")


def name(text: str) -> str:
    """How something is referred to."""
    if not _NAME.fullmatch(text):
        raise NumberError(
            f"write small letters, digits, - and _, {NAME_CHARS_MAX} at most, like clinic-main"
        )
    return text


def title(text: str) -> str:
    """What people call a number; it goes to the carrier as well, which takes 64 characters."""
    if not text.isprintable() or text != text.strip() or len(text) > NAME_CHARS_MAX:
        raise NumberError(
            f"write {NAME_CHARS_MAX} characters at most, in one line, no blanks around"
        )
    return text


def tag(text: str) -> str:
    """A mark to find a number by."""
    if not _TAG.fullmatch(text):
        raise NumberError("write letters, digits and _ . : - only, 64 at most")
    return text


def carrier_id(text: str) -> str:
    """What the carrier calls something of the account."""
    if not _ID.fullmatch(text):
        raise NumberError(
            "copy the id from the carrier's console: 64 characters at most, no blanks"
        )
    return text


def truth(text: str) -> bool:
    """True or false, in one spelling each."""
    if text not in ("true", "false"):
        raise NumberError("write true or false")
    return text == "true"


def whole(least: int, most: int) -> Callable[[str], int]:
    """The rule for a whole number within bounds."""

    def rule(text: str) -> int:
        if not _WHOLE.fullmatch(text) or not least <= int(text) <= most:
            raise NumberError(f"write a whole number from {least:,} to {most:,}")
        return int(text)

    return rule


def one_of(*words: str) -> Callable[[str], str]:
    """The rule for a closed list of words."""

    def rule(text: str) -> str:
        if text not in words:
            raise NumberError(did_you_mean(text, list(words)))
        return text

    return rule


def member_of(words: type[E]) -> Callable[[str], E]:
    """The rule for an enum's values."""
    check = one_of(*words)

    def rule(text: str) -> E:
        return words(check(text))

    return rule
