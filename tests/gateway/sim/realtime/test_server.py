"""The simulated model on real sockets: the same machine, so the same messages."""

import asyncio
import time
from base64 import b64encode
from collections.abc import Coroutine
from typing import Any

import orjson
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from voicegate.gateway.sim.outputs import Send
from voicegate.gateway.sim.realtime.brains import Answer, Brain, ScriptBrain, Speech
from voicegate.gateway.sim.realtime.dialog import PCMU, SPEECH_FRAME, Dialog
from voicegate.gateway.sim.realtime.faults import Fault
from voicegate.gateway.sim.realtime.server import Network, RealtimeListener, run, serve_realtime
from voicegate.gateway.sim.realtime.settings import RealtimeSettings
from voicegate.gateway.sim.realtime.wire import Json

ANSWER = Answer((Speech("Hello, how can I help?", 1000),))
KEY = {"Authorization": "Bearer sk-test"}
QUICK = RealtimeSettings(first_item_ms=(1, 1), first_audio_ms=(1, 1), speed=50.0)
SESSION: Json = {
    "type": "realtime",
    "audio": {"input": {"format": PCMU}, "output": {"format": PCMU}},
}


def brain() -> Brain:
    return ScriptBrain([ANSWER])


def within_seconds(test: Coroutine[Any, Any, None], seconds: float = 10) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(seconds):
            await test

    asyncio.run(bounded())


def dial(
    listener: RealtimeListener, headers: dict[str, str] = KEY, query: str = "?model=gpt-realtime"
):
    url = f"ws://127.0.0.1:{listener.port}/v1/realtime{query}"
    return connect(url, additional_headers=headers, compression=None, max_size=None)


async def receive(socket: ClientConnection) -> Json:
    return orjson.loads(await socket.recv())


async def until(socket: ClientConnection, kind: str) -> list[Json]:
    events = [await receive(socket)]
    while events[-1]["type"] != kind:
        events.append(await receive(socket))
    return events


async def send(socket: ClientConnection, kind: str, **members: Any) -> None:
    await socket.send(orjson.dumps({"type": kind, **members}).decode())


def test_a_dialog_on_a_socket_is_the_dialog_of_the_machine():
    """C168: a socket run and a virtual run of one script give the same messages."""
    messages: list[tuple[str, Json, str]] = [
        ("session.update", {"session": SESSION}, "session.updated"),
        ("nope", {"event_id": "x"}, "error"),
        ("response.create", {}, "rate_limits.updated"),
        ("conversation.item.delete", {"item_id": "item_none"}, "error"),
    ]

    async def on_socket() -> list[Json]:
        async with (
            serve_realtime("127.0.0.1", 0, QUICK, brain, seed=1) as listener,
            dial(listener) as socket,
        ):
            events = await until(socket, "session.created")
            for kind, members, answer in messages:
                await send(socket, kind, **members)
                events += await until(socket, answer)
            return events

    def in_virtual_time() -> list[Json]:
        dialog = Dialog(QUICK, [ANSWER], seed="1/0", model="gpt-realtime")
        dialog.connect()
        for kind, members, answer in messages:
            if answer not in [event["type"] for event in dialog.send(kind, **members)]:
                dialog.wait_for(answer)
        return [
            {name: value for name, value in e.items() if name != "at_ms"} for e in dialog.events
        ]

    socket_events = asyncio.run(on_socket())
    virtual_events = in_virtual_time()
    for event in (*socket_events, *virtual_events):
        event.get("session", {}).pop("expires_at", None)
    assert socket_events == virtual_events


