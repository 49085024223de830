"""`voicegate numbers` and `voicegate agents`: the tables of their commands, each loaded when run."""

import click

from .lazy_group import Elsewhere, LazyGroup

NUMBERS: dict[str, Elsewhere] = {
    "config": Elsewhere(".commands.config:config", "Show each setting and where it comes from."),
    "export": Elsewhere(".commands.export:export", "Print what is in force as a numbers.yaml."),
    "history": Elsewhere(".commands.history:history", "Show who changed what."),
    "list": Elsewhere(".commands.list:list_numbers", "List the numbers and who answers them."),
    "route": Elsewhere(".commands.route:route", "Ask who would answer a call, without a call."),
    "schema": Elsewhere(
        ".commands.schema:schema", "Print a JSON Schema, of the file or an answer."
    ),
    "show": Elsewhere(".commands.show:show", "Show one number: config, carrier, calls, changes."),
    "validate": Elsewhere(".commands.validate:validate", "Check files, and change nothing."),
}

AGENTS: dict[str, Elsewhere] = {
    "apply": Elsewhere(".commands.agents_apply:apply", "Put the agents of a file into force."),
    "list": Elsewhere(".commands.agents:list_agents", "List the agents."),
    "show": Elsewhere(".commands.agents:show_agent", "Show one agent."),
    "validate": Elsewhere(".commands.agents:validate_agents", "Check files, and change nothing."),
}

EXIT_CODES = "Exit codes: 0 done, 2 wrong use; all: `voicegate help exit-codes`."


@click.group(
    cls=LazyGroup,
    elsewhere=NUMBERS,
    package=__package__,
    epilog=f"Example: voicegate numbers list\n\n{EXIT_CODES}",
)
def numbers() -> None:
    """Which phone number leads where: plan it, apply it, ask about it."""


@click.group(
    cls=LazyGroup,
    elsewhere=AGENTS,
    package=__package__,
    epilog=f"Example: voicegate agents list\n\n{EXIT_CODES}",
)
def agents() -> None:
    """Who speaks with callers: model, voice, instructions, by name."""
