"""The simulated caller, driven by the ticks of an earpiece and a microphone."""

from collections.abc import Callable
from random import Random

import numpy as np
import pytest

from voicegate.codecs.g711 import level_dbfs, ulaw_decode
from voicegate.gateway.sim.carrier import caller, echo
from voicegate.gateway.sim.carrier.caller import (
    Act,
    Caller,
    HangUp,
    HearAgent,
    HearQuiet,
    Pause,
    Press,
    PressKeys,
    Speak,
    Step,
    cough,
    interrupt,
    loud,
    mm_hm,
)
from voicegate.gateway.sim.carrier.echo import Echo
from voicegate.gateway.sim.carrier.playback import SILENCE
from voicegate.gateway.sim.tags import tagged

AGENT = tagged(1, 0, 20)
Agent = Callable[[int], bytes]


def silent(_at_ms: int) -> bytes:
    return SILENCE


def between(first_ms: int, last_ms: int) -> Agent:
    return lambda at_ms: AGENT if first_ms <= at_ms < last_ms else SILENCE


class Phone:
    """Plays what the agent says and keeps what the caller does, by the time."""

    def __init__(
        self, *steps: Step, agent: Agent = silent, seed: int = 1, echo: Echo | None = None
    ) -> None:
        self.caller = Caller(steps, Random(seed), echo)
        self.spoken = b""
        self.acts: list[tuple[int, Act]] = []
        self._agent = agent

    def run_to(self, until_ms: int) -> "Phone":
        for now_ms in range(20, until_ms + 1, 20):
            self.caller.heard(self._agent(now_ms - 20), now_ms)
            self.spoken += self.caller.frame(now_ms)
            self.acts += ((now_ms, act) for act in self.caller.due(now_ms))
        return self

    @property
    def speech(self) -> list[tuple[int, int]]:
        """Stretches of sound, in ms."""
        loud = [self.spoken[at : at + 160] != SILENCE for at in range(0, len(self.spoken), 160)]
        edges = [
            at * 20
            for at in range(len(loud) + 1)
            if (at < len(loud) and loud[at]) != (at > 0 and loud[at - 1])
        ]
        return list(zip(edges[::2], edges[1::2], strict=True))


def test_clips_and_pauses_follow_each_other() -> None:
    """C172: speaks scripted clips, stays silent."""
    clip = loud(1_000)
    phone = Phone(Pause(300), Speak(clip), Pause(400), Speak(b"\x01" * 100)).run_to(3_000)
    assert phone.spoken[300 * 8 : 1_300 * 8] == clip
    (first, second) = phone.speech
    assert first == (300, 1_300)
    assert second == (1_680, 1_700)  # the frame asked for at 1,700 began 20 ms before
    assert phone.spoken.count(b"\x01") == 100
    assert phone.caller.is_done


def test_speech_has_its_level_in_every_frame_and_the_buzz_is_no_pure_tone() -> None:
    """C172: an energy detector hears it."""
    speech = loud(1_000, -20.0)
    levels = [level_dbfs(speech[at : at + 160], "ulaw") for at in range(0, len(speech), 160)]
    assert all(level == pytest.approx(-20.0, abs=0.3) for level in levels)
    spectrum = np.abs(np.fft.rfft(ulaw_decode(speech).astype(float)))
    assert (spectrum > spectrum.max() / 4).sum() > 6


def test_the_agent_is_heard_before_the_caller_goes_on() -> None:
    """C172: reacts to what it hears."""
    agent = between(500, 2_000)
    phone = Phone(HearAgent(600), Speak(loud(200)), agent=agent).run_to(4_000)
    assert phone.speech == [(1_080, 1_280)]


def test_a_pause_of_the_agent_does_not_count_as_hearing_it() -> None:
    def agent(at_ms: int) -> bytes:
        return AGENT if at_ms < 300 or 1_000 <= at_ms < 2_000 else SILENCE

    phone = Phone(HearAgent(400), Speak(loud(20)), agent=agent).run_to(4_000)
    assert phone.speech == [(1_080, 1_100)]


def test_the_caller_waits_for_the_agent_to_be_quiet() -> None:
    """C172: waits its turn."""
    script = (HearAgent(20), HearQuiet(700), Speak(loud(100)))
    phone = Phone(*script, agent=between(200, 1_500)).run_to(4_000)
    assert phone.speech == [(1_500 + 700 - 20, 1_500 + 800 - 20)]


def test_patience_ends_either_wait() -> None:
    impatient = Phone(HearAgent(100, patience_ms=900), Speak(loud(20))).run_to(2_000)
    assert impatient.speech == [(900, 920)]
    nagging = Phone(HearQuiet(300, patience_ms=900), Speak(loud(20)), agent=between(0, 9_000))
    assert nagging.run_to(2_000).speech == [(900, 920)]


