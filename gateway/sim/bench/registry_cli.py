"""`voicegate bench numbers`: how long an operator with many numbers waits."""

import sys

import click

from ...embedded import find_server

EXIT_CODES = "Exit codes: 0 printed, 1 nothing to print or a goal missed, 2 wrong use."


@click.command(epilog=f"Example: voicegate bench numbers --rounds 3\n\n{EXIT_CODES}")
@click.option("--count", type=click.IntRange(1, 100_000), default=10_000, show_default=True)
@click.option("--rounds", type=click.IntRange(1, 100), default=5, show_default=True)
@click.option("--require-goals", is_flag=True, help="Exit with 1 if a goal is not met.")
def numbers(*, count: int, rounds: int, require_goals: bool) -> None:
    """Run the commands of the registry over many numbers, beside the bare interpreter.

    A private Redis and the simulated carrier hold the numbers; nothing of this folder is touched.
    """
    if find_server() is None:
        raise click.UsageError("the bench runs a Redis of its own: install redis-server")
    from .registry import NotMeasured, is_within, run, show

    try:
        results = run(count, rounds, lambda line: click.echo(line, err=True))
    except NotMeasured as why:
        click.echo(f"nothing is printed: {why}", err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        click.echo("stopped: nothing is printed", err=True)
        sys.exit(1)
    show(results, count)
    sys.exit(1 if require_goals and not is_within(results) else 0)
