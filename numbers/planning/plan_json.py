"""A plan as JSON, to look at and to keep: what was reviewed is what is applied."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, Literal

import msgspec

from ..errors import NumberError
from .known import State
from .plan import Plan
from .step import Action, Kind, Step

SCHEMA, KIND = "numbers/v1", "Plan"


class _StepForm(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The one of `number`, `pool`, `agent` and `account` says what the step is about."""

    n: int
    action: Action
    number: str | None = None
    pool: str | None = None
    agent: str | None = None
    account: str | None = None
    state: State | None = None
    before: dict[str, Any]
    after: dict[str, Any]
    reason: str

    def about(self) -> tuple[Kind, str]:
        """Raises NumberError unless it is about exactly one thing."""
        subjects = (self.number, self.pool, self.agent, self.account)
        named = [
            (kind, name) for kind, name in zip(Kind, subjects, strict=True) if name is not None
        ]
        if len(named) != 1:
            raise NumberError(f"step {self.n} is about {len(named)} things: make the plan anew")
        return named[0]


class _PlanForm(msgspec.Struct, frozen=True):
    """Fields that a later version adds are passed over, here and in the steps."""

    schema: Literal["numbers/v1"]
    kind: Literal["Plan"]
    plan_id: str
    base_version: int
    provider_fingerprint: str
    steps: tuple[_StepForm, ...]
    summary: dict[str, int]


_decode = msgspec.json.Decoder(_PlanForm).decode
_encode = msgspec.json.Encoder().encode


def render(plan: Plan) -> bytes:
    """The JSON of a plan."""
    return _encode(
        _PlanForm(
            SCHEMA,
            KIND,
            plan.id,
            plan.base_version,
            plan.fingerprint,
            tuple(_forms(plan.steps)),
            plan.summary,
        )
    )


def render_steps(steps: Iterable[Step]) -> bytes:
    """The JSON of steps alone, for the history; those that do nothing are left out."""
    return _encode([form for form in _forms(steps) if form.action is not Action.NOOP])


def parse(content: bytes) -> Plan:
    """What `render` wrote. Raises NumberError for what is no plan, or one that was tampered with."""
    try:
        form = _decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NumberError(f"this is no plan ({error}): make one with plan --out") from None
    if [step.n for step in form.steps] != list(range(1, len(form.steps) + 1)):
        raise NumberError("the steps of this plan are not in order: make it anew")
    steps = tuple(_step(step) for step in form.steps)
    plan = Plan(form.plan_id, form.base_version, form.provider_fingerprint, steps)
    return replace(plan, as_wanted=form.summary.get(Action.NOOP, 0) - plan.summary[Action.NOOP])


def _forms(steps: Iterable[Step]) -> Iterator[_StepForm]:
    for n, step in enumerate(steps, 1):
        about: dict[str, Any] = {step.kind.value: step.subject}
        yield _StepForm(
            n=n,
            action=step.action,
            state=step.state,
            before=dict(step.before),
            after=dict(step.after),
            reason=step.reason,
            **about,
        )


def _step(form: _StepForm) -> Step:
    kind, subject = form.about()
    return Step(form.action, kind, subject, form.before, form.after, form.reason, form.state)
