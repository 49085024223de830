"""Where speech starts and stops in the caller's audio, on a grid of 32 ms of appended audio."""

import functools
from dataclasses import dataclass

import numpy as np

from ....codecs.frames import AudioFormat, Encoding
from ....codecs.g711 import ALAW_DEC, ULAW_DEC
from ..assumptions import Assumption

GRID_MS = 32
_LOUD_SHARE = 8  # a window is loud when one sample in eight is
_FORGET_EVERY_MS = 8_000


@dataclass(frozen=True, slots=True)
class SpeechRule:
    """What counts as speech: level 0-1, ms of audio before it, ms of silence that end it.

    `kept_ms`: how much silence the buffer holds at least.
    """

    threshold: float
    prefix_ms: int
    silence_ms: int
    kept_ms: int = 4000


@dataclass(frozen=True, slots=True)
class Onset:
    """Speech began; `audio_start_ms` includes the padding before it."""

    audio_start_ms: int


@dataclass(frozen=True, slots=True)
class Stop:
    """Speech ended; `audio_end_ms` includes the silence that told so."""

    audio_end_ms: int


Edge = Onset | Stop


class Ear:
    """The input audio buffer. Positions are ms of audio appended since the session began."""

    def __init__(self, audio_format: AudioFormat, position_ms: int = 0) -> None:
        self._per_ms = audio_format.bytes_per_ms
        self._encoding = audio_format.encoding
        self._sample_bytes = audio_format.sample_bytes
        self._high_byte = self._sample_bytes - 1
        self._window = GRID_MS * self._per_ms
        self._loud_least = GRID_MS * audio_format.rate // 1000 // _LOUD_SHARE
        self._audio = bytearray()
        self._audio_at = position_ms * self._per_ms  # the byte position of _audio[0]
        self._scanned = 0  # bytes of _audio whose windows were judged
        self._rule: SpeechRule | None = None
        self._quiet_codes = b""
        self._most = 0  # bytes of silence before some are forgotten
        self._quiet_windows = 0
        self.is_speech = False
        self._skip_to_grid()

    @property
    def position_ms(self) -> int:
        """How much audio was appended."""
        return (self._audio_at + len(self._audio)) // self._per_ms

    @property
    def window_ms(self) -> int:
        """The position up to which windows were judged."""
        return (self._audio_at + self._scanned) // self._per_ms

    @property
    def held_ms(self) -> float:
        """How much audio is in the buffer."""
        return len(self._audio) / self._per_ms

    def listen_for(self, rule: SpeechRule | None) -> None:
        """Change what counts as speech; None: nothing does."""
        if rule == self._rule:
            return
        if rule is None or self._rule is None:
            self.is_speech = False
            self._skip_to_grid()
        self._rule = rule
        if rule is not None:
            self._quiet_codes = _quiet_codes(self._encoding, _amplitude(rule.threshold))
            self._most = (rule.kept_ms + _FORGET_EVERY_MS) * self._per_ms

    def append(self, audio: bytes) -> list[Edge]:
        """Take audio in; returns the edges of speech in the windows it completed."""
        self._audio += audio
        if self._rule is None or len(self._audio) - self._scanned < self._window:
            return []
        edges = self._scan(self._rule)
        if len(self._audio) > self._most and not self.is_speech:
            self._forget(len(self._audio) - self._rule.kept_ms * self._per_ms)
        return edges

    def take(self, start_ms: int, end_ms: int) -> bytes:
        """Remove everything up to `end_ms` from the buffer; returns what lies from `start_ms` on."""
        first = max(0, start_ms * self._per_ms - self._audio_at)
        last = max(0, end_ms * self._per_ms - self._audio_at)
        taken = bytes(self._audio[first:last])
        self._forget(last)
        return taken

    def take_all(self) -> bytes:
        """Empty the buffer."""
        taken = bytes(self._audio)
        self.clear()
        return taken

    def clear(self) -> None:
        """Forget the audio and any speech in it; positions go on."""
        self._forget(len(self._audio))
        self.is_speech = False
        self._skip_to_grid()

    def _scan(self, rule: SpeechRule) -> list[Edge]:
        edges: list[Edge] = []
        stop_windows = -(-rule.silence_ms // GRID_MS)
        while len(self._audio) - self._scanned >= self._window:
            is_loud = self._is_loud(self._scanned)
            self._scanned += self._window
            if is_loud:
                self._quiet_windows = 0
                if not self.is_speech:
                    self.is_speech = True
                    edges.append(Onset(max(0, self.window_ms - GRID_MS - rule.prefix_ms)))
            elif self.is_speech:
                self._quiet_windows += 1
                if self._quiet_windows >= stop_windows:
                    self.is_speech = False
                    edges.append(Stop(self.window_ms))
        return edges

    def _is_loud(self, first: int) -> bool:
        codes = self._audio[first + self._high_byte : first + self._window : self._sample_bytes]
        return len(codes.translate(None, self._quiet_codes)) >= self._loud_least

    def _forget(self, size: int) -> None:
        size = min(size, len(self._audio))
        del self._audio[:size]
        self._audio_at += size
        self._scanned = max(0, self._scanned - size)

    def _skip_to_grid(self) -> None:
        behind = -(self._audio_at + len(self._audio)) % self._window
        self._scanned = len(self._audio) + behind


def _amplitude(threshold: float) -> int:
    return round(64 * 64**threshold)


@functools.cache
def _quiet_codes(encoding: Encoding, amplitude: int) -> bytes:
    """The codes of samples below an amplitude; of PCM16 the high bytes."""
    if encoding is Encoding.PCM16:
        size = max(1, amplitude >> 8)
        return bytes([*range(size), *range(256 - size, 256)])
    table = ULAW_DEC if encoding is Encoding.ULAW else ALAW_DEC
    return np.flatnonzero(np.abs(table.astype(np.int32)) < amplitude).astype(np.uint8).tobytes()


_RECORDING = "recordings of gpt-realtime, July to September 2026"

ASSUMPTIONS = (
    Assumption(
        "audio_end_ms and audio_start_ms plus the padding are multiples of 32 ms of appended "
        "audio; without audio nothing moves",
        "documented",
        _RECORDING,
    ),
    Assumption(
        "audio_start_ms includes prefix_padding_ms, audio_end_ms the silence",
        "documented",
        'OpenAI API reference, "input_audio_buffer.speech_started"',
    ),
    Assumption(
        "speech is one sample in eight above 64 * 64^threshold (512, -36 dBFS, at 0.5) in 32 ms",
        "assumed",
        "the real detector is a model of its own",
    ),
    Assumption(
        "silence before speech leaves the buffer after some seconds",
        "assumed",
        "only speech is committed and billed",
    ),
)
