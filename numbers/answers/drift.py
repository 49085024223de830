"""What has drifted, as an answer."""

from collections.abc import Iterator, Sequence

from ...gateway.terminal.answer import Answer, Json
from ...gateway.terminal.exit_code import ExitCode
from ..planning.drift import FieldDrift, NumberDrift
from .number import drift_json


def drift_answer(drifted: Sequence[NumberDrift], *, has_file: bool, is_telling: bool) -> Answer:
    """Each number that has; with `is_telling` the exit code says so too."""
    items: list[Json] = [
        {
            "number": each.number,
            "state": each.state.value,
            "owned": each.is_owned,
            "fields": drift_json(each.fields),
        }
        for each in drifted
    ]
    lines = [line for each in drifted for line in _lines(each, has_file=has_file)]
    code = ExitCode.DRIFT if drifted and is_telling else ExitCode.OK
    step = "Have the provider as the store: voicegate numbers drift --fix provider"
    return Answer(
        "Drift",
        {"items": items},
        ("number", "state", "owned"),
        lines=lines or ["no drift"],
        next_step=step if drifted else "",
        exit_code=code,
    )


def _lines(each: NumberDrift, *, has_file: bool) -> Iterator[str]:
    yield f"{each.number}: {each.state}" if each.is_owned else f"{each.number}: not owned"
    for one in each.fields:
        yield f"  {one.name}: {_sides(one, has_file=has_file)}"


def _sides(one: FieldDrift, *, has_file: bool) -> str:
    """The provider has no word on a field of ours."""
    sides = [("file", one.file)] if has_file else []
    sides += [("store", one.store), ("provider", one.provider)]
    return ", ".join(
        f"{name} has {value or 'none'}"
        for name, value in sides
        if name != "provider" or value is not None
    )
