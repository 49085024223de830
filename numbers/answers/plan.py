"""A plan as an answer: JSON for a program, one line a step for a person."""

from collections.abc import Iterator

import orjson

from ...gateway.terminal.answer import Answer
from ...gateway.terminal.exit_code import ExitCode
from ..planning import plan_json
from ..planning.plan import Plan
from ..planning.step import Action, Kind, Step

_MARKS = {Action.CREATE: "+", Action.UNASSIGN: "-", Action.NOOP: " "}


def plan_answer(plan: Plan, exit_code: ExitCode = ExitCode.OK, next_step: str = "") -> Answer:
    """The plan as `plan_json` writes it; `-o ids` prints its id."""
    fields = orjson.loads(plan_json.render(plan))
    del fields["schema"], fields["kind"]
    return Answer(
        "Plan",
        fields,
        ("plan_id",),
        lines=[*plan_lines(plan)],
        exit_code=exit_code,
        next_step=next_step,
    )


def plan_lines(plan: Plan) -> Iterator[str]:
    """Every step, then what they come to."""
    yield from map(step_line, plan.steps)
    counts = [
        f"{count} to {name}" for name, count in plan.summary.items() if count and name in _TOLD
    ]
    yield f"plan: {', '.join(counts)}" if plan.changes else "no changes"


_TOLD = frozenset(action.value for action in Action if action is not Action.NOOP)


def step_line(step: Step) -> str:
    """What it is about, what becomes of it, and why."""
    about = "" if step.kind is Kind.NUMBER else f"{step.kind} "
    changes = ", ".join(_change(step, name) for name in step.after if step.before)
    told = f"{_MARKS.get(step.action, '~')} {step.action} {about}{step.subject}"
    return f"{told}: {changes} ({step.reason})" if changes else f"{told} ({step.reason})"


def _change(step: Step, name: str) -> str:
    return f"{name} {_short(step.before.get(name))} -> {_short(step.after[name])}"


def _short(value: object) -> str:
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    line = " ".join(text.split())
    return f"{line[:57]}…" if len(line) > 60 else line or '""'
