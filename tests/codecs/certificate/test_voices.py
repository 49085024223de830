"""Recorded people: where Debian's package has them, at which rate."""

import subprocess
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from voicegate.codecs.certificate import voices
from voicegate.codecs.certificate.row import NotRun
from voicegate.codecs.wav import save_pcm

TONE: NDArray[np.int16] = np.rint(8000 * np.sin(np.arange(16_000) / 5)).astype(np.int16)
BACKWARDS = TONE[::-1].copy()


@pytest.fixture
def package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A `dpkg` that lists whatever is in this folder."""
    folder, tools = tmp_path / "package", tmp_path / "bin"
    for each in (folder / "librivox", folder / "cards", tools):
        each.mkdir(parents=True)
    tool = tools / "dpkg"
    tool.write_text(f"#!/bin/sh\n/usr/bin/find '{folder}' -type f\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tools))
    return folder


def test_the_book_is_as_it_was_recorded_and_the_reader_as_a_line_has_him(package: Path) -> None:
    save_pcm(package / "librivox" / "b.wav", TONE, 16_000)
    save_pcm(package / "librivox" / "a.wav", BACKWARDS, 16_000)
    (package / "librivox" / "fileids").write_text("a\nb\n")
    assert [clip.tolist() for clip in voices.book()] == [BACKWARDS.tolist(), TONE.tolist()]
    assert [len(clip) for clip in voices.reader()] == [8_000, 8_000]


def test_others_are_told_by_folder_and_name(package: Path) -> None:
    save_pcm(package / "cards" / "001.wav", TONE, 16_000)
    (package / "numbers.raw").write_bytes(TONE.tobytes())
    (package / "unknown.raw").write_bytes(TONE.tobytes())
    assert [len(clip) for clip in voices.player()] == [8_000]
    assert [len(clip) for clip in voices.commanders()] == [8_000]
    assert voices.reader() == []


def test_strangers_are_told_by_name_and_those_with_a_wide_band_are_narrowed(package: Path) -> None:
    for name in voices.STRANGERS_FILES:
        if name.endswith(".wav"):
            save_pcm(package / name, TONE, 16_000)
        else:
            (package / name).write_bytes(TONE.tobytes())
    (package / "modem.raw").write_bytes(TONE.tobytes())
    found = voices.strangers()
    assert len(found) == len(voices.STRANGERS_FILES)
    assert (len(found["vk5qi"]), len(found["wia_16kHz"])) == (16_000, 8_000)
    (package / "cross.raw").unlink()
    with pytest.raises(NotRun, match=r"codec2-examples has no cross\.raw"):
        voices.strangers()


def test_prompts_are_all_of_a_line(package: Path) -> None:
    save_pcm(package / "hello.wav", TONE, 8_000)
    save_pcm(package / "cards" / "bye.wav", BACKWARDS, 8_000)
    assert [clip.tolist() for clip in voices.prompts()] == [BACKWARDS.tolist(), TONE.tolist()]


def test_another_rate_than_the_packages_is_told(package: Path) -> None:
    save_pcm(package / "librivox" / "a.wav", TONE, 8_000)
    with pytest.raises(NotRun, match=r"a\.wav .* has 8000 Hz, expected 16000"):
        voices.book()


def test_a_package_without_sound_is_told(package: Path) -> None:
    assert subprocess.run(["dpkg"], capture_output=True, check=True).stdout == b""
    with pytest.raises(NotRun, match="Debian's pocketsphinx-testdata"):
        voices.book()
