"""`voicegate sim`: whole calls in virtual time, judged by invariants; and the far ends as servers."""

import os
import sys

import click

EXIT_CODES = "Exit codes: 0 clean, 1 an invariant was broken, 2 wrong usage."


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
def sim(
    context: click.Context,
    seeds: int | None,
    seed: int | None,
    first: int,
    workers: int,
    report: tuple[str, ...],
    *,
    as_test: bool,
    faultless: bool,
) -> None:
    """Play whole calls in virtual time: random callers, lines, answers and faults.

    The same seed gives the same call to the byte. After every run the invariants are checked; a
    broken one prints its seed and the command that repeats it.
    """
    if context.invoked_subcommand is not None:
        return
    if seed is not None and as_test:
        sys.exit(_write_test(seed, has_faults=not faultless))
    if seed is not None:
        sys.exit(_play_one(seed, has_faults=not faultless))
    if seeds is None:
        raise click.UsageError("say how many calls: --seeds 300, or which one: --seed 7")
    sys.exit(_play_many(first, seeds, workers, report, has_faults=not faultless))


def _play_one(seed: int, *, has_faults: bool) -> int:
    from .world.runs import judge, play
    from .world.scenario import draw
    from .world.virtual_ladder import ladder

    call = play(draw(seed, has_faults=has_faults))
    for line in ladder(call):
        print(line)
    outcome = judge(call)
    print(f"seed {seed}: {outcome.reason} after {outcome.length_ms / 1_000:.1f} s", end=", ")
    print(f"log {outcome.log_hash}, faults: {', '.join(outcome.names) or 'none'}")
    for violation in outcome.violations:
        print(f"  {violation.invariant} at {violation.at_ms} ms: {violation.what}")
    return 1 if outcome.violations else 0


def _write_test(seed: int, *, has_faults: bool) -> int:
    from .world.runs import judge, play
    from .world.scenario import draw
    from .world.seed_test import render
    from .world.shrink import shrunk

    scenario = draw(seed, has_faults=has_faults)
    violations = judge(play(scenario)).violations
    if not violations:
        print(render(scenario, "Nothing breaks."), end="")
        return 0
    small = shrunk(scenario, lambda each: bool(judge(play(each)).violations))
    print(render(small, f"{violations[0].invariant}: {violations[0].what}"), end="")
    return 1


def _play_many(
    first: int, seeds: int, workers: int, shown: tuple[str, ...], *, has_faults: bool
) -> int:
    from .world.runs import Report, run_seeds

    report = Report()
    wanted = range(first, first + seeds)
    with click.progressbar(length=seeds, label="calls", file=sys.stderr) as bar:
        for outcome, wall_s in run_seeds(wanted, workers=workers, has_faults=has_faults):
            report.add(outcome)
            report.wall_s = wall_s
            bar.update(1)
    flag = "" if has_faults else " --faultless"
    for failed in report.failed[:10]:
        for violation in failed.violations[:3]:
            print(f"seed {failed.seed}: {violation.invariant} at {violation.at_ms} ms:", end=" ")
            print(violation.what)
        print(f"  repeat it: voicegate sim --seed {failed.seed}{flag}")
    print(
        f"{report.calls} calls, {report.call_ms / 60_000:.0f} call-minutes, {report.cuts} barge-ins,"
        f" {len(report.failed)} calls with violations;"
        f" {report.call_minutes_per_minute:.0f} call-minutes a minute, {workers} processes"
    )
    print("ended: " + ", ".join(f"{name} {n}" for name, n in report.reasons.most_common()))
    if "faults" in shown:
        print("faults: " + ", ".join(f"{name} {n}" for name, n in report.faults.most_common()))
    if "latency" in shown:
        _print_latency("first audio after a turn", report.ttfa_ms)
        _print_latency("voice to voice", report.voice_to_voice_ms)
        _print_latency("longest dead air of a call", report.dead_air_ms)
    if "heard" in shown:
        print(
            f"heard, claimed against played, {len(report.errors_ms)} items heard in part: |error| p50"
            f" {report.error_ms(0.5)} ms, p95 {report.error_ms(0.95)} ms,"
            f" worst {report.error_ms(1.0)} ms (network delay only, no injected faults)"
        )
    return 1 if report.failed else 0


