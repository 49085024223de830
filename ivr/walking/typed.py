"""A line from the keyboard as an act: keys, words, a choice by its name, or a step of a test file."""

import re
from collections.abc import Mapping, Sequence

from ...numbers.yaml.fields import did_you_mean
from ...numbers.yaml.text import read as read_yaml
from ...numbers.yaml.tree import Faults, MappingNode
from ..fields import Fields
from ..finding import Findings
from ..flow import Flow
from ..headless import case, step_entry
from ..headless.case import Act, Expect, SlotHolds
from ..headless.world import World
from ..spoken import estimate_ms
from .offers import is_decided_elsewhere, offered

KEYS_MAX = 64
SPEAK_MS_MIN = 1500  # what a voicemail takes for a message, however few words
BYTES_MAX = 10_000
BARE = ("beep", "fault")  # steps that need no value
EXPECTING = ("expect", "not", "slot")
WORDS = tuple(word for word in step_entry.WORDS if word not in EXPECTING)
_KEYS = re.compile(r"[0-9*#]+")
_STEP = re.compile(r"/([a-z_]+)(?:\s+(.+))?")
_SLOT = re.compile(r"([\w.]+)=(\S+)")


def read(line: str, world: World) -> Act:
    """What it means where the call is. Raises ValueError with what to type instead."""
    if line.startswith("/"):
        return _step(line, world.flow)
    keys = keys_of(line)
    if len(keys) > KEYS_MAX:
        raise ValueError(f"these are {len(keys)} keys: type {KEYS_MAX} at most")
    if keys:
        return case.Press(keys)
    chosen = _chosen(line.split(), offered(world))
    if chosen is not None:
        return chosen
    if is_decided_elsewhere(world):
        raise ValueError(f"nobody hears this now: {did_you_mean(line, [*offered(world)])}")
    words = line.strip('"')
    return case.Speak(words, max(SPEAK_MS_MIN, estimate_ms(words)))


def keys_of(line: str) -> str:
    """The keys, if it has nothing else but blanks; else nothing."""
    keys = "".join(line.split())
    return keys if _KEYS.fullmatch(keys) else ""


def _chosen(words: Sequence[str], choices: Mapping[str, Act]) -> Act | None:
    """A choice, and for one of the agent's what it brings; with other words it is speech."""
    name, *rest = words
    act, slots = choices.get(name), [_SLOT.fullmatch(word) for word in rest]
    if act is None or not all(slots):
        return None
    if not slots:
        return act
    brought = {found[1]: found[2] for found in slots if found}
    return case.AgentLeaves(name, brought) if isinstance(act, case.AgentLeaves) else None


def _step(line: str, flow: Flow) -> Act:
    found = _STEP.fullmatch(line)
    if found is None:
        raise ValueError("this is no step: write one like /ai down or /wait_s 5")
    word, value = found[1], found[2] or ("true" if found[1] in BARE else "")
    if word in EXPECTING:
        raise ValueError(f"/{word} is for test files: here you see what happens")
    if word not in WORDS:
        raise ValueError(f"there is no step /{word}: {did_you_mean(word, [*WORDS])}")
    faults, findings = Faults(), Findings()
    root = read_yaml(f"{{{word}: {value}}}".encode(), faults, bytes_max=BYTES_MAX)
    for fault in faults.in_order():
        raise ValueError(f"/{word}: {fault.what}. {fault.fix}")
    assert isinstance(root, MappingNode)
    step = step_entry.read(Fields(root, "", "this", findings), flow)
    for finding in findings.in_order():
        raise ValueError(f"/{word}: {finding.what}. {finding.fix}")
    if step is None or isinstance(step, Expect | SlotHolds):
        raise ValueError(f"/{word} says nothing: write one like /ai down or /wait_s 5")
    return step
