"""`voicegate numbers` and `voicegate agents`: the tables of their commands, each loaded when run."""

import click

from ..gateway.terminal.lazy_group import Elsewhere, LazyGroup

NUMBERS: dict[str, Elsewhere] = {
    "apply": Elsewhere(".commands.apply:apply", "Have what a file or a kept plan wants."),
    "assign": Elsewhere(".commands.assign:assign", "Lead a number's callers somewhere."),
    "buy": Elsewhere(".commands.buy:buy", "Buy one exact number."),
    "config": Elsewhere(".commands.config:config", "Show each setting and where it comes from."),
    "doctor": Elsewhere(".commands.doctor:doctor", "Say what is wrong with the numbers."),
    "drift": Elsewhere(".commands.drift:drift", "Show where file, store and carrier disagree."),
    "export": Elsewhere(".commands.export:export", "Print what is in force as a numbers.yaml."),
    "history": Elsewhere(".commands.history:history", "Show who changed what."),
    "import": Elsewhere(
        ".commands.import_numbers:import_numbers", "Adopt what the account owns already."
    ),
    "list": Elsewhere(".commands.list:list_numbers", "List the numbers and who answers them."),
    "login": Elsewhere(".commands.login:login", "Keep the credentials of an account by name."),
    "override": Elsewhere(".commands.override:override", "Close a number, or all, by hand, now."),
    "plan": Elsewhere(".commands.plan:plan", "Show what an apply would do."),
    "profile": Elsewhere(".commands.login:profile", "List the accounts that are kept by name."),
    "release": Elsewhere(".commands.release:release", "Give one number back, for good."),
    "rollback": Elsewhere(".commands.rollback:rollback", "Have what an older version had."),
    "route": Elsewhere(".commands.route:route", "Ask who would answer a call, without a call."),
    "schema": Elsewhere(
        ".commands.schema:schema", "Print a JSON Schema, of the file or an answer."
    ),
    "search": Elsewhere(".commands.search:search", "Show what can be bought now."),
    "show": Elsewhere(".commands.show:show", "Show one number: config, carrier, calls, changes."),
    "unassign": Elsewhere(".commands.assign:unassign", "Lead its callers to the default route."),
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
