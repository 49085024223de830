"""A scripted server agrees like a real one, and forgives who goes in the middle."""

import asyncio

from websockets.asyncio.client import connect

from voicegate.gateway.sim.rig.frames import TEXT, frame
from voicegate.gateway.sim.rig.loops import run
from voicegate.gateway.sim.rig.scripted import agreement, scripted, until_end


def test_another_library_takes_its_agreement_and_its_frames() -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await agreement(reader) + frame(TEXT, b"hallo"))
        await until_end(reader)

    async def main() -> None:
        async with scripted(script) as url, connect(url, compression=None) as peer:
            assert await peer.recv() == "hallo"
            peer.transport.abort()

    run(main())


def test_a_connection_ends_with_its_script() -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(1_000)

    async def main() -> None:
        async with scripted(script) as url:
            port = int(url.split(":")[2].partition("/")[0])
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"less than that")
            writer.write_eof()
            assert await reader.read() == b""
            writer.close()

    run(main())
