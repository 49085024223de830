"""Sound between the line and OpenAI Realtime: unchanged, or through one filter of its own per item."""

import json
from base64 import b64decode, b64encode
from itertools import count, pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegate.codecs.convert import converter
from voicegate.codecs.frames import PCM16_24K, PCMU_8K
from voicegate.gateway.core.actions import (
    HearAudio,
)
from voicegate.gateway.core.events import (
    Event,
    ModelAudio,
    ModelAudioDone,
    ModelFault,
    ModelOpened,
)
from voicegate.gateway.models.openai_realtime import OpenAIRealtime
from voicegate.gateway.models.openai_setup import ModelPlan
from voicegate.gateway.sim.rig.wire import MemoryWire

PLAN = ModelPlan(instructions="Be brief.")
PCMU = ModelPlan(instructions="Be brief.", audio="pcmu")

UPDATED = '{"type":"session.updated","event_id":"event_E0000000000000000001","session":{"type":"realtime","object":"realtime.session","id":"sess_E0000000000000000001","model":"gpt-realtime-2.1","output_modalities":["audio"],"instructions":"Be brief.","tools":[],"tool_choice":"auto","max_output_tokens":2048,"tracing":null,"truncation":{"type":"retention_ratio","retention_ratio":0.8,"token_limits":{"post_instructions":8000}},"prompt":null,"expires_at":1795222800,"audio":{"input":{"format":{"type":"audio/pcmu"},"transcription":{"model":"gpt-realtime-whisper","language":null,"prompt":null},"noise_reduction":null,"turn_detection":{"type":"server_vad","threshold":0.55,"prefix_padding_ms":300,"silence_duration_ms":500,"idle_timeout_ms":null,"create_response":true,"interrupt_response":false}},"output":{"format":{"type":"audio/pcmu"},"voice":"marin","speed":1.0}},"include":null}}'
NUMBERS = count(1_000)
DELTA = '{"type":"response.output_audio.delta","event_id":"event_10","response_id":"resp_R1","item_id":"item_A1","output_index":0,"content_index":0,"delta":"/38A"}'
AUDIO_DONE = '{"type":"response.output_audio.done","event_id":"event_11","response_id":"resp_R1","item_id":"item_A1","output_index":0,"content_index":0}'


def model(plan: ModelPlan = PCMU) -> OpenAIRealtime:
    return OpenAIRealtime(plan)


def read(subject: OpenAIRealtime, text: str) -> Event | None:
    return subject.parse(text.encode())


def message(text: str, **members: Any) -> str:
    """As recorded, but for these members; each is an event of its own."""
    return json.dumps({**json.loads(text), "event_id": f"event_{next(NUMBERS)}", **members})


def updated(input_format: object, output_format: object) -> str:
    echo = json.loads(UPDATED)
    echo["session"]["audio"]["input"]["format"] = input_format
    echo["session"]["audio"]["output"]["format"] = output_format
    return json.dumps(echo)


PCM_ECHO = updated({"type": "audio/pcm", "rate": 24_000}, {"type": "audio/pcm", "rate": 24_000})


def test_the_echo_decides_on_the_sound_and_differences_are_told() -> None:
    """C8: asked for 24 kHz, given the line's own."""
    event = read(model(PLAN), UPDATED)
    assert event == ModelOpened(
        "audio/pcmu", "audio/pcmu", ("audio.input.format.type", "audio.output.format.type")
    )


@pytest.mark.parametrize("pcm", [{"type": "audio/pcm", "rate": 24_000}, {"type": "audio/pcm"}])
@pytest.mark.parametrize("g711", [{"type": "audio/pcmu"}, {"type": "audio/pcma"}])
def test_each_direction_may_have_its_own_sound(pcm: object, g711: object) -> None:
    """C8: whatever the codec core can carry."""
    for formats in ((pcm, g711), (g711, pcm)):
        subject, wire = model(PLAN), MemoryWire()
        subject.connected(wire)
        assert isinstance(read(subject, updated(*formats)), ModelOpened)
        subject.perform(HearAudio(bytes(160)))
        (append,) = wire.sent
        heard = b64decode(json.loads(append)["audio"])
        assert len(heard) == (960 if formats[0] is pcm else 160)
        delta = b64encode(bytes(960 if formats[1] is pcm else 160)).decode()
        event = read(subject, message(DELTA, delta=delta))
        assert isinstance(event, ModelAudio)
        assert len(event.payload) == 160


@pytest.mark.parametrize(
    "strange", [{"type": "audio/opus"}, {"type": "audio/pcm", "rate": 16_000}, {"type": ""}]
)
def test_a_sound_that_no_leg_can_carry_is_a_fault(strange: object) -> None:
    """C8: the call does not go on in static."""
    pcm = {"type": "audio/pcm", "rate": 24_000}
    assert read(model(), updated(strange, pcm)) == ModelFault("media_unsupported")
    assert read(model(), updated(pcm, strange)) == ModelFault("media_unsupported")


