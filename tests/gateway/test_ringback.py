"""The tone of the country that was called."""

import numpy as np
import pytest
from numpy.typing import NDArray

from voicegate.codecs.frames import PCMU_8K
from voicegate.codecs.g711 import level_dbfs, ulaw_decode
from voicegate.gateway.ringback import (
    ELSEWHERE,
    NORTH_AMERICA,
    UNITED_KINGDOM,
    Cadence,
    cadence_for,
    ringback,
)

ALL = (NORTH_AMERICA, UNITED_KINGDOM, ELSEWHERE)


def tones_hz(codes: bytes) -> set[int]:
    """The frequencies that stand out, to the nearest 5 Hz."""
    samples: NDArray[np.float64] = ulaw_decode(codes).astype(np.float64)
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(samples.size)))
    strong = np.flatnonzero(spectrum > spectrum.max() / 4) * PCMU_8K.rate / samples.size
    return {5 * round(float(hz) / 5) for hz in strong}


@pytest.mark.parametrize(
    ("called", "cadence"),
    [
        ("+12125550142", NORTH_AMERICA),
        ("+442079460000", UNITED_KINGDOM),
        ("+4930123456", ELSEWHERE),
        ("sip:somebody@example.com", ELSEWHERE),
        ("", ELSEWHERE),
    ],
)
def test_the_called_number_decides(called: str, cadence: Cadence) -> None:
    """C11: ringback of the number's country."""
    assert cadence_for(called) is cadence


@pytest.mark.parametrize(
    ("cadence", "on_off_ms", "tones"),
    [
        (NORTH_AMERICA, [2_000, 4_000], {440, 480}),
        (UNITED_KINGDOM, [400, 200, 400, 2_000], {400, 450}),
        (ELSEWHERE, [1_000, 4_000], {425}),
    ],
)
def test_a_cadence_sounds_and_pauses_as_its_country_does(
    cadence: Cadence, on_off_ms: list[int], tones: set[int]
) -> None:
    rest = ringback(cadence)
    for index, ms in enumerate(on_off_ms):
        part, rest = rest[: ms * 8], rest[ms * 8 :]
        if index % 2:
            assert part == PCMU_8K.silence(ms)
        else:
            assert tones_hz(part) == tones
            assert level_dbfs(part, "ulaw") == pytest.approx(-20.0, abs=0.5)
    assert not rest


@pytest.mark.parametrize("cadence", ALL)
def test_a_cadence_is_whole_frames_and_begins_and_ends_softly(cadence: Cadence) -> None:
    codes = ringback(cadence)
    samples = ulaw_decode(codes).astype(np.int64)
    assert len(codes) % PCMU_8K.frame_bytes() == 0
    assert abs(int(samples[0])) < 100
    steps = np.abs(np.diff(samples))
    assert int(steps.max()) < 3_500, "no step is larger than the tone's own slope"
