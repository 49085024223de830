"""8 kHz to 24 kHz and back for one call: exact, at once, 2.000 ms each way.

With d = TAPS and x = 0 before the first sample,
    up:   y[3n+p] = 3/2^18 * sum of d[3k+p] * x[n-k], k = 0..32, p = 0, 1, 2
    down: y[m]    = 1/2^18 * sum of d[k] * x[3m-k], k = 0..96
then rounded half to even, saturated and, for a law, encoded. All values are integers times 2^-18 and
every partial sum stays below 2^53, so float64 gives the same bits in any order of summation: on any
machine, for any cut into chunks, alone or in a batch.
"""

from collections.abc import Callable
from threading import local
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from .buffer import PCM, Buffer, byte_count
from .g711 import ALAW_ENC, ULAW_ENC, Law, sample_bytes, transcoder
from .taps import SCALE_BITS, TAPS

if TYPE_CHECKING:
    from numpy import clip
else:
    try:
        from numpy._core.umath import clip  # takes half of what the public one takes
    except ImportError:  # pragma: no cover - it is private, and may move
        from numpy import clip

DELAY_8K: Final = 16
DELAY_24K: Final = 48
DELAY_MS: Final = 2.0

BLOCK: Final = 16  # steps, that is samples at 8 kHz
_BLOCKS_AT_ONCE: Final = 640  # bounds the work space of a huge push
_BLOCKS_USUAL: Final = 12  # up to 24 ms, a frame and a little, in a work area that stays
# As arrays of no dimension: plain numbers cost numpy a microsecond more in each operation.
_LOWEST, _HIGHEST, _TABLE_ZERO = np.array(-32768.0), np.array(32767.0), np.array(32768.0)