def _print_latency(name: str, values_ms: list[int]) -> None:
    from ..core.kpi import percentile

    p50_ms, p95_ms = percentile(values_ms, 50), percentile(values_ms, 95)
    print(f"{name}: {len(values_ms)}, p50 {p50_ms} ms, p95 {p95_ms} ms")


@sim.command(epilog="Example: voicegate sim model --port 9090")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65_535), default=9090, show_default=True)
@click.option("--round-trip-ms", type=click.FloatRange(0), default=60.0, show_default=True)
@click.option("--api-key", default="", help="The only key it accepts; without one, any.")
def model(host: str, port: int, round_trip_ms: float, api_key: str) -> None:
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
        asyncio.run(run(host, port, settings, lambda: TalkingBrain(speak), ready, network=network))
    except VoiceMissing as missing:
        raise click.UsageError(str(missing)) from missing
    except OSError as error:
        raise click.UsageError(f"cannot listen on {host}:{port}: {error.strerror}") from error
    except KeyboardInterrupt:
        click.echo("stopped")


@sim.command(epilog="Example: voicegate sim carrier --voice-url http://127.0.0.1:8084/twilio/voice")
@click.option("--voice-url", required=True, help="Where your gateway answers; http is loopback.")
@click.option("--auth-token", envvar="TWILIO_AUTH_TOKEN", required=True, help="It signs with this.")
@click.option("--account-sid", envvar="TWILIO_ACCOUNT_SID", default="AC" + "0" * 32)
@click.option("--connect-to", help="HOST:PORT to connect to instead of the URL's own.")
@click.option("--caller", default="+15550100001", show_default=True)
@click.option("--number", default="+15550100002", show_default=True)
def carrier(
    voice_url: str,
    auth_token: str,
    account_sid: str,
    connect_to: str | None,
    caller: str,
    number: str,
) -> None:
    """Place one call to a gateway, as Twilio would, and tell what happens.

    The caller listens, speaks, interrupts once, presses a key and hangs up.
    """
    import asyncio
    from random import Random
    from secrets import randbits
    from urllib.parse import urlsplit

    from .carrier.account import AccountSettings, OwnNumber
    from .carrier.caller import Caller, HangUp, HearAgent, HearQuiet, PressKeys, Speak, loud
    from .carrier.documents import Target
    from .carrier.media_socket import Network
    from .carrier.server import run

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
    own = OwnNumber(number, Target(voice_url))
    settings = AccountSettings(account_sid, auth_token, (own,))
    place = urlsplit(f"//{connect_to}" if connect_to else voice_url)
    is_plain = bool(connect_to) or place.scheme == "http"
    if is_plain and not (place.hostname and place.port):
        raise click.UsageError("say host and port: --connect-to 127.0.0.1:8084")
    network = Network((place.hostname or "", place.port or 0) if is_plain else None)
    person, seed = Caller(steps, Random(0)), randbits(32)  # a CallSid of its own each time
    report = asyncio.run(run(own, caller, person, settings, click.echo, network=network, seed=seed))
    sys.exit(0 if report.heard_audio else 1)


@sim.command(epilog="Example: voicegate sim assumptions")
def assumptions() -> None:
    """List how the far ends are simulated, and how well each behaviour is known."""
    from importlib import import_module
    from pkgutil import iter_modules

    from rich.console import Console
    from rich.table import Table

    from .assumptions import Assumption

    table = Table("part", "behaviour", "evidence", "source")
    for far_end in ("carrier", "realtime"):
        package = import_module(f".{far_end}", __package__)
        for found in iter_modules(package.__path__):
            module = import_module(f".{found.name}", package.__name__)
            listed: tuple[Assumption, ...] = getattr(module, "ASSUMPTIONS", ())
            for each in listed:
                table.add_row(f"{far_end} {found.name}", each.behaviour, each.evidence, each.source)
    Console().print(table)
