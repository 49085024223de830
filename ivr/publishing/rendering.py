"""A flow's text to all that a version of it needs: examined, every sound made, examined with lengths."""

import os
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date

from ..check import validate
from ..finding import Finding, Findings
from ..flow import Flow
from ..installation import Installation
from ..machine.actions import Clip, ClipKind
from ..prompts import ENGLISH, POSITIONS_MAX, Source, longest_queue, wanted
from ..sounds.render import Renderer
from ..sounds.sound import Sound
from ..sounds.voice import Unspeakable, nearest
from .version import KeptSound, Sounds

Lengths = Callable[[Collection[str]], Mapping[str, int]]  # of the sounds that are there: by hash


@dataclass(frozen=True, slots=True)
class Rendered:
    """What there is to publish. `made` are the sounds that were not there yet, by hash.

    `notes` tell what an operator would not expect; of `findings` only warnings are left.
    """

    flow: Flow
    text: bytes
    sounds: Sounds
    made: Mapping[str, Sound]
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]


class FlowRefused(Exception):
    """A flow that cannot be published: all that was found, also the warnings."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("\n".join(each.render("flow") for each in findings))
        self.findings = findings


def nothing_is_there(wanted: Collection[str]) -> Mapping[str, int]:
    """For who wants every sound made anew."""
    return {}


def render(
    text: bytes, renderer: Renderer, *, today: date, here: Installation, lengths: Lengths
) -> Rendered:
    """Raises FlowRefused, with every sound that cannot be made at its place in the text."""
    estimated = validate(text, today=today, here=here)
    flow = estimated.flow
    if flow is None or not estimated.is_whole:
        raise FlowRefused(estimated.findings)
    sources = wanted(flow, renderer.speaks)
    findings = Findings(flow.spec)
    by_clip = _hashes(sources, renderer, findings)
    known = lengths(sorted(set(by_clip.values())))
    missing = {by_clip[clip]: clip for clip in by_clip if by_clip[clip] not in known}
    made = _made(missing, sources, renderer, findings)
    if findings.rules:
        raise FlowRefused(findings.in_order())
    length_ms = {**known, **{hash_: sound.length_ms for hash_, sound in made.items()}}
    sounds = {clip: KeptSound(hash_, length_ms[hash_]) for clip, hash_ in by_clip.items()}
    verdict = validate(text, today=today, here=here, rendered_ms=_prompts_ms(sounds))
    if not verdict.is_valid:
        raise FlowRefused(verdict.findings)
    return Rendered(flow, text, sounds, made, verdict.findings, tuple(_notes(flow, renderer)))


def _hashes(
    sources: Mapping[Clip, Source], renderer: Renderer, findings: Findings
) -> dict[Clip, str]:
    found: dict[Clip, str] = {}
    for clip, source in sources.items():
        try:
            found[clip] = renderer.hash_of(source)
        except Unspeakable as error:
            _tell(clip, error, findings)
    return found


def _made(
    missing: Mapping[str, Clip],
    sources: Mapping[Clip, Source],
    renderer: Renderer,
    findings: Findings,
) -> dict[str, Sound]:
    """Each of these sounds; as many at once as there are processors."""
    made: dict[str, Sound] = {}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        works = {
            hash_: pool.submit(renderer.render, sources[clip]) for hash_, clip in missing.items()
        }
        for hash_, work in works.items():
            try:
                made[hash_] = work.result()
            except Unspeakable as error:
                _tell(missing[hash_], error, findings)
    return made


def _tell(clip: Clip, error: Unspeakable, findings: Findings) -> None:
    is_prompt = clip.kind is ClipKind.PROMPT
    path = f"prompts.{clip.name}.{clip.language}" if is_prompt else "languages"
    findings.at("V000", path, error.what, error.fix)


def _prompts_ms(sounds: Sounds) -> dict[tuple[str, str], int]:
    return {
        (clip.name, clip.language): sound.length_ms
        for clip, sound in sounds.items()
        if clip.kind is ClipKind.PROMPT
    }


def _notes(flow: Flow, renderer: Renderer) -> list[str]:
    notes: list[str] = []
    for language in flow.languages:
        spoken = nearest(language, renderer.voice.languages)
        if spoken is None:
            notes.append(
                f"{language}: no voice here; apologies are in {ENGLISH}, no places in a queue"
            )
        elif spoken != language:
            notes.append(f"{language}: the nearest voice here speaks {spoken}")
    if longest_queue(flow) == POSITIONS_MAX:
        notes.append(f"places in a queue are told up to {POSITIONS_MAX}")
    return notes
