"""Sources to sounds: measured, for every voice and for files as people record them."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import soxr  # pyright: ignore[reportMissingTypeStubs]

from voicegate.codecs.g711 import ulaw_decode
from voicegate.ivr.installation import Installation
from voicegate.ivr.own_words import SORRY, family
from voicegate.ivr.prompts import Recording, Synthesised, Words
from voicegate.ivr.publishing.rendering import nothing_is_there, render
from voicegate.ivr.sounds.encoding import Samples
from voicegate.ivr.sounds.loudness import active_level_dbfs
from voicegate.ivr.sounds.pico import LANGUAGES, PicoVoice
from voicegate.ivr.sounds.render import Renderer
from voicegate.ivr.sounds.sound import Sound
from voicegate.ivr.sounds.voice import Unspeakable

WINDOW = 8000 // 200
QUIET_DBFS = -52.0
SAID_MS = 2000

MakeWav = Callable[..., Path]


@pytest.fixture
def renderer(pico: PicoVoice, tmp_path: Path) -> Renderer:
    return Renderer(pico, tmp_path)


def heard(sound: Sound) -> Samples:
    return ulaw_decode(sound.ulaw).astype(np.float64) / 32768


def quiet_ms(sound: Sound) -> tuple[int, int]:
    """Before and after what is heard, by windows of 5 ms."""
    power = np.square(heard(sound)).reshape(-1, WINDOW).mean(axis=1)
    loud = np.flatnonzero(power > 10 ** (QUIET_DBFS / 10))
    return int(loud[0]) * 5, (len(power) - 1 - int(loud[-1])) * 5


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_voice_is_equally_loud_and_begins_and_ends_at_once(
    renderer: Renderer, language: str
) -> None:
    sound = renderer.render(Words(SORRY[family(language)], language))
    pcm = np.frombuffer(sound.pcm, "<i2") / 32768
    assert active_level_dbfs(pcm) == pytest.approx(-20, abs=1)
    assert active_level_dbfs(np.repeat(heard(sound), 3)) == pytest.approx(-20, abs=1)
    assert max(quiet_ms(sound)) <= 60
    assert sound.length_ms == len(sound.ulaw) / 8 == len(sound.pcm) / 48
    assert 1500 < sound.length_ms < 6000


def test_the_same_source_gives_the_same_bytes(renderer: Renderer) -> None:
    for source in (Words("Please hold.", "en-GB"), Synthesised("calm"), Synthesised("tone")):
        assert renderer.render(source) == renderer.render(source)


LEAVE = "Please leave a message after the tone."


@pytest.fixture(scope="module")
def said(pico: PicoVoice) -> Samples:
    """Soft words with a second of silence around them, at 24 kHz."""
    return np.pad(pico.speak(LEAVE, "en-US"), 24_000) * 0.2


@pytest.mark.parametrize("rate", [8000, 16_000, 24_000, 44_100, 48_000])
@pytest.mark.parametrize(("channels", "bits"), [(1, 8), (1, 16), (2, 16), (2, 24)])
def test_a_recording_of_any_kind_is_as_loud_and_as_short_as_the_rest(
    renderer: Renderer, said: Samples, wav: MakeWav, rate: int, channels: int, bits: int
) -> None:
    samples = soxr.resample(said, 24_000, rate, quality="VHQ")
    path = wav(samples, rate, channels, bits)
    sound = renderer.render(Recording(path.name))
    assert active_level_dbfs(np.frombuffer(sound.pcm, "<i2") / 32768) == pytest.approx(-20, abs=1)
    assert max(quiet_ms(sound)) <= 60
    assert abs(sound.length_ms - SAID_MS) <= 120  # eight bits lose the softest end


def test_what_cannot_be_a_prompt_says_why(renderer: Renderer, wav: MakeWav, tmp_path: Path) -> None:
    (tmp_path / "none.wav").write_bytes(b"")
    (tmp_path / "text.wav").write_bytes(b"these are words, not sounds" * 100)
    (tmp_path / "folder.wav").mkdir()
    cut = wav(np.ones(8000) * 0.1, 8000).read_bytes()[:30]
    (tmp_path / "cut.wav").write_bytes(cut)
    silent = wav(np.zeros(8000), 8000, 1)
    empty = wav(np.zeros(0), 16_000, 1)
    long = wav(np.tile(np.array([0.5, -0.5]), 301 * 4000), 8000, 2)
    told = {
        "missing.wav": "cannot be read (no such file or directory)",
        "folder.wav": "cannot be read (is a directory)",
        "none.wav": "cannot be read",
        "text.wav": "cannot be read",
        "cut.wav": "cannot be read",
        silent.name: "is silent",
        empty.name: "has no samples",
        long.name: "lasts 301.0 s, expected at most 300",
    }
    for name, why in told.items():
        with pytest.raises(Unspeakable) as refused:
            renderer.render(Recording(name))
        assert why in refused.value.what, name
        assert name in refused.value.what
        assert refused.value.fix


def test_a_language_without_a_voice_needs_a_file(renderer: Renderer) -> None:
    assert renderer.speaks("es-US")
    assert not renderer.speaks("pt-BR")
    for ask in (renderer.render, renderer.hash_of):
        with pytest.raises(Unspeakable, match=r"no voice here speaks pt-BR.*file"):
            ask(Words("Bom dia.", "pt-BR"))


def test_a_text_of_which_nothing_is_heard_is_refused(renderer: Renderer) -> None:
    with pytest.raises(Unspeakable, match="says nothing"):
        renderer.render(Words("\N{GRINNING FACE}", "en-US"))


def test_words_are_known_by_who_speaks_them_and_files_by_their_bytes(
    renderer: Renderer, wav: MakeWav, tmp_path: Path
) -> None:
    words = [Words("Si.", language) for language in ("es-US", "es-ES", "es-MX", "it-IT")]
    assert len({renderer.hash_of(each) for each in words}) == 2
    one = wav(np.ones(100), 8000)
    (tmp_path / "copy.wav").write_bytes(one.read_bytes())
    assert renderer.hash_of(Recording("copy.wav")) == renderer.hash_of(Recording(one.name))
    assert renderer.hash_of(Synthesised("calm")) != renderer.hash_of(Synthesised("tone"))


@pytest.mark.parametrize("name", ["clinic-main", "renew-outbound"])
def test_the_flows_that_ship_can_be_published_as_they_are_spoken(
    pico: PicoVoice, example: Callable[[str], str], tmp_path: Path, name: str
) -> None:
    """With the lengths that the offline voice takes, which are other than the estimated ones."""
    made = render(
        example(name).encode(),
        Renderer(pico, tmp_path),
        today=date(2026, 11, 21),
        here=Installation(music=(), has_raw_card_slots=True),
        lengths=nothing_is_there,
    )
    assert made.sounds
    assert made.findings == ()
