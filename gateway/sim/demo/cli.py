"""`voicegate demo`: one whole call on this machine, seen, heard and measured."""

import sys
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path

import click

FLOWS = ("clinic-main",)
NEEDED = ("aiohttp", "matplotlib", "py_nanotts", "rich", "soundfile", "soxr", "websockets")
EXIT_CODES = "Exit codes: 0 fine, 1 the call did not go as scripted, 2 wrong use."


@click.command(epilog=f"Example: voicegate demo --speech me.wav\n\n{EXIT_CODES}")
@click.option(
    "--speech",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Call with this recording instead: cut at its pauses, any rate, mono or stereo.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where to write.  [default: .voicegate/demo/TIME]",
)
@click.option(
    "--flow",
    type=click.Choice(FLOWS),
    help="A call in this flow: a menu, an agent, a way to a person, a mailbox.",
)
@click.option("--quick", "is_quick", is_flag=True, help="A shorter call.")
@click.option("--stay", "stays", is_flag=True, help="Go on until Ctrl-C, for further calls.")
def demo(
    *, speech: Path | None, out: Path | None, flow: str | None, is_quick: bool, stays: bool
) -> None:
    """Play one call on this machine: the real gateway between a simulated carrier and model.

    A caller asks, interrupts, presses keys and hangs up, in real time, on loopback. No key, no
    account, no Redis and no network are needed. Sound, events and a picture of the call are written.
    """
    if missing := [name for name in NEEDED if find_spec(name) is None]:
        raise click.UsageError(
            f"the demo needs {', '.join(missing)}: pip install 'voicegate[demo]'"
        )
    if flow is not None and (speech is not None or is_quick):
        raise click.UsageError("--flow has a caller of its own: leave out --speech and --quick")
    from .run import Demo
    from .speech import SpeechUnusable
    from .stages import flow_stage, speech_stage

    folder = out or Path(".voicegate", "demo", datetime.now().strftime("%Y-%m-%dT%H-%M-%S"))
    try:
        stage = speech_stage(speech, is_quick=is_quick) if flow is None else flow_stage(flow)
        is_fine = Demo(folder, stays=stays).run(stage)
    except SpeechUnusable as problem:
        raise click.BadParameter(str(problem), param_hint="--speech") from problem
    except OSError as error:
        raise click.BadParameter(f"{folder}: {error.strerror}", param_hint="--out") from error
    except KeyboardInterrupt:
        click.echo("stopped before the call was over", err=True)
        sys.exit(1)
    sys.exit(0 if is_fine else 1)
