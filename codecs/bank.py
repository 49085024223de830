"""The resamplers of many calls in one: a frame of each at a time, with the bits each has alone."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from .buffer import CODE, PCM, Buffer, byte_count, check_array, check_out
from .frames import split, stack
from .g711 import SILENCE_DBFS, Law, sample_bytes, transcoder
from .resample import BLOCK, DOWN, FINISH, UP, Stage

_INDEX: Final = np.dtype(np.intp)


def _dtype(law: Law) -> np.dtype[Any]:
    return CODE if sample_bytes(law, "Bank") == 1 else PCM


def _linear(samples: NDArray[Any], law: Law) -> NDArray[np.int16]:
    """The same shape as PCM, by audioop: three times as quick as a table where there are many."""
    decode = transcoder(law, "pcm16")
    return np.frombuffer(decode(samples.data), PCM).reshape(samples.shape)


class _Rows:
    """A row of samples for each slot: alone as bytes, which is quick, together as an array."""

    def __init__(self, capacity: int, samples: int, dtype: np.dtype[Any]) -> None:
        self.array: NDArray[Any] = np.zeros((capacity, samples), dtype)
        size, memory = samples * dtype.itemsize, self.array.view(CODE).reshape(-1).data
        self._alone = [memory[slot * size : (slot + 1) * size] for slot in range(capacity)]

    def read(self, slot: int) -> bytes:
        return self._alone[slot].tobytes()

    def write(self, slot: int, samples: bytes) -> None:
        """Keeps the last of `samples`, which fill a row or more."""
        row = self._alone[slot]
        row[:] = samples[-len(row) :]


class _Side:
    """One direction of every slot: what it remembers, and how frames go through."""

    def __init__(self, stage: Stage, source: Law, target: Law, capacity: int, steps: int) -> None:
        self.samples_in, self.dtype_in = steps * stage.inputs, _dtype(source)
        self.samples_out, self.dtype_out = steps * stage.outputs, _dtype(target)
        self.bytes_in = self.samples_in * self.dtype_in.itemsize
        self._stage = stage
        self._steps = steps
        self._source: Law = source
        self._decode = transcoder(source, "pcm16")
        self._finish = FINISH[target]
        self._history = _Rows(capacity, stage.history, PCM)
        self._is_new = np.ones(capacity, np.bool_)
        self._line_law: Law = source if stage is UP else target
        self._line = _Rows(capacity, steps, _dtype(self._line_law))  # last frames at 8 kHz

    def push_one(self, slot: int, frame: bytes) -> bytes:
        """A frame of one slot, without gather and scatter."""
        joined = self._history.read(slot) + self._decode(frame)
        made = self._finish(self._stage.run(joined, self._steps)).tobytes()
        self._history.write(slot, joined)
        self._line.write(slot, frame if self._stage is UP else made)
        self._is_new[slot] = False
        return made

    def push(self, slots: NDArray[np.intp], frames: NDArray[Any]) -> NDArray[Any]:
        """Frames (n, samples_in) of n slots to frames (n, samples_out)."""
        stage, history = self._stage, self._history.array
        width = stage.history + self.samples_in
        signals = np.empty((len(slots), width), PCM)
        signals[:, : stage.history] = history.take(slots, axis=0)
        signals[:, stage.history :] = _linear(frames, self._source)
        shape = (len(slots), self._steps // BLOCK, stage.window)
        windows = np.ndarray(shape, PCM, signals, 0, (2 * width, 2 * stage.taken, 2))
        outputs = stage.apply(windows.astype(np.float64).reshape(-1, stage.window))
        made = self._finish(outputs).reshape(-1, self.samples_out)
        history[slots] = signals[:, self.samples_in :]
        self._line.array[slots] = frames if stage is UP else made
        self._is_new[slots] = False
        return made

    def flush(self, slot: int) -> bytes:
        if self._is_new[slot]:
            return b""
        joined = self._history.read(slot) + bytes(2 * BLOCK * self._stage.inputs)
        self.reset(slot)
        return self._finish(self._stage.run(joined, BLOCK)).tobytes()

    def reset(self, slot: int) -> None:
        self._history.array[slot] = 0
        self._is_new[slot] = True

    def levels(self, slots: NDArray[np.intp]) -> NDArray[np.float32]:
        linear = _linear(self._line.array[slots], self._line_law).astype(np.float64)
        power = np.square(linear).mean(axis=1) / 2**30
        power[self._is_new[slots]] = 0
        return (10 * np.log10(power.clip(10 ** (SILENCE_DBFS / 10)))).astype(np.float32)


class Bank:
    """Both resamplers of up to `capacity` calls, a frame of each call at a time.

    `frame` counts samples at 8 kHz; `law` is that of the 8 kHz side, whose arrays are uint8, or int16
    for "pcm16". At most `tile` calls are worked on together, which keeps the work in the cache. A call
    may occur once in a batch: when it has two frames waiting, they go in two batches.
    """

    def __init__(
        self, capacity: int = 512, frame: int = 160, law: Law = "ulaw", tile: int = 32
    ) -> None:
        if capacity < 1 or tile < 1:
            raise ValueError(f"Bank: capacity {capacity} and tile {tile}, expected at least 1")
        if frame < 1 or frame % BLOCK:
            raise ValueError(f"Bank: a frame of {frame} samples, expected a multiple of {BLOCK}")
        self._capacity = capacity
        self._tile = tile
        self._up = _Side(UP, law, "pcm16", capacity, frame)
        self._down = _Side(DOWN, "pcm16", law, capacity, frame)
        self._open: set[int] = set()
        self._free = list(range(capacity))[::-1]

    def open(self) -> int:
        """A slot as new; RuntimeError if all are taken."""
        if not self._free:
            raise RuntimeError(f"bank is full ({self._capacity} slots)")
        slot = self._free.pop()
        self._open.add(slot)
        return slot

    def close(self, slot: int) -> None:
        """Gives the slot back and forgets its audio."""
        self._check_open([slot], "Bank.close")
        self.reset(slot)
        self._open.remove(slot)
        self._free.append(slot)

    def reset(self, slot: int, side: Literal["up", "down", "both"] = "both") -> None:
        """That side as new: what was pushed is forgotten."""
        self._check_open([slot], "Bank.reset")
        sides = (self._up, self._down) if side == "both" else (self._side(side, "Bank.reset"),)
        for each in sides:
            each.reset(slot)

    def flush(self, slot: int, side: Literal["up", "down"]) -> bytes:
        """The last 2 ms of one call, then that side as new. Nothing if nothing was pushed."""
        self._check_open([slot], "Bank.flush")
        return self._side(side, "Bank.flush").flush(slot)

    def up(
        self, slots: NDArray[np.intp], codes: NDArray[Any], out: NDArray[np.int16] | None = None
    ) -> NDArray[np.int16]:
        """8 kHz to 24 kHz: slots (n,) and their samples (n, frame) to samples (n, 3 * frame)."""
        return self._push(self._up, slots, codes, out, "Bank.up")

    def down(
        self, slots: NDArray[np.intp], pcm: NDArray[np.int16], out: NDArray[Any] | None = None
    ) -> NDArray[Any]:
        """24 kHz to 8 kHz: slots (n,) and their samples (n, 3 * frame) to samples (n, frame)."""
        return self._push(self._down, slots, pcm, out, "Bank.down")

    def up_bytes(self, slots: Sequence[int], frames: Sequence[Buffer]) -> list[bytes]:
        """`up`, from frames as they came to frames as they go."""
        return self._push_bytes(self._up, slots, frames, "Bank.up_bytes")

    def down_bytes(self, slots: Sequence[int], frames: Sequence[Buffer]) -> list[bytes]:
        """`down`, from frames as they came to frames as they go."""
        return self._push_bytes(self._down, slots, frames, "Bank.down_bytes")

    def levels(
        self, slots: NDArray[np.intp], side: Literal["up", "down"] = "up"
    ) -> NDArray[np.float32]:
        """Level in dBFS of the last frame at 8 kHz, -120 where there is none: (n,)."""
        check_array(slots, _INDEX, (len(slots),), "Bank.levels")
        self._check_open(slots.tolist(), "Bank.levels")
        return self._side(side, "Bank.levels").levels(slots)

    def _push(
        self,
        side: _Side,
        slots: NDArray[np.intp],
        frames: NDArray[Any],
        out: NDArray[Any] | None,
        function: str,
    ) -> NDArray[Any]:
        count = len(slots)
        check_array(slots, _INDEX, (count,), function)
        check_array(frames, side.dtype_in, (count, side.samples_in), function)
        self._check_batch(slots.tolist(), function)
        if out is None:
            out = np.empty((count, side.samples_out), side.dtype_out)
        else:
            check_out(out, side.dtype_out, (count, side.samples_out), function)
        if count == 1:
            made = side.push_one(int(slots[0]), frames.tobytes())
            out[0] = np.frombuffer(made, side.dtype_out)
            return out
        return self._by_tiles(side, slots, frames, out)

    def _push_bytes(
        self, side: _Side, slots: Sequence[int], frames: Sequence[Buffer], function: str
    ) -> list[bytes]:
        if len(slots) != len(frames):
            raise ValueError(f"{function}: {len(slots)} slots and {len(frames)} frames")
        self._check_batch(slots, function)
        if len(slots) == 1 and byte_count(frames[0], 1, function) == side.bytes_in:
            return [side.push_one(slots[0], bytes(frames[0]))]
        block = stack(frames, side.bytes_in, function).view(side.dtype_in)
        out = np.empty((len(slots), side.samples_out), side.dtype_out)
        return split(self._by_tiles(side, np.array(slots, _INDEX), block, out))

    def _by_tiles(
        self, side: _Side, slots: NDArray[np.intp], frames: NDArray[Any], out: NDArray[Any]
    ) -> NDArray[Any]:
        for start in range(0, len(slots), self._tile):
            tile = slice(start, start + self._tile)
            out[tile] = side.push(slots[tile], frames[tile])
        return out

    def _side(self, side: str, function: str) -> _Side:
        if side not in ("up", "down"):
            raise ValueError(f"{function}: side {side!r}, expected 'up' or 'down'")
        return self._up if side == "up" else self._down

    def _check_open(self, slots: Iterable[int], function: str) -> None:
        if not self._open.issuperset(slots):
            raise ValueError(f"{function}: slot {min(set(slots) - self._open)} is not open")

    def _check_batch(self, slots: Sequence[int], function: str) -> None:
        self._check_open(slots, function)
        if len(slots) > 1 and len(set(slots)) < len(slots):
            raise ValueError(f"{function}: a slot occurs twice, expected one frame of each call")
