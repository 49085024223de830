"""R7 to R13: delay, exactness, chunks, resets, full scale, silence and errors of the objects."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from typing import Final

import numpy as np

from .. import bank, resample
from ..g711 import Law, ulaw_decode
from ..taps import SCALE_BITS, TAPS
from . import integer
from .row import Row, exactly
from .signals import GOLDEN_CODES, GOLDEN_PCM, Floats, Samples, noise, samples

GOLDEN_UP: Final[dict[Law, str]] = {  # SHA-256 of what 1600 golden samples become, with the flush
    "pcm16": "ff3b4f8ffc6e6aa7feede2d47158ec33ab7c28a3b9952d14abdd22082e167cee",
    "ulaw": "f7c64c7b91895966f15ddf692237359278b16787be9617dc7d54a4d109696945",
}
GOLDEN_DOWN: Final[dict[Law, str]] = {  # and what all of them become
    "pcm16": "a912a6fb35c793dab9488409b811fb55ec62c1ec5afdd96c896ec6249c700876",
    "ulaw": "75e5daf4a0a3488e2318d387bb4fe0b913ebfe925c01eb1d0961b447c5d13364",
    "alaw": "8bd5417d6759064ba5f890f6f3fc3d5a375d0484e6b0b7496499f08d6f91ea30",
}
_CUTS: Final = ((1,), (2, 3), (160,), (480,), (17, 0, 211), (1009,), (12_000,))
Stream = resample.Upsampler | resample.Downsampler


def rows() -> Iterator[Row]:
    """R7 to R13."""
    yield exactly("R7", "delay up, samples at 24 kHz", _delay(_up(), 200), 48, "impulse")
    yield exactly("R7", "delay down, samples at 8 kHz", _delay(_down(), 600), 16, "impulse")
    yield exactly("R7", "pushes that gave less than is complete", _incomplete(), 0, "lengths")
    yield exactly("R8", "golden vectors that differ", _golden_unlike(), 0, "SHA-256 of five")
    yield exactly("R8", "samples unlike whole numbers", _integer_unlike(), 0, "noise at full scale")
    yield exactly("R8", "samples of the Bank unlike one call", _bank_unlike(), 0, "40 calls")
    yield exactly(
        "R9", "ways to cut that are heard", _cuts_heard(), 0, f"{len(_CUTS)} ways up and down"
    )
    yield exactly(
        "R9", "batches that are heard", _batches_heard(), 0, "1…300 calls, any order, tiles"
    )
    yield exactly(
        "R10", "objects not as new after reset or flush", _not_as_new(), 0, "both, 3 laws"
    )
    yield exactly("R11", "samples that wrapped", _wrapped(), 0, "square and noise at full scale")
    yield exactly(
        "R12", "silence and constants that changed", _silence_broken(), 0, "both laws, DC 1000"
    )
    yield exactly("R13", "errors that left a trace", _traces(), 0, "between two pushes")


def _up(law: Law = "pcm16") -> resample.Upsampler:
    return resample.Upsampler(law)


def _down(law: Law = "pcm16") -> resample.Downsampler:
    return resample.Downsampler(law)


def _delay(stream: Stream, count: int) -> int:
    impulse = np.zeros(count, "<i2")
    impulse[0] = 20_000
    return int(samples(stream.push(impulse.tobytes())).argmax())


def _incomplete() -> int:
    up, down = _up("ulaw"), _down("ulaw")
    pushed = got = wrong = 0
    for count in (160, 0, 1, 2, 1, 480, 7, 160, 5):
        wrong += len(up.push(bytes(count))) != 6 * count
        pushed += count
        got += len(down.push(bytes(2 * count)))
        wrong += got != pushed // 3
    return wrong


def _golden_unlike() -> int:
    wrong = 0
    for law, digest in GOLDEN_UP.items():
        source = (GOLDEN_PCM if law == "pcm16" else GOLDEN_CODES)[:1600]
        wrong += _digest(_up(law), source.tobytes()) != digest
    for law, digest in GOLDEN_DOWN.items():
        wrong += _digest(_down(law), GOLDEN_PCM.tobytes()) != digest
    return wrong


def _digest(stream: Stream, data: bytes) -> str:
    return hashlib.sha256(stream.push(data) + stream.flush()).hexdigest()


def _integer_unlike() -> int:
    source = noise(1_500, seed=8)
    up = samples(_up().push(source[:500].tobytes()))
    down = samples(_down().push(source.tobytes()))
    expected = (integer.up(source[:500].tolist()), integer.down(source.tolist()))
    ties = samples(_down().push(np.array([0, -32768] + [0] * 40, "<i2").tobytes()))[7] != -118
    ties += samples(_up().push(np.array([-32768] + [0] * 10, "<i2").tobytes()))[7] != -74
    return int(np.count_nonzero(up != expected[0]) + np.count_nonzero(down != expected[1]) + ties)


def _bank_unlike() -> int:
    count, frames = 40, 5
    slots_of, wrong = bank.Bank(capacity=count), 0
    slots = np.array([slots_of.open() for _ in range(count)], np.intp)
    alone = [(_up("ulaw"), _down("ulaw")) for _ in range(count)]
    luck = np.random.default_rng(8)
    for _ in range(frames):
        codes = luck.integers(0, 256, (count, 160)).astype(np.uint8)
        there = slots_of.up(slots, codes)
        back = slots_of.down(slots, there)
        for row, (up, down) in enumerate(alone):
            single = up.push(codes[row].tobytes())
            wrong += there[row].tobytes() != single
            wrong += back[row].tobytes() != down.push(single)
    return wrong


def _cuts_heard() -> int:
    data = noise(30_000, seed=9).tobytes()
    whole = {kind: _pushed(kind, data, ()) for kind in (_up, _down)}
    return sum(_pushed(kind, data, cuts) != whole[kind] for kind in whole for cuts in _CUTS)


def _pushed(kind: Callable[[], Stream], data: bytes, cuts: Iterable[int]) -> bytes:
    """What comes of `data` in chunks of so many samples, again and again, and of the flush."""
    stream, out, start, lengths = kind(), b"", 0, tuple(cuts)
    while lengths and start < len(data):
        for length in lengths:
            out += stream.push(data[start : start + 2 * length])
            start += 2 * length
    return out + stream.push(data[start:]) + stream.flush()


def _batches_heard() -> int:
    luck = np.random.default_rng(10)
    codes = luck.integers(0, 256, (300, 160)).astype(np.uint8)
    alone = [_up("ulaw").push(row.tobytes()) for row in codes]
    wrong = 0
    for size, tile in ((1, 64), (2, 1), (16, 16), (61, 64), (300, 1), (300, 16), (300, 64)):
        together = bank.Bank(capacity=300, tile=tile)
        slots = np.array([together.open() for _ in range(300)], np.intp)
        for order in np.array_split(luck.permutation(300), 300 // size):
            made = together.up(slots[order], np.ascontiguousarray(codes[order]))
            rows_in_order: list[int] = order.tolist()
            expected = [alone[row] for row in rows_in_order]
            wrong += sum(
                row.tobytes() != single for row, single in zip(made, expected, strict=True)
            )
    return wrong


def _not_as_new() -> int:
    data, wrong = GOLDEN_PCM.tobytes()[:1920], 0
    laws: tuple[Law, ...] = ("ulaw", "alaw", "pcm16")
    for law in laws:
        for kind in (_up, _down):
            fresh = kind(law).push(data)
            for forget in ("flush", "reset"):
                stream = kind(law)
                stream.push(data[:320])
                getattr(stream, forget)()
                wrong += stream.flush() != b""
                wrong += stream.push(data) != fresh
    return wrong


def _wrapped() -> int:
    square = np.where(np.arange(4800) // 4 % 2, -32767, 32767).astype("<i2")
    loud = (square, np.repeat(square, 3), noise(4800, seed=11))
    return sum(_sign_changes(signal) for signal in loud)


def _sign_changes(signal: Samples) -> int:
    up = samples(_up().push(signal.tobytes()))
    down = ulaw_decode(_down("ulaw").push(signal.tobytes()))
    pairs = ((up, _float_up(signal)), (down, _float_down(signal)))
    return sum(
        int(np.count_nonzero(np.sign(out[abs(ref) > 100]) != np.sign(ref[abs(ref) > 100])))
        for out, ref in pairs
    )


def _float_up(signal: Samples) -> Floats:
    stuffed = np.zeros(3 * len(signal))
    stuffed[::3] = signal
    return np.convolve(stuffed, TAPS * 3.0 / 2**SCALE_BITS)[: len(stuffed)]


def _float_down(signal: Samples) -> Floats:
    return np.convolve(signal, TAPS / 2**SCALE_BITS)[: len(signal)][::3]


def _silence_broken() -> int:
    silent = _up("ulaw").push(b"\xff" * 800)
    idle = _up("alaw").push(b"\xd5" * 800)
    constant = samples(_up().push(np.full(800, 1000, "<i2").tobytes()))[96:]
    return (
        (silent != bytes(4800))
        + (_down("ulaw").push(silent) != b"\xff" * 800)
        + (set(samples(idle)[96:].tolist()) != {8})
        + (set(_down("alaw").push(idle)[64:]) != {0xD5})
        + (set(constant.tolist()) != {1003})
    )


def _traces() -> int:
    """Wrong input between two pushes, each kind of it."""
    data = GOLDEN_PCM.tobytes()[:1920]
    wrong = 0
    for kind in (_up, _down):
        expected = kind().push(data)
        stream = kind()
        out = stream.push(data[:640])
        for bad in (b"abc", memoryview(bytes(16)).cast("f"), "text", None):
            try:
                stream.push(bad)  # pyright: ignore[reportArgumentType]
                wrong += 1
            except (ValueError, TypeError):
                pass
        wrong += out + stream.push(data[640:]) != expected
    return wrong + _bank_traces()


def _bank_traces() -> int:
    spoiled, clean, wrong = bank.Bank(capacity=1), bank.Bank(capacity=1), 0
    slot = np.array([spoiled.open()], np.intp)
    clean.open()
    codes = GOLDEN_CODES[:160].reshape(1, 160)
    bad = ((slot + 1, codes), (slot, codes[:, :80]), (slot, codes.astype(np.int16)))
    for wrong_slots, wrong_codes in bad:
        try:
            spoiled.up(wrong_slots, wrong_codes)
            wrong += 1
        except ValueError:
            pass
    try:
        spoiled.open()
        wrong += 1
    except RuntimeError:
        pass
    return wrong + int(np.count_nonzero(spoiled.up(slot, codes) != clean.up(slot, codes)))
