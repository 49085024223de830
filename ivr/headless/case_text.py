"""A case as the text that a test file would hold."""

from typing import assert_never

import orjson

from ..machine.events import QueueState
from . import case
from .case import Act, Case, Temper


def render(of: Case) -> str:
    """One entry under `cases:`; every YAML reader takes JSON values."""
    lines = [f"  - name: {_text(of.name)}", f"    at: {_text(of.at.isoformat(timespec='minutes'))}"]
    if of.temper is not Temper.NONE:
        lines.append(f"    ai: {of.temper.value}")
    if of.up_ms is not None:
        lines.append(f"    slow_s: {_seconds(of.up_ms)}")
    if of.facts.language is not None:
        lines.append(f"    language: {of.facts.language}")
    steps = [f"      - {{{_step(step)}}}" for step in of.steps if isinstance(step, Act)]
    lines += ["    steps:", *steps] if steps else ["    steps: []"]
    return "\n".join(lines)


def _step(act: Act) -> str:  # one line for each kind of act
    match act:
        case case.Press(keys, every_ms):
            return f"press: {_text(keys)}, every_s: {_seconds(every_ms)}"
        case case.Speak(text, for_ms):
            length = "" if for_ms is None else f", for_s: {_seconds(for_ms)}"
            return f"speak: {_text(text)}{length}"
        case case.Wait(ms):
            return f"wait_s: {_seconds(ms)}"
        case case.HangUp(by):
            return f"hangup: {by}"
        case case.Answer(answerer):
            return f"answer: {answerer.value}"
        case case.BeepSounds():
            return "beep: true"
        case case.Breaks():
            return "fault: true"
        case case.Stream(is_back):
            return f"stream: {'back' if is_back else 'lost'}"
        case case.Clock(at):
            return f"clock: {_text(at.isoformat(timespec='minutes'))}"
        case case.AgentLeaves() | case.AgentSwitches() | case.AgentIs():
            return _agent(act)
        case case.TransferEnds() | case.QueueTells() | case.ToolEnds():
            return _people(act)
        case _:
            assert_never(act)


def _agent(act: case.AgentLeaves | case.AgentSwitches | case.AgentIs) -> str:
    match act:
        case case.AgentLeaves(exit_, slots):
            data = ", ".join(f"{slot}: {_text(value)}" for slot, value in slots.items())
            return f"ai: {exit_}" + (f", data: {{{data}}}" if data else "")
        case case.AgentSwitches(language):
            return f"switch_language: {language}"
        case case.AgentIs(temper, up_ms):
            words = [] if temper is None else [f"ai: {'up' if temper is Temper.NONE else temper}"]
            words += [] if up_ms is None else [f"slow_s: {_seconds(up_ms)}"]
            return ", ".join(words)


def _people(act: case.TransferEnds | case.QueueTells | case.ToolEnds) -> str:
    match act:
        case case.TransferEnds(end):
            return f"transfer: {end.value}"
        case case.QueueTells(QueueState.POSITION, position):
            return f"queue: position {position}"
        case case.QueueTells(state):
            return f"queue: {state.value}"
        case case.ToolEnds(status):
            return f"tool: {status}"


def _text(text: str) -> str:
    return orjson.dumps(text).decode()


def _seconds(ms: int) -> str:
    return f"{ms / 1000:g}"
