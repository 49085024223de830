"""Calls that once broke an invariant, with all that goes wrong in them written out (C176)."""

from voicegate.gateway.sim.carrier.caller import HangUp, HearAgent, Pause, Speak, loud
from voicegate.gateway.sim.carrier.faults import CarrierFault
from voicegate.gateway.sim.realtime.brains import Answer, Speech
from voicegate.gateway.sim.realtime.faults import Fault
from voicegate.gateway.sim.world.runs import judge, play
from voicegate.gateway.sim.world.scenario import LineShape, Scenario


def test_a_cover_that_is_cut_as_it_begins_does_not_spoil_the_first_claim() -> None:
    """I8, C46: the probe waited behind the echoes of the clear; 40 ms too much were claimed."""
    speech = (6_700, 700, 1_500, 4_950)
    scenario = Scenario(
        258,
        (Pause(966), Speak(loud(1_008)), HangUp()),
        (Answer(tuple(Speech("so", ms) for ms in speech), delta_ms=250, speed=5.0),),
        carrier_line=LineShape(47, 0),
        model_line=LineShape(61, 3, 0.02),
        media_after_ms=383,
    )
    assert not judge(play(scenario)).violations


def test_a_turn_that_ends_while_the_cut_answer_is_still_being_cancelled_is_answered_soon() -> None:
    """I18, C85: the model refused its own answer to the turn; only a watchdog asked again."""
    scenario = Scenario(
        900,
        (Pause(135), Speak(loud(376)), HearAgent(100, 4_000, 12_000), HangUp()),
        (Answer((Speech("so", 6_500), Speech("so", 5_200)), delta_ms=250, overlap=True),),
        carrier_line=LineShape(129, 4, 0.02),
        model_line=LineShape(138, 7),
        media_after_ms=139,
    )
    assert not judge(play(scenario)).violations


def test_lost_frames_do_not_add_up_to_a_model_that_lags_behind() -> None:
    """I27, C32: a frame that was lost between two stamps that had wandered was not made up for."""
    scenario = Scenario(
        839,
        (Speak(loud(714)), HearAgent(100, 4_000, 12_000), Speak(loud(951)), HangUp()),
        (Answer((Speech("so", 3_150), Speech("so", 1_050)), delta_ms=20, speed=5.0),),
        carrier_line=LineShape(50, 3),
        model_line=LineShape(23, 6),
        media_after_ms=1_052,
        carrier_faults=(CarrierFault("frame_lost", probability=0.02),),
        model_faults=(Fault("response_failed", at=2, text="server_error"),),
    )
    assert not judge(play(scenario)).violations
