"""Strict checks of a client's JSON, refusing with the codes and paths of the Realtime server."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, cast

from ..assumptions import Assumption
from .refusals import Refused


class Rule(Protocol):
    """One value's rule; raises Refused with the path of what breaks it."""

    def check(self, value: Any, path: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Text:
    """A string, of some choice or length."""

    choices: tuple[str, ...] = ()
    longest: int | None = None

    def check(self, value: Any, path: str) -> None:
        if not isinstance(value, str):
            raise _wrong_type(path, "a string", value)
        if self.choices and value not in self.choices:
            raise not_supported(value, self.choices, path)
        if self.longest is not None and len(value) > self.longest:
            raise Refused(
                "string_above_max_length",
                f"Invalid '{path}': string too long. Expected a string with maximum length "
                f"{self.longest}, but got a string with length {len(value)} instead.",
                path,
            )


@dataclass(frozen=True, slots=True)
class Whole:
    """An integer within bounds."""

    low: int
    high: int | None = None

    def check(self, value: Any, path: str) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            raise _wrong_type(path, "an integer", value)
        _check_range("integer", value, self.low, self.high, path)


@dataclass(frozen=True, slots=True)
class Decimal:
    """A number within bounds."""

    low: float
    high: float

    def check(self, value: Any, path: str) -> None:
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise _wrong_type(path, "a decimal", value)
        _check_range("decimal", value, self.low, self.high, path)


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""

    def check(self, value: Any, path: str) -> None:
        if not isinstance(value, bool):
            raise _wrong_type(path, "a boolean", value)


@dataclass(frozen=True, slots=True)
class Free:
    """An object whose members are nobody's business here."""

    def check(self, value: Any, path: str) -> None:
        check_object(value, path)


@dataclass(frozen=True, slots=True)
class Pairs:
    """An object of any names with short strings."""

    most: int
    longest_name: int
    longest: int

    def check(self, value: Any, path: str) -> None:
        members = check_object(value, path)
        if len(members) > self.most:
            raise Refused(
                "object_above_max_properties",
                f"Invalid '{path}': too many properties. Expected an object with at most "
                f"{self.most} properties, but got {len(members)} instead.",
                path,
            )
        for name, member in members.items():
            Text(longest=self.longest_name).check(name, path)
            Text(longest=self.longest).check(member, _join(path, name))


@dataclass(frozen=True, slots=True)
class Many:
    """An array."""

    of: Rule
    most: int | None = None
    least: int = 0

    def check(self, value: Any, path: str) -> None:
        if not isinstance(value, list):
            raise _wrong_type(path, "an array", value)
        members = cast("list[Any]", value)
        if len(members) < self.least:
            raise Refused("array_below_min_length", f"Invalid '{path}': array too short.", path)
        if self.most is not None and len(members) > self.most:
            raise Refused("array_above_max_length", f"Invalid '{path}': array too long.", path)
        for index, member in enumerate(members):
            self.of.check(member, f"{path}[{index}]")


@dataclass(frozen=True, slots=True)
class Members:
    """An object of known members, each optional unless required."""

    rules: Mapping[str, Rule]
    required: tuple[str, ...] = ()

    def check(self, value: Any, path: str) -> None:
        members = check_object(value, path)
        for name in self.required:
            if name not in members:
                raise missing(_join(path, name))
        for name, member in members.items():
            rule = self.rules.get(name)
            if rule is None:
                full = _join(path, name)
                raise Refused("unknown_parameter", f"Unknown parameter: '{full}'.", full)
            rule.check(member, _join(path, name))


@dataclass(frozen=True, slots=True)
class Cases:
    """An object whose member `by` decides which rule holds."""

    by: str
    rules: Mapping[str, Rule]

    def check(self, value: Any, path: str) -> None:
        members = check_object(value, path)
        if self.by not in members:
            raise missing(_join(path, self.by))
        Text(tuple(self.rules)).check(members[self.by], _join(path, self.by))
        self.rules[members[self.by]].check(members, path)


@dataclass(frozen=True, slots=True)
class OneOf:
    """Different rules for different kinds of JSON value; `kinds` is what a complaint names."""

    kinds: str
    rules: Mapping[type[object], Rule]

    def check(self, value: Any, path: str) -> None:
        rule = self.rules.get(cast("type[object]", type(value)))
        if rule is None:
            raise _wrong_type(path, f"one of {self.kinds}", value)
        rule.check(value, path)


@dataclass(frozen=True, slots=True)
class Nullable:
    """The rule, or null."""

    rule: Rule

    def check(self, value: Any, path: str) -> None:
        if value is not None:
            self.rule.check(value, path)


def check_object(value: Any, path: str) -> dict[str, Any]:
    """The members of an object; anything else is Refused."""
    if not isinstance(value, dict):
        raise _wrong_type(path, "an object", value)
    return cast("dict[str, Any]", value)


def missing(path: str) -> Refused:
    """A required member is absent."""
    return Refused("missing_required_parameter", f"Missing required parameter: '{path}'.", path)


def not_supported(value: str, choices: tuple[str, ...], path: str) -> Refused:
    """A value outside its enumeration."""
    quoted = [f"'{choice}'" for choice in choices]
    if len(quoted) == 1:
        return Refused(
            "invalid_value", f"Invalid value: '{value}'. Value must be {quoted[0]}.", path
        )
    listed = f"{', '.join(quoted[:-1])}{',' if len(quoted) > 2 else ''} and {quoted[-1]}"
    return Refused(
        "invalid_value", f"Invalid value: '{value}'. Supported values are: {listed}.", path
    )


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _wrong_type(path: str, wanted: str, value: Any) -> Refused:
    return Refused(
        "invalid_type",
        f"Invalid type for '{path}': expected {wanted}, but got {_kind(value)} instead.",
        path,
    )


def _kind(value: Any) -> str:
    names = {bool: "a boolean", int: "an integer", float: "a decimal number", str: "a string"}
    names |= {dict: "an object", list: "an array", type(None): "null"}
    return names[type(value)]


def _check_range(kind: str, value: float, low: float, high: float | None, path: str) -> None:
    if value < low:
        raise Refused(
            f"{kind}_below_min_value",
            f"Invalid '{path}': {kind} below minimum value. Expected a value >= {low}, "
            f"but got {value} instead.",
            path,
        )
    if high is not None and value > high:
        raise Refused(
            f"{kind}_above_max_value",
            f"Invalid '{path}': {kind} above maximum value. Expected a value <= {high}, "
            f"but got {value} instead.",
            path,
        )


ASSUMPTIONS = (
    Assumption(
        "schema errors name the full path; a format's rate below 24000 is "
        "integer_below_min_value with “Expected a value >= 24000”",
        "documented",
        "recordings of the live service, July to September 2026",
    ),
    Assumption(
        "the wording of the other range, length and type errors",
        "assumed",
        "only their codes are recorded",
    ),
)
