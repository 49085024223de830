"""The options that every command takes, and what was said with them."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


class Format(StrEnum):
    """How an answer is printed."""

    TABLE = "table"
    JSON = "json"
    YAML = "yaml"
    CSV = "csv"
    IDS = "ids"


@dataclass(frozen=True, slots=True)
class Options:
    """What a person asked of any command, beside its own arguments.

    `output` is None where nothing was said. `timeout_s` is for one answer of the provider.
    """

    profile: str | None = None
    output: Format | None = None
    columns: tuple[str, ...] = ()
    may_ask: bool = True
    is_yes: bool = False
    is_dry_run: bool = False
    timeout_s: float = 10.0
    is_verbose: bool = False
    has_color: bool = True
    redis_url: str | None = None

    @classmethod
    def taken_from(cls, values: dict[str, Any]) -> Self:
        """Take them out of what click read."""
        output, columns = values.pop("output"), values.pop("columns")
        return cls(
            profile=values.pop("profile"),
            output=None if output is None else Format(output),
            columns=tuple(filter(None, (column.strip() for column in (columns or "").split(",")))),
            may_ask=not values.pop("is_no_input"),
            is_yes=values.pop("is_yes"),
            is_dry_run=values.pop("is_dry_run"),
            timeout_s=values.pop("timeout_s"),
            is_verbose=values.pop("is_verbose"),
            has_color=not values.pop("is_no_color"),
            redis_url=values.pop("redis_url"),
        )


class GlobalOption(click.Option):
    """One that every command has; help lists it apart."""


def _flag(*names: str, text: str) -> GlobalOption:
    return GlobalOption(list(names), is_flag=True, help=text)


GLOBAL_OPTIONS: tuple[GlobalOption, ...] = (
    GlobalOption(
        ["-o", "--output"],
        type=click.Choice([form.value for form in Format]),
        help="How to print; table on a terminal, json elsewhere, if nothing is said.",
    ),
    GlobalOption(["--columns"], metavar="A,B,…", help="Which columns a table or csv has."),
    _flag("-y", "--yes", "is_yes", text="Confirm; ask nothing."),
    _flag("--no-input", "is_no_input", text="Never ask; exit with 9 where a question would be."),
    _flag("--dry-run", "is_dry_run", text="Show what would be done, and do nothing."),
    GlobalOption(["-p", "--profile"], metavar="NAME", help="Settings of this name; see login."),
    GlobalOption(
        ["--timeout", "timeout_s"],
        type=click.FloatRange(0.1, 600),
        default=10.0,
        show_default=True,
        metavar="SECONDS",
        help="How long to wait for an answer of the provider.",
    ),
    GlobalOption(["--redis-url"], metavar="URL", help="Instead of REDIS_URL."),
    _flag("--no-color", "is_no_color", text="No colours; so does NO_COLOR."),
    _flag("-v", "--verbose", "is_verbose", text="Tell on stderr what is done."),
)
