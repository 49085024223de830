"""`voicegate bench`: what a call costs here, beside a plain relay in the same run."""

import sys
from importlib.util import find_spec
from pathlib import Path

import click

from ...embedded import find_server
from .codecs_cli import codecs
from .registry_cli import numbers

NEEDED = ("matplotlib", "psutil", "rich", "websockets")
EXIT_CODES = "Exit codes: 0 printed, 1 nothing to print or a goal missed, 2 wrong use."


@click.group(epilog=f"Example: voicegate bench calls --quick\n\n{EXIT_CODES}")
def bench() -> None:
    """Measure the gateway on this machine; nothing leaves it."""


bench.add_command(codecs)
bench.add_command(numbers)


@bench.command(epilog=f"Example: voicegate bench calls --quick --json calls.json\n\n{EXIT_CODES}")
@click.option("--quick", "is_quick", is_flag=True, help="One round with few calls, no knee: 1 min.")
@click.option("--rounds", type=click.IntRange(1, 20), help="Instead of 3; quick: 1.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".voicegate", "bench"),
    show_default=True,
    help="Where to write calls.json and calls.png.",
)
@click.option(
    "--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="The JSON there."
)
@click.option("--require-goals", is_flag=True, help="Exit with 1 if a goal is not met.")
def calls(
    *, is_quick: bool, rounds: int | None, out: Path, json_file: Path | None, require_goals: bool
) -> None:
    """Load the gateway with simulated calls, more and more, and a plain relay in turn with it.

    Each runs in a process of its own; simulated callers and model keep exact account of every
    frame. Calls per core, added delay, CPU and memory per call are printed with the goals, which
    are ratios to the relay where they can be. If anything was lost, or the load itself was late,
    nothing is printed.
    """
    _need()
    if find_server() is None:
        raise click.UsageError("the bench runs a Redis of its own: install redis-server")
    from .goals import all_met
    from .picture import draw
    from .report import show, write
    from .run import QUICK, NothingToTell, Plan, run
    from .subject import NotRunning

    plan = QUICK if is_quick else Plan()
    try:
        out.mkdir(parents=True, exist_ok=True)
        result = run(plan if rounds is None else plan.repeated(rounds), _tell)
        write(json_file or out / "calls.json", result)
        draw(out / "calls.png", result)
    except (NothingToTell, NotRunning) as why:
        click.echo(f"nothing is printed: {why}", err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        click.echo("stopped: nothing is printed", err=True)
        sys.exit(1)
    except OSError as error:
        raise click.BadParameter(f"{error.filename}: {error.strerror}") from error
    show(result)
    click.echo(f"written: {json_file or out / 'calls.json'}, {out / 'calls.png'}", err=True)
    sys.exit(1 if require_goals and not all_met(result.rounds) else 0)


@bench.command(epilog=f"Example: voicegate bench batching\n\n{EXIT_CODES}")
@click.option("--pairs", type=click.IntRange(1, 200), default=12, show_default=True)
def batching(*, pairs: int) -> None:
    """Convert the frames of one turn of the loop together, and one by one; which costs less?

    CPU per call and the time that frames wait are printed for 10 to 150 calls. It is measured in
    CPU time, so this machine may have other work to do.
    """
    _need()
    from .batching import run, show

    show(run(pairs, _tell))


def _need() -> None:
    if missing := [name for name in NEEDED if find_spec(name) is None]:
        raise click.UsageError(
            f"the bench needs {', '.join(missing)}: pip install 'voicegate[demo]'"
        )


def _tell(line: str) -> None:
    click.echo(line, err=True)
