"""What is wrong with the version in force, whoever owns the numbers: one function a check."""

from ...gateway.terminal.examination import Finding, Health
from ..documents import agent_rules
from ..errors import NumberError
from ..model import Route, RouteKind
from .case import Case, Ill, finding


def routes(case: Case) -> Finding:
    """A route to an agent or flow that is not there leads to the fallback."""
    missing = {str(route) for route in case.stored.routes() if not _is_there(route, case)}
    ill = Ill("not there", "voicegate agents apply, or assign the number elsewhere")
    return finding("route", ill, missing, "all lead somewhere")


def coverage(case: Case) -> Finding:
    """A number without a route leads to the default route; without one, to the gateway's own agent."""
    unrouted = [one.number for one in case.stored.numbers.values() if not one.shares]
    ill = Ill("without a route", "voicegate numbers assign", Health.WARN)
    return finding("coverage", ill, unrouted, "all routed")


def unused(case: Case) -> Finding:
    """Agents that no number leads to; a flow may."""
    used = {route.target for route in case.stored.routes() if route.kind is RouteKind.AGENT}
    left = [f"agent/{name}" for name in case.stored.agents.keys() - used]
    ill = Ill("no number leads there", "assign a number, if that was meant", Health.WARN)
    return finding("agents", ill, left, "all in use")


def models(case: Case) -> Finding:
    """An agent whose model is not to be had leaves callers with an apology."""
    unknown = [
        f"agent/{agent.name}"
        for agent in case.stored.agents.values()
        if agent.model is not None and not _is_model(agent.model)
    ]
    ill = Ill(
        "no model of the Realtime API",
        f"voicegate agents apply, with one of {', '.join(agent_rules.MODELS)}",
    )
    return finding("models of agents", ill, unknown, "all are known")


def pools(case: Case) -> Finding:
    """Somebody who is called back by a pool's number must reach somebody."""
    owned = {each.number for each in case.owned}
    members = {member for pool in case.stored.pools.values() for member in pool.members}
    wrong = [one for one in members if one not in owned or one not in case.stored.numbers]
    what = "a member that is not ours, or where nobody answers"
    ill = Ill(what, "voicegate numbers import, or change the pool")
    return finding("pools", ill, wrong, "all answered")


def opt_out(case: Case) -> Finding:
    """Who is called must have a number where to say: no more."""
    check = "opt-out number"
    if not case.stored.pools:
        return Finding(check, Health.OK, "no pool, so nobody is called from here")
    because = "not checked, because no campaign is known here that would name one"
    return Finding(check, Health.SKIP, because, "lead a number to a flow that takes opt-outs")


def _is_model(name: str) -> bool:
    try:
        agent_rules.model(name)
    except NumberError:
        return False
    return True


def _is_there(route: Route, case: Case) -> bool:
    if route.kind is RouteKind.AGENT:
        return route.target in case.stored.agents
    return route.kind is not RouteKind.FLOW or case.has_flow(route)
