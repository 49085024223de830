"""Reaching a model that lets us in, refuses, hangs, or is not there; over real sockets."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from http import HTTPStatus

import orjson
import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from voicegate.gateway.core.actions import AskForResponse, ConfigureModel
from voicegate.gateway.core.events import (
    Event,
    ModelClosed,
    ModelConnected,
    ModelOpened,
    ModelUnreachable,
)
from voicegate.gateway.model_socket import ModelAddress, ModelSocket, address
from voicegate.gateway.models.openai_realtime import OpenAIRealtime
from voicegate.gateway.models.openai_setup import ModelPlan
from voicegate.gateway.sim.rig.loops import Run


class Service:
    """A model's side: it notes who knocks and what is said, and echoes the settings."""

    def __init__(self, status: HTTPStatus | None, retry_after: str | None) -> None:
        self.port = 0
        self.heads: list[Request] = []
        self.said: list[str] = []
        self.ends = asyncio.Queue[int | None]()
        self._status = status
        self._retry_after = retry_after

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/v1/realtime"

    def knock(self, connection: ServerConnection, request: Request) -> Response | None:
        self.heads.append(request)
        if self._status is None:
            return None
        refusal = connection.respond(self._status, "no")
        if self._retry_after is not None:
            refusal.headers["Retry-After"] = self._retry_after
        return refusal

    async def talk(self, connection: ServerConnection) -> None:
        await connection.send('{"type":"session.created","session":{}}')
        async for text in connection:
            message = orjson.loads(text)
            self.said.append(message["type"])
            if message["type"] == "session.update":
                echo = {"type": "session.updated", "session": message["session"]}
                await connection.send(orjson.dumps(echo).decode())
        self.ends.put_nowait(connection.close_code)


@asynccontextmanager
async def service(
    status: HTTPStatus | None = None, retry_after: str | None = None
) -> AsyncGenerator[Service, None]:
    made = Service(status, retry_after)
    async with serve(made.talk, "127.0.0.1", 0, process_request=made.knock) as server:
        made.port = next(iter(server.sockets)).getsockname()[1]
        yield made


class Inbox:
    """What a call would be told."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._news = asyncio.Event()

    def deliver(self, event: Event) -> None:
        self.events.append(event)
        self._news.set()

    async def until(self, count: int) -> list[Event]:
        while len(self.events) < count:
            self._news.clear()
            await self._news.wait()
        return self.events


def place(url: str, timeout_s: float = 5.0) -> ModelAddress:
    return address(url, "gpt-realtime-2.1", "sk-of-a-test", timeout_s=timeout_s)


def model_at(where: ModelAddress) -> ModelSocket:
    return ModelSocket(where, OpenAIRealtime(ModelPlan()))


def test_the_key_stands_in_the_header_and_the_model_in_the_query(run: Run) -> None:
    """C5: and `OpenAI-Beta`, which the service refuses, stands nowhere."""

    async def main() -> None:
        inbox = Inbox()
        async with service() as there:
            model = model_at(place(there.url))
            model.start(inbox.deliver)
            await inbox.until(1)
            head = there.heads[0]
            assert head.path == "/v1/realtime?model=gpt-realtime-2.1"
            assert head.headers["Authorization"] == "Bearer sk-of-a-test"
            assert "OpenAI-Beta" not in head.headers
            model.close()

    run(main)


def test_a_url_that_has_a_query_keeps_it() -> None:
    assert (
        address("wss://e.com/r?a=b", "m n", "k", timeout_s=1).url == "wss://e.com/r?a=b&model=m+n"
    )


def test_a_key_shows_in_no_repr() -> None:
    """C145."""
    assert "sk-of-a-test" not in repr(place("wss://example.com"))


def test_events_come_in_and_actions_go_out(run: Run) -> None:
    async def main() -> None:
        inbox = Inbox()
        async with service() as there:
            model = model_at(place(there.url))
            model.perform(AskForResponse("too-early"))
            model.start(inbox.deliver)
            await inbox.until(1)
            model.perform(ConfigureModel("settings-1"))
            await inbox.until(2)
            assert [type(event) for event in inbox.events] == [ModelConnected, ModelOpened]
            assert model.backlog_bytes() == 0
            model.close()
            assert await there.ends.get() == 1000
            assert there.said == ["session.update"]

    run(main)


@pytest.mark.parametrize(
    ("status", "retry_after", "event"),
    [
        (HTTPStatus.UNAUTHORIZED, None, ModelUnreachable(401)),
        (HTTPStatus.NOT_FOUND, None, ModelUnreachable(404)),
        (HTTPStatus.TOO_MANY_REQUESTS, "2", ModelUnreachable(429, 2_000)),
        (HTTPStatus.SERVICE_UNAVAILABLE, None, ModelUnreachable(503)),
    ],
)
def test_a_refused_upgrade_is_an_event(
    run: Run, status: HTTPStatus, retry_after: str | None, event: Event
) -> None:
    """E1 to E4."""

    async def main() -> None:
        inbox = Inbox()
        async with service(status, retry_after) as there:
            model_at(place(there.url)).start(inbox.deliver)
            assert await inbox.until(1) == [event]

    run(main)


def test_nobody_there_is_an_event(run: Run) -> None:
    """E1."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    async def main() -> None:
        inbox = Inbox()
        model_at(place(f"ws://127.0.0.1:{port}/")).start(inbox.deliver)
        assert await inbox.until(1) == [ModelUnreachable(0)]

    run(main)


def test_a_service_that_never_answers_is_an_event(run: Run) -> None:
    """E1."""

    async def main() -> None:
        inbox = Inbox()
        with socket.create_server(("127.0.0.1", 0)) as silent:
            port = silent.getsockname()[1]
            model_at(place(f"ws://127.0.0.1:{port}/", timeout_s=0.05)).start(inbox.deliver)
            assert await inbox.until(1) == [ModelUnreachable(0)]

    run(main)


def test_a_service_that_leaves_is_an_event(run: Run) -> None:
    """E24."""

    async def main() -> None:
        inbox = Inbox()

        async def leave(connection: ServerConnection) -> None:
            await connection.close(1011, "tired")

        async with serve(leave, "127.0.0.1", 0) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            model_at(place(f"ws://127.0.0.1:{port}/")).start(inbox.deliver)
            assert await inbox.until(1) == [ModelClosed(1011, "tired")]

    run(main)


def test_closed_while_it_connects_it_hangs_up_and_says_nothing(run: Run) -> None:
    """C5: a call that ends before its model is there leaves no socket."""

    async def main() -> None:
        inbox = Inbox()
        knocked, gone = asyncio.Event(), asyncio.Event()

        async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            knocked.set()
            await reader.read()
            gone.set()
            writer.close()

        async with await asyncio.start_server(hang, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            model = model_at(place(f"ws://127.0.0.1:{port}/"))
            model.start(inbox.deliver)
            await knocked.wait()
            model.close()
            await gone.wait()
        assert inbox.events == []

    run(main)


def test_closed_before_it_began_to_connect_it_knocks_nowhere(run: Run) -> None:
    async def main() -> None:
        first, second = Inbox(), Inbox()
        async with service() as there:
            called_off = model_at(place(there.url))
            called_off.start(first.deliver)
            called_off.close()
            other = model_at(place(there.url))
            other.start(second.deliver)
            await second.until(1)
            other.close()
            assert len(there.heads) == 1
        assert first.events == []

    run(main)
