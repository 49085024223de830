"""The chain from one audio format to another: nothing, a table, or one resampler."""

from typing import Final, Protocol

from .buffer import Buffer, byte_count
from .frames import PCM16_24K, AudioFormat, Encoding
from .g711 import transcoder
from .resample import DELAY_MS, Downsampler, Upsampler

_POSSIBLE: Final = "equal formats, any two of ulaw, alaw and pcm16 at 8000 Hz, and these from and to pcm16 24000 Hz"


class UnsupportedConversion(ValueError):
    """There is no chain between the two formats."""


class Converter(Protocol):
    """Bytes of `source` in, bytes of `target` out, for one call.

    `steps` names the chain, empty if `identity`; `resamplers` counts those in it. `flush` gives what
    is held back at the end of the signal, `reset` drops it; both leave the converter as new.
    """

    @property
    def source(self) -> AudioFormat: ...
    @property
    def target(self) -> AudioFormat: ...
    @property
    def identity(self) -> bool: ...
    @property
    def resamplers(self) -> int: ...
    @property
    def delay_ms(self) -> float: ...
    @property
    def steps(self) -> tuple[str, ...]: ...

    def push(self, data: Buffer) -> bytes: ...
    def flush(self) -> bytes: ...
    def reset(self) -> None: ...


class _Table:
    """A chain without memory: one table, or a wire."""

    resamplers = 0
    delay_ms = 0.0

    def __init__(self, source: AudioFormat, target: AudioFormat) -> None:
        self.source = source
        self.target = target
        self.identity = source == target
        self.steps = () if self.identity else (_table_step(source, target),)
        self._sample_bytes = 1 if self.identity else source.sample_bytes  # a wire does not count
        self._transcode = transcoder(source.law, target.law)

    def push(self, data: Buffer) -> bytes:
        byte_count(data, self._sample_bytes, "Converter.push")
        return self._transcode(data)

    def flush(self) -> bytes:
        return b""

    def reset(self) -> None:
        pass


class _Resampling:
    """A chain of one resampler, which decodes or encodes by itself."""

    identity = False
    resamplers = 1
    delay_ms = DELAY_MS

    def __init__(
        self, source: AudioFormat, target: AudioFormat, stream: Upsampler | Downsampler
    ) -> None:
        self.source = source
        self.target = target
        self.steps = ("up3",) if source.rate < target.rate else ("down3",)
        self._stream = stream

    def push(self, data: Buffer) -> bytes:
        return self._stream.push(data)

    def flush(self) -> bytes:
        return self._stream.flush()

    def reset(self) -> None:
        self._stream.reset()


def _table_step(source: AudioFormat, target: AudioFormat) -> str:
    if source.encoding is Encoding.PCM16:
        return "encode"
    return "decode" if target.encoding is Encoding.PCM16 else "transcode"


def converter(source: AudioFormat, target: AudioFormat) -> Converter:
    """The chain for one call; UnsupportedConversion if there is none."""
    if source == target or source.rate == target.rate == 8000:
        return _Table(source, target)
    if source.rate == 8000 and target == PCM16_24K:
        return _Resampling(source, target, Upsampler(source.law))
    if source == PCM16_24K and target.rate == 8000:
        return _Resampling(source, target, Downsampler(target.law))
    raise UnsupportedConversion(f"{source} to {target}: possible are {_POSSIBLE}")