class Stage:
    """One direction of the filter: `inputs` samples in for `outputs` out, 16 such steps a block.

    A block is one row of a product: a window of inputs, `history` old and `taken` new ones, times one
    matrix gives the `made` outputs.
    """

    __slots__ = ("_areas", "_matrix", "history", "inputs", "made", "outputs", "taken", "window")

    def __init__(self, inputs: int, outputs: int) -> None:
        self.inputs = inputs
        self.outputs = outputs
        self.history = 2 * DELAY_8K * inputs
        self.taken = BLOCK * inputs
        self.made = BLOCK * outputs
        self.window = self.history + self.taken
        self._matrix = self._toeplitz()
        self._areas = _Areas()

    def _toeplitz(self) -> NDArray[np.float64]:
        """(window, made): the tap between each input of a window and each output."""
        entered = (np.arange(self.window) - self.history) * self.outputs
        left = np.arange(self.made) * self.inputs
        lag = left - entered[:, np.newaxis]  # in samples at 24 kHz
        taps = np.where((lag >= 0) & (lag < TAPS.size), TAPS.take(lag, mode="clip"), 0)
        return taps * (self.outputs / 2**SCALE_BITS)

    def run(self, pcm: bytes, steps: int) -> NDArray[np.float64]:
        """At least `steps` steps of outputs, (blocks, made), from the history and new samples in `pcm`.

        The last block is filled up with zeros; what it makes too much is the caller's to drop. What
        is returned may be a work area: use it up before the next run.
        """
        blocks = -(-steps // BLOCK)
        filled = pcm.ljust(2 * (self.history + blocks * self.taken), b"\0")
        if blocks <= _BLOCKS_USUAL:
            return self._area(blocks).run(filled, self._matrix)
        shape, strides = (blocks, self.window), (2 * self.taken, 2)
        windows: NDArray[np.int16] = np.ndarray(shape, PCM, filled, 0, strides)
        if blocks <= _BLOCKS_AT_ONCE:
            return self.apply(windows.astype(np.float64))
        parts = np.split(windows, range(_BLOCKS_AT_ONCE, blocks, _BLOCKS_AT_ONCE))
        return np.concatenate([self.apply(part.astype(np.float64)) for part in parts])

    def _area(self, blocks: int) -> "_Area":
        area = self._areas.of_blocks.get(blocks)
        if area is None:
            area = self._areas.of_blocks[blocks] = _Area(self, blocks)
        return area

    def apply(self, windows: NDArray[np.float64]) -> NDArray[np.float64]:
        """The outputs (n, made) of windows (n, window): whole, not yet saturated."""
        outputs: NDArray[np.float64] = windows.dot(self._matrix)
        return np.rint(outputs, outputs)


class _Area:
    """Room for a push of so many blocks: arrays cost more to make than to fill."""

    __slots__ = ("_floats", "_outputs", "_signal", "_windows")

    def __init__(self, stage: Stage, blocks: int) -> None:
        shape, strides = (blocks, stage.window), (2 * stage.taken, 2)
        self._signal = bytearray(2 * (stage.history + blocks * stage.taken))
        self._windows: NDArray[np.int16] = np.ndarray(shape, PCM, self._signal, 0, strides)
        self._floats = np.empty(shape)
        self._outputs = np.empty((blocks, stage.made))

    def run(self, signal: bytes, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """As `Stage.apply`, of exactly so many blocks."""
        self._signal[:] = signal[: len(self._signal)]
        self._floats[...] = self._windows
        np.dot(self._floats, matrix, self._outputs)
        return np.rint(self._outputs, self._outputs)


class _Areas(local):
    """The work areas of one stage: each thread has its own."""

    def __init__(self) -> None:
        self.of_blocks: dict[int, _Area] = {}


UP: Final = Stage(1, 3)
DOWN: Final = Stage(3, 1)


def _saturate(outputs: NDArray[np.float64]) -> NDArray[np.int16]:
    return clip(outputs, _LOWEST, _HIGHEST, outputs).astype(PCM)


def _encoder(table: NDArray[np.uint8]) -> Callable[[NDArray[np.float64]], NDArray[np.uint8]]:
    def encode(outputs: NDArray[np.float64]) -> NDArray[np.uint8]:
        outputs += _TABLE_ZERO
        return table.take(outputs.astype(np.intp), mode="clip")  # which saturates for free

    return encode


# From whole outputs, which are used up, to samples of a law.
FINISH: Final[dict[Law, Callable[[NDArray[np.float64]], NDArray[Any]]]] = {
    "ulaw": _encoder(ULAW_ENC),
    "alaw": _encoder(ALAW_ENC),
    "pcm16": _saturate,
}


class _Stream:
    """One stage with its memory: the last inputs, and those too few for a whole output."""

    def __init__(self, stage: Stage, source: Law, target: Law) -> None:
        name = type(self).__name__
        self._push = f"{name}.push"  # for errors
        self._stage = stage
        self._sample_bytes = sample_bytes(source, name)
        self._history_bytes = 2 * stage.history
        self._step_bytes = 2 * stage.inputs
        self._made_bytes = sample_bytes(target, name) * stage.outputs
        self._decode = transcoder(source, "pcm16")
        self._finish = FINISH[target]
        self.reset()

    def push(self, data: Buffer) -> bytes:
        """All outputs that are complete with `data`. ValueError if it is not whole samples."""
        byte_count(data, self._sample_bytes, self._push)
        return self._run(self._decode(data))

    def flush(self) -> bytes:
        """The last 2 ms, which complete the signal; then as new. Nothing if nothing was pushed."""
        if not self._has_input:
            return b""
        carried = len(self._held) - self._history_bytes
        filling = -carried % self._step_bytes
        tail = self._run(bytes(filling + DELAY_8K * self._step_bytes))
        self.reset()
        return tail

    def reset(self) -> None:
        """As new: what was pushed is forgotten."""
        self._held = bytes(self._history_bytes)  # the history, then carried samples
        self._has_input = False

    def _run(self, pcm: bytes) -> bytes:
        if not pcm:
            return b""
        joined = self._held + pcm
        steps = (len(joined) - self._history_bytes) // self._step_bytes
        self._held = joined[steps * self._step_bytes :]
        self._has_input = True
        if not steps:
            return b""
        made = self._finish(self._stage.run(joined, steps)).tobytes()
        return made[: steps * self._made_bytes]


class Upsampler(_Stream):
    """One call, 8 kHz to 24 kHz: n samples of `law` in, exactly 3n little-endian PCM16 out.

    `flush` gives 48 samples.
    """

    def __init__(self, law: Law = "ulaw") -> None:
        super().__init__(UP, law, "pcm16")


class Downsampler(_Stream):
    """One call, 24 kHz to 8 kHz: after N little-endian PCM16 samples, floor(N/3) of `law` are out.

    `flush` gives 16 samples, and one more if one or two were carried.
    """

    def __init__(self, law: Law = "ulaw") -> None:
        super().__init__(DOWN, "pcm16", law)
