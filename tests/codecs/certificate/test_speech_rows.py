"""Speech scored up and down apart; where the score or the speech is missing, rows say so."""

import sys
from importlib.machinery import ModuleSpec
from types import ModuleType

import numpy as np
import pytest
from numpy.typing import NDArray

from voicegate.codecs.certificate import speech_rows, voices

Samples = NDArray[np.int16]


class DistanceInsteadOfPesq(ModuleType):
    """As the package `pesq` is called, which needs a compiler: 4.6 less the error of the spectrum."""

    def __init__(self) -> None:
        super().__init__("pesq")
        self.__spec__ = ModuleSpec("pesq", None)
        self.calls: list[tuple[int, str]] = []

    def pesq(self, rate: int, reference: Samples, heard: Samples, band: str) -> float:
        assert reference.shape == heard.shape
        self.calls.append((rate, band))
        there, here = (np.abs(np.fft.rfft(each.astype(float))) for each in (reference, heard))
        return 4.6 - float(np.sqrt(np.sum((here - there) ** 2) / np.sum(there**2)))


@pytest.fixture
def score(monkeypatch: pytest.MonkeyPatch) -> DistanceInsteadOfPesq:
    module = DistanceInsteadOfPesq()
    monkeypatch.setitem(sys.modules, "pesq", module)
    return module


@pytest.fixture
def clips(monkeypatch: pytest.MonkeyPatch) -> list[Samples]:
    """Two seconds of what falls off as speech does, at 16 kHz."""
    made: list[Samples] = []
    for seed in (1, 2):
        spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(32_000))
        spectrum[1:] /= np.arange(1, len(spectrum))
        spectrum[:600] = 0  # below 300 Hz
        loud = np.fft.irfft(spectrum)
        made.append(np.rint(loud / np.abs(loud).max() * 12_000).astype(np.int16))
    monkeypatch.setattr(voices, "book", lambda: made)
    return made


def test_up_is_scored_in_wide_band_and_down_in_narrow_band(
    score: DistanceInsteadOfPesq, clips: list[Samples]
) -> None:
    """Q1, Q2: five ways to resample, each clip."""
    rows = list(speech_rows.rows())
    assert {row.id for row in rows} == {"Q1", "Q2", "Q3"}
    assert set(score.calls) == {(16_000, "wb"), (8_000, "nb")}
    assert len(score.calls) == len(clips) * (len(speech_rows.UP) + len(speech_rows.DOWN))


@pytest.mark.usefixtures("score", "clips")
def test_a_bad_resampler_is_seen_and_a_good_one_is_near_none() -> None:
    """Q3: with images that `ratecv` leaves, the score falls; ours is as good as none is."""
    found = {row.name: row.value for row in speech_rows.rows()}
    ours, none, bad = (
        found[f"PESQ up{name}"]
        for name in (", wide band", ", wide band, no resampler", " of ratecv: the method sees it")
    )
    assert isinstance(ours, float)
    assert isinstance(none, float)
    assert isinstance(bad, float)
    assert abs(ours - none) < 0.03
    assert bad < ours - 0.05


@pytest.mark.usefixtures("score", "clips")
@pytest.mark.parametrize("missing", ["pesq", "soxr"])
def test_a_missing_library_is_told(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    rows = list(speech_rows.rows())
    assert [row.id for row in rows] == ["Q1", "Q2", "Q3"]
    assert {row.status for row in rows} == {"not run"}
    assert {row.why for row in rows} == {f"{missing} is not installed; the extra `quality` has it"}


@pytest.mark.usefixtures("score")
def test_missing_speech_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    (why,) = {row.why for row in speech_rows.rows()}
    assert why == "recorded speech is not installed: Debian's pocketsphinx-testdata"
