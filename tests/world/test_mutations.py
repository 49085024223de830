"""The core broken on purpose, one function at a time: played calls must notice each time."""

# pyright: reportPrivateUsage=false

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from voicegate.codecs.frames import PCM16_24K, PCMU_8K
from voicegate.gateway.core.actions import Action, AskForResponse
from voicegate.gateway.core.agent import Agent
from voicegate.gateway.core.bargein import BargeIn
from voicegate.gateway.core.digits import Digits
from voicegate.gateway.core.events import ModelAudio
from voicegate.gateway.core.playout import Playout
from voicegate.gateway.core.responses import Gate, Responses
from voicegate.gateway.core.uplink import Frame, Uplink
from voicegate.gateway.models import openai_realtime
from voicegate.gateway.models.openai_realtime import ItemSound
from voicegate.gateway.sim.carrier.caller import HangUp, HearAgent, Pause, Speak, loud
from voicegate.gateway.sim.realtime.brains import Answer, Speech
from voicegate.gateway.sim.world.runs import play, run_seed
from voicegate.gateway.sim.world.scenario import Scenario

clear_queue = Playout.clear_queue
cut = BargeIn.cut
FOR_EVER_MS = 1 << 40


def clear_without_generation(self: Playout, now_ms: int) -> Any:
    """Marks of the next generation have the names of this one, and may be as early as they like."""
    result = clear_queue(self, now_ms)
    self._fastest.ahead_ms = FOR_EVER_MS
    self.marks.generation = self.marks._count = 0
    return result


def clear_that_keeps_its_marks(self: Playout, now_ms: int) -> Any:
    """An echo after the clear counts as played, however early."""
    marks = dict(self.marks._out)
    result = clear_queue(self, now_ms)
    self._fastest.ahead_ms = FOR_EVER_MS
    self.marks._out.update(marks)
    return result


def cancel_first(self: BargeIn, now_ms: int, **wishes: Any) -> Any:
    actions, items = cut(self, now_ms, **wishes)
    return actions[::-1], items


def clear_without_clamp(self: Playout, now_ms: int) -> Any:
    """What should have been played by now counts as heard, whether it was sent or not."""
    beyond = int(self._clock.position_ms(now_ms) * self._bytes_per_ms) - self._sent
    if beyond > 0 and self._segments:
        self._segments[-1].item.heard += beyond
    return clear_queue(self, now_ms)


def everything_sent(self: Playout, now_ms: int) -> int:
    del now_ms
    return self._sent


def audio_of_any_response(self: Agent, event: ModelAudio, now_ms: int) -> list[Action]:
    """Late deltas of a cut item are a new item."""
    self.responses.sounded(now_ms)
    item = self._playout.items.get(event.item_id)
    if item is not None and item.is_cut:
        del self._playout.items[event.item_id]
    return self._playout.receive(
        event.item_id, event.response_id, event.payload, now_ms, is_interruptible=True
    )


def ask_at_once(self: Responses, now_ms: int) -> list[Action]:
    self.gate = Gate.ASKED
    self.deadline_ms = now_ms + 2_000
    return [AskForResponse(self.event_id("ask"))]


def ready_with_an_empty_ring(self: Uplink, now_ms: int) -> list[Action]:
    del now_ms
    self._is_ready = True
    self._ring = deque[Frame]()
    return []


def take_and_keep(self: Digits) -> str:
    self.deadline_ms = None
    return self._keys


@dataclass(frozen=True)
class Mutation:
    """One function broken, the seeds whose calls must show it, and the invariant that does."""

    owner: type
    function: str
    broken: Callable[..., Any]
    seeds: tuple[int, ...]
    caught_by: str

    def __str__(self) -> str:
        return self.broken.__name__


MUTATIONS = (
    Mutation(Playout, "clear_queue", clear_without_generation, (26, 53), "I8"),
    Mutation(BargeIn, "cut", cancel_first, (0,), "I6"),
    Mutation(Playout, "clear_queue", clear_without_clamp, (11,), "I7"),
    Mutation(Agent, "_audio", audio_of_any_response, (0,), "I5"),
    Mutation(Playout, "position", everything_sent, (0,), "I8"),
    Mutation(Playout, "clear_queue", clear_that_keeps_its_marks, (0,), "I8"),
    Mutation(Responses, "ask", ask_at_once, (102, 126), "I10"),
    Mutation(Uplink, "ready", ready_with_an_empty_ring, (10,), "I3"),
    Mutation(Digits, "take", take_and_keep, (42, 76), "C76"),
)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=str)
def test_a_core_broken_on_purpose_is_caught(
    mutation: Mutation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C178."""
    monkeypatch.setattr(mutation.owner, mutation.function, mutation.broken)
    outcomes = [run_seed(seed) for seed in mutation.seeds]
    found = {violation.invariant for each in outcomes for violation in each.violations}
    assert mutation.caught_by in found


def test_the_same_calls_are_clean_without_the_damage() -> None:
    """C178: what is caught above is the damage."""
    for seed in sorted({seed for mutation in MUTATIONS for seed in mutation.seeds}):
        assert not run_seed(seed).violations, f"seed {seed}"


SILENT = bytes(48 * 2_000)
NOISE = np.random.default_rng(1).integers(-20_000, 20_000, 24 * 6_000, np.int16).tobytes()


def sounds_of_a_cut_and_a_silent_answer() -> list[bytes]:
    """What the carrier was sent after a noisy answer was interrupted, over the real 24 kHz chain."""
    scenario = Scenario(
        seed=1,
        steps=(HearAgent(1_000), Speak(loud(800)), Pause(4_000), HangUp()),
        answers=(Answer((Speech("so", pcm=NOISE),)), Answer((Speech("so", pcm=SILENT),))),
        audio="pcm24k",
    )
    sent = play(scenario).witness.sent
    after = next(n for n, message in enumerate(sent) if message.is_clear)
    return [message.payload for message in sent[after:] if not message.is_clear]


def test_a_filter_that_is_not_reset_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """C53, C178: with one chain for all items, the noise of the cut answer rings in the silent one."""
    silence = b"\xff" * 160
    sounds = sounds_of_a_cut_and_a_silent_answer()
    assert len(sounds) > 5
    assert all(payload == silence * (len(payload) // 160) for payload in sounds)

    shared = ItemSound(PCM16_24K, PCMU_8K)

    def one_for_all(*_formats: object) -> ItemSound:
        return shared

    def keep(_sound: ItemSound) -> bytes:
        return b""

    monkeypatch.setattr(openai_realtime, "ItemSound", one_for_all)
    monkeypatch.setattr(ItemSound, "flush", keep)
    sounds = sounds_of_a_cut_and_a_silent_answer()
    assert any(payload != silence * (len(payload) // 160) for payload in sounds)
