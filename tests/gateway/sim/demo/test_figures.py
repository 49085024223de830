"""The figures of a call made by hand are exact."""

import pytest

from voicegate.gateway.sim.demo.events import Happening
from voicegate.gateway.sim.demo.figures import Answers, Figures, Turn, figures
from voicegate.gateway.sim.demo.log import CallLog
from voicegate.gateway.sim.demo.sound import Track


def test_set_up_is_measured_from_dialling_to_the_first_sound(measured: Figures) -> None:
    assert (measured.webhook_ms, measured.media_ms, measured.first_sound_ms) == (9, 400, 852)


def test_a_turn_falls_into_detector_model_and_the_rest(measured: Figures) -> None:
    """K2 and the five stages of C164, as far as they are seen from outside."""
    assert measured.turns == (Turn(4_500, 5_402, 500, 400), Turn(7_500, 8_302, 500, 300))
    assert [turn.total_ms for turn in measured.turns] == [902, 802]
    assert [turn.rest_ms for turn in measured.turns] == [2, 2]


def test_what_was_heard_of_a_cut_answer_is_found_in_the_sound(measured: Figures) -> None:
    """K12: the claim, and the truth beside it."""
    (cut,) = measured.cuts
    assert cut.answer.told_ms == 1_190
    assert cut.answer.played_ms == pytest.approx(1_200)
    assert cut.answer.made_ms == pytest.approx(4_000)
    assert cut.clear_ms == pytest.approx(0.84)


def test_what_comes_for_an_answer_after_its_cut_does_not_count(log: CallLog) -> None:
    late = Happening(6_700, "model", "ModelAudio", {"item_id": "b"})
    log.add(late, b"\x11" * 8_000)
    (cut,) = figures(log.happenings, log.answers.heard_on(log.agent), log.length_ms).cuts
    assert cut.answer.made_ms == pytest.approx(4_000)


def test_both_spoke_until_the_phone_was_silent(measured: Figures) -> None:
    (cut,) = measured.cuts
    assert cut.began_ms == 6_500
    assert cut.silent_after_ms == 102


def test_answers_are_placed_where_they_sounded(measured: Figures) -> None:
    assert [answer.start_ms for answer in measured.answers] == [852, 5_402, 8_302, 10_702]
    assert [answer.played_ms for answer in measured.answers] == [1_000, 1_200, 1_000, 1_000]


def test_keys_are_answered_from_the_last_one_on(measured: Figures) -> None:
    assert measured.keys == ((10_000, "5"), (10_300, "#"))
    assert measured.keys_answer_ms == 402


def test_the_end_is_the_gateways_own_account(measured: Figures) -> None:
    assert (measured.frames_in, measured.frames_forwarded) == (605, 603)
    assert (measured.reason, measured.length_ms) == ("caller_hung_up", 12_500)


def test_an_utterance_without_an_answer_is_no_turn(log: CallLog) -> None:
    log.saw(13_000, "caller", "speaks", shown="“Bye.”", sound_ms=300)
    again = figures(log.happenings, log.answers.heard_on(log.agent), log.length_ms)
    assert len(again.turns) == 2


def test_an_answer_that_never_sounded_was_not_heard() -> None:
    answers = Answers()
    answers.saw(Happening(10, "model", "ModelAudio", {"item_id": "a"}), b"\x11" * 800)
    answers.saw(Happening(10, "gateway", "audio.first_sent", {"item": "a"}))
    (answer,) = answers.heard_on(Track())
    assert answer.played_ms == 0


def test_a_call_of_which_nothing_came_has_figures_too() -> None:
    nothing = figures([], (), 0)
    assert nothing.first_sound_ms is None
    assert nothing.turns == nothing.cuts == nothing.keys == ()
    assert nothing.reason == ""
