"""Whole calls in virtual time: the same seed is the same call, and nothing that must hold breaks."""

import subprocess
import sys
from dataclasses import replace
from functools import cache

import pytest

from voicegate.gateway.core.actions import Action, ClearAudio, EndReason
from voicegate.gateway.core.events import ModelHeardSpeech
from voicegate.gateway.sim.carrier.faults import CarrierFault
from voicegate.gateway.sim.world.runs import Report, judge, play, run_seed
from voicegate.gateway.sim.world.scenario import draw
from voicegate.gateway.sim.world.stated_lines import STATED_LINES
from voicegate.gateway.sim.world.virtual_call import VirtualCall
from voicegate.gateway.sim.world.witness import TO_CARRIER
from voicegate.gateway.sim.world.world import Alarm, TimeStandsStill, World

SEEDS = range(20)


@cache
def alone(seed: int) -> VirtualCall:
    """A call with nothing but the network's delay, played by itself."""
    return play(draw(seed, has_faults=False))


def digest(seed: int) -> str:
    """What a call with all that goes wrong in it leaves behind."""
    return play(draw(seed)).witness.log_hash


@pytest.mark.parametrize("seed", SEEDS)
def test_the_invariants_hold_whatever_goes_wrong(seed: int) -> None:
    """C174, C177: a few seeds here; `make sim` plays hundreds, and nobody stops you at 300."""
    outcome = run_seed(seed)
    assert not outcome.violations


def test_the_same_seed_is_the_same_call_to_the_byte() -> None:
    """C174: the log's digest covers every message on both wires, with its time."""
    assert digest(7) == digest(7)
    assert digest(7) != digest(8)


def test_another_process_plays_the_same_call() -> None:
    """C174: no order of a hash table, no clock, no leftover of an earlier call has a say."""
    program = "from voicegate.tests.world.test_world import digest; print(digest(11))"
    played = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert played.stdout.strip() == digest(11)


def test_calls_of_one_process_do_not_know_of_each_other() -> None:
    """C25, I30: ten calls in one world, one of them poisoned, are the calls they are alone."""
    world = World()
    seeds = SEEDS[:10]
    calls = [VirtualCall(world, draw(seed, has_faults=False)) for seed in seeds]
    poisoned = calls[3]
    poisoned.session.call.script.handle = _explode  # pyright: ignore[reportAttributeAccessIssue]
    world.run(240_000)
    assert [reason for _, reason in poisoned.witness.ends] == [EndReason.INTERNAL_ERROR]
    for seed, call in zip(seeds, calls, strict=True):
        if call is not poisoned:
            undisturbed = alone(seed).witness.log_hash
            assert call.witness.log_hash == undisturbed, f"call {seed} was disturbed"


def _explode(event: object, now_ms: int) -> list[object]:
    raise RuntimeError(f"planted at {now_ms}: {event}")


def test_a_caller_who_interrupts_is_answered_and_the_model_knows_what_was_heard() -> None:
    """C46, C62, C63: claims are near the truth, and every barge-in begins with the clear."""
    claims = [each for seed in SEEDS for each in alone(seed).claims() if each.is_about_something]
    assert len(claims) > 20
    errors = sorted(abs(claim.error_ms) for claim in claims)
    assert errors[len(errors) // 2] <= 10
    assert errors[int(0.95 * len(errors))] <= 40  # some of these lines stall


def test_over_a_stated_line_half_of_the_claims_are_within_its_bound() -> None:
    """C47: a few calls on line A; `voicegate sim --line A --report heard` judges hundreds."""
    report = Report()
    for seed in SEEDS:
        report.add(run_seed(seed, has_faults=False, carrier_line=STATED_LINES["A"].shape))
    assert len(report.errors_ms) > 40
    assert report.error_ms(0.5) <= 10
    assert report.error_ms(0.9) <= 30  # the 95th percentile of so few is luck
    assert not report.failed


def test_a_carrier_that_echoes_too_early_is_not_believed() -> None:
    """C54: claims are as near as the line allows, by the clock alone."""
    early = CarrierFault("mark_early", probability=1.0, length=(400, 400))
    for seed in SEEDS[:5]:
        call = play(replace(draw(seed, has_faults=False), carrier_faults=(early,)))
        assert not call.session.call.playout.has_true_marks
        errors = [abs(claim.error_ms) for claim in call.claims()]
        assert all(error_ms <= 20 + call.extra_delay_ms for error_ms in errors), (seed, errors)


def test_a_wake_that_makes_no_progress_is_caught() -> None:
    """I25: the world stops instead of running for ever."""
    world = World()
    alarm = Alarm(world, lambda: alarm.set(world.now_ms))
    alarm.set(5)
    with pytest.raises(TimeStandsStill):
        world.run(10)


def test_an_interrupted_answer_is_cut_in_the_turn_of_its_trigger() -> None:
    """C68: the clear is written in the loop turn that takes `speech_started`, and in no later one."""
    cuts = 0
    for seed in SEEDS:
        witness = alone(seed).witness
        clears = {at_ms for at_ms, message in witness.on_wire(TO_CARRIER) if b'"clear"' in message}
        for at_ms, event, actions in witness.steps:
            if isinstance(event, ModelHeardSpeech) and _has_clear(actions):
                cuts += 1
                assert at_ms in clears
    assert cuts > 10


def _has_clear(actions: list[Action]) -> bool:
    return any(isinstance(action, ClearAudio) for action in actions)


def test_a_judgement_names_what_it_saw() -> None:
    """C175: a run that is cut off before its end breaks the first invariant, by name."""
    world = World()
    call = VirtualCall(world, draw(3, has_faults=False))
    world.run(2_000)
    assert {violation.invariant for violation in judge(call).violations} >= {"I1"}
