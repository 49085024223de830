"""`voicegate sim`: whole calls in virtual time, judged by invariants; and the far ends as servers."""

import errno
import os
import sys
from collections.abc import Callable, Generator, Set
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit, urlunsplit

import click
from click.core import ParameterSource

from ..setting_rules import account_sid as account_rule
from ..setting_rules import phone_number, public_url

if TYPE_CHECKING:
    from .carrier.call_report import CallReport
    from .carrier.caller import Caller

EXIT_CODES = (
    "Exit codes: 0 clean, 1 an invariant or a bound was broken, 2 wrong usage, 130 stopped by"
    " Ctrl-C."
)
_OF_MANY = ("first", "report", "workers")
_HOST = "127.0.0.1"
_STOPPED = 130  # as a shell has it: 128, and SIGINT

Value = TypeVar("Value")
Checked = Callable[[click.Context, click.Parameter, str | None], Value | None]


@contextmanager
def _until_ctrl_c(exit_code: int) -> Generator[None, None, None]:
    """What runs in it may be stopped at any time."""
    try:
        yield
    except KeyboardInterrupt:
        click.echo("stopped", err=True)
        sys.exit(exit_code)


@click.group(
    invoke_without_command=True,
    epilog=f"Example: voicegate sim --seeds 300 --report heard. {EXIT_CODES}",
)
@click.option("--seeds", type=click.IntRange(1), help="Play the calls of seeds 0 to N - 1.")
@click.option("--seed", type=click.IntRange(0), help="Play one call and show what happened.")
@click.option("--first", type=click.IntRange(0), default=0, help="Begin with this seed.")
@click.option(
    "--as-test",
    is_flag=True,
    help="Print the call of --seed, as small as it still fails, as a test.",
)
@click.option("--faultless", is_flag=True, help="Inject nothing but the network's own delay.")
@click.option(
    "--line",
    type=click.Choice(["A", "B", "C"]),
    help="Give every call this line to the carrier instead of a drawn one: A is 30 ms one way and"
    " exponential 10 ms, B 90 ms and the same, C is A with stalls of 100-400 ms in 2 % of seconds.",
)
@click.option(
    "--report",
    type=click.Choice(["heard", "latency", "faults"]),
    multiple=True,
    help="Also print the error of the heard milliseconds, how long callers waited, or the faults.",
)
@click.option(
    "--workers",
    type=click.IntRange(1),
    default=os.cpu_count() or 1,
    show_default=True,
    help="Processes to play in.",
)
@click.pass_context
@_until_ctrl_c(_STOPPED)
def sim(
    context: click.Context,
    seeds: int | None,
    seed: int | None,
    first: int,
    workers: int,
    line: str | None,
    report: tuple[str, ...],
    *,
    as_test: bool,
    faultless: bool,
) -> None:
    """Play whole calls in virtual time: random callers, lines, answers and faults.

    The same seed gives the same call to the byte. After every run the invariants are checked; a
    broken one prints its seed and the command that repeats it.
    """
    given = {
        name
        for name in context.params
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE
    }
    if problem := _contradiction(given, context.invoked_subcommand):
        raise click.UsageError(problem)
    if context.invoked_subcommand is not None:
        return
    from .world.terminal import Terms, print_test, show_call, show_calls

    terms = Terms(line, has_faults=not faultless)
    if seeds is not None:
        sys.exit(show_calls(range(first, first + seeds), workers, terms, report))
    if seed is not None:
        sys.exit((print_test if as_test else show_call)(seed, terms))
    raise click.UsageError("say how many calls: --seeds 300, or which one: --seed 7")


def _contradiction(given: Set[str], command: str | None) -> str | None:
    """What is wrong with options that were given together; `command` is a subcommand."""
    if command is not None:
        unfit = [f"--{name.replace('_', '-')} is not for `sim {command}`" for name in sorted(given)]
    elif {"seed", "seeds"} <= given:
        return "--seed plays one call, --seeds plays many: leave one of them out"
    elif "as_test" in given and "seed" not in given:
        return "--as-test is about one call: say which one with --seed"
    elif "seed" in given:
        unfit = [f"--{name} is for --seeds, not for --seed" for name in _OF_MANY if name in given]
    else:
        unfit = []
    return f"{unfit[0]}: leave it out" if unfit else None


