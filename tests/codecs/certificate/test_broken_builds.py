"""A certificate that cannot fail is worth nothing: each way to break the core turns a row red."""

from collections.abc import Callable
from itertools import chain, takewhile

import numpy as np
import pytest
from numpy.typing import NDArray

from voicegate.codecs import g711, resample
from voicegate.codecs.certificate import filter_rows, law_rows, stream_rows
from voicegate.codecs.g711 import audioop
from voicegate.codecs.resample import BLOCK, Downsampler, Stage, Upsampler
from voicegate.codecs.taps import TAPS

Floats = NDArray[np.float64]
AUDIOOP_ENC = np.frombuffer(
    audioop.lin2ulaw(np.arange(-32768, 32768).astype(np.int16).tobytes(), 2), np.uint8
)


class Slow(Stage):
    """A stage whose sums can be tampered with."""

    def windows(self, pcm: bytes, steps: int) -> NDArray[np.int16]:
        blocks = -(-steps // BLOCK)
        filled = pcm.ljust(2 * (self.history + blocks * self.taken), b"\0")
        signal = np.frombuffer(filled, "<i2")
        starts = range(0, blocks * self.taken, self.taken)
        return np.stack([signal[start : start + self.window] for start in starts])

    def run(self, pcm: bytes, steps: int) -> Floats:
        return np.rint(self.windows(pcm, steps) @ self._matrix)


class RoundsTiesUp(Slow):
    def run(self, pcm: bytes, steps: int) -> Floats:
        return np.floor(self.windows(pcm, steps) @ self._matrix + 0.5)


class Float32(Slow):
    def run(self, pcm: bytes, steps: int) -> Floats:
        sums = self.windows(pcm, steps).astype(np.float32) @ self._matrix.astype(np.float32)
        return np.rint(sums).astype(np.float64)


class ForgetfulUpsampler(Upsampler):
    def push(self, data: resample.Buffer) -> bytes:
        made = super().push(data)
        self._held = bytes(self._history_bytes)
        return made


class ForgetfulDownsampler(Downsampler):
    def push(self, data: resample.Buffer) -> bytes:
        made = super().push(data)
        self._held = bytes(self._history_bytes)
        return made


def with_stages(patch: pytest.MonkeyPatch, kind: type[Stage]) -> None:
    patch.setattr(resample, "UP", kind(1, 3))
    patch.setattr(resample, "DOWN", kind(3, 1))


def with_a_tap_off(patch: pytest.MonkeyPatch, by: int) -> None:
    taps = TAPS.copy()
    taps[40] += by
    patch.setattr(resample, "TAPS", taps)
    with_stages(patch, Stage)


def one_tap_changed(patch: pytest.MonkeyPatch) -> None:
    with_a_tap_off(patch, by=1)


def ties_rounded_up(patch: pytest.MonkeyPatch) -> None:
    with_stages(patch, RoundsTiesUp)


def float32(patch: pytest.MonkeyPatch) -> None:
    with_stages(patch, Float32)


def history_cleared_by_a_push(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(resample, "Upsampler", ForgetfulUpsampler)
    patch.setattr(resample, "Downsampler", ForgetfulDownsampler)


def encoder_of_audioop(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(g711, "ULAW_ENC", AUDIOOP_ENC)


def encoder_of_audioop_in_streams(patch: pytest.MonkeyPatch) -> None:
    def encode(outputs: Floats) -> NDArray[np.uint8]:
        return AUDIOOP_ENC[outputs.clip(-32768, 32767).astype(np.intp) + 32768]

    patch.setitem(resample.FINISH, "ulaw", encode)


@pytest.mark.parametrize(
    ("break_it", "expected"),
    [
        (one_tap_changed, "R8"),
        (ties_rounded_up, "R8"),
        (float32, "R8"),
        (history_cleared_by_a_push, "R9"),
        (encoder_of_audioop, "G2"),
        (encoder_of_audioop_in_streams, "R8"),
    ],
)
def test_a_broken_build_turns_its_row_red(
    break_it: Callable[[pytest.MonkeyPatch], None],
    expected: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """G2, R8, R9: rows that fail when they have to."""
    break_it(monkeypatch)
    rows = chain(law_rows.rows(), stream_rows.rows())
    assert any(row.id == expected and row.status == "fail" for row in rows)


def test_a_filter_that_lets_images_through_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    """R3: through the objects, whatever the committed taps are."""
    with_a_tap_off(monkeypatch, by=200)
    images = next(row for row in filter_rows.rows() if row.id == "R3")
    assert images.status == "fail"


def test_a_slow_stage_that_is_right_turns_none_red(monkeypatch: pytest.MonkeyPatch) -> None:
    """R8: it is the tampering that is seen."""
    with_stages(monkeypatch, Slow)
    rows = list(takewhile(lambda row: row.id in ("R7", "R8"), stream_rows.rows()))
    assert {row.id for row in rows} == {"R7", "R8"}
    assert all(row.status == "pass" for row in rows)
