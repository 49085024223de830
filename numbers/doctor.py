"""What is wrong with an account's numbers, as far as store and provider tell: one function a check."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ..gateway.terminal.examination import Finding, Health
from .model import Number, Route, RouteKind, Snapshot
from .planning.webhook import Webhook, compared
from .provider import Owned

TARGETS = ("VoiceUrl", "VoiceApplicationSid", "TrunkSid")
NAMED = 3


@dataclass(frozen=True, slots=True)
class Case:
    """What is examined: the version in force and the provider's numbers."""

    stored: Snapshot
    owned: Sequence[Owned]
    webhook: Webhook
    has_flow: Callable[[Route], bool]

    @property
    def managed(self) -> Iterator[tuple[Number, Owned]]:
        """Numbers that both know."""
        for each in self.owned:
            if each.number in self.stored.numbers:
                yield self.stored.numbers[each.number], each


def examine(case: Case) -> list[Finding]:
    """Every check, in the order of how much a caller notices."""
    return [check(case) for check in CHECKS]


def owned_check(case: Case) -> Finding:
    """Numbers that are configured and not ours lead to nobody."""
    gone = case.stored.numbers.keys() - {each.number for each in case.owned}
    remedy = "buy it, or take it out: voicegate numbers release"
    return _finding("owned", Health.FAIL, gone, "not owned", remedy, f"{len(case.owned)} owned")


def voice_target(case: Case) -> Finding:
    """Twilio "IncomingPhoneNumbers": an application or a trunk makes the voice URL inert."""
    wrong = [
        number.number
        for number, owned in case.managed
        if sum(bool(compared(owned)[name]) for name in TARGETS) != 1
    ]
    remedy = "voicegate numbers doctor --fix, or drift --fix provider"
    what = "not exactly one of voice URL, application and trunk"
    return _finding("voice target", Health.FAIL, wrong, what, remedy, "one each", has_fix=True)


def drift_check(case: Case) -> Finding:
    """Fields of the provider that are not as this configuration wants them."""
    wrong = [
        number.number
        for number, owned in case.managed
        if any(compared(owned)[name] != text for name, text in case.webhook.wanted(number).items())
    ]
    remedy = "voicegate numbers drift"
    return _finding("drift", Health.FAIL, wrong, "not as configured", remedy, "none")


def routes(case: Case) -> Finding:
    """A route to an agent or flow that is not there leads to the fallback."""
    missing = {str(route) for route in _routes(case.stored) if not _is_there(route, case)}
    remedy = "voicegate agents apply, or assign the number elsewhere"
    return _finding("route", Health.FAIL, missing, "not there", remedy, "all lead somewhere")


def coverage(case: Case) -> Finding:
    """A number without a route leads to the default route; without one, to the gateway's own agent."""
    unrouted = [one.number for one in case.stored.numbers.values() if not one.shares]
    remedy = "voicegate numbers assign"
    return _finding("coverage", Health.WARN, unrouted, "without a route", remedy, "all routed")


def unused(case: Case) -> Finding:
    """Agents that no number leads to; a flow may."""
    used = {route.target for route in _routes(case.stored) if route.kind is RouteKind.AGENT}
    left = [f"agent/{name}" for name in case.stored.agents.keys() - used]
    remedy = "assign a number, if that was meant"
    return _finding("agents", Health.WARN, left, "no number leads there", remedy, "all in use")


def pools(case: Case) -> Finding:
    """Somebody who is called back by a pool's number must reach somebody."""
    owned = {each.number for each in case.owned}
    members = {member for pool in case.stored.pools.values() for member in pool.members}
    wrong = [one for one in members if one not in owned or one not in case.stored.numbers]
    remedy = "voicegate numbers import, or change the pool"
    what = "a member that is not ours, or where nobody answers"
    return _finding("pools", Health.FAIL, wrong, what, remedy, "all answered")


def emergency(case: Case) -> Finding:
    """A caller of 911 is looked for at the address that is registered."""
    wrong = [
        number.number
        for number, owned in case.managed
        if number.emergency_address
        and compared(owned)["EmergencyAddressSid"] != number.emergency_address
    ]
    remedy = "voicegate numbers drift --fix provider"
    return _finding(
        "emergency address", Health.FAIL, wrong, "not as configured", remedy, "none wrong"
    )


def fallback_url(case: Case) -> Finding:
    """What the provider asks where we do not answer; it should be another house."""
    url = case.webhook.fallback_url
    lacking = [
        number.number for number, owned in case.managed if not compared(owned)["VoiceFallbackUrl"]
    ]
    remedy = "voicegate numbers doctor --fix" if url else "have one on another host than ours"
    return _finding(
        "fallback URL",
        Health.WARN,
        lacking,
        "without one",
        remedy,
        "there is one",
        has_fix=bool(url),
    )


CHECKS: tuple[Callable[[Case], Finding], ...] = (
    owned_check,
    voice_target,
    drift_check,
    routes,
    coverage,
    unused,
    pools,
    emergency,
    fallback_url,
)


def mendable(case: Case, findings: Sequence[Finding]) -> list[str]:
    """The numbers that --fix writes to: a voice target or a fallback URL of theirs is wrong."""
    checks = {finding.check for finding in findings if finding.has_fix}
    return [
        number.number
        for number, owned in case.managed
        if ("voice target" in checks and sum(bool(compared(owned)[name]) for name in TARGETS) != 1)
        or ("fallback URL" in checks and not compared(owned)["VoiceFallbackUrl"])
    ]


def _finding(
    check: str,
    health: Health,
    wrong: Sequence[str] | set[str],
    what: str,
    remedy: str,
    fine: str,
    *,
    has_fix: bool = False,
) -> Finding:
    """Fine if nothing is wrong; else some of it is named."""
    if not wrong:
        return Finding(check, Health.OK, fine)
    named = ", ".join(sorted(wrong)[:NAMED])
    more = f" and {len(wrong) - NAMED} more" if len(wrong) > NAMED else ""
    return Finding(check, health, f"{what}: {named}{more}", remedy, has_fix)


def _routes(stored: Snapshot) -> Iterator[Route]:
    for number in stored.numbers.values():
        yield from (share.route for share in number.shares)
        yield from (entry.route for entry in number.schedule)
        if number.fallback is not None:
            yield number.fallback
    if stored.default_route is not None:
        yield stored.default_route


def _is_there(route: Route, case: Case) -> bool:
    if route.kind is RouteKind.AGENT:
        return route.target in case.stored.agents
    return route.kind is not RouteKind.FLOW or case.has_flow(route)
