"""Speech through the real gateway over real sockets: what the model receives is what was said."""

import asyncio
import os
import random
import subprocess
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import aiohttp
import numpy as np
import orjson
import pytest
import soundfile  # pyright: ignore[reportMissingTypeStubs]
import soxr  # pyright: ignore[reportMissingTypeStubs]
from numpy.typing import NDArray
from websockets.asyncio.client import connect

from voicegate.codecs.g711 import ulaw_decode, ulaw_encode
from voicegate.codecs.resample import SCALE_BITS, TAPS
from voicegate.gateway.sim.carrier.webhooks import signature
from voicegate.gateway.sim.house import House, open_house
from voicegate.gateway.sim.voice import speak

MINUTES = 10
Samples = NDArray[np.float64]


def recordings() -> list[Path]:
    """Recorded human speech: of Debian's pocketsphinx-testdata, or in TESTS_SPEECH_DIR."""
    if folder := os.environ.get("TESTS_SPEECH_DIR"):
        return sorted(Path(folder).rglob("*.wav"))
    try:
        listed = subprocess.run(
            ["dpkg", "-L", "pocketsphinx-testdata"], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return []
    return sorted(Path(line) for line in listed.stdout.split("\n") if line.endswith(".wav"))


def ulaw_of(samples: Samples, rate: int) -> bytes:
    """A recording as a telephone line carries it: 8 kHz, -26 dBFS (ITU-T P.56), mu-law."""
    level = samples * 0.05 / np.sqrt(np.mean(samples**2))
    line = np.clip(np.rint(soxr.resample(level, rate, 8_000) * 32_767), -32_768, 32_767)
    return ulaw_encode(line.astype(np.int16)).tobytes()


def speech_of(length_s: int) -> bytes:
    """Mu-law speech of that length, recorded if there are recordings, else synthetic."""
    voices: list[bytes] = []
    for path in recordings():
        samples, rate = soundfile.read(path, dtype="float64")
        voices.append(ulaw_of(np.atleast_2d(samples.T)[0], rate))
    if not voices:
        pcm = np.frombuffer(speak("The quick brown fox jumps over the lazy dog."), "<i2")
        voices.append(ulaw_of(pcm / 32_768, 24_000))
    whole = b"".join(voices)
    return (whole * (length_s * 8_000 // len(whole) + 1))[: length_s * 8_000]


def reference(codes: bytes) -> Samples:
    """The same companding and filter in double precision, nothing rounded."""
    taps = np.asarray(TAPS, dtype=np.float64) * 3 / 2**SCALE_BITS
    spread = np.zeros(3 * len(codes))
    spread[::3] = ulaw_decode(codes)
    return np.convolve(spread, taps)[: 3 * len(codes)]


def chunks(codes: bytes, luck: random.Random) -> Iterator[bytes]:
    """Cut at random: from one sample to half a second."""
    at = 0
    while at < len(codes):
        size = luck.choice((1, 80, 160, 1_013, 2_400, 4_000, 4_000, 4_000))
        yield codes[at : at + size]
        at += size


async def answered(house: House, call_sid: str) -> tuple[str, str]:
    """The voice webhook's answer: stream URL and token."""
    url = f"{house.public_url}/twilio/voice"
    fields = [
        ("CallSid", call_sid),
        ("AccountSid", house.account_sid),
        ("From", "+15550100001"),
        ("To", house.number.phone_number),
        ("CallStatus", "ringing"),
        ("CallerName", ""),
    ]
    headers = {"X-Twilio-Signature": signature(house.auth_token, url, tuple(fields))}
    address = f"http://127.0.0.1:{house.port}/twilio/voice"
    async with (
        aiohttp.ClientSession() as client,
        client.post(address, data=fields, headers=headers) as answer,
    ):
        assert answer.status == 200
        document = ElementTree.fromstring(await answer.text())
    stream = document.find(".//Stream")
    assert stream is not None
    parameter = stream.find("Parameter")
    assert parameter is not None
    return stream.attrib["url"], parameter.attrib["value"]


async def send_speech(house: House, codes: bytes, seed: int) -> None:
    """One call that says this, faster than real time, and hangs up."""
    call_sid, stream_sid = f"CA{seed:032x}", f"MZ{seed:032x}"
    url, token = await answered(house, call_sid)
    socket = await connect(
        f"ws://127.0.0.1:{house.port}/twilio/media",
        additional_headers={"X-Twilio-Signature": signature(house.auth_token, url)},
        compression=None,
        proxy=None,
        max_size=None,
    )
    async with socket:
        await socket.send('{"event":"connected","protocol":"Call","version":"1.0.0"}')
        start = {
            "streamSid": stream_sid,
            "accountSid": house.account_sid,
            "callSid": call_sid,
            "tracks": ["inbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            "customParameters": {"token": token},
        }
        head = {"event": "start", "sequenceNumber": "1", "start": start, "streamSid": stream_sid}
        await socket.send(orjson.dumps(head).decode())
        sent = 0
        for number, chunk in enumerate(chunks(codes, random.Random(seed)), 1):
            await keeps_up(house, sent // 8 - 800, number)
            media = {
                "track": "inbound",
                "chunk": str(number),
                "timestamp": str(155 + sent // 8),
                "payload": b64encode(chunk).decode(),
            }
            message = {
                "event": "media",
                "sequenceNumber": str(number + 1),
                "media": media,
                "streamSid": stream_sid,
            }
            await socket.send(orjson.dumps(message).decode())
            sent += len(chunk)
        stop = {"accountSid": house.account_sid, "callSid": call_sid}
        await socket.send(
            orjson.dumps({"event": "stop", "stop": stop, "streamSid": stream_sid}).decode()
        )
        await socket.wait_closed()


async def keeps_up(house: House, by_ms: int, messages: int) -> None:
    """Until the model has heard that far, and the carrier's 200 messages a second allow more."""
    loop = asyncio.get_running_loop()
    while True:
        heard_ms = sum(each.machine.appended_ms for each in house.model.connections)
        if heard_ms >= by_ms and messages < 900:
            return
        due = loop.create_future()
        loop.call_later(0.0052, due.set_result, None)
        await due
        if heard_ms >= by_ms:
            return


@pytest.mark.parametrize("audio", ["pcm24k", "pcmu"])
def test_the_model_receives_ten_minutes_of_speech_sample_for_sample(audio: str) -> None:
    """C30: against double precision at least 60 dB, no sample lost or added, any chunking."""
    codes = speech_of(60 * MINUTES)

    async def play() -> bytes:
        async with open_house(VOICEGATE_AUDIO=audio, VOICEGATE_GREETING="none") as opened:
            await send_speech(opened, codes, seed=7)
            return opened.model.connections[0].appended_audio()

    appended = asyncio.run(play())
    if audio == "pcmu":
        assert appended == codes
        return
    received = np.frombuffer(appended, "<i2").astype(np.float64)
    assert len(received) == 3 * len(codes)
    wanted = reference(codes)
    noise = received - wanted
    snr_db = 10 * np.log10(np.sum(wanted**2) / np.sum(noise**2))
    assert snr_db >= 60, f"{snr_db:.1f} dB"
    assert np.max(np.abs(noise)) <= 0.5  # the rounding to whole samples, and nothing else


@pytest.mark.skipif(not recordings(), reason="pocketsphinx-testdata is not installed")
def test_the_speech_of_these_tests_is_recorded() -> None:
    """Under CI a skip is a failure: there the speech comes from people."""
    assert len(recordings()) >= 5
