"""One step of a case in a test file: one word says what it is, others say how."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType

from ...numbers.yaml.fields import did_you_mean
from .. import value_rules
from ..fields import Fields
from ..flow import Flow
from ..machine.events import Answerer, QueueState, TransferEnd
from ..nodes import Ai, Voicemail
from ..value_rules import member_of, one_of
from . import case
from .case import PRESS_EVERY_MS, Step, Temper, Wanted

_SECONDS = re.compile(r"(\d{1,6})(?:\.(\d{1,3}))?", re.ASCII)
_TIME = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d(:\d\d)?", re.ASCII)
_POSITION = re.compile(r"position ([1-9]\d?)", re.ASCII)
_KEYS = re.compile(r"[0-9*#]{1,64}")


def read(fields: Fields, flow: Flow) -> Step | None:
    """The step; None if nobody knows what it should be."""
    words = [word for word in fields.node.keys if word in _READERS]
    words = ["ai"] if set(words) == {"ai", "slow_s"} else words
    if len(words) != 1:
        known = ", ".join(_READERS)
        what = f"has {len(words)} of the words that say what it is"
        fields.report("V000", what, f"write one of {known}")
        return None
    step = _READERS[words[0]](fields, flow)
    fields.close()
    return step


def seconds(written: str) -> int:
    """Seconds with up to three decimals, as milliseconds."""
    found = _SECONDS.fullmatch(written)
    if found is None:
        raise ValueError("write seconds, like 3 or 0.25")
    return int(found[1]) * 1000 + int((found[2] or "").ljust(3, "0"))


def moment(written: str) -> datetime:
    """A time as the clocks of the flow's zone show it."""
    try:
        if _TIME.fullmatch(written):
            return datetime.fromisoformat(written)
    except ValueError:
        pass
    raise ValueError('write a time like "2026-11-30T10:00"')


def texts(fields: Fields | None) -> Mapping[str, str]:
    """A mapping of texts whose names the case chooses."""
    if fields is None:
        return MappingProxyType({})
    return MappingProxyType(
        {name: fields.value(name, _any, "") for name, _ in list(fields.entries())}
    )


def _any(written: str) -> str:
    return written


def _press(fields: Fields, flow: Flow) -> Step | None:
    keys = fields.maybe("press", _keys)
    every_ms = fields.value("every_s", seconds, PRESS_EVERY_MS)
    return None if keys is None else case.Press(keys, every_ms)


def _keys(written: str) -> str:
    if not _KEYS.fullmatch(written):
        raise ValueError('write keys of a telephone, in quotes: "0" to "9", "*" and "#"')
    return written


def _speak(fields: Fields, flow: Flow) -> Step | None:
    text = fields.maybe("speak", value_rules.text)
    for_ms = fields.maybe("for_s", seconds)
    return case.Speak(text, for_ms) if text is not None else None


def _wait(word: str) -> Callable[[Fields, Flow], Step | None]:
    def reader(fields: Fields, flow: Flow) -> Step | None:
        return case.Wait(fields.value(word, seconds, 0))

    return reader


def _hang_up(fields: Fields, flow: Flow) -> Step | None:
    return case.HangUp(fields.value("hangup", one_of("caller", "carrier", "operator"), "caller"))


def _answer(fields: Fields, flow: Flow) -> Step | None:
    return case.Answer(fields.value("answer", member_of(Answerer), Answerer.HUMAN))


def _beep(fields: Fields, flow: Flow) -> Step | None:
    fields.value("beep", one_of("true"), "true")
    return case.BeepSounds()


def _fault(fields: Fields, flow: Flow) -> Step | None:
    fields.value("fault", one_of("true"), "true")
    return case.Breaks()