def test_the_lines_own_sound_passes_unchanged() -> None:
    """C30: the payload's base64 is the carrier's, byte for byte."""
    subject, wire = model(), MemoryWire()
    subject.connected(wire)
    read(subject, UPDATED)
    payload = bytes(range(160))
    subject.perform(HearAudio(payload))
    encoded = b64encode(payload)
    assert wire.sent == [b'{"type":"input_audio_buffer.append","audio":"' + encoded + b'"}']


@given(chunks=st.lists(st.binary(max_size=700), max_size=8))
def test_any_chunking_of_the_lines_own_sound_is_the_same_sound(chunks: list[bytes]) -> None:
    """C30, C41: in both directions; each delta is decoded alone."""
    subject, wire = model(), MemoryWire()
    subject.connected(wire)
    read(subject, UPDATED)
    played = b""
    for chunk in chunks:
        subject.perform(HearAudio(chunk))
        event = read(subject, message(DELTA, delta=b64encode(chunk).decode()))
        assert isinstance(event, ModelAudio)
        played += event.payload
    heard = b"".join(b64decode(json.loads(sent)["audio"]) for sent in wire.sent)
    assert heard == played == b"".join(chunks)


def test_a_frame_becomes_480_samples_at_once() -> None:
    """C29, C30: nothing is held but the filter's 2 ms, the state is the call's."""
    subject, wire = model(PLAN), MemoryWire()
    subject.connected(wire)
    read(subject, PCM_ECHO)
    up = converter(PCMU_8K, PCM16_24K)
    rng = Random(1)
    for n in range(20):
        frame = rng.randbytes(160)
        subject.perform(HearAudio(frame))
        assert len(wire.sent) == n + 1
        heard = b64decode(json.loads(wire.sent[-1])["audio"])
        assert len(heard) == 960
        assert heard == up.push(frame)


def deltas(subject: OpenAIRealtime, item_id: str, sound: bytes, cuts: list[int]) -> bytes:
    """An item's sound in deltas that end at these bytes, as it comes out."""
    played = b""
    edges = [0, *sorted(min(cut, len(sound)) for cut in cuts), len(sound)]
    for start, end in pairwise(edges):
        delta = b64encode(sound[start:end]).decode()
        event = read(subject, message(DELTA, item_id=item_id, delta=delta))
        assert isinstance(event, ModelAudio)
        played += event.payload
    return played


def finished(subject: OpenAIRealtime, item_id: str) -> bytes:
    event = read(subject, message(AUDIO_DONE, item_id=item_id))
    assert isinstance(event, ModelAudioDone)
    return event.tail


@given(cuts=st.lists(st.integers(0, 4_800), max_size=6), seed=st.integers(0, 99))
def test_deltas_of_any_size_are_the_same_sound(cuts: list[int], seed: int) -> None:
    """C41, C53: odd bytes too; what the filter holds comes with the end of the item."""
    sound = Random(seed).randbytes(4_800)
    down = converter(PCM16_24K, PCMU_8K)
    expected = down.push(sound)
    subject = model(PLAN)
    read(subject, PCM_ECHO)
    assert deltas(subject, "item_A1", sound, cuts) == expected
    assert finished(subject, "item_A1") == down.flush()


@pytest.mark.parametrize("is_finished", [True, False])
def test_nothing_of_one_item_is_heard_in_the_next(*, is_finished: bool) -> None:
    """C53, X9: neither the filter's rest nor half a sample, also when the first was cut."""
    subject, fresh = model(PLAN), model(PLAN)
    for one in (subject, fresh):
        read(one, PCM_ECHO)
    deltas(subject, "item_A1", b"\xff\x7f" * 2_400 + b"\x7f", [])
    if is_finished:
        finished(subject, "item_A1")
    silence = bytes(4_800)
    assert deltas(subject, "item_A2", silence, []) == deltas(fresh, "item_A2", silence, [])
    assert finished(subject, "item_A2") == finished(fresh, "item_A2")


def test_items_that_overlap_keep_their_sounds_apart() -> None:
    """C50, C53, X7."""
    subject, fresh = model(PLAN), model(PLAN)
    for one in (subject, fresh):
        read(one, PCM_ECHO)
    loud, quiet = Random(1).randbytes(4_800), Random(2).randbytes(4_800)
    mixed = {"a": b"", "b": b""}
    for start in range(0, 4_800, 1_601):
        for item_id, sound in (("a", loud), ("b", quiet)):
            mixed[item_id] += deltas(subject, item_id, sound[start : start + 1_601], [])
    assert mixed == {"a": deltas(fresh, "a", loud, []), "b": deltas(fresh, "b", quiet, [])}


def test_the_end_of_an_item_without_sound_has_no_tail() -> None:
    assert finished(model(), "nobody") == b""
