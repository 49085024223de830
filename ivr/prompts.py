"""Which sounds a flow needs before it may answer, and what each is made of; says when two are equal."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from . import nodes
from .flow import Flow, QueueDestination, Said
from .machine.actions import Clip, ClipKind
from .own_words import SORRY, family, position
from .spoken import prompts

PROCESSING = 1  # one more with each change of how sounds are trimmed, levelled and encoded
POSITIONS_MAX = 60  # who waits behind these is not told their place
ENGLISH = "en-US"
TONE = "tone"


@dataclass(frozen=True, slots=True)
class Words:
    """Text for a voice, in a language."""

    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Recording:
    """A WAV file, by its path below the flow's folder."""

    path: str


@dataclass(frozen=True, slots=True)
class Synthesised:
    """A sound made by arithmetic: the tone, or music by its name."""

    name: str


Source = Words | Recording | Synthesised


def wanted(flow: Flow, speaks: Callable[[str], bool]) -> dict[Clip, Source]:
    """Every clip that a call in this flow can ask for; `speaks` says which languages a voice has.

    The engine's own words fall back to English where it has none in a language; a place in a queue
    is then not told at all.
    """
    return dict([*_of_flow(flow), *_of_engine(flow, speaks), *_music(flow)])


def _of_flow(flow: Flow) -> Iterator[tuple[Clip, Source]]:
    named = {prompt for node in flow.nodes.values() for prompt in prompts(node).values()}
    if flow.emergency is not None:
        named.add(flow.emergency.prompt)
    for name in sorted(named & flow.prompts.keys()):
        for language, said in flow.prompts[name].items():
            yield Clip(ClipKind.PROMPT, name, language), _source(said, language)


def _source(said: Said, language: str) -> Source:
    return Words(said.text or "", language) if said.file is None else Recording(said.file)


def _of_engine(flow: Flow, speaks: Callable[[str], bool]) -> Iterator[tuple[Clip, Source]]:
    for language in flow.languages:
        yield Clip(ClipKind.TONE, "", language), Synthesised(TONE)
        is_ours = speaks(language) and family(language) in SORRY
        apology = (
            Words(SORRY[family(language)], language) if is_ours else Words(SORRY["en"], ENGLISH)
        )
        yield Clip(ClipKind.SORRY, "", language), apology
        if is_ours:
            yield from _places(flow, language)


def _places(flow: Flow, language: str) -> Iterator[tuple[Clip, Source]]:
    for place in range(1, longest_queue(flow) + 1):
        words = position(place, language)
        if words is not None:
            yield Clip(ClipKind.POSITION, str(place), language), Words(words, language)


def longest_queue(flow: Flow) -> int:
    """The last place that is told to somebody who waits, 0 without a queue."""
    queues = {node.to for node in flow.nodes.values() if isinstance(node, nodes.Queue)}
    found = (flow.destinations[name] for name in queues if name in flow.destinations)
    lengths = (each.max_len for each in found if isinstance(each, QueueDestination))
    return min(max(lengths, default=0), POSITIONS_MAX)


def _music(flow: Flow) -> Iterator[tuple[Clip, Source]]:
    people = (
        node for node in flow.nodes.values() if isinstance(node, nodes.Transfer | nodes.Queue)
    )
    for name in sorted({node.music for node in people}):
        yield Clip(ClipKind.MUSIC, name, ""), Synthesised(name)


def hash_of_words(text: str, language: str, voice: str, renderer: str) -> str:
    """What tells one spoken text from another: also who speaks it, and by which program."""
    return _hash("words", text, language, voice, renderer)


def hash_of_recording(content: bytes) -> str:
    """The same for a file: its bytes count, not its name."""
    return _hash("recording", hashlib.sha256(content).hexdigest())


def hash_of_synthesised(name: str) -> str:
    """The same for a sound made by arithmetic."""
    return _hash("synthesised", name)


def _hash(*parts: str) -> str:
    return hashlib.sha256(json.dumps([PROCESSING, *parts]).encode()).hexdigest()