def test_interruptions_come_at_random_points_of_the_agents_speech() -> None:
    """C172: interrupts at a random word."""
    starts = set[int]()
    for seed in range(40):
        steps = interrupt(loud(300), 200, 2_000)
        phone = Phone(*steps, agent=between(500, 4_000), seed=seed).run_to(6_000)
        ((start_ms, end_ms),) = phone.speech
        assert 500 + 200 - 20 <= start_ms <= 500 + 2_000
        assert end_ms - start_ms == 300
        starts.add(start_ms)
    assert len(starts) > 20


def test_coughs_and_assents_are_short() -> None:
    """C172: coughs, answers "mm-hm"."""
    assert Phone(cough()).run_to(1_000).speech == [(0, 180)]
    assert Phone(mm_hm()).run_to(1_000).speech[-1][1] == 320
    assert level_dbfs(cough().audio, "ulaw") > -15
    assert level_dbfs(mm_hm().audio, "ulaw") < -23


def test_keys_come_one_by_one_and_then_the_script_goes_on() -> None:
    """C172: presses keys."""
    phone = Phone(Pause(100), PressKeys("42#", gap_ms=200), Speak(loud(20))).run_to(2_000)
    assert phone.acts == [(120, Press("4")), (320, Press("2")), (520, Press("#"))]
    assert phone.speech == [(700, 720)]


def test_after_hanging_up_the_caller_does_nothing() -> None:
    """C172: hangs up."""
    phone = Phone(Speak(loud(100)), HangUp(), Speak(loud(100)), PressKeys("1")).run_to(2_000)
    assert phone.acts == [(100, HangUp())]
    assert phone.speech == [(0, 100)]


def test_quiet_noise_is_not_the_agent() -> None:
    hiss = bytes((0xFF, 0x7F, 0xEE, 0x6E)) * 40
    phone = Phone(HearAgent(20), Speak(loud(20)), agent=lambda _: hiss).run_to(2_000)
    assert phone.speech == []


def test_the_agent_comes_back_delayed_and_quieter() -> None:
    """C172: echoes the agent (level, delay, filter)."""
    sound = loud(20, -16.0)
    phone = Phone(
        agent=lambda at_ms: sound if 1_000 <= at_ms < 1_500 else SILENCE,
        echo=Echo(delay_ms=130, loss_db=20.0, taps=(1.0,)),
    ).run_to(3_000)
    first = next(at for at, code in enumerate(phone.spoken) if code != 0xFF)
    assert first == (1_000 + 130) * 8
    assert level_dbfs(phone.spoken[1_200 * 8 : 1_400 * 8], "ulaw") == pytest.approx(-36, abs=0.5)
    assert phone.spoken[1_630 * 8 :].count(0xFF) == len(phone.spoken[1_630 * 8 :])


def test_the_way_back_filters_and_the_callers_own_voice_is_added() -> None:
    """C172: echo and speech at once."""
    hiss = bytes((0x10, 0x90)) * 80  # 4 kHz, which the filter removes
    filtered = Phone(agent=lambda _: hiss, echo=Echo(40, 0.0, (0.5, 0.5))).run_to(1_000)
    assert level_dbfs(filtered.spoken[800:], "ulaw") < -50
    voice = loud(20, -30.0)
    both = Phone(
        Pause(500), Speak(voice * 20), agent=lambda _: voice, echo=Echo(40, 0.0, (1.0,))
    ).run_to(1_000)
    assert level_dbfs(both.spoken[300 * 8 : 400 * 8], "ulaw") == pytest.approx(-30, abs=0.3)
    assert level_dbfs(both.spoken[600 * 8 : 700 * 8], "ulaw") > -29


def test_no_key_is_pressed_again_by_whoever_is_a_little_behind() -> None:
    """C172: microphone and earpiece of a real line do not tell the same time."""
    person = Caller([PressKeys("5#", gap_ms=300), HangUp()], Random(0))
    person.due(1_000)
    assert person.due(1_302) == [Press("#")]
    person.frame(1_297)
    assert not person.due(1_304)


def test_the_same_seed_acts_alike() -> None:
    """C174."""

    def spoken(seed: int) -> bytes:
        steps = interrupt(loud(200), 20, 2_000)
        return Phone(*steps, agent=between(0, 4_000), seed=seed).run_to(4_000).spoken

    assert spoken(3) == spoken(3)
    assert len({spoken(seed) for seed in range(5)}) > 1


def test_every_behaviour_names_its_source() -> None:
    """C169."""
    known = caller.ASSUMPTIONS + echo.ASSUMPTIONS
    assert {each.evidence for each in known} == {"assumed"}
    assert all(each.behaviour and each.source for each in known)
