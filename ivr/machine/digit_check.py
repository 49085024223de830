"""How typed digits are examined, without ever making a text of them."""

import re
from calendar import monthrange
from functools import lru_cache

_ZERO = ord("0")
_LEAP_YEAR = 2000  # a day without a year may be the 29th of February


def fits(check: str, typed: memoryview, language: str) -> bool:
    """Whether digits in ASCII pass a check: none, luhn, date or `regex:…`."""
    kind, _, pattern = check.partition(":")
    match kind:
        case "luhn":
            return is_luhn(typed)
        case "date":
            return is_date(typed, is_month_first=language.endswith("-US"))
        case "regex":
            return _compiled(pattern).fullmatch(typed) is not None
        case _:
            return True


def is_luhn(digits: memoryview) -> bool:
    """ISO/IEC 7812-1, annex B: the last digit checks the others."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = (digit - _ZERO) << (place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def is_date(digits: memoryview, *, is_month_first: bool) -> bool:
    """Day and month, then no year, or two or four digits of it; the month first in the US."""
    if len(digits) not in (4, 6, 8):
        return False
    first, second = _number(digits[:2]), _number(digits[2:4])
    month, day = (first, second) if is_month_first else (second, first)
    year = _year(digits[4:])
    return year > 0 and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]


def _year(digits: memoryview) -> int:
    """Two digits may be of any century: only leap years matter, and 2000 was one."""
    if len(digits) == 0:
        return _LEAP_YEAR
    return _number(digits) if len(digits) == 4 else 2000 + _number(digits)


def _number(digits: memoryview) -> int:
    total = 0
    for digit in digits:
        total = total * 10 + digit - _ZERO
    return total


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[bytes]:
    return re.compile(pattern.encode())
