"""The process under test, while it starts."""

import asyncio
import socket
import struct
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

from voicegate.gateway.sim.bench.subject import Subject

RESET_AT_CLOSE = struct.pack("ii", 1, 0)


def test_a_connection_that_is_reset_is_no_answer_yet(tmp_path: Path) -> None:
    asked: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        if len(asked) == 1:
            there: socket.socket = writer.get_extra_info("socket")
            there.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_CLOSE)
        else:
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        writer.close()

    async def main() -> None:
        idle = await asyncio.create_subprocess_exec(sys.executable, "-c", "input()", stdin=PIPE)
        async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            await Subject(idle, port, tmp_path / "log").until_serving()
        await idle.communicate(b"\n")

    asyncio.run(main())
    assert len(asked) == 2
