"""An answer's sound fits the output format and is whole 50 ms long."""

import hashlib

import numpy as np
import pytest

from voicegate.codecs.frames import PCM16_24K, PCMA_8K, PCMU_8K, AudioFormat
from voicegate.codecs.g711 import level_dbfs, transcode
from voicegate.gateway.sim.realtime.audio import murmur, speech_audio, speech_ms
from voicegate.gateway.sim.realtime.brains import Speech
from voicegate.gateway.sim.tags import read_tags

FORMATS = [PCMU_8K, PCMA_8K, PCM16_24K]


@pytest.mark.parametrize("audio_format", FORMATS, ids=str)
@pytest.mark.parametrize(
    "speech",
    [Speech("hi"), Speech("x", 1234), Speech("x", pcm=b"\x01\x02" * 24 * 333), Speech("", 0)],
)
def test_every_speech_is_whole_50_ms_in_every_format(speech: Speech, audio_format: AudioFormat):
    """C171: both audio formats."""
    length_ms = speech_ms(speech)
    assert length_ms % 50 == 0
    assert len(speech_audio(speech, audio_format, 1)) == length_ms * audio_format.bytes_per_ms


def test_mu_law_without_given_sound_is_tagged_with_its_item():
    tags = read_tags(speech_audio(Speech("x", 130), PCMU_8K, 7))
    assert tags == [(7, ms) for ms in range(150)]


def test_given_sound_goes_out_as_it_is_with_silence_behind():
    pcm = bytes(range(48)) * 30
    assert speech_audio(Speech("x", pcm=pcm), PCM16_24K, 1) == pcm + bytes(20 * 48)


@pytest.mark.parametrize("audio_format", [PCMU_8K, PCMA_8K], ids=str)
def test_given_sound_keeps_its_level_in_g711(audio_format: AudioFormat):
    wave = (8000 * np.sin(np.arange(24000) * 2 * np.pi * 440 / 24000)).astype("<i2").tobytes()
    audio = speech_audio(Speech("x", pcm=wave), audio_format, 1)
    assert level_dbfs(audio, audio_format.law) == pytest.approx(level_dbfs(wave, "pcm16"), abs=0.5)


@pytest.mark.parametrize("audio_format", [PCMA_8K, PCM16_24K], ids=str)
def test_the_murmur_is_audible_has_syllables_and_no_tone(audio_format: AudioFormat):
    audio = speech_audio(Speech("x", 2000), audio_format, 1)
    assert -45 < level_dbfs(audio, audio_format.law) < -15
    pcm = np.frombuffer(transcode(audio, audio_format.law, "pcm16"), "<i2").astype(float)
    power = np.abs(np.fft.rfft(pcm)) ** 2
    assert power.max() / power.sum() < 0.02
    blocks = np.abs(pcm).reshape(-1, audio_format.rate // 100).mean(axis=1)
    assert blocks.min() < blocks.max() / 5


def test_the_murmur_is_the_same_everywhere():
    assert hashlib.sha256(murmur(300, PCM16_24K)).hexdigest() == (
        "cf3dd9d856c6bf920992bd20b0289e551269acb1563669c52f99fd12b98c72e1"
    )


def test_a_text_takes_as_long_as_it_takes_to_say():
    assert speech_ms(Speech("a" * 40)) == 2600
    assert speech_ms(Speech("a")) == 400
