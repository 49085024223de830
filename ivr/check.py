"""The rules of a flow, all of them in one go: what is wrong, where, and what to do."""

from dataclasses import dataclass
from datetime import date

from . import holiday_places, key_rules, loops, outbound, read, references, silence, slots
from . import installation as of_installation
from .edges import Ways, ways
from .finding import Finding, Findings
from .flow import Flow
from .hours import LOOK_AHEAD_DAYS, is_ever_open
from .installation import Installation
from .public_holidays import public_holidays
from .rules import BESIDE_PATHS, BY_LENGTH
from .spoken import RenderedMs, Spoken


@dataclass(frozen=True, slots=True)
class Verdict:
    """A flow and what was found; only one without errors may answer a call."""

    flow: Flow | None
    findings: tuple[Finding, ...]

    @property
    def is_valid(self) -> bool:
        """Warnings do not count."""
        return self.flow is not None and all(each.is_warning for each in self.findings)

    @property
    def is_whole(self) -> bool:
        """Valid, or only so for prompts that are shorter than they were taken for."""
        errors = {each.rule for each in self.findings if not each.is_warning}
        return self.flow is not None and errors <= BY_LENGTH


def validate(
    content: bytes,
    *,
    today: date,
    here: Installation | None = None,
    rendered_ms: RenderedMs | None = None,
) -> Verdict:
    """Read a flow file and examine it.

    Rules that follow paths are asked if every exit leads somewhere; all others always. Without
    `here` those about the installation are left out. Without `rendered_ms` the lengths of prompts
    are estimated from their texts.
    """
    findings = Findings()
    flow = read.read(content, findings)
    if flow is not None:
        exits, reads = ways(flow), slots.readings(flow)
        references.check(flow, exits, findings)
        is_whole = findings.rules <= BESIDE_PATHS
        slots.check(flow, reads, findings)
        _check_each(flow, today, here, findings)
        if is_whole:
            slots.check_paths(flow, reads, exits, findings)
            _check_paths(flow, exits, Spoken(flow, rendered_ms or {}), findings)
    return Verdict(flow, findings.in_order())


def _check_each(flow: Flow, today: date, here: Installation | None, findings: Findings) -> None:
    key_rules.check(flow, findings)
    outbound.check(flow, findings)
    holiday_places.check(flow, findings)
    public = public_holidays(flow, today)
    for name, calendar in flow.calendars.items():
        if not is_ever_open(calendar, today, public.get(name, ())):
            what = f"no minute of the next {LOOK_AHEAD_DAYS} days is open"
            findings.at(
                "V033", f"calendars.{name}", what, 'Add: weekly: {mon-fri: ["09:00-17:00"]}'
            )
    if here is not None:
        of_installation.check(flow, here, findings)


def _check_paths(flow: Flow, exits: Ways, spoken: Spoken, findings: Findings) -> None:
    paths = loops.along(exits)
    loops.check(flow, paths, findings)
    outbound.check_optout(flow, exits, findings, spoken)
    if not findings.rules & {"V022", "V023"}:
        silence.check(flow, paths, findings, spoken)