def test_messages_notes_and_audio_are_counted_and_kept_on_request():
    async def test() -> None:
        async with serve_realtime("127.0.0.1", 0, QUICK, brain, is_kept=True) as listener:
            async with dial(listener) as socket:
                await until(socket, "session.created")
                await send(socket, "session.update", session=SESSION)
                for _ in range(10):
                    await send(socket, "input_audio_buffer.append", audio="/" * 216)
                await send(socket, "response.cancel")
                await until(socket, "error")
            (connection,) = listener.connections
            assert connection.messages == len(connection.received) == 12
            assert connection.machine.appended_ms == 10 * 162 // 8
            assert connection.appended_audio() == b"\xff" * 10 * 162
            assert [note.kind for note in connection.notes] == ["refused"]
            assert orjson.loads(connection.texts[0])["type"] == "session.created"

    within_seconds(test())


def test_nothing_is_kept_unless_asked_for():
    async def test() -> None:
        async with serve_realtime("127.0.0.1", 0, QUICK, brain) as listener:
            async with dial(listener) as socket:
                await until(socket, "session.created")
                await send(socket, "session.update", session=SESSION)
                await until(socket, "session.updated")
            (connection,) = listener.connections
            assert (connection.messages, connection.received, connection.texts) == (1, [], [])

    within_seconds(test())


@pytest.mark.parametrize("status", [401, 404, 429, 503])
def test_an_upgrade_may_be_refused_with_a_status(status: int):
    """C173, E1-E4: before there is a WebSocket."""

    async def test() -> None:
        settings = RealtimeSettings(faults=(Fault("http", value=status, text="2"),))
        async with serve_realtime("127.0.0.1", 0, settings, brain) as listener:
            with pytest.raises(InvalidStatus) as caught:
                async with dial(listener):
                    pass
            assert caught.value.response.status_code == status
            assert caught.value.response.headers["Retry-After"] == "2"

    within_seconds(test())


def test_a_bad_key_is_accepted_and_then_closed_with_its_code():
    """C171: 101 always, then error and close."""

    async def test() -> None:
        async with serve_realtime("127.0.0.1", 0, RealtimeSettings(), brain) as listener:
            async with dial(listener, headers={}) as socket:
                assert (await receive(socket))["type"] == "error"
                with pytest.raises(ConnectionClosed) as caught:
                    await socket.recv()
            assert caught.value.rcvd is not None
            assert (caught.value.rcvd.code, caught.value.rcvd.reason) == (
                3000,
                "invalid_request_error",
            )

    within_seconds(test())


@pytest.mark.parametrize(
    ("fault", "code"),
    [(Fault("drop", at=2), 1006), (Fault("close", at=2, value=1011, text="boom"), 1011)],
)
def test_a_socket_is_lost_or_closed_on_demand(fault: Fault, code: int):
    """C173, E24 and E25."""

    async def test() -> None:
        settings = RealtimeSettings(faults=(fault,))
        async with (
            serve_realtime("127.0.0.1", 0, settings, brain) as listener,
            dial(listener) as socket,
        ):
            await until(socket, "session.created")
            await send(socket, "session.update", session=SESSION)
            with pytest.raises((ConnectionClosed, ConnectionResetError)):
                await socket.recv()
            assert socket.close_code == code

    within_seconds(test())


def test_binary_frames_reach_the_machine_and_come_from_it():
    async def test() -> None:
        settings = RealtimeSettings(faults=(Fault("binary_frame", at=2),))
        async with (
            serve_realtime("127.0.0.1", 0, settings, brain) as listener,
            dial(listener) as socket,
        ):
            await until(socket, "session.created")
            await socket.send(b"\x00")
            assert isinstance(await socket.recv(), bytes)
            assert (await receive(socket))["error"]["code"] == "invalid_event"

    within_seconds(test())


def test_a_session_expires_an_hour_from_now():
    """C171: expires_at is Unix time."""

    async def test() -> None:
        async with (
            serve_realtime("127.0.0.1", 0, QUICK, brain) as listener,
            dial(listener) as socket,
        ):
            before_s = int(time.time())
            expires_at = (await receive(socket))["session"]["expires_at"]
            assert before_s - 60 <= expires_at - 3600 <= int(time.time())

    within_seconds(test())


