"""Opening a socket to a model's side that is kind, refuses, lies, stalls or falls silent."""

import asyncio
import socket
import ssl
from pathlib import Path

import pytest
from websockets.asyncio.server import ServerConnection, serve

from voicegate.gateway.sim.rig.frames import CLOSE, PING, PONG, TEXT, frame, read_frame
from voicegate.gateway.sim.rig.heard import Heard
from voicegate.gateway.sim.rig.loops import Run, turn
from voicegate.gateway.sim.rig.scripted import agreement, scripted, until_end
from voicegate.gateway.sockets import ConnectRefused, connect

CERTIFICATE = Path(__file__).with_name("localhost.pem")


def test_the_request_carries_target_and_headers_and_offers_nothing(run: Run):
    async def main() -> None:
        requests: list[str] = []

        async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            requests.append((await reader.readuntil(b"\r\n\r\n")).decode())

        async with scripted(script) as url:
            with pytest.raises(ConnectionError):
                await connect(f"{url}?model=gpt-realtime", {"Authorization": "Bearer sk-1"})
        first, *rest = requests[0].strip().split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in rest)}
        assert first == "GET /v1/realtime?model=gpt-realtime HTTP/1.1"
        assert headers["authorization"] == "Bearer sk-1"
        assert headers["host"] == url.split("/")[2]
        assert not {"sec-websocket-extensions", "sec-websocket-protocol", "origin"} & set(headers)

    run(main)


def test_texts_go_both_ways_also_long_ones(run: Run):
    async def main() -> None:
        async def echo(peer: ServerConnection) -> None:
            async for message in peer:
                await peer.send(message)

        async with serve(echo, "127.0.0.1", 0, max_size=None) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            wire = await connect(f"ws://127.0.0.1:{port}", {})
            heard = Heard()
            wire.attach(heard)
            texts = ["hallo", "ü" * 70_000, "x" * 3_000_000]
            for text in texts:
                wire.send(text)
            assert await heard.first(3) == [text.encode() for text in texts]
            wire.close(1000, "done")
            assert (await heard.first(4))[3] == (1000, "done")

    run(main)


def test_a_message_beyond_the_limit_ends_the_socket(run: Run):
    async def main() -> None:
        async def talk(peer: ServerConnection) -> None:
            await peer.send("x" * 1_001)
            await peer.wait_closed()
            assert peer.close_code == 1009

        async with serve(talk, "127.0.0.1", 0) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            wire = await connect(f"ws://127.0.0.1:{port}", {}, max_message_bytes=1_000)
            heard = Heard()
            wire.attach(heard)
            [(code, _)] = await heard.first(1)
            assert code == 1009

    run(main)


REFUSALS = [
    (b"HTTP/1.1 401 Unauthorized", 401),
    (b"HTTP/1.1 403 Forbidden", 403),
    (b"HTTP/1.1 404 Not Found", 404),
    (b"HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:9/", 302),
    (b"HTTP/1.1 500 Internal Server Error", 500),
    (b"HTTP/1.1 503 Service Unavailable", 503),
    (b"HTTP/1.1 520 ", 520),
    (b"HTTP/1.0 502 Bad Gateway", 502),
]


@pytest.mark.parametrize(("head", "status"), REFUSALS)
def test_another_status_than_101_is_a_refusal(run: Run, head: bytes, status: int):
    async def main() -> None:
        async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(head + b"\r\nContent-Length: 12\r\n\r\n" + b'{"error":{}}')

        async with scripted(script) as url:
            with pytest.raises(ConnectRefused) as caught:
                await connect(url, {})
        assert (caught.value.status, caught.value.body) == (status, b'{"error":{}}')
        assert caught.value.retry_after_s is None

    run(main)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("Retry-After: 20", 20), ("retry-after:0", 0), ("Retry-After: Fri, 31 Dec 1999", None)],
)
def test_a_refusal_says_when_to_come_back(run: Run, header: str, seconds: int | None):
    async def main() -> None:
        async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(f"HTTP/1.1 429 Too Many Requests\r\n{header}\r\nX: y\r\n\r\n".encode())

        async with scripted(script) as url:
            with pytest.raises(ConnectRefused) as caught:
                await connect(url, {})
        assert (caught.value.status, caught.value.retry_after_s) == (429, seconds)

    run(main)


