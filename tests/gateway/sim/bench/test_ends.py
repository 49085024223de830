"""The two ends of a load: what they send, what they count, in which order."""

import asyncio
from binascii import b2a_base64
from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import orjson
import pytest

from voicegate.gateway.sim.bench.caller import CallerEnd
from voicegate.gateway.sim.bench.entrance import ACCOUNT_SID
from voicegate.gateway.sim.bench.load import Metronome
from voicegate.gateway.sim.bench.meter import CallPassages, Meter
from voicegate.gateway.sim.bench.model import DELTA_MS, TURN_S, ModelEnd
from voicegate.gateway.sim.bench.sound import NumberedSound, NumberReader
from voicegate.gateway.sim.carrier.messages import StreamIdentity, StreamWriter

IDENTITY = StreamIdentity(ACCOUNT_SID, "CA" + "1" * 32, "MZ" + "2" * 32)
FRAMES, DELTAS = NumberedSound("pcmu", 20), NumberedSound("pcmu", DELTA_MS)
READER = NumberReader("pcmu")


@dataclass(slots=True)
class Wire:
    """What was written, as JSON."""

    sent: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    is_closed: bool = False

    def send(self, text: bytes | str) -> None:
        self.sent.append(orjson.loads(text))

    def close(self) -> None:
        self.is_closed = True

    def take(self, kind: str) -> list[str]:
        taken, self.sent = self.sent, []
        return [message[kind] for message in taken]


class Carrier:
    """A caller's end, and what a gateway would send it."""

    def __init__(self) -> None:
        self.meter = Meter()
        self.passages = CallPassages(self.meter)
        self.wire = Wire()
        self.end = CallerEnd(self.wire, StreamWriter(IDENTITY), FRAMES, READER, self.passages)

    def hears(self, audio: bytes) -> None:
        payload = b2a_base64(audio, newline=False).decode()
        self._hears(event="media", media={"payload": payload})

    def hears_delta(self, number: int) -> None:
        self._hears(event="media", media={"payload": DELTAS.text(number)})

    def hears_mark(self, name: str) -> None:
        self._hears(event="mark", mark={"name": name})

    def is_cleared(self) -> None:
        self._hears(event="clear")

    def _hears(self, **message: object) -> None:
        event = {"event": message.pop("event"), "streamSid": IDENTITY.stream_sid, **message}
        self.end.on_text(orjson.dumps(event))


# -- the caller ----------------------------------------------------------------------------------


def test_a_stream_begins_and_ends_as_the_carriers() -> None:
    carrier = Carrier()
    carrier.end.start({"token": "t"})
    carrier.end.hang_up()
    parameters = carrier.wire.sent[1]["start"]["customParameters"]
    assert (carrier.wire.take("event"), parameters) == (
        ["connected", "start", "stop"],
        {"token": "t"},
    )
    assert carrier.wire.is_closed


def test_frames_are_numbered_and_stamped() -> None:
    carrier = Carrier()
    for _ in range(3):
        carrier.end.frame()
    media = [message["media"] for message in carrier.wire.sent]
    assert [one["timestamp"] for one in media] == ["0", "20", "40"]
    assert [READER.number(one["payload"].encode(), 0) for one in media] == [0, 1, 2]
    assert carrier.passages.up.left == 3


def test_a_mark_comes_back_when_what_is_before_it_has_played() -> None:
    carrier = Carrier()
    carrier.hears_mark("nothing before it")
    carrier.passages.down.leave(perf_counter())
    carrier.hears_delta(0)
    carrier.hears_mark("behind 200 ms")
    carrier.end.frame()
    assert carrier.wire.take("event") == ["media", "mark"]
    assert len(carrier.meter.down.delays_s) == 1


def test_a_clear_ends_a_cut_and_sends_every_mark_back() -> None:
    carrier = Carrier()
    carrier.passages.down.leave(perf_counter())
    carrier.hears_delta(0)
    carrier.hears_mark("a")
    carrier.hears_mark("b")
    carrier.passages.cuts.leave(perf_counter())
    carrier.is_cleared()
    assert carrier.wire.take("event") == ["mark", "mark"]
    assert len(carrier.meter.cuts.delays_s) == 1
    carrier.hears_mark("at once")
    carrier.end.frame()
    assert carrier.wire.take("event") == ["media", "mark"]


def test_the_tail_of_a_filter_is_no_delta() -> None:
    carrier = Carrier()
    carrier.hears(b"\xff" * 160)
    assert (carrier.meter.down.delays_s, carrier.meter.down.misordered) == ([], 0)


