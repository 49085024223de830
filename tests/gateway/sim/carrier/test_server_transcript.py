"""The simulated carrier on real sockets and in virtual time: the same call, word for word."""

import asyncio
from random import Random
from typing import Any

import orjson
from aiohttp import web

from voicegate.gateway.sim.carrier.call_report import CallReport
from voicegate.gateway.sim.carrier.caller import (
    Caller,
    HangUp,
    HearAgent,
    Pause,
    PressKeys,
    loud,
)
from voicegate.gateway.sim.carrier.line import CarrierStream
from voicegate.gateway.sim.carrier.messages import StreamIdentity
from voicegate.gateway.sim.carrier.settings import CarrierSettings
from voicegate.gateway.sim.outputs import Note, Output, Played, Send
from voicegate.gateway.sim.rig.small_gateway import (
    ACCOUNT,
    SmallGateway,
    call,
    carrier,
    gateway,
    media,
    reply,
)


class TalkingGateway:
    """A gateway as a function: what it answers to each message."""

    def answer(self, message: dict[str, Any]) -> list[str]:
        sid = message.get("streamSid", "")
        match message["event"]:
            case "start":
                greeting = (media(sid, loud(300)), reply("mark", sid, mark={"name": "greeted"}))
                return [*greeting, '{"event":"nonsense"}']
            case "dtmf":
                prompt = (media(sid, loud(5_000)), reply("mark", sid, mark={"name": "prompt"}))
                return [*prompt, reply("clear", sid)]
            case _:
                return []


SCRIPT = (HearAgent(300), Pause(150), PressKeys("12", gap_ms=400), Pause(200), HangUp())


def virtual_transcript() -> tuple[list[dict[str, Any]], bytes, list[str]]:
    """The script in virtual time, without any network."""
    brain, person = TalkingGateway(), Caller(SCRIPT, Random(1))
    identity = StreamIdentity(ACCOUNT, "CA" + "2" * 32, "MZ" + "3" * 32)
    stream = CarrierStream(CarrierSettings(), identity, {"tok": "t-1"}, person, Random(1))
    messages: list[dict[str, Any]] = []
    heard = bytearray()
    notes: list[str] = []

    def take(outputs: list[Output], now_ms: int) -> None:
        for each in outputs:
            if isinstance(each, Send):
                messages.append(orjson.loads(each.text))
                for answer in brain.answer(messages[-1]):
                    take(stream.receive(answer, now_ms), now_ms)
            elif isinstance(each, Played):
                heard.extend(each.payload)
                person.heard(each.payload, now_ms)
                for act in person.due(now_ms):
                    is_end = isinstance(act, HangUp)
                    take(
                        stream.hang_up(now_ms) if is_end else stream.press(act.digit, now_ms),
                        now_ms,
                    )
            elif isinstance(each, Note):
                notes.append(each.kind)

    take(stream.opened(0), 0)
    while stream.deadline_ms is not None:
        take(stream.wake(stream.deadline_ms), stream.deadline_ms)
    return messages, bytes(heard), notes


def plain(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What does not depend on the clock: no media, no counters, no SIDs."""
    kept = [dict(each) for each in messages if each["event"] != "media"]
    for each in kept:
        for name in ("sequenceNumber", "streamSid", "start", "stop"):
            each.pop(name, None)
    return kept


def test_a_socket_run_and_a_virtual_run_give_the_same_transcript() -> None:
    """C168: both drive the same machines."""
    brain = TalkingGateway()

    async def talk(town: SmallGateway, socket: web.WebSocketResponse, _sid: str) -> None:
        for answer in brain.answer(town.messages[-1]):
            await socket.send_str(answer)

    async def play() -> tuple[SmallGateway, CallReport]:
        async with gateway(talk) as town, carrier(town) as server:
            return town, await call(server, *SCRIPT)

    town, report = asyncio.run(play())
    messages, heard, notes = virtual_transcript()
    assert plain(town.messages) == plain(messages)
    assert [each["event"] for each in plain(messages)] == [
        "connected",
        "start",
        *("mark", "dtmf", "mark", "dtmf", "mark", "stop"),
    ]
    assert [note.kind for note in report.notes] == notes == ["31951"]
    assert loud(300) in heard
    assert loud(300) in report.heard_audio
