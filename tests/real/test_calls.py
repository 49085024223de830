"""Whole calls over real sockets: the real gateway between the simulated carrier and model."""

import asyncio
from random import Random
from typing import Any

import orjson
import pytest

from voicegate.gateway.sim.carrier.call_report import CallReport
from voicegate.gateway.sim.carrier.caller import (
    Caller,
    HangUp,
    HearAgent,
    HearQuiet,
    Pause,
    PressKeys,
    Speak,
    Step,
    loud,
)
from voicegate.gateway.sim.carrier.orders import WebAnswer
from voicegate.gateway.sim.house import House, open_house
from voicegate.gateway.sim.realtime.faults import Fault
from voicegate.gateway.sim.realtime.settings import RealtimeSettings

CALLER_NUMBER = "+15550100001"
FALLBACK = "+15550100099"
HUNG_UP = 'voicegate_calls_ended_total{reason="caller_hung_up"} 1.0'


async def place(house: House, *steps: Step) -> CallReport:
    """One call by these steps, within a minute."""
    caller = Caller(steps, Random(0))
    async with asyncio.timeout(60):
        return await house.carrier.place_call(house.number, CALLER_NUMBER, caller)


def received(house: House) -> list[dict[str, Any]]:
    """What the model was told, without audio."""
    texts = house.model.connections[-1].received
    events: list[dict[str, Any]] = [orjson.loads(text) for text in texts]
    return [event for event in events if event["type"] != "input_audio_buffer.append"]


@pytest.mark.parametrize("audio", ["pcm24k", "pcmu"])
def test_a_caller_interrupts_is_answered_presses_a_key_and_hangs_up(audio: str) -> None:
    """C16, C62, C76: the whole of a call, in the order the wires saw it."""

    async def play() -> None:
        async with open_house(VOICEGATE_AUDIO=audio) as opened:
            report = await place(
                opened,
                HearAgent(1_000, patience_ms=10_000),
                Speak(loud(1_200)),
                HearAgent(600, patience_ms=10_000),
                PressKeys("5#"),
                HearAgent(300, patience_ms=10_000),
                HangUp(),
            )
            told = received(opened)
            order = [str(event["type"]) for event in told]
            assert order[:3] == ["session.update", "conversation.item.create", "response.create"]
            truncates = [e for e in told if e["type"] == "conversation.item.truncate"]
            assert len(truncates) >= 2
            assert all(0 < e["audio_end_ms"] < 4_000 for e in truncates)
            assert "The caller pressed 5 on the keypad." in orjson.dumps(told).decode()
            assert not [n for n in report.notes if n.kind.startswith("319")]
            assert report.end is not None
            assert report.end.cause == "caller"
            assert len(opened.gateway.calls) == 0

    asyncio.run(play())


@pytest.mark.parametrize(
    ("fault", "reason", "fallback"),
    [
        (Fault("refused", text="invalid_api_key"), "model_refused", ""),
        (Fault("refused", text="model_not_found"), "model_refused", FALLBACK),
        (Fault("http", value=401), "model_refused", ""),
        (Fault("response_failed", text="insufficient_quota"), "model_refused", ""),
        (Fault("close", at=12, value=1011), "model_lost", FALLBACK),
        (Fault("drop", at=12), "model_lost", ""),
    ],
    ids=["wrong key", "no such model", "HTTP 401", "no money", "close 1011", "socket lost"],
)
def test_a_failing_model_ends_in_an_apology_and_the_fallback(
    fault: Fault, reason: str, fallback: str
) -> None:
    """C12, C18: the caller hears us say sorry, then the fallback number, or the end."""

    async def play() -> None:
        settings = RealtimeSettings(faults=(fault,))
        async with open_house(settings, VOICEGATE_FALLBACK_NUMBER=fallback) as opened:
            report = await place(opened, Pause(9_000), HangUp())
            assert f'voicegate_calls_ended_total{{reason="{reason}"}} 1.0' in opened.figures(
                "voicegate_calls"
            )
            assert len(report.heard_audio) >= 8 * 1_000
            (after,) = [each for each in report.requests if each.path == "/twilio/after"]
            assert isinstance(after.result, WebAnswer)
            wanted = f"<Dial><Number>{fallback}" if fallback else "<Hangup"
            assert wanted.encode() in after.result.body.replace(b"\n", b"")

    asyncio.run(play())