def _by(rule: Callable[[str], Value]) -> Checked[Value]:
    """A check of an option by a rule that raises ValueError."""

    def check(
        _context: click.Context, _parameter: click.Parameter, text: str | None
    ) -> Value | None:
        try:
            return None if text is None else rule(text)
        except ValueError as error:
            raise click.BadParameter(str(error)) from error

    return check


@contextmanager
def _listening(host: str, port: int) -> Generator[None, None, None]:
    """What runs in it cannot go on if the port is taken."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.EADDRINUSE, errno.EADDRNOTAVAIL, errno.EACCES):
            raise
        raise click.UsageError(f"cannot listen on {host}:{port}: {error.strerror}") from error


@sim.command(epilog="Example: voicegate sim model --port 9090")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65_535), default=9090, show_default=True)
@click.option("--round-trip-ms", type=click.IntRange(0, 60_000), default=60, show_default=True)
@click.option("--api-key", default="", help="The only key it accepts; without one, any.")
@_until_ctrl_c(0)
def model(host: str, port: int, round_trip_ms: int, api_key: str) -> None:
    """Serve the Realtime API: hears by energy, answers from a few sentences in an offline voice.

    Point a gateway at it with VOICEGATE_OPENAI_URL=ws://127.0.0.1:9090/v1/realtime.
    """
    import asyncio

    from .realtime.brains import TalkingBrain
    from .realtime.server import Network, run
    from .realtime.settings import RealtimeSettings
    from .voice import VoiceMissing, speak

    def ready(bound: int) -> None:
        click.echo(f"VOICEGATE_OPENAI_URL=ws://{host}:{bound}/v1/realtime  (Ctrl-C ends it)")

    settings = RealtimeSettings(api_key=api_key)
    network = Network(round_trip_ms=round_trip_ms)
    try:
        speak("Hello.")
    except VoiceMissing as missing:
        raise click.UsageError(str(missing)) from missing
    with _listening(host, port):
        asyncio.run(run(host, port, settings, lambda: TalkingBrain(speak), ready, network=network))


def _voice_url(url: str) -> str:
    """The webhook's URL, which may have a query, and Twilio's overrides after the #."""
    parts = urlsplit(url)
    public_url(urlunsplit((parts.scheme, parts.netloc, "", "", "")))
    return url


def _place(text: str) -> tuple[str, int]:
    parts = urlsplit(f"//{text}")
    try:
        if parts.hostname and parts.port:
            return parts.hostname, parts.port
    except ValueError:
        pass
    raise ValueError("say host and port, like 127.0.0.1:8084")


