"""The ear: who speaks over noise and over an agent's echo, by levels alone."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegate.codecs.certificate import ear_rows
from voicegate.codecs.ear import Ear, EarSettings, Hearing

QUIET, SPEECH, SILENT = -60.0, -25.0, -120.0


def listening(near_dbfs: float = QUIET, frames: int = 50) -> Ear:
    """An ear that knows the line's noise."""
    ear = Ear()
    for _ in range(frames):
        ear.hear(near_dbfs)
    return ear


def onsets(ear: Ear, near_dbfs: float, frames: int, played_dbfs: float = SILENT) -> list[int]:
    """In which of these frames, counted from 1, a start is confirmed."""
    return [at for at in range(1, frames + 1) if ear.hear(near_dbfs, played_dbfs).onset]


def test_speech_is_an_onset_in_its_fourth_frame_and_only_then() -> None:
    assert onsets(listening(), SPEECH, 200) == [4]


def test_the_gate_is_open_from_the_first_frame_that_is_loud() -> None:
    ear = listening()
    assert [ear.hear(level).speech for level in (QUIET, SPEECH, SPEECH, QUIET)] == [
        False,
        True,
        True,
        False,
    ]


def test_three_loud_frames_are_a_click() -> None:
    ear = listening()
    for _ in range(10):
        assert onsets(ear, SPEECH, 3) == []
        assert onsets(ear, QUIET, 1) == []


def test_a_pause_within_a_sentence_is_no_second_start() -> None:
    ear = listening()
    assert onsets(ear, SPEECH, 10) == [4]
    assert onsets(ear, QUIET, 14) == []
    assert onsets(ear, SPEECH, 10) == []
    onsets(ear, QUIET, 15)
    assert onsets(ear, SPEECH, 10) == [4]


def test_the_floor_starts_as_the_mean_of_the_first_frames() -> None:
    ear = Ear()
    levels = [-70.0 + each for each in range(15)]
    for count, level in enumerate(levels, 1):
        told = ear.hear(level)
        assert told.floor_dbfs == pytest.approx(sum(levels[:count]) / count)


def test_the_floor_rises_slowly_and_falls_fast() -> None:
    ear = listening(-60.0)
    assert ear.hear(-20.0).floor_dbfs == pytest.approx(-59.94)
    assert ear.hear(-59.84).floor_dbfs == pytest.approx(-59.92)
    assert ear.hear(-69.92).floor_dbfs == pytest.approx(-60.92)


def test_digital_silence_teaches_nothing_of_the_noise() -> None:
    ear = Ear()
    for _ in range(100):
        assert ear.hear(SILENT) == Hearing(False, False, SILENT, -6.0)  # noqa: FBT003
    assert ear.hear(-55.0).floor_dbfs == -55.0
    assert listening().hear(-80.1).floor_dbfs == pytest.approx(QUIET)


@pytest.mark.parametrize(("floor_dbfs", "least_dbfs"), [(-70.0, -45.0), (-40.0, -30.9)])
def test_speech_is_louder_than_the_floor_and_than_a_whisper(
    floor_dbfs: float, least_dbfs: float
) -> None:
    assert not listening(floor_dbfs).hear(least_dbfs - 0.1).speech
    assert listening(floor_dbfs).hear(least_dbfs + 0.1).speech


def test_an_echo_that_is_not_known_yet_is_taken_for_loud() -> None:
    assert onsets(listening(), -19.6, 20, played_dbfs=-20.0) == []
    assert onsets(listening(), -19.4, 20, played_dbfs=-20.0) == [4]


def test_the_echo_path_is_learnt_and_then_only_what_is_louder_is_speech() -> None:
    ear = listening()
    assert onsets(ear, -40.0, 49, played_dbfs=-20.0) == []
    told = [ear.hear(-40.0, -20.0).erl_db for _ in range(50)]
    assert told[0] == pytest.approx(-6.3)  # a loss is believed by and by
    assert told[1] == pytest.approx(-6.6)
    assert told[-1] == pytest.approx(-20.0)
    assert not ear.hear(-33.6, -20.0).speech
    assert ear.hear(-33.4, -20.0).speech


