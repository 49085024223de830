"""`voicegate flows validate`: files checked, and nothing asked or changed."""

from collections.abc import Iterator, Sequence
from typing import Any

import click
import orjson

from ... import __version__
from ...gateway.terminal.answer import Answer, Json
from ...gateway.terminal.command import command
from ...gateway.terminal.exit_code import ExitCode
from ...gateway.terminal.invocation import Invocation
from ..finding import Finding
from . import github, sarif
from .examined import Examined, examine
from .forms import chosen, forms


@forms("text", "json", "sarif", "github")
@command(
    "voicegate flows validate flows/*.yaml",
    "voicegate flows validate --strict -o github clinic-main.yaml",
    codes=(ExitCode.FAILED, ExitCode.INVALID, ExitCode.NOT_FOUND),
)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--strict", "is_strict", is_flag=True, help="Take warnings for errors.")
def validate(invocation: Invocation[Any], *, files: tuple[str, ...], is_strict: bool) -> Answer:
    """Check files, and change nothing; - reads stdin.

    All that is wrong with all files is told, each with line, column, rule and what to write.
    """
    examined = [examine(file) for file in files]
    return Answer(
        "Validation",
        {"items": [_item(each) for each in examined]},
        text=_text(chosen(), examined),
        exit_code=_exit_code(examined, is_strict=is_strict),
        schema="flows/v1",
    )


def _exit_code(examined: Sequence[Examined], *, is_strict: bool) -> ExitCode:
    """What could not be read weighs more: nobody knows what is in it."""
    failures = [each.failure.exit_code for each in examined if each.failure]
    is_invalid = any(each.errors or (is_strict and each.warnings) for each in examined)
    return next(iter(failures), ExitCode.INVALID if is_invalid else ExitCode.OK)


def _text(form: str, examined: Sequence[Examined]) -> str:
    if form == "sarif":
        option = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
        return orjson.dumps(sarif.log(examined, __version__), option=option).decode()
    lines = github.annotations(examined) if form == "github" else _lines(examined)
    return "".join(f"{line}\n" for line in lines)


def _lines(examined: Sequence[Examined]) -> Iterator[str]:
    for each in examined:
        for finding in each.verdict.findings:
            yield finding.render(each.file) + (" (warning)" if finding.is_warning else "")
        if each.failure:
            yield each.failure.line
        elif not each.errors:
            yield f"{each.file}: valid"


def _item(each: Examined) -> dict[str, Json]:
    return {
        "file": each.file,
        "flow": each.verdict.flow and each.verdict.flow.name,
        "valid": each.verdict.is_valid,
        "problem": each.failure and each.failure.line,
        "errors": [_finding(finding) for finding in each.errors],
        "warnings": [_finding(finding) for finding in each.warnings],
    }


def _finding(finding: Finding) -> dict[str, Json]:
    return finding._asdict()
