"""One line of the certificate: what was measured, what it has to be, and whether it is."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from importlib.util import find_spec
from typing import Final, Literal

Status = Literal["pass", "fail", "not run"]
Value = float | int | str | None


@dataclass(frozen=True, slots=True)
class Row:
    """`value` is what was found, `gate` what CI asserts, in words; `why` explains a row not run."""

    id: str
    name: str
    value: Value
    unit: str
    gate: str
    method: str
    status: Status
    why: str = ""


class NotRun(Exception):
    """A row cannot be measured here; says what is missing."""


Rows = Callable[[], Iterable[Row]]

_TRIES: Final = 3


def needs(*ids: str) -> Callable[[Rows], Rows]:
    """Where what these rows need is missing, each of them says so."""

    def decorate(rows: Rows) -> Rows:
        @wraps(rows)
        def measured() -> list[Row]:
            try:
                return list(rows())
            except NotRun as missing:
                why = str(missing)
                return [Row(each, "", None, "", "", "", "not run", why) for each in ids]

        return measured

    return decorate


def require(*modules: str) -> None:
    """Raises NotRun for the first that is not installed."""
    for module in modules:
        if find_spec(module) is None:
            raise NotRun(f"{module} is not installed; the extra `quality` has it")


def tried(rows: Rows) -> list[Row]:
    """Times, taken again if one fails: other work on the machine spoils them, and cannot help."""
    measured = list(rows())
    for _ in range(_TRIES - 1):
        if all(row.status == "pass" for row in measured):
            break
        measured = list(rows())
    return measured


def exactly(
    row_id: str, name: str, value: float | int | str, expected: int | str, method: str
) -> Row:
    """It must be this and nothing else."""
    return _row(row_id, name, value, f"= {expected}", method, passed=value == expected)


def at_most(
    row_id: str, name: str, value: float, bound: float, method: str, *, unit: str = ""
) -> Row:
    """It may not be more."""
    return _row(row_id, name, value, f"≤ {bound:g}", method, unit=unit, passed=value <= bound)


def at_least(
    row_id: str, name: str, value: float, bound: float, method: str, *, unit: str = ""
) -> Row:
    """It may not be less."""
    return _row(row_id, name, value, f"≥ {bound:g}", method, unit=unit, passed=value >= bound)


def near(
    row_id: str, name: str, value: float, target: float, within: float, method: str, *, unit: str
) -> Row:
    """It may be off by so much."""
    passed = abs(value - target) <= within
    return _row(row_id, name, value, f"{target:g} ± {within:g}", method, unit=unit, passed=passed)


def printed(row_id: str, name: str, value: float, method: str, *, unit: str = "") -> Row:
    """It is what it is: shown, and not judged."""
    return _row(row_id, name, value, "printed", method, unit=unit, passed=True)


def _row(
    row_id: str,
    name: str,
    value: float | int | str,
    gate: str,
    method: str,
    *,
    unit: str = "",
    passed: bool,
) -> Row:
    plain = value if isinstance(value, int | str) else float(value)  # JSON knows no numpy
    return Row(row_id, name, plain, unit, gate, method, "pass" if passed else "fail")
