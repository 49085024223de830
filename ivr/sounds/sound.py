"""A sound as it is kept: in the formats of both lines, and how long it is."""

from dataclasses import dataclass

ULAW_BYTES_A_MS = 8


@dataclass(frozen=True, slots=True)
class Sound:
    """Mu-law at 8000 Hz and little-endian PCM16 at 24000 Hz of the same length, whole frames."""

    ulaw: bytes
    pcm: bytes

    @property
    def length_ms(self) -> int:
        """How long it takes to play."""
        return len(self.ulaw) // ULAW_BYTES_A_MS
