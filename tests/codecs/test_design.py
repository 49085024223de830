"""The committed filter is the one the script makes, and it filters as it should."""

import hashlib
import math
import runpy
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from voicegate.codecs import design, taps
from voicegate.codecs.taps import SCALE_BITS, TAPS

DIGEST = "676fab37f0468d5bf3de3d2203dfa20812548112aba1af1490924617d219db39"


def test_the_committed_taps_are_the_known_ones() -> None:
    """R1"""
    assert hashlib.sha256(TAPS.astype("<i4").tobytes()).hexdigest() == DIGEST
    assert TAPS.shape == (97,)
    assert not TAPS.flags.writeable
    assert np.array_equal(TAPS, TAPS[::-1])
    assert [int(TAPS[phase::3].sum()) for phase in range(3)] == [87639, 87604, 87604]


def test_the_script_designs_the_committed_taps_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R1: byte for byte, the file included."""
    pytest.importorskip("scipy")
    committed = Path(taps.__file__).read_bytes()
    monkeypatch.setattr(sys, "argv", ["design.py", str(tmp_path / "taps.py")])
    runpy.run_path(design.__file__, run_name="__main__")
    assert (tmp_path / "taps.py").read_bytes() == committed


def test_without_a_path_the_script_writes_beside_itself() -> None:
    assert design.target([]) == Path(taps.__file__)
    assert design.target(["elsewhere.py"]) == Path("elsewhere.py")


def gains_db(from_hz: int, to_hz: int) -> NDArray[np.float64]:
    """Of the filter, by a transform of 2^20 points."""
    per_point = 24000 / 2**20
    magnitude = np.abs(np.fft.rfft(TAPS / 2**SCALE_BITS, 2**20))
    band = magnitude[math.ceil(from_hz / per_point) : math.floor(to_hz / per_point) + 1]
    return 20 * np.log10(band.astype(np.float64).clip(1e-12))


def test_the_stop_band_is_down_by_66_db_from_4200_hz() -> None:
    """R1"""
    assert gains_db(4200, 12000).max() <= -66.5


def test_the_pass_band_is_flat_from_300_to_3400_hz() -> None:
    """R2"""
    gains = gains_db(300, 3400)
    assert gains.max() - gains.min() <= 0.05
    assert np.abs(gains).max() <= 0.03
