"""What of an answer leaves when: a list of timed steps, as data."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from msgspec import Struct
from msgspec.structs import replace

from ..assumptions import Assumption
from .settings import Span

_LEAD_WORDS = (3, 4)
_WORD_LONGEST = 15
_ARGUMENT_PIECES = (3, 6)
_ARGUMENT_GAP_MS = 15


@dataclass(frozen=True, slots=True)
class PlannedItem:
    """One output item: words with or without audio, or the pieces of a call's arguments."""

    words: tuple[str, ...] = ()
    audio_ms: int = 0
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast an answer comes; times in ms, `first_item_ms` after response.created."""

    first_item_ms: int
    first_audio_ms: int
    delta_ms: int
    first_deltas_ms: tuple[int, ...]
    speed: float
    burst: Span
    done_ms: Span
    finished_ms: Span
    overlap: bool = False


class ItemAdded(Struct, frozen=True):
    """The item appears, and its content part."""

    index: int


class Words(Struct, frozen=True):
    """A delta of text, of a transcript or of arguments."""

    index: int
    text: str


class Audio(Struct, frozen=True):
    """An audio delta: these milliseconds of the item."""

    index: int
    start_ms: int
    end_ms: int


class ItemDone(Struct, frozen=True):
    """The done family of the item."""

    index: int


class Finished(Struct, frozen=True):
    """The response is done."""


What = ItemAdded | Words | Audio | ItemDone | Finished


class Step(Struct, frozen=True):
    """What leaves `at_ms` after response.created."""

    at_ms: int
    what: What


def plan(items: Sequence[PlannedItem], pace: Pace, rng: random.Random) -> list[Step]:
    """All steps in the order in which they leave."""
    steps: list[Step] = []
    at_ms = pace.first_item_ms
    held_back: Step | None = None  # an overlapped item's done family
    for index, item in enumerate(items):
        body = _body(index, item, at_ms, pace, rng)
        end_ms = body[-1].at_ms
        done = Step(end_ms + rng.randint(*pace.done_ms), ItemDone(index))
        steps += body
        if held_back is not None:
            steps.append(replace(held_back, at_ms=max(held_back.at_ms, end_ms)))
        is_overlapped = pace.overlap and index + 1 < len(items)
        held_back = done if is_overlapped else None
        if is_overlapped:
            at_ms = (at_ms + end_ms) // 2
        else:
            steps.append(done)
            at_ms = done.at_ms + rng.randint(*pace.done_ms)
    last_ms = max((step.at_ms for step in steps), default=at_ms)
    finished = Step(last_ms + rng.randint(*pace.finished_ms), Finished())
    return [*sorted(steps, key=lambda step: step.at_ms), finished]


def with_gap(steps: Sequence[Step], gap_ms: int) -> list[Step]:
    """The same with a pause in the middle of the audio."""
    audio = [number for number, step in enumerate(steps) if isinstance(step.what, Audio)]
    if not audio:
        return list(steps)
    first = audio[len(audio) // 2]
    late = [replace(step, at_ms=step.at_ms + gap_ms) for step in steps[first:]]
    return [*steps[:first], *late]


def stuck(steps: Sequence[Step]) -> list[Step]:
    """The first item and then nothing."""
    return [step for step in steps[:1] if isinstance(step.what, ItemAdded)]


def split_words(text: str) -> tuple[str, ...]:
    """Text in deltas as a model sends them: words with the space before them, 15 characters most."""
    pieces: list[str] = []
    for number, word in enumerate(text.split()):
        spaced = f" {word}" if number else word
        pieces += [spaced[n : n + _WORD_LONGEST] for n in range(0, len(spaced), _WORD_LONGEST)]
    return tuple(pieces)


def split_arguments(arguments: str, rng: random.Random) -> tuple[str, ...]:
    """Arguments in three to six deltas, fewer if they are shorter than that."""
    size = -(-len(arguments) // rng.randint(*_ARGUMENT_PIECES))
    return tuple(arguments[n : n + size] for n in range(0, len(arguments), max(1, size)))


def _body(index: int, item: PlannedItem, at_ms: int, pace: Pace, rng: random.Random) -> list[Step]:
    """Everything of an item but its done family."""
    if item.audio_ms:
        return _spoken(index, item, at_ms, pace, rng)
    pieces = item.words or item.arguments
    written = [
        Step(at_ms + number * _ARGUMENT_GAP_MS, Words(index, piece))
        for number, piece in enumerate(pieces)
    ]
    return [Step(at_ms, ItemAdded(index)), *written]


def _spoken(
    index: int, item: PlannedItem, at_ms: int, pace: Pace, rng: random.Random
) -> list[Step]:
    """Some words, then audio, with the other words ahead of the first half of it."""
    words = list(item.words)
    lead = rng.randint(*_LEAD_WORDS)
    steps = [Step(at_ms, ItemAdded(index))]
    steps += [Step(at_ms, Words(index, word)) for word in words[:lead]]
    del words[:lead]
    deltas = _deltas(index, item.audio_ms, at_ms + pace.first_audio_ms, pace, rng)
    per_delta = -(-len(words) // max(1, len(deltas) // 2))
    for delta in deltas:
        steps += [Step(delta.at_ms, Words(index, word)) for word in words[:per_delta]]
        del words[:per_delta]
        steps.append(delta)
    return steps


def _deltas(index: int, audio_ms: int, at_ms: int, pace: Pace, rng: random.Random) -> list[Step]:
    """The audio in deltas; those of a burst wait for its last one."""
    sizes = iter(pace.first_deltas_ms)
    cuts: list[tuple[int, int]] = []
    start_ms = 0
    while start_ms < audio_ms:
        end_ms = min(audio_ms, start_ms + next(sizes, pace.delta_ms))
        cuts.append((start_ms, end_ms))
        start_ms = end_ms
    steps: list[Step] = []
    first_end_ms = cuts[0][1]
    group = 1  # the first delta leaves alone
    while cuts:
        burst, cuts = cuts[:group], cuts[group:]
        made_ms = at_ms + round((burst[-1][1] - first_end_ms) / pace.speed)
        steps += [Step(made_ms, Audio(index, start, end)) for start, end in burst]
        group = rng.randint(*pace.burst)
    return steps


ASSUMPTIONS = (
    Assumption(
        "text leads: three or four words before the first audio, all of them by half of it",
        "documented",
        "recordings of gpt-realtime, July to September 2026",
    ),
    Assumption(
        "an overlapped item is done after the deltas of the item that overlaps it",
        "documented",
        "recording of gpt-realtime-2.1 with commentary and a function call",
    ),
)
