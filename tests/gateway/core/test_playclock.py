"""The play position is a line through time, corrected by echoes and by nothing else."""

import pytest

from voicegate.gateway.core.playclock import PlayClock, RoundTrips


def clock(*round_trips_ms: int) -> PlayClock:
    round_trips = RoundTrips()
    for sample_ms in round_trips_ms:
        round_trips.add(sample_ms)
    return PlayClock(round_trips)


def test_before_the_first_measurement_no_round_trip_is_known() -> None:
    round_trips = RoundTrips()
    assert round_trips.least_ms is None
    assert round_trips.usual_extra_ms == 0


def test_the_least_round_trip_is_forgotten_after_sixteen_more() -> None:
    """C46: the least of the last 16."""
    round_trips = RoundTrips()
    round_trips.add(60)
    for _ in range(15):
        round_trips.add(90)
    assert round_trips.least_ms == 60
    round_trips.add(90)
    assert round_trips.least_ms == 90


def test_a_later_echo_of_the_run_shortens_what_its_probe_measured() -> None:
    """C46: the probe was 40 ms late on its way back, the echo behind 200 ms of audio was not."""
    subject = clock(120)
    subject.begin_run(0, 1_000, plays_until_ms=1_000)
    subject.echoed(0, subject.run, 1_120)
    assert subject.position_ms(1_500) == 500
    subject.echoed(200, subject.run, 1_280)
    subject.begin_run(200, 5_000, plays_until_ms=1_200)
    subject.echoed(200, subject.run, 5_080)
    assert subject.position_ms(5_100) == pytest.approx(300, abs=20)


def test_a_lost_probe_is_made_up_for_by_the_next_echo_of_its_run() -> None:
    """C46, C48."""
    round_trips = RoundTrips()
    subject = PlayClock(round_trips)
    subject.begin_run(0, 1_000, plays_until_ms=1_000)
    subject.echoed(200, subject.run, 1_280)
    assert round_trips.least_ms == 80


def test_an_echo_of_a_run_that_had_to_wait_measures_no_round_trip() -> None:
    """C46: when the audio before it ends is an estimate."""
    round_trips = RoundTrips()
    subject = PlayClock(round_trips)
    subject.begin_run(0, 1_000, plays_until_ms=1_030)
    subject.echoed(200, subject.run, 1_280)
    assert round_trips.least_ms is None


def test_an_echo_that_met_a_stall_is_no_measure_of_what_is_usual() -> None:
    """C46, C47."""
    round_trips = RoundTrips()
    for late_ms in (10, 300):
        round_trips.late(late_ms)
    assert round_trips.jitter_ms == 10


def test_the_least_of_few_round_trips_is_taken_to_be_too_long() -> None:
    """C46: with one, less than was measured is added; with many, more than one way is late."""
    round_trips = RoundTrips()
    for late_ms in (5, 10, 15):
        round_trips.late(late_ms)
    extras_ms: list[int] = []
    for _ in range(16):
        round_trips.add(60)
        extras_ms.append(round_trips.usual_extra_ms)
    assert extras_ms == sorted(extras_ms)
    assert extras_ms[0] < 0 < 10 < extras_ms[-1]


def test_before_any_echo_the_position_runs_from_the_first_send() -> None:
    """C46, C48: offset = run position - time of its first send."""
    subject = clock()
    subject.begin_run(0, 1_000, plays_until_ms=1_000)
    assert [subject.position_ms(at_ms) for at_ms in (1_000, 1_020, 2_500)] == [0, 20, 1_500]


def test_without_a_measured_round_trip_an_echo_says_nothing() -> None:
    subject = clock()
    subject.begin_run(0, 1_000, plays_until_ms=1_000)
    subject.echoed(200, subject.run, 1_900)
    assert subject.position_ms(1_500) == 500


def test_a_probe_that_comes_back_confirms_the_line() -> None:
    """C46: position - arrival + round trip."""
    subject = clock(80)
    subject.begin_run(0, 1_000, plays_until_ms=1_000)
    subject.echoed(0, subject.run, 1_080)
    assert subject.position_ms(1_500) == 500


def test_playback_that_began_late_moves_the_line_back() -> None:
    """C46: two echoes say alike that the carrier began 50 ms later than the probe's way tells."""
    subject = clock(80)
    subject.begin_run(0, 1_000, plays_until_ms=1_000)
    subject.echoed(200, subject.run, 1_000 + 200 + 80 + 50)
    subject.echoed(400, subject.run, 1_000 + 400 + 80 + 50)
    assert subject.position_ms(2_000) == 950


