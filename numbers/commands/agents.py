"""`voicegate agents list`, `show` and `validate`: what changes nothing."""

from collections.abc import Sequence
from difflib import get_close_matches

import click

from ...gateway.terminal.answer import Answer
from ...gateway.terminal.command import command
from ...gateway.terminal.exit_code import ExitCode
from ...gateway.terminal.failure import CommandError
from ..answers import validation
from ..answers.agent import agent_json
from ..desk.invocation import Invocation
from ..documents import agents as agents_document
from ..yaml.tree import Fault

COLUMNS = ("name", "voice", "model", "language", "instructions")


@command("voicegate agents list", codes=(ExitCode.UNREACHABLE,), name="list")
def list_agents(invocation: Invocation) -> Answer:
    """List the agents in force; an empty field is left to the gateway's settings."""
    agents = invocation.desk.registry.store.current().agents
    items = [agent_json(agents[name]) for name in sorted(agents)]
    step = "Put some into force: voicegate agents apply -f agents.yaml" if not items else ""
    return Answer("AgentList", {"items": items}, COLUMNS, next_step=step)


@command(
    "voicegate agents show clinic", codes=(ExitCode.NOT_FOUND, ExitCode.UNREACHABLE), name="show"
)
@click.argument("name")
def show_agent(invocation: Invocation, *, name: str) -> Answer:
    """Show one agent, as a file would have it."""
    agents = invocation.desk.registry.store.current().agents
    agent = agents.get(name)
    if agent is None:
        near = get_close_matches(name, agents, n=1)
        hint = f"did you mean {near[0]}?" if near else "see voicegate agents list"
        raise CommandError(ExitCode.NOT_FOUND, "there is no such agent", hint)
    lines = agents_document.render({name: agent}).splitlines()
    return Answer("Agent", agent_json(agent), COLUMNS, lines=lines)


@command(
    "voicegate agents validate agents.yaml",
    codes=(ExitCode.INVALID, ExitCode.NOT_FOUND),
    name="validate",
)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
def validate_agents(invocation: Invocation, *, files: tuple[str, ...]) -> Answer:
    """Check files, and change nothing; - reads stdin. Every fault is told with line and column."""
    return validation.validate(files, _check)


def _check(content: bytes) -> Sequence[Fault]:
    agents_document.parse(content)
    return ()