def test_every_connection_has_its_own_brain_and_its_own_ids():
    async def test() -> None:
        brains: list[Brain] = []

        def new_brain() -> Brain:
            brains.append(brain())
            return brains[-1]

        async with (
            serve_realtime("127.0.0.1", 0, QUICK, new_brain) as listener,
            dial(listener) as first,
            dial(listener) as second,
        ):
            ids = {(await receive(socket))["session"]["id"] for socket in (first, second)}
        assert len(ids) == len(brains) == len(listener.connections) == 2

    within_seconds(test())


def test_a_jittery_network_keeps_the_order_of_messages():
    """C173: RTT and jitter, first in, first out, in both directions."""

    async def test() -> None:
        network = Network(round_trip_ms=4, jitter_ms=3)
        async with serve_realtime(
            "127.0.0.1", 0, QUICK, brain, network=network, is_kept=True
        ) as listener:
            async with dial(listener) as socket:
                await until(socket, "session.created")
                sent = [f"e{number}" for number in range(200)]
                for event_id in sent:
                    await send(socket, "response.cancel", event_id=event_id)
                answers = [await receive(socket) for _ in sent]
            assert [answer["error"]["event_id"] for answer in answers] == sent
            received = [
                orjson.loads(message)["event_id"] for message in listener.connections[0].received
            ]
            assert received == sent

    within_seconds(test())


def test_a_slow_reader_still_hears_everything():
    """C173: the model reads slowly."""

    async def test() -> None:
        settings = RealtimeSettings(faults=(Fault("slow_reader", value=1),))
        async with serve_realtime("127.0.0.1", 0, settings, brain) as listener:
            async with dial(listener) as socket:
                await until(socket, "session.created")
                for _ in range(20):
                    await send(socket, "input_audio_buffer.append", audio="AAAA")
                await send(socket, "response.cancel", event_id="last")
                assert (await until(socket, "error"))[-1]["error"]["event_id"] == "last"
            assert listener.connections[0].messages == 21

    within_seconds(test())


def test_a_client_that_leaves_ends_its_session():
    async def test() -> None:
        async with (
            serve_realtime("127.0.0.1", 0, RealtimeSettings(), brain) as listener,
            dial(listener) as socket,
        ):
            await until(socket, "session.created")
            await send(socket, "response.create")
            await until(socket, "response.created")
        (connection,) = listener.connections
        assert connection.machine.deadline_ms is None
        assert not [out for out in connection.machine.wake(10**6) if isinstance(out, Send)]

    within_seconds(test())


def test_run_tells_when_it_is_ready_and_serves_until_it_is_cancelled():
    async def test() -> None:
        ready: asyncio.Queue[int] = asyncio.Queue()
        task = asyncio.create_task(run("127.0.0.1", 0, QUICK, brain, ready.put_nowait))
        listener = RealtimeListener(await ready.get(), [])
        async with dial(listener) as socket:
            await until(socket, "session.created")
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    within_seconds(test())


def test_a_taken_port_is_an_os_error():
    async def test() -> None:
        async with serve_realtime("127.0.0.1", 0, QUICK, brain) as listener:
            with pytest.raises(OSError, match="address"):
                async with serve_realtime("127.0.0.1", listener.port, QUICK, brain):
                    pass

    within_seconds(test())


def test_a_frame_of_speech_on_a_socket_starts_a_turn():
    async def test() -> None:
        async with (
            serve_realtime("127.0.0.1", 0, QUICK, brain) as listener,
            dial(listener) as socket,
        ):
            await until(socket, "session.created")
            await send(socket, "session.update", session=SESSION)
            audio = b64encode(SPEECH_FRAME * 4).decode()
            await send(socket, "input_audio_buffer.append", audio=audio)
            assert (await until(socket, "input_audio_buffer.speech_started"))[-1][
                "audio_start_ms"
            ] == 0

    within_seconds(test())