def test_a_level_that_a_tenth_of_the_echo_exceeds_is_its_gain() -> None:
    ear, luck = Ear(EarSettings(echo_fall_db=100.0)), random.Random(5)
    onsets(ear, QUIET, 50)
    levels = [luck.uniform(-60, -30) for _ in range(400)]
    told = [ear.hear(level, -20.0).erl_db for level in levels]
    for count in (50, 51, 149, 150, 151, 400):
        kept = sorted(level + 20 for level in levels[max(0, count - 150) : count])
        assert told[count - 1] == pytest.approx(kept[int(0.9 * (len(kept) - 1))])


def test_a_caller_who_is_louder_than_any_echo_teaches_nothing_of_it() -> None:
    ear = listening()
    onsets(ear, -10.0, 150, played_dbfs=-20.0)
    assert ear.hear(-60.0, -20.0).erl_db == -6.0


def test_what_was_played_may_come_back_for_600_ms() -> None:
    ear = Ear(EarSettings(lag_sure=2.0))  # never: how late it is stays unknown
    onsets(ear, QUIET, 50)
    onsets(ear, -40.0, 100, played_dbfs=-20.0)
    assert onsets(ear, -36.0, 29) == []
    assert onsets(ear, -36.0, 10) == [4]


def words(frames: int) -> list[float]:
    """What an agent says: words of 200 ms, loud, less loud, and none."""
    luck = random.Random(7)
    said = (luck.choice((-15.0, -20.0, SILENT)) for _ in range(frames // 10))
    return [level for level in said for _ in range(10)]


def echoed(played: list[float], late: int) -> list[tuple[float, float]]:
    """The caller's line, with an echo 20 dB down and so many frames late; and what is played."""
    came = ([SILENT] * late + played)[: len(played)]
    return [(max(near - 20, QUIET), far) for near, far in zip(came, played, strict=True)]


@pytest.mark.parametrize("late", [0, 3, 12])
@pytest.mark.parametrize(("sure", "starts"), [(EarSettings().lag_sure, [4]), (2.0, [])])
def test_who_knows_how_late_the_echo_is_hears_a_caller_in_its_gaps(
    late: int, sure: float, starts: list[int]
) -> None:
    """The caller is below what the agent's echo may be, and speaks where none can be."""
    ear = Ear(EarSettings(lag_sure=sure))
    played = [*words(600), *[-20.0] * 20, *[SILENT] * (late + 7)]
    assert not any(ear.hear(*each).onset for each in echoed(played, late))
    assert onsets(ear, -36.0, 10) == starts


def test_an_echo_that_comes_later_than_it_did_is_found_again() -> None:
    ear = Ear()
    for late in (3, 20):
        for each in echoed(words(600), late):
            ear.hear(*each)
        assert not any(ear.hear(*each).onset for each in echoed(words(600), late))


@pytest.mark.parametrize("astray", [-6, 6])
def test_where_the_ledger_errs_for_once_the_echo_stays_the_agents(astray: int) -> None:
    """By 120 ms, either way."""
    played = [*words(600), *[SILENT] * 20, *[-20.0] * 10, *[SILENT] * 30]
    usual, unusual = echoed(played, 12), echoed(played, 12 + astray)
    ear = Ear()
    assert not any(ear.hear(*each).onset for each in [*usual[:620], *unusual[620:]])


@pytest.mark.parametrize(("played_dbfs", "erl_db"), [(-50.3, -6.0), (-50.2, -19.8)])
def test_an_agent_that_cannot_be_heard_teaches_nothing(played_dbfs: float, erl_db: float) -> None:
    ear = listening()
    onsets(ear, -70.0, 110, played_dbfs)
    assert ear.hear(-70.0, played_dbfs).erl_db == pytest.approx(erl_db)


def test_an_agent_that_cannot_be_heard_closes_no_gate() -> None:
    loud_echo = EarSettings(echo_unknown_db=20.0)
    for played_dbfs, starts in ((-50.3, [4]), (-50.2, [])):
        ear = Ear(loud_echo)
        onsets(ear, QUIET, 50)
        assert onsets(ear, -30.0, 10, played_dbfs) == starts


def test_on_a_line_of_digital_silence_a_caller_is_heard_again_and_again() -> None:
    """Where nothing comes back, only the silence can tell the gate so."""
    ear = listening(frames=15)
    for _ in range(5):
        assert onsets(ear, SILENT, 200, played_dbfs=-20.0) == []
        assert len(onsets(ear, -22.0, 20, played_dbfs=-20.0)) == 1


def test_a_key_tone_is_ignored_while_it_lasts() -> None:
    ear = listening()
    onsets(ear, SPEECH, 3)
    ear.ignore()
    before = ear.hear(QUIET)
    assert onsets(ear, SPEECH, 14) == []
    told = ear.hear(SPEECH)
    assert told.speech
    assert told.floor_dbfs == pytest.approx(before.floor_dbfs + 0.06)  # as if nothing had been


def test_nothing_of_the_echo_path_is_learnt_from_a_key() -> None:
    ear = listening()
    ear.ignore(2000)
    onsets(ear, -40.0, 100, played_dbfs=-20.0)
    assert ear.hear(-40.0, -20.0).erl_db == -6.0


def test_of_two_times_to_ignore_the_longer_counts() -> None:
    ear = listening()
    ear.ignore(200)
    ear.ignore(41)  # three frames, and within the ten
    assert onsets(ear, SPEECH, 20) == [14]
    ear = listening()
    ear.ignore(0)
    assert onsets(ear, SPEECH, 20) == [4]


def test_a_reset_ear_hears_as_a_new_one() -> None:
    ear = listening()
    onsets(ear, -40.0, 300, played_dbfs=-20.0)
    ear.ignore()
    ear.reset()
    levels = [(-60.0, SILENT)] * 20 + [(-30.0, -20.0)] * 60 + [(-10.0, -20.0)] * 6
    new = Ear()
    assert [ear.hear(*each) for each in levels] == [new.hear(*each) for each in levels]


@pytest.mark.parametrize("wrong", [math.nan, math.inf, -math.inf])
def test_a_level_that_is_no_number_is_refused_and_leaves_no_trace(wrong: float) -> None:
    ear, other = listening(), listening()
    for levels in ((wrong, SILENT), (QUIET, wrong)):
        with pytest.raises(ValueError, match=r"^Ear\.hear: levels .* expected dBFS$"):
            ear.hear(*levels)
    assert ear.hear(-50.0, -20.0) == other.hear(-50.0, -20.0)


def test_to_ignore_less_than_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^Ear\.ignore: -1 ms, expected 0 or more$"):
        Ear().ignore(-1)


def test_the_rules_are_settings() -> None:
    ear = Ear(EarSettings(onset_frames=2, speech_dbfs=-30.0))
    onsets(ear, QUIET, 50)
    assert onsets(ear, -31.0, 10) == []
    assert onsets(ear, -29.0, 10) == [2]


LEVELS = st.floats(-120, 0)


@given(st.lists(st.tuples(LEVELS, LEVELS), max_size=400))
def test_whatever_comes_starts_are_confirmed_in_open_frames_and_levels_stay_levels(
    frames: list[tuple[float, float]],
) -> None:
    ear = Ear()
    for near_dbfs, played_dbfs in frames:
        told = ear.hear(near_dbfs, played_dbfs)
        assert told.speech or not told.onset
        assert -120 <= told.floor_dbfs <= 0
        assert -120 <= told.erl_db <= -6


def test_noise_and_clicks_are_no_speech() -> None:
    """White, pink, a car and clicks, a minute of each: no onset. The cost is not judged here."""
    measured = [row for row in ear_rows.noise_rows() if row.unit != "µs"]
    assert len(measured) == 4
    assert [row for row in measured if row.status != "pass"] == []


def test_an_agents_echo_is_never_the_caller_who_is_heard_over_it() -> None:
    """Recorded people: no onset for echo of any strength and delay, and every burst over it."""
    measured = list(ear_rows.talk_rows())
    if measured[0].status == "not run":
        pytest.skip(measured[0].why)
    assert [row for row in measured if row.status != "pass"] == []


def test_voices_that_are_missing_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for path in ("", "/nowhere"):
        monkeypatch.setenv("PATH", path)
        (row, _) = ear_rows.talk_rows()
        assert row.status == "not run"
        assert "pocketsphinx-testdata" in row.why