def test_a_model_that_cannot_be_had_is_replaced_by_the_second_one() -> None:
    """E7: the caller hears an agent all the same."""

    async def play() -> None:
        async with open_house(
            VOICEGATE_MODEL="gpt-realtime-2.1-1999-12-31",
            VOICEGATE_FALLBACK_MODEL="gpt-realtime-2.1",
        ) as opened:
            await place(opened, HearAgent(500, patience_ms=10_000), HangUp())
            assert len(opened.model.connections) == 2
            assert "response.create" in [event["type"] for event in received(opened)]
            assert HUNG_UP in opened.figures("voicegate_calls")

    asyncio.run(play())


def test_rejected_settings_are_sent_again_without_what_could_be_refused() -> None:
    """E10: the second update is the minimal one, and the call goes on."""

    async def play() -> None:
        faults = (Fault("update_refused", at=1, text="unknown_parameter"),)
        async with open_house(RealtimeSettings(faults=faults)) as opened:
            await place(opened, HearAgent(500, patience_ms=10_000), HangUp())
            updates = [e for e in received(opened) if e["type"] == "session.update"]
            assert len(updates) == 2
            assert "truncation" not in updates[1]["session"]
            assert HUNG_UP in opened.figures("voicegate_calls")

    asyncio.run(play())


def test_a_gateway_that_drains_lets_the_call_finish_and_takes_no_new_one() -> None:
    """C157: new callers hear a sentence; the one who is talking is not disturbed."""

    async def play() -> None:
        async with open_house(VOICEGATE_DRAIN_S="30") as opened:
            steps = (HearAgent(1_500, patience_ms=10_000), Pause(500), HangUp())
            first = asyncio.create_task(place(opened, *steps))
            while not len(opened.gateway.calls):
                await asyncio.wait([asyncio.ensure_future(_turn())])
            opened.gateway.drain.signal()
            second = await place(opened, Pause(5_000), HangUp())
            assert not second.streams
            assert [spoken.verb for spoken in second.spoken] == ["Say"]
            report = await first
            assert len(report.streams) == 1
            assert HUNG_UP in opened.figures("voicegate_calls")

    asyncio.run(play())


async def _turn() -> None:
    due = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_later(0.01, due.set_result, None)
    await due


def test_one_call_too_many_is_told_so_and_the_live_one_keeps_its_frames() -> None:
    """C151: admission answers with TwiML; nobody connects to the model for it."""

    async def play() -> None:
        async with open_house(VOICEGATE_MAX_CALLS="1") as opened:
            steps = (HearAgent(1_500, patience_ms=10_000), HangUp())
            first = asyncio.create_task(place(opened, *steps))
            while not len(opened.gateway.calls):
                await asyncio.wait([asyncio.ensure_future(_turn())])
            second = await place(opened, Pause(3_000), HangUp())
            assert not second.streams
            await first
            assert len(opened.model.connections) == 1
            for fate in ("before_ready", "stale", "malformed"):
                name = f'voicegate_uplink_frames_total{{fate="{fate}"}}'
                assert opened.figures(name) == [f"{name} 0.0"]

    asyncio.run(play())


def test_many_calls_at_once_do_not_mix() -> None:
    """C24, C25: eight callers interrupt at the same time, each is answered by its own session."""

    async def play() -> None:
        async with open_house() as opened:
            steps = (
                HearAgent(500, patience_ms=10_000),
                Speak(loud(800)),
                HearAgent(300, patience_ms=10_000),
                HearQuiet(200, patience_ms=3_000),
                HangUp(),
            )
            await asyncio.gather(*(place(opened, *steps) for _ in range(8)))
            assert len(opened.model.connections) == 8
            for connection in opened.model.connections:
                events = [orjson.loads(text)["type"] for text in connection.received]
                assert events.count("session.update") == 1
                refused = [n.detail for n in connection.notes if n.kind == "refused"]
                assert all("response_cancel_not_active" in each for each in refused)  # a race

    asyncio.run(play())
