"""The one command tree. `voicegate --help` imports nothing but click; a command loads what it runs."""

import errno
import os
import sys
from io import TextIOWrapper
from typing import NoReturn

import click

from .. import __version__
from .core.errors import ConfigError
from .terminal.lazy_group import Elsewhere, LazyGroup

_UNWRITABLE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EPIPE}
EXIT_CODES = "Exit codes: 0 done, 1 not as it should be, 2 wrong use or wrong settings."


ELSEWHERE: dict[str, Elsewhere] = {
    "agents": Elsewhere("..numbers.cli:agents", "Who speaks with callers."),
    "bench": Elsewhere(
        ".sim.bench.cli:bench", "What a call costs here; how true the codec core is."
    ),
    "completion": Elsewhere(".terminal.completion:completion", "TAB for your shell."),
    "demo": Elsewhere(".sim.demo.cli:demo", "One whole call on this machine, seen and measured."),
    "flows": Elsewhere("..ivr.cli:flows", "Flows as text: checked, drawn, published."),
    "help": Elsewhere(".terminal.help:topics", "What is said of all commands at once."),
    "numbers": Elsewhere("..numbers.cli:numbers", "Which phone number leads where."),
    "sim": Elsewhere(".sim.cli:sim", "Whole calls in virtual time; the far ends as servers."),
}


class Port(click.IntRange):
    """Where one can listen, named so where it is not."""

    name = "port"


@click.group(
    cls=LazyGroup,
    elsewhere=ELSEWHERE,
    package=__package__,
    epilog=EXIT_CODES,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="voicegate")
@click.pass_context
def tree(context: click.Context) -> None:
    """A voice gateway: telephone calls through Twilio, answered by OpenAI Realtime.

    Begin with `voicegate doctor`, which says what is missing.
    """
    if context.obj is None:
        from .numbers_opener import NumbersOpener

        context.obj = NumbersOpener()


@tree.command(epilog=f"Example: voicegate serve --port 8084\n\n{EXIT_CODES}")
@click.option("--host", help="Where to listen.  [default: 0.0.0.0; insecure: 127.0.0.1]")
@click.option("--port", type=Port(1, 65_535), metavar="INTEGER", help="Instead of PORT.")
@click.option(
    "--insecure-no-signature",
    "is_insecure",
    is_flag=True,
    help="Answer requests that Twilio did not sign. For trials on this machine: loopback only.",
)
def serve(*, host: str | None, port: int | None, is_insecure: bool) -> None:
    """Answer calls until SIGTERM or Ctrl-C.

    The first signal lets live calls finish within VOICEGATE_DRAIN_S, a second one has them end
    with a goodbye, a third one leaves at once. Settings come from the environment and from .env.
    """
    from .settings import SERVE_NEEDS, load

    need = [name for name in SERVE_NEEDS if not (is_insecure and name.startswith("TWILIO_"))]
    settings = load(need=need)

    from . import logs
    from .server import serve as run  # all the rest, for which wrong settings need not wait

    logs.configure(settings.log_level, settings.secrets())
    usual_host = "127.0.0.1" if is_insecure else "0.0.0.0"
    run(settings, host or usual_host, port or settings.port, is_insecure=is_insecure)


@tree.command(epilog=f"Example: voicegate doctor --online\n\n{EXIT_CODES}")
@click.option("--online", is_flag=True, help="Also ask whether the public URL leads here.")
def doctor(*, online: bool) -> None:
    """Say what is missing or wrong here, and what to do about it.

    Exits with 0 if nothing is, with 1 if only advice is given, with 2 if `serve` would fail.
    """
    from .doctor import examine, worst

    findings = examine(is_online=online)
    for finding in findings:
        click.echo(finding.line())
    sys.exit(worst(findings))


def main() -> None:
    """The console script."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # threads slow our small products
    _spell_anything()
    try:
        _run()
    except ConfigError as error:
        _leave(2, *error.problems)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("voicegate"):
            raise
        _leave(2, f"{error.name} is missing, `voicegate doctor` says what to install")
    except OSError as error:
        if error.errno not in _UNWRITABLE:
            raise
        _give_up_output()
        _leave(1, f"the output cannot be written: {error.strerror}")


def _spell_anything() -> None:
    """A letter that the terminal has not is a question mark, not an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def _run() -> None:
    if sys.stdout is None:  # pyright: ignore[reportUnnecessaryComparison]
        _leave(1, "standard output is closed, open it or lead it to a file")
    try:
        tree(prog_name="voicegate")
    finally:
        sys.stdout.flush()


def _give_up_output() -> None:
    """The interpreter would try again at its exit, and complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _leave(status: int, *problems: str) -> NoReturn:
    for problem in problems:
        click.echo(f"voicegate: {problem}", err=True)
    sys.exit(status)


if __name__ == "__main__":
    main()
