"""A flow that can answer calls: read, and with all that it says in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ...codecs.frames import PCMU_8K
from ..finding import Findings
from ..flow import Flow
from ..machine.actions import Clip, ClipKind
from ..public_holidays import public_holidays
from ..read import read
from .version import FlowVersion, Sounds, hashes


@dataclass(frozen=True, slots=True)
class Repertoire:
    """What a flow says, as mu-law at 8000 Hz; the same object for the same sound."""

    by_clip: Mapping[Clip, bytes] = field(repr=False)

    def sound(self, clip: Clip) -> bytes:
        """The clip; nothing for a place in a queue that is not told in this language."""
        if clip.kind is ClipKind.POSITION:
            return self.by_clip.get(clip, b"")
        return self.by_clip[clip]

    def music(self, name: str) -> bytes:
        """A loop without a seam."""
        return self.by_clip[Clip(ClipKind.MUSIC, name, "")]


@dataclass(frozen=True, slots=True, weakref_slot=True)
class ReadyFlow:
    """Whoever holds one keeps it: nothing of it ever changes."""

    flow: Flow
    version: int
    sounds: Repertoire
    published: FlowVersion = field(repr=False)
    audio: Mapping[str, bytes] = field(repr=False)  # mu-law, by the hashes of `published`


def ready(published: FlowVersion, audio: Mapping[str, bytes]) -> ReadyFlow:
    """ValueError where the text cannot be read, or a sound is missing or is not as long as it was."""
    findings = Findings()
    flow = read(published.text, findings)
    if flow is None or flow.name != published.name or findings.in_order():
        raise ValueError(f"version {published.version} of {published.name} cannot be read")
    for sound in published.sounds.values():
        if len(audio.get(sound.hash, b"")) != sound.length_ms * PCMU_8K.bytes_per_ms:
            raise ValueError(f"a sound of version {published.version} of {published.name} is lost")
    public_holidays(flow, datetime.now(UTC).date())  # from here on no call waits for them
    by_clip = {clip: audio[sound.hash] for clip, sound in published.sounds.items()}
    needed = {hash_: audio[hash_] for hash_ in hashes(published.sounds)}
    return ReadyFlow(flow, published.version, Repertoire(by_clip), published, needed)


def missing(sounds: Sounds, known: Mapping[str, bytes]) -> list[str]:
    """Which of them have to be fetched."""
    return [hash_ for hash_ in hashes(sounds) if hash_ not in known]
