"""`voicegate flows run`: a flow walked through, with the keyboard as the telephone."""

from datetime import datetime
from zoneinfo import ZoneInfo

import click

from ...gateway.terminal.answer import Answer, Json
from ...gateway.terminal.command import command
from ...gateway.terminal.exit_code import ExitCode
from ...numbers.yaml.fields import did_you_mean
from ..flow import CALLEE, Flow
from ..headless.step_entry import moment
from ..machine.facts import Facts
from ..walking.keyboard import Keyboard
from ..walking.walk import Walk
from .conversation import Transcript, in_no_time, in_real_time
from .desk import Invocation
from .forms import chosen, forms
from .playable import flow_of


@forms("text", "json")
@command(
    'voicegate flows run clinic-main.yaml --at "2026-11-30T10:00"',
    "voicegate flows run clinic-main@3 --real-time",
    codes=(ExitCode.FAILED, ExitCode.INVALID, ExitCode.NOT_FOUND, ExitCode.UNREACHABLE),
)
@click.argument("target", metavar="NAME|FILE")
@click.option("--at", metavar="TIME", help='What the flow\'s clocks show: "2026-11-30T10:00".')
@click.option("--language", metavar="LANGUAGE", help="The number's; the flow's first.")
@click.option("--real-time", "is_real_time", is_flag=True, help="Let time pass as on a call.")
def run(
    invocation: Invocation,
    *,
    target: str,
    at: str | None,
    language: str | None,
    is_real_time: bool,
) -> Answer:
    """Walk through a flow: a file, or a flow that is published.

    Type keys, words, or what the agent and other people do, as it is offered; h is help, Ctrl-D
    hangs up. Prompts are printed, nothing sounds, nobody is called. Lines may come from a pipe.
    """
    flow = flow_of(invocation, target)
    if language is not None and language not in flow.languages:
        fix = did_you_mean(language, list(flow.languages))
        what = f"the flow does not speak {language!r}: {fix}"
        raise click.BadParameter(what, param_hint="--language")
    begun = _begun(at, flow)
    walk = Walk(flow, Facts(language=language), begun)
    transcript = Transcript(is_shown=chosen() == "text")
    transcript.add(f"{flow.name}, {begun:%A %Y-%m-%d %H:%M}; h and Enter is help")
    walk.begin()
    (in_real_time if is_real_time else in_no_time)(walk, Keyboard(), transcript)
    transcript.add(*walk.news())
    return _answer(walk, transcript)


def _answer(walk: Walk, transcript: Transcript) -> Answer:
    machine = walk.world.machine
    slots = {"language": machine.language, **machine.slots}
    shown = ", ".join(f"{slot}={value}" for slot, value in slots.items())
    text = f"path         {' → '.join(walk.path)}\n"
    text += f"disposition  {machine.disposition}\n"
    text += f"slots        {shown}\n"
    fields: dict[str, Json] = {
        "flow": walk.world.flow.name,
        "path": walk.path,
        "disposition": machine.disposition,
        "slots": slots,
        "length_ms": walk.world.now_ms,
        "lines": transcript.lines,
    }
    return Answer("FlowRun", fields, text=text, schema="flows/v1")


def _begun(at: str | None, flow: Flow) -> datetime:
    """What the clocks of the flow show then; of a person called, those of this machine."""
    if at is None:
        zone = None if flow.timezone == CALLEE else ZoneInfo(flow.timezone)
        return datetime.now(zone).replace(tzinfo=None, microsecond=0)
    try:
        return moment(at)
    except ValueError as error:
        raise click.BadParameter(f"{at!r} is no time: {error}", param_hint="--at") from None