def test_a_stream_that_was_closed_is_over() -> None:
    carrier = Carrier()
    assert not carrier.end.is_over
    carrier.end.on_closed(1000, "")
    assert carrier.end.is_over


# -- the model -----------------------------------------------------------------------------------


@dataclass(slots=True)
class Timer:
    """A timer that rings when it is told to."""

    wait_s: float
    ring: Callable[[], None]
    is_cancelled: bool = False

    def cancel(self) -> None:
        self.is_cancelled = True


class Model:
    """A model's end, its turns driven by hand."""

    def __init__(self) -> None:
        self.meter = Meter()
        self.passages = CallPassages(self.meter)
        self.wire = Wire()
        self.updates: list[float] = []
        self.timer = Timer(0.0, lambda: None)
        self.end = ModelEnd(
            self.wire, DELTAS, READER, self.passages, self.updates.append, self._later
        )

    def _later(self, wait_s: float, ring: Callable[[], None]) -> Timer:
        self.timer = Timer(wait_s, ring)
        return self.timer

    def hears(self, **message: object) -> None:
        self.end.on_text(orjson.dumps(message))


def test_settings_are_echoed_and_timed() -> None:
    model = Model()
    model.hears(type="session.update", session={"voice": "marin"})
    assert [message["type"] for message in model.wire.sent] == [
        "session.created",
        "session.updated",
    ]
    assert model.wire.sent[1]["session"] == {"voice": "marin"}
    assert len(model.updates) == 1


def test_what_is_appended_is_read_in_any_spelling() -> None:
    model = Model()
    for number in range(2):
        model.passages.up.leave(perf_counter())
        append = {"type": "input_audio_buffer.append", "audio": FRAMES.text(number)}
        text = orjson.dumps(append)
        model.end.on_text(text if number else text.replace(b'":"', b'": "').replace(b',"', b', "'))
    assert (len(model.meter.up.delays_s), model.meter.up.misordered) == (2, 0)


def test_a_truncate_is_confirmed() -> None:
    model = Model()
    model.hears(type="conversation.item.truncate", item_id="i", content_index=0, audio_end_ms=7)
    confirmed = model.wire.sent[-1]
    assert (confirmed["type"], confirmed["audio_end_ms"]) == ("conversation.item.truncated", 7)


def test_a_turn_takes_four_seconds_and_the_first_of_three_is_cut() -> None:
    """The standard call: 2 s answers in 200 ms deltas every 25 ms, every third interrupted."""
    model = Model()
    model.end.begin(0.5)
    waited_s, at_s = model.timer.wait_s, dict[int, float]()
    while waited_s < 0.5 + 6 * TURN_S - 0.001:
        model.timer.ring()
        at_s.setdefault(model.passages.cuts.left, waited_s)
        waited_s += model.timer.wait_s
    kinds = [message["type"].rpartition(".")[2] for message in model.wire.sent[1:]]
    answer = ["created", "added", *["delta"] * 10, "done", "done"]
    assert kinds == 6 * [*answer, "speech_started", "speech_stopped", "committed"]
    deltas = [message["delta"] for message in model.wire.sent if "delta" in message]
    assert [READER.number(one.encode(), 0) for one in deltas] == list(range(60))
    assert model.passages.left() == (0, 60, 2)
    assert [at_s[1], at_s[2]] == pytest.approx([0.5 + 1.0, 0.5 + 3 * TURN_S + 1.0])


def test_a_session_that_is_over_says_no_more() -> None:
    model = Model()
    model.end.on_closed(1000, "")
    model.end.begin(0.5)
    model.end.on_closed(1000, "")
    assert model.timer.is_cancelled


# -- the metronome -------------------------------------------------------------------------------


def test_every_caller_is_due_every_twenty_milliseconds() -> None:
    async def main() -> tuple[list[Carrier], list[float]]:
        late_s: list[float] = []
        is_enough = asyncio.Event()

        def late(by_s: float) -> None:
            late_s.append(by_s)
            if len(late_s) >= 15:
                is_enough.set()

        metronome = Metronome(late)
        carriers = [Carrier() for _ in range(3)]
        for place, carrier in enumerate(carriers):
            metronome.add(carrier.end, place / 3)
        metronome.start()
        await is_enough.wait()
        metronome.stop()
        return carriers, late_s

    carriers, late_s = asyncio.run(asyncio.wait_for(main(), 30))
    counts = [carrier.passages.up.left for carrier in carriers]
    assert max(counts) - min(counts) <= 1
    assert len(late_s) == sum(counts)
    assert min(late_s) >= 0