def test_a_single_late_echo_is_believed_by_half() -> None:
    """C46, C47: the audio may have been late on its way there, or the echo on its way back."""
    subject = clock(80)
    subject.begin_run(0, 1_000, plays_until_ms=1_000)
    subject.echoed(200, subject.run, 1_000 + 200 + 80 + 50)
    assert subject.position_ms(2_000) == 975


def test_on_a_line_with_jitter_the_truest_of_few_echoes_is_late_too() -> None:
    """C46, C47: of 3 echoes all 30 ms late, on a line of 20 ms, a part is their own."""
    told_ms: list[float] = []
    for usual_ms in (0, 6, 20):
        round_trips = RoundTrips()
        round_trips.add(80)
        for _ in range(64 if usual_ms else 0):
            round_trips.late(usual_ms)
        subject = PlayClock(round_trips)
        subject.begin_run(0, 1_000, plays_until_ms=1_050)
        for n in range(3):
            subject.echoed(200 * n, subject.run, 1_050 + 200 * n + 80 + 30)
        told_ms.append(subject.position_ms(3_000) - round_trips.usual_extra_ms)
    assert told_ms[0] == 1_920
    assert told_ms[0] < told_ms[1] < told_ms[2] == 1_920 + 30 / 4


def test_an_echo_delayed_on_its_way_back_moves_nothing() -> None:
    """C46: the largest proposal holds, as delay on the way back only makes them smaller."""
    subject = clock(80)
    subject.begin_run(0, 1_000, plays_until_ms=1_000)
    subject.echoed(0, subject.run, 1_080)
    subject.echoed(200, subject.run, 1_280 + 300)
    assert subject.position_ms(2_000) == 1_000


def test_eight_smaller_proposals_replace_the_largest() -> None:
    """C46: the largest of the last 8."""
    subject = clock(80)
    subject.begin_run(0, 1_000, plays_until_ms=1_000)
    subject.echoed(0, subject.run, 1_080)
    for n in range(1, 8):
        subject.echoed(200 * n, subject.run, 1_080 + 200 * n + 90)
    assert subject.position_ms(4_000) == 3_000
    subject.echoed(1_600, subject.run, 1_080 + 1_600 + 90)
    assert subject.position_ms(4_000) == 2_910


def test_the_usual_extra_is_added_to_what_echoes_propose() -> None:
    """C46: of echoes 0 and 30 ms late on average 15, of these a part, as four round trips have it."""
    subject = clock(80, 80, 80, 80)
    subject.begin_run(0, 1_000, plays_until_ms=1_000)
    subject.echoed(0, subject.run, 1_080)
    subject.echoed(200, subject.run, 1_280)
    subject.echoed(400, subject.run, 1_480 + 30)
    assert 2_000 - 1_000 < subject.position_ms(2_000) < 2_000 - 1_000 + 30


def test_an_echo_of_an_earlier_run_says_nothing_about_this_one() -> None:
    subject = clock(80)
    subject.begin_run(0, 1_000, plays_until_ms=1_000)
    first_run = subject.run
    subject.begin_run(200, 5_000, plays_until_ms=1_200)
    subject.echoed(200, first_run, 6_000)
    assert subject.position_ms(5_100) == 300


def test_a_dry_buffer_starts_a_new_line_and_the_gap_is_not_played() -> None:
    """C46, C52: the position stands still while there is nothing to play."""
    subject = clock()
    subject.begin_run(0, 0, plays_until_ms=0)
    subject.begin_run(200, 1_000, plays_until_ms=200)
    assert subject.position_ms(1_000) == 200
    assert subject.position_ms(1_150) == 350


@pytest.mark.parametrize(("at_ms", "position_ms"), [(700, 700), (1_000, 1_000), (1_100, 1_100)])
def test_a_run_that_follows_without_a_gap_continues_the_line(at_ms: int, position_ms: int) -> None:
    subject = clock()
    subject.begin_run(0, 0, plays_until_ms=0)
    subject.begin_run(1_000, 600, plays_until_ms=1_000)
    assert subject.position_ms(at_ms) == position_ms


def test_until_the_old_audio_has_played_its_own_line_is_in_force() -> None:
    subject = clock(80)
    subject.begin_run(0, 0, plays_until_ms=0)
    subject.begin_run(1_000, 960, plays_until_ms=1_000)
    for n in (1, 2):
        subject.echoed(1_000 + 100 * n, subject.run, 1_000 + 100 * n + 80 + 30)  # it began late
    assert subject.position_ms(970) == 970
    assert subject.position_ms(1_010) == 1_000
    assert subject.position_ms(1_200) == 1_170


def test_the_line_tells_when_a_position_is_reached() -> None:
    subject = clock()
    subject.begin_run(200, 1_000, plays_until_ms=1_100)
    assert subject.reaches_at_ms(300) == 1_200
