"""One version of a flow as it is published: its text, and which sound each clip is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import orjson

from ..machine.actions import Clip, ClipKind


@dataclass(frozen=True, slots=True)
class KeptSound:
    """A sound in the store, by the hash of what it is made of."""

    hash: str
    length_ms: int


Sounds = Mapping[Clip, KeptSound]


@dataclass(frozen=True, slots=True)
class FlowVersion:
    """Never changed. `who` published it, and when."""

    name: str
    version: int
    text: bytes
    sounds: Sounds
    who: str = ""
    at: datetime | None = None


def hashes(sounds: Sounds) -> list[str]:
    """Each sound once, in the order of its first clip."""
    return [*dict.fromkeys(sound.hash for sound in sounds.values())]


def render_sounds(sounds: Sounds) -> bytes:
    """As JSON."""
    return orjson.dumps(
        [
            [clip.kind, clip.name, clip.language, sound.hash, sound.length_ms]
            for clip, sound in sounds.items()
        ]
    )


def parse_sounds(text: bytes) -> Sounds:
    """The way back. ValueError for what is none."""
    found: dict[Clip, KeptSound] = {}
    rows = orjson.loads(text)
    try:
        for kind, name, language, hash_, length_ms in rows:
            found[Clip(ClipKind(kind), str(name), str(language))] = KeptSound(
                str(hash_), int(length_ms)
            )
    except TypeError as error:
        raise ValueError("these are no sounds of a flow") from error
    return found
