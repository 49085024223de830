"""What is wrong with files, as an answer: every fault with its line, none of the rest."""

from collections.abc import Callable, Iterator, Sequence

from ...gateway.terminal.answer import Answer, Json
from ...gateway.terminal.exit_code import ExitCode
from ...gateway.terminal.source_file import read_source
from ..errors import DocumentError
from ..yaml.tree import Fault

Check = Callable[[bytes], Sequence[Fault]]


def validate(names: Sequence[str], check: Check) -> Answer:
    """Read each file; `check` returns its warnings, or raises DocumentError."""
    found = [(name, *_checked(check, read_source(name))) for name in names]
    items = [_item(name, errors, warnings) for name, errors, warnings in found]
    is_valid = not any(errors for _, errors, _ in found)
    return Answer(
        "Validation",
        {"items": items},
        ("file", "valid"),
        lines=[line for each in found for line in _lines(*each)],
        exit_code=ExitCode.OK if is_valid else ExitCode.INVALID,
    )


def _checked(check: Check, content: bytes) -> tuple[Sequence[Fault], Sequence[Fault]]:
    try:
        return (), check(content)
    except DocumentError as error:
        return error.faults, ()


def _item(name: str, errors: Sequence[Fault], warnings: Sequence[Fault]) -> dict[str, Json]:
    return {
        "file": name,
        "valid": not errors,
        "errors": [_fault(fault) for fault in errors],
        "warnings": [_fault(fault) for fault in warnings],
    }


def _fault(fault: Fault) -> dict[str, Json]:
    return {
        "line": fault.line,
        "column": fault.column,
        "rule": fault.rule.value,
        "what": fault.what,
        "fix": fault.fix,
    }


def _lines(name: str, errors: Sequence[Fault], warnings: Sequence[Fault]) -> Iterator[str]:
    yield from (f"{name}:{fault}" for fault in errors)
    yield from (f"{name}:{fault} (warning)" for fault in warnings)
    if not errors:
        yield f"{name}: valid"
