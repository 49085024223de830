"""A text as a voice should read it: telephone numbers digit by digit, nothing taken for markup."""

import re

_MARKUP = str.maketrans("<>\\", "   ")
_PHONE = re.compile(r"\+?\d(?:[ ()\-]*\d){6,}")
_THOUSANDS = re.compile(r"\d{1,3}(?: \d{3})+")
_EMERGENCY = re.compile(r"(?<![\d.,])(?<!\d )(?:911|112|999|988|000|110|119)(?![.,]?\d)(?! \d)")


def as_read(text: str) -> str:
    """`dial 911` is nine one one, not nine hundred eleven."""
    plain = _PHONE.sub(_spelled_number, text.translate(_MARKUP))
    return _EMERGENCY.sub(lambda found: " ".join(found[0]), plain)


def _spelled_number(found: re.Match[str]) -> str:
    if _THOUSANDS.fullmatch(found[0]):
        return found[0]
    return ", ".join(" ".join(group) for group in re.findall(r"\d+", found[0]))