def _ai(fields: Fields, flow: Flow) -> Step | None:
    """`ai: down` and `ai: mute` are words of their own, no exits."""
    tempers = {"up": Temper.NONE, "down": Temper.DOWN, "mute": Temper.MUTE}
    known = [*tempers, *flow_exits(flow)]
    word = fields.maybe("ai", one_of(*known))
    slots = texts(fields.mapping("data"))
    up_ms = fields.maybe("slow_s", seconds)
    if word is None:
        return None
    return case.AgentIs(tempers[word], up_ms) if word in tempers else case.AgentLeaves(word, slots)


def flow_exits(flow: Flow) -> list[str]:
    """The exits of all agents of a flow."""
    agents = [node for node in flow.nodes.values() if isinstance(node, Ai)]
    return sorted({name for agent in agents for name in agent.exits})


def _slow(fields: Fields, flow: Flow) -> Step | None:
    return case.AgentIs(up_ms=fields.value("slow_s", seconds, 0))


def _language(fields: Fields, flow: Flow) -> Step | None:
    return case.AgentSwitches(fields.value("switch_language", one_of(*flow.languages), ""))


def _transfer(fields: Fields, flow: Flow) -> Step | None:
    return case.TransferEnds(fields.value("transfer", member_of(TransferEnd), TransferEnd.FAILED))


def _queue(fields: Fields, flow: Flow) -> Step | None:
    return fields.maybe("queue", _queue_news)


def _queue_news(written: str) -> case.QueueTells:
    found = _POSITION.fullmatch(written)
    if found:
        return case.QueueTells(QueueState.POSITION, int(found[1]))
    if written not in (QueueState.ANSWERED, QueueState.FULL):
        raise ValueError("write answered, full, or position and a number, like position 2")
    return case.QueueTells(QueueState(written))


def _tool(fields: Fields, flow: Flow) -> Step | None:
    return case.ToolEnds(fields.value("tool", _any, ""))


def _stream(fields: Fields, flow: Flow) -> Step | None:
    return case.Stream(is_back=fields.value("stream", one_of("lost", "back"), "back") == "back")


def _clock(fields: Fields, flow: Flow) -> Step | None:
    at = fields.maybe("clock", moment)
    return case.Clock(at) if at is not None else None


def _expect(word: str) -> Callable[[Fields, Flow], Step | None]:
    def reader(fields: Fields, flow: Flow) -> Step | None:
        wanted = fields.maybe(word, lambda written: _wanted(written, flow))
        within_ms = fields.maybe("within_s", seconds)
        if wanted is None:
            return None
        return case.Expect(wanted, within_ms, is_refused=word == "not")

    return reader


def _wanted(written: str, flow: Flow) -> Wanted:
    verb, _, name = written.partition(" ")
    if written == "hangup":
        return Wanted(verb)
    if verb == "say":
        _known(name, list(flow.prompts), "say and a prompt")
    elif verb == "voicemail":
        boxes = {node.box for node in flow.nodes.values() if isinstance(node, Voicemail)}
        _known(name, sorted(boxes), "voicemail and a box")
    else:
        _known(written, [f"{node.type} {name}" for name, node in flow.nodes.items()], "a node")
    return Wanted(verb, name)


def _known(name: str, known: list[str], what: str) -> None:
    if name not in known:
        raise ValueError(f"write {what}; {did_you_mean(name, known)}")


def _slot(fields: Fields, flow: Flow) -> Step | None:
    return case.SlotHolds(texts(fields.mapping("slot")))


_READERS: dict[str, Callable[[Fields, Flow], Step | None]] = {
    "press": _press,
    "speak": _speak,
    "silence_s": _wait("silence_s"),
    "wait_s": _wait("wait_s"),
    "hangup": _hang_up,
    "answer": _answer,
    "beep": _beep,
    "ai": _ai,
    "slow_s": _slow,
    "switch_language": _language,
    "transfer": _transfer,
    "queue": _queue,
    "tool": _tool,
    "stream": _stream,
    "clock": _clock,
    "fault": _fault,
    "expect": _expect("expect"),
    "not": _expect("not"),
    "slot": _slot,
}

WORDS = tuple(_READERS)
