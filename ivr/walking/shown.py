"""What happens in a call, as whoever walks it reads it: no key, no digit of a card, no number."""

from .. import nodes, own_words
from ..flow import Flow
from ..headless.trace import Seen
from ..machine import actions, events
from ..machine.actions import Clip, ClipKind
from ..machine.events import Who
from ..nodes import Node


def line(seen: Seen, flow: Flow, node: Node) -> str | None:
    """The virtual time and what is heard or done then; None for what nobody notices.

    `node` is where the call was then.
    """
    text = _action(seen.what, flow, node)
    return None if text is None else f"{seen.at_ms / 1000:7.1f}  {text}"


def _action(what: object, flow: Flow, node: Node) -> str | None:
    match what:
        case actions.Moved(target, source, edge):
            return f"→ {target}  ({f'{source}: {edge}' if source else edge})"
        case actions.Play(clips):
            return f"  {' '.join(heard(clip, flow) for clip in clips)}"
        case actions.NudgeAi():
            return "  the agent asks whether you are still there"
        case actions.CallTool(name=name):
            return f"  the tool {name} is called"
        case actions.Transfer():
            return f"  {_destination(node)} is called"
        case actions.Enqueue():
            return f"  you wait for {_destination(node)}"
        case actions.Record(box):
            return f"  a message for {box} is recorded"
        case actions.EndRecord(is_kept):
            return f"  the message is {'kept' if is_kept else 'not kept'}"
        case _:
            return _notice(what)


def _notice(what: object) -> str | None:
    match what:
        case actions.SetDisposition(code):
            return f"  disposition {code}"
        case actions.Suppress():
            return "  this number gets no more calls"
        case actions.Alert():
            return "  operations are told of an emergency"
        case actions.BlindAi(is_on=True):
            return "  what is typed now is secret"
        case actions.Hangup(cause):
            return f"the call is ended ({cause})"
        case _:
            return _event(what)


def _event(what: object) -> str | None:
    match what:
        case events.AiUp():
            return "  the agent listens"
        case events.AiDown():
            return "  the agent is lost"
        case events.Sounding(Who.AGENT, is_on=True):
            return "  the agent speaks"
        case events.Bridged():
            return "  you talk with a person"
        case events.StreamLost():
            return "  the line is silent"
        case events.StreamBack():
            return "  the line is back"
        case events.HungUp(by):
            return f"the {by} hangs up"
        case _:
            return None


def _destination(node: Node) -> str:
    return node.to if isinstance(node, nodes.Transfer | nodes.Queue) else "somebody"


def heard(clip: Clip, flow: Flow) -> str:
    """The words of a sound, or what it is."""
    match clip.kind:
        case ClipKind.PROMPT:
            said = flow.prompts[clip.name][clip.language]
            return f"[{said.file}]" if said.text is None else f"“{said.text}”"
        case ClipKind.POSITION:
            place = own_words.position(int(clip.name), clip.language)
            return f"[place {clip.name}]" if place is None else f"“{place}”"
        case ClipKind.SORRY:
            spoken = own_words.family(clip.language)
            return f"“{own_words.SORRY.get(spoken, own_words.SORRY['en'])}”"
        case ClipKind.TONE | ClipKind.MUSIC:
            return f"[{clip.kind}]"
