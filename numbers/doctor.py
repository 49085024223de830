"""What is wrong with an account's numbers, as far as store and provider tell: all checks."""

from collections.abc import Callable, Sequence

from ..gateway.terminal.examination import Finding
from .examining import at_provider, in_store
from .examining.case import Case

# In the order of how much a caller notices.
CHECKS: tuple[Callable[[Case], Finding], ...] = (
    at_provider.ownership,
    at_provider.voice_target,
    at_provider.drift,
    in_store.routes,
    in_store.coverage,
    in_store.unused,
    in_store.models,
    in_store.pools,
    in_store.opt_out,
    at_provider.emergency_address,
    at_provider.fallback_url,
)


def examine(case: Case) -> list[Finding]:
    """Every check."""
    return [check(case) for check in CHECKS]


def mendable(case: Case, findings: Sequence[Finding]) -> list[str]:
    """The numbers that --fix writes to: a voice target or a fallback URL of theirs is wrong."""
    checks = {finding.check for finding in findings if finding.has_fix}
    return [
        number.number
        for number, owned in case.managed
        if ("voice target" in checks and not at_provider.has_one_target(owned))
        or ("fallback URL" in checks and not at_provider.has_far_fallback(owned, case))
    ]