@sim.command(epilog="Example: voicegate sim carrier --voice-url http://127.0.0.1:8084/twilio/voice")
@click.option(
    "--voice-url",
    callback=_by(_voice_url),
    help="Where your gateway answers; http is for this machine only. Without it, no call.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=0,
    show_default="any that is free",
    help="Where the REST API listens.",
)
@click.option("--auth-token", help="It signs with this.  [default: TWILIO_AUTH_TOKEN, the first]")
@click.option(
    "--account-sid", callback=_by(account_rule), help="[default: TWILIO_ACCOUNT_SID, or zeros]"
)
@click.option(
    "--connect-to", callback=_by(_place), help="HOST:PORT to connect to instead of the URL's own."
)
@click.option("--caller", default="+15550100001", show_default=True, callback=_by(phone_number))
@click.option("--number", default="+15550100002", show_default=True, callback=_by(phone_number))
@_until_ctrl_c(_STOPPED)
def carrier(
    voice_url: str | None,
    port: int,
    auth_token: str | None,
    account_sid: str | None,
    connect_to: tuple[str, int] | None,
    caller: str,
    number: str,
) -> None:
    """Place one call to a gateway, as Twilio would, and tell what happens.

    The caller listens, speaks, interrupts once, presses a key and hangs up. Exits with 0 if the
    call went on until then and something was heard, with 1 if not, with 130 after Ctrl-C.

    Without --voice-url nobody calls, and the REST API answers until Ctrl-C: numbers to search, buy,
    list, change and release, and their prices. VOICEGATE_TWILIO_API_URL leads others there.
    """
    import asyncio
    from random import Random
    from secrets import randbits

    from .carrier.account import AccountSettings, OwnNumber
    from .carrier.caller import Caller, HangUp, HearAgent, HearQuiet, PressKeys, Speak, loud
    from .carrier.documents import Target
    from .carrier.media_socket import Network
    from .carrier.server import run, serve

    account = _account(account_sid, auth_token)
    if voice_url is None:
        if connect_to:
            raise click.UsageError("--connect-to is for a call: say --voice-url too")
        settings = AccountSettings(*account)
        with _until_ctrl_c(0), _listening(_HOST, port):
            asyncio.run(serve(settings, click.echo, host=_HOST, port=port))
        return
    own = OwnNumber(number, Target(voice_url))
    settings = AccountSettings(*account, (own,))
    steps = (
        HearAgent(500, patience_ms=10_000),
        HearQuiet(700, patience_ms=20_000),
        Speak(loud(1_500)),
        HearAgent(1_200, patience_ms=10_000),
        Speak(loud(1_200)),
        HearAgent(500, patience_ms=10_000),
        HearQuiet(700, patience_ms=20_000),
        PressKeys("5#"),
        HearAgent(500, patience_ms=10_000),
        HearQuiet(1_000, patience_ms=20_000),
        HangUp(),
    )
    parts = urlsplit(voice_url)
    if connect_to is None and parts.scheme == "http":
        connect_to = parts.hostname or "", parts.port or 80
    network = Network(connect_to)
    person, seed = Caller(steps, Random(0)), randbits(32)  # a CallSid of its own each time
    call = run(own, caller, person, settings, click.echo, network=network, port=port, seed=seed)
    with _listening(_HOST, port):
        report = asyncio.run(call)
    sys.exit(verdict(person, report))


def verdict(person: "Caller", report: "CallReport") -> int:
    """0 if the caller came to the end of the script and heard something, else 1.

    Ringback and apologies are heard as well, but after them the gateway ends the call.
    """
    return 0 if person.is_done and report.heard_audio else 1


def _account(account_sid: str | None, auth_token: str | None) -> tuple[str, str]:
    """SID and auth token; what is not given is a setting. While tokens rotate the first signs."""
    tokens = (auth_token or "").split(",")
    if not (account_sid and auth_token):
        from ..settings import load

        settings = load()
        account_sid = account_sid or settings.twilio_account_sid
        if auth_token is None:
            tokens = [token.get_secret_value() for token in settings.twilio_auth_tokens]
    if not any(tokens[:1]):
        raise click.UsageError(
            "no auth token: give --auth-token, or set TWILIO_AUTH_TOKEN here or in .env"
        )
    return account_sid or "AC" + "0" * 32, tokens[0].strip()


@sim.command(epilog="Example: voicegate sim assumptions")
def assumptions() -> None:
    """List how the far ends are simulated, and how well each behaviour is known."""
    from importlib import import_module
    from pkgutil import iter_modules

    from .assumptions import Assumption
    from .demo.screen import Screen

    known: list[tuple[str, ...]] = []
    for far_end in ("carrier", "realtime"):
        package = import_module(f".{far_end}", __package__)
        for found in iter_modules(package.__path__):
            module = import_module(f".{found.name}", package.__name__)
            listed: tuple[Assumption, ...] = getattr(module, "ASSUMPTIONS", ())
            part = f"{far_end} {found.name}"
            known += [(part, each.behaviour, each.evidence, each.source) for each in listed]
    Screen.on_terminal().table(("part", "behaviour", "evidence", "source"), known)
