"""Key tones: what is made is found once and at once, what is no key is not."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from voicegate.codecs.certificate import dtmf_rows
from voicegate.codecs.dtmf import HOP, KEYS, NO_KEY, WINDOW, DtmfDetector, DtmfHit, detect, make


def found(pcm: NDArray[np.int16]) -> str:
    return "".join(hit.key for hit in DtmfDetector().push(pcm))


def window_of(*tones: tuple[float, float]) -> NDArray[np.float32]:
    """One window of sines of such frequencies and peaks in dBFS."""
    at = 2 * np.pi * np.arange(WINDOW) / 8000
    window = np.zeros((1, WINDOW))
    for hz, dbfs in tones:
        window += 32768 * 10 ** (dbfs / 20) * np.sin(hz * at)
    return window.astype(np.float32)


def windows_of(pcm: NDArray[np.int16]) -> NDArray[np.float32]:
    """As the detector cuts them."""
    return np.lib.stride_tricks.sliding_window_view(pcm, WINDOW)[::HOP].astype(np.float32)


def key_of(*tones: tuple[float, float]) -> str | None:
    index = int(detect(window_of(*tones))[0])
    return None if index == NO_KEY else KEYS[index]


def test_every_key_is_found_in_what_was_made_of_it() -> None:
    assert found(make(KEYS)) == KEYS


@pytest.mark.parametrize("on_ms", [46, 60, 100, 1000])
def test_a_key_counts_once_however_long_it_is_held(on_ms: int) -> None:
    assert found(make("1#", on_ms)) == "1#"


def test_the_same_key_twice_is_two_keys() -> None:
    assert found(make("55", 60, 60)) == "55"


def test_a_gap_of_one_window_does_not_make_a_second_key() -> None:
    pcm = make("5", 300)
    pcm[1120:1265] = 0
    assert detect(windows_of(pcm)).tolist()[:13].count(NO_KEY) == 1
    assert found(pcm) == "5"


def test_a_key_that_is_just_certain_survives_a_gap_of_one_window_too() -> None:
    pcm = np.concatenate([np.zeros(4 * HOP, "<i2"), make("5")])
    pcm[5 * HOP + WINDOW : 7 * HOP] = 0
    index = KEYS.index("5")
    assert detect(windows_of(pcm)).tolist()[3:9] == [NO_KEY, index, index, NO_KEY, index, index]
    assert found(pcm) == "5"


def test_one_key_can_follow_another_without_a_pause() -> None:
    assert found(make("19", 100, 0)) == "19"


def test_a_key_is_told_at_the_end_of_the_window_that_made_it_certain() -> None:
    assert DtmfDetector().push(make("7")) == [DtmfHit("7", HOP + WINDOW)]
    late = np.concatenate([np.zeros(8 * HOP, "<i2"), make("7")])
    assert DtmfDetector().push(late) == [DtmfHit("7", 9 * HOP + WINDOW)]


@given(st.lists(st.integers(0, 700), max_size=30))
def test_how_the_samples_are_cut_does_not_matter(sizes: list[int]) -> None:
    pcm = make("147*", 60, 50)
    detector, hits, at = DtmfDetector(), list[DtmfHit](), 0
    for size in (*sizes, len(pcm)):
        hits += detector.push(pcm[at : at + size])
        at += size
    assert hits == DtmfDetector().push(pcm)
    assert [hit.key for hit in hits] == list("147*")


def test_frame_by_frame_no_sample_is_lost_or_seen_twice() -> None:
    pcm, detector = make("2580" * 10), DtmfDetector()
    hits = [hit for at in range(0, len(pcm), 100) for hit in detector.push(pcm[at : at + 100])]
    assert hits == DtmfDetector().push(pcm)


def test_after_a_reset_the_detector_is_as_new() -> None:
    detector = DtmfDetector()
    detector.push(make("3", 100, 0)[:-77])
    detector.reset()
    assert detector.push(make("3")) == DtmfDetector().push(make("3"))


def test_two_tones_are_a_key_and_one_is_none() -> None:
    assert key_of((770, -12), (1336, -12)) == "5"
    assert key_of((770, -12)) is None
    assert key_of((1336, -12)) is None
    assert key_of() is None


@pytest.mark.parametrize(
    "tones",
    [
        pytest.param([(770, -41), (1336, -41)], id="too quiet"),
        pytest.param([(770, -12), (1336, -21)], id="the high one too quiet beside the low"),
        pytest.param([(770, -21), (1336, -12)], id="the low one too quiet beside the high"),
        pytest.param([(770, -12), (852, -16), (1336, -12)], id="two of the low group"),
        pytest.param([(770, -12), (1336, -12), (1477, -16)], id="two of the high group"),
        pytest.param([(770, -12), (1336, -12), (2500, -8)], id="something else is louder"),
        pytest.param([(800, -12), (1390, -12)], id="4 % off"),
    ],
)
def test_what_breaks_one_rule_is_no_key(tones: list[tuple[float, float]]) -> None:
    assert key_of(*tones) is None


def test_many_windows_at_once_give_what_each_gives_alone() -> None:
    pcm = make(KEYS, 60, 40)
    windows = windows_of(pcm)
    alone = [int(detect(each[np.newaxis])[0]) for each in windows]
    assert detect(windows).tolist() == alone
    assert detect(windows[:0]).shape == (0,)


def test_nothing_is_pushed_and_nothing_happens() -> None:
    detector = DtmfDetector()
    assert detector.push(np.zeros(0, np.int16)) == []
    assert detector.push(make("1")) == DtmfDetector().push(make("1"))


def test_tones_have_their_length_level_and_twist() -> None:
    pcm = make("1A", 100, 50, peak_dbfs=-10, twist_db=3, rate=24000).astype(np.float64)
    assert len(pcm) == 2 * 24 * 150
    assert not pcm[24 * 100 : 24 * 150].any()
    for start, (low_hz, high_hz) in ((0, (697, 1209)), (24 * 150, (697, 1633))):
        at = 2j * np.pi * np.arange(24 * 100) / 24000
        sounding = pcm[start : start + 24 * 100]
        for hz, dbfs in ((low_hz, -11.5), (high_hz, -8.5)):
            peak = 2 * abs(np.mean(sounding * np.exp(-at * hz))) / 32768
            assert 20 * np.log10(peak) == pytest.approx(dbfs, abs=0.3)


def test_no_keys_make_no_sound() -> None:
    assert make("").shape == (0,)


ONE: dict[str, Any] = {"keys": "1"}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"keys": "12E"}, r"^make: keys \['E'\], expected some of 123A456B789C\*0#D$"),
        ({"on_ms": -1}, r"^make: -1 ms, 100 ms at 8000 Hz"),
        ({"off_ms": -1}, r"^make: 100 ms, -1 ms at 8000 Hz"),
        ({"rate": 16000}, r"at 16000 Hz, expected 8000 or 24000 Hz$"),
        ({"peak_dbfs": -6}, r"^make: two tones of -6 dBFS, twist 0.0 dB, do not fit$"),
        ({"peak_dbfs": -7, "twist_db": 12}, r"do not fit$"),
        ({"peak_dbfs": float("nan")}, r"do not fit$"),
    ],
)
def test_tones_that_cannot_be_made_are_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make(**(ONE | wrong))


def test_samples_of_another_kind_are_refused_and_leave_no_trace() -> None:
    detector, whole = DtmfDetector(), make("8")
    hits = detector.push(whole[:100])
    for wrong in (np.zeros(160, np.int32), np.zeros((2, 160), np.int16), whole[::2]):
        with pytest.raises(ValueError, match=r"^DtmfDetector\.push: expected a"):
            detector.push(wrong)  # pyright: ignore[reportArgumentType]
    assert hits + detector.push(whole[100:]) == DtmfDetector().push(whole)


def test_windows_of_another_shape_are_refused() -> None:
    for wrong in (np.zeros((1, WINDOW)), np.zeros((1, 204), np.float32), np.zeros(5, np.float32)):
        with pytest.raises(ValueError, match=r"^detect: expected an array of float32"):
            detect(wrong)  # pyright: ignore[reportArgumentType]


def test_keys_are_found_in_noise_and_at_their_limits() -> None:
    """D1, D2: keys of real telephones are found, none is too many, and what is off is none."""
    measured = list(dtmf_rows.rows())
    assert {row.id for row in measured} == {"D1", "D2"}
    assert [row for row in measured if row.status != "pass"] == []


def test_speech_presses_no_key() -> None:
    """D3: no key is found in recorded speech, of whoever is installed."""
    measured = [*dtmf_rows.talk_rows(), *dtmf_rows.prompt_rows()]
    if missing := [row.why for row in measured if row.status == "not run"]:
        pytest.skip(missing[0])
    assert [row for row in measured if row.status != "pass"] == []
    assert len(measured) == 3
