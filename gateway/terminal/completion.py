"""`voicegate completion`: the script that lets a shell complete on TAB."""

import click
from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

SHELLS: dict[str, type[ShellComplete]] = {
    "bash": BashComplete,
    "fish": FishComplete,
    "zsh": ZshComplete,
}
PROGRAM = "voicegate"


@click.command(
    epilog="\b\nExample: voicegate completion bash > ~/.local/share/bash-completion/completions/voicegate"
    "\nExample: voicegate completion zsh > ~/.zfunc/_voicegate"
    "\nExample: voicegate completion fish > ~/.config/fish/completions/voicegate.fish"
    "\n\nExit codes: 0 printed, 2 wrong use."
)
@click.argument("shell", type=click.Choice(sorted(SHELLS)))
def completion(shell: str) -> None:
    """Print the script for a shell: put it where the shell looks for such, and open a new shell.

    TAB offers commands, options, and numbers as they were listed or applied last in this folder;
    no store is asked.
    """
    made = SHELLS[shell](click.Command(PROGRAM), {}, PROGRAM, f"_{PROGRAM.upper()}_COMPLETE")
    click.echo(made.source_template % made.source_vars())