LIES = {
    "nothing": b"",
    "no HTTP": b"220 smtp.example.com ESMTP\r\n\r\n",
    "another's key": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
    b"Connection: Upgrade\r\nSec-WebSocket-Accept: AAAA\r\n\r\n",
    "no upgrade": b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
    "an endless head": b"HTTP/1.1 101 Switching Protocols\r\nX: " + b"y" * 20_000,
    "half a head": b"HTTP/1.1 101 Switching Protocols\r\nUpgr",
}


@pytest.mark.parametrize("lie", LIES)
def test_what_is_no_web_socket_is_a_connection_error(run: Run, lie: str):
    async def main() -> None:
        async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(LIES[lie])

        async with scripted(script) as url:
            with pytest.raises(ConnectionError):
                await connect(url, {})

    run(main)


def test_where_nobody_listens_is_a_connection_error(run: Run):
    async def main() -> None:
        async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            pass

        async with scripted(script) as url:
            pass
        with pytest.raises(ConnectionRefusedError):
            await connect(url, {})

    run(main)


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "127.0.0.1:80", "wss://", ""])
def test_a_url_of_another_kind_is_refused(run: Run, url: str):
    async def main() -> None:
        with pytest.raises(ValueError, match="ws://"):
            await connect(url, {})

    run(main)


def test_a_server_that_never_answers_is_given_up_and_left(run: Run):
    async def main() -> None:
        left = asyncio.Event()

        async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await until_end(reader)
            left.set()

        async with scripted(script) as url:
            with pytest.raises(TimeoutError):
                await connect(url, {}, timeout_s=0.02)
            await left.wait()

    run(main)


def test_who_stops_waiting_leaves_no_connection_behind(run: Run):
    async def main() -> None:
        arrived, left = asyncio.Event(), asyncio.Event()

        async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            arrived.set()
            await until_end(reader)
            left.set()

        async with scripted(script) as url:
            opening = asyncio.create_task(connect(url, {}))
            await arrived.wait()
            opening.cancel()
            await left.wait()
            with pytest.raises(asyncio.CancelledError):
                await opening

    run(main)


def test_what_comes_with_the_101_waits_for_its_receiver(run: Run):
    """OpenAI refuses after the 101: an error, a goodbye, and the end, in one breath."""

    async def main() -> None:
        async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            said = frame(TEXT, b'{"type":"error"}') + frame(2, b"?")
            goodbye = frame(CLOSE, (3000).to_bytes(2, "big") + b"invalid_api_key")
            writer.write(await agreement(reader) + said + goodbye)
            await until_end(reader)

        async with scripted(script) as url:
            wire = await connect(url, {})
            heard = Heard()
            wire.attach(heard)
            assert heard.all == [b'{"type":"error"}', "binary", (3000, "invalid_api_key")]
            wire.send(b"too late")
            wire.close()

    run(main)


def test_nothing_is_read_before_a_receiver_is_there(run: Run):
    async def main() -> None:
        drained = asyncio.Event()

        async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(await agreement(reader) + frame(TEXT, b"x" * 60_000) * 300)
            await writer.drain()
            drained.set()
            await until_end(reader)

        async with scripted(script) as url:
            wire = await connect(url, {})
            for _ in range(2_000):
                await turn()
            assert not drained.is_set()
            heard = Heard()
            wire.attach(heard)
            assert len(await heard.first(300)) == 300
            wire.abort()

    run(main)


