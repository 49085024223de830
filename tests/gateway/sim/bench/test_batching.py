"""The experiment on batching: both ways say the same, and each frame is accounted for."""

import asyncio
from dataclasses import dataclass, field

from voicegate.gateway.core.actions import AskForResponse, HearAudio
from voicegate.gateway.models.openai_realtime import OpenAIRealtime
from voicegate.gateway.sim.bench import batching
from voicegate.gateway.sim.bench.uplinks import PLAN, Together, Turn, echo


@dataclass
class Wire:
    """What was written."""

    sent: list[bytes] = field(default_factory=list[bytes])

    def send(self, text: bytes | str) -> None:
        self.sent.append(text.encode() if isinstance(text, str) else text)

    def backlog_bytes(self) -> int:
        return 0

    def drop_unsent(self) -> int:
        return 0

    def close(self, code: int = 1000, reason: str = "") -> None: ...


def opened(speaker: OpenAIRealtime) -> Wire:
    wire = Wire()
    speaker.connected(wire)
    speaker.on_text(echo())
    return wire


def frame(number: int) -> HearAudio:
    return HearAudio(bytes((number * 31 + place * 7) % 256 for place in range(160)))


def test_frames_converted_together_are_what_they_are_alone() -> None:
    turn = Turn()
    ours = [Together(turn) for _ in range(3)]
    theirs = [OpenAIRealtime(PLAN) for _ in range(3)]
    pairs = [(opened(one), opened(other)) for one, other in zip(ours, theirs, strict=True)]
    for number in range(4):
        for place in range(3):
            ours[place].perform(frame(number + place))
            theirs[place].perform(frame(number + place))
        assert len(pairs[0][0].sent) == number, "before the turn ends nothing leaves"
        turn.end()
    assert [one.sent for one, _ in pairs] == [other.sent for _, other in pairs]


def test_what_was_asked_after_a_frame_leaves_after_it() -> None:
    turn = Turn()
    speaker = Together(turn)
    wire = opened(speaker)
    speaker.perform(frame(1))
    speaker.perform(frame(2))
    assert len(wire.sent) == 1, "a second frame of a call does not wait for company"
    speaker.perform(AskForResponse("event_1"))
    assert [b"append" in text for text in wire.sent] == [True, True, False]


def test_every_frame_of_both_ways_is_converted_and_has_waited() -> None:
    """Over real sockets, in CPU time."""
    ((one, other),) = asyncio.run(asyncio.wait_for(batching.compare(calls=3, pairs=1), 30))
    for segment in (one, other):
        assert len(segment.waits_s) == 3 * batching.FRAMES
        assert min(segment.waits_s) > 0
        assert 0 < segment.turns <= len(segment.waits_s)
        assert segment.cpu_s > 0
