"""`voicegate flows`: the table of its commands, each loaded when it is run."""

import click

from ..gateway.terminal.lazy_group import Elsewhere, LazyGroup

FLOWS: dict[str, Elsewhere] = {
    "diff": Elsewhere(".commands.diff:diff", "Show what differs between two versions."),
    "graph": Elsewhere(".commands.graph:graph", "Draw a flow: Mermaid, SVG, or places as JSON."),
    "list": Elsewhere(".commands.list:list_flows", "List the flows in force."),
    "push": Elsewhere(".commands.push:push", "Put files into force, prompts and all."),
    "render": Elsewhere(".commands.render:render", "Make the prompts of a file, to listen to."),
    "rollback": Elsewhere(".commands.rollback:rollback", "Have an older version in force again."),
    "run": Elsewhere(".commands.run:run", "Walk through a flow from the keyboard."),
    "show": Elsewhere(".commands.show:show", "Print the text of a version."),
    "test": Elsewhere(".commands.test:test", "Play the cases of flows, and random callers."),
    "validate": Elsewhere(".commands.validate:validate", "Check files, and change nothing."),
}

EXIT_CODES = "Exit codes: 0 done, 2 wrong use; all: `voicegate help exit-codes`."


@click.group(
    cls=LazyGroup,
    elsewhere=FLOWS,
    package=__package__,
    epilog=f"Example: voicegate flows validate clinic-main.yaml\n\n{EXIT_CODES}",
)
def flows() -> None:
    """Flows as text: menus, hours, transfers, checked before they answer."""