def test_a_receiver_that_takes_over_hears_the_rest(run: Run):
    async def main() -> None:
        async def talk(peer: ServerConnection) -> None:
            async for message in peer:
                await peer.send(message)

        async with serve(talk, "127.0.0.1", 0) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            wire = await connect(f"ws://127.0.0.1:{port}", {})
            first, second = Heard(), Heard()
            wire.attach(first)
            wire.send("1")
            await first.first(1)
            wire.attach(second)
            wire.send("2")
            assert await second.first(1) == [b"2"]
            wire.close()
            assert await second.first(2) == [b"2", (1000, "")]
            assert first.all == [b"1"]

    run(main)


def test_a_silent_half_open_peer_is_lost_after_three_pings(run: Run):
    async def main() -> None:
        pings: list[tuple[int, bytes]] = []

        async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(await agreement(reader))
            while True:
                pings.append(await read_frame(reader))

        async with scripted(script) as url:
            wire = await connect(url, {}, ping_every_s=0.02)
            heard = Heard()
            wire.attach(heard)
            assert await heard.first(1) == [(1006, "")]
            assert pings == [(PING, b"")] * 3

    run(main)


@pytest.mark.parametrize("life", [frame(PONG), frame(TEXT, b"{}"), frame(PING)])
def test_any_frame_is_a_sign_of_life(run: Run, life: bytes):
    async def main() -> None:
        async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(await agreement(reader))
            for _ in range(8):
                while (await read_frame(reader))[0] != PING:
                    pass
                writer.write(life)
            writer.write(frame(CLOSE, b"\x03\xe8"))
            await until_end(reader)

        async with scripted(script) as url:
            wire = await connect(url, {}, ping_every_s=0.02)
            heard = Heard()
            wire.attach(heard)
            told = life[0] == frame(TEXT)[0]
            assert await heard.first(9 if told else 1) == [b"{}"] * (8 * told) + [(1000, "")]

    run(main)


def terms() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context


def trusting() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=CERTIFICATE)


def test_a_certificate_nobody_vouches_for_is_refused(run: Run):
    async def main() -> None:
        async def talk(peer: ServerConnection) -> None:
            await peer.wait_closed()

        async with serve(talk, "127.0.0.1", 0, ssl=terms()) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            with pytest.raises(ssl.SSLCertVerificationError):
                await connect(f"wss://localhost:{port}/", {})
            with pytest.raises(ssl.SSLCertVerificationError):
                await connect(f"wss://127.0.0.1:{port}/", {}, tls=trusting())

    run(main)


def test_over_tls_texts_go_both_ways(run: Run):
    async def main() -> None:
        async def echo(peer: ServerConnection) -> None:
            async for message in peer:
                await peer.send(message)

        async with serve(echo, "127.0.0.1", 0, ssl=terms()) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            wire = await connect(f"wss://localhost:{port}/", {}, tls=trusting())
            heard = Heard()
            wire.attach(heard)
            texts = ["hallo", "x" * 1_000_000]
            for text in texts:
                wire.send(text)
            assert await heard.first(2) == [text.encode() for text in texts]
            wire.close()
            assert (await heard.first(3))[2] == (1000, "")

    run(main)


def test_over_tls_a_backlog_is_seen_and_can_be_taken_back(run: Run):
    """C35, C58: what waits to be encrypted, or is encrypted and waits, counts as well."""

    async def main() -> None:
        async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(await agreement(reader))
            await until_end(reader)

        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        listening.bind(("127.0.0.1", 0))
        server = await asyncio.start_server(script, sock=listening, ssl=terms())
        url = f"wss://localhost:{listening.getsockname()[1]}/"
        wire = await connect(url, {}, tls=trusting())
        wire.attach(Heard())
        sent_bytes = 0
        while wire.backlog_bytes() < 100_000:  # the server, in this very loop, cannot read
            wire.send(b"x" * 4_000)
            sent_bytes += 4_000
        assert sent_bytes - wire.backlog_bytes() < 50_000
        assert wire.drop_unsent() > 20
        assert wire.backlog_bytes() < 10_000
        wire.abort()
        server.close()

    run(main)
