"""The copies on disk: whole or not there."""

from collections.abc import Callable
from pathlib import Path

import pytest

from voicegate.ivr.machine.actions import Clip, ClipKind
from voicegate.ivr.publishing.copies import Copies
from voicegate.ivr.publishing.ready import ReadyFlow, ready
from voicegate.ivr.publishing.rendering import Rendered
from voicegate.ivr.publishing.version import FlowVersion, parse_sounds, render_sounds

RenderText = Callable[..., Rendered]


@pytest.fixture
def kept(rendered: RenderText, small: str) -> ReadyFlow:
    made = rendered(small)
    published = FlowVersion("small", 7, made.text, made.sounds)
    return ready(published, {hash_: sound.ulaw for hash_, sound in made.made.items()})


def test_a_copy_is_what_was_served(kept: ReadyFlow, tmp_path: Path) -> None:
    copies = Copies(tmp_path / "flows")
    assert [*copies.load()] == []
    copies.save(kept)
    (found,) = copies.load()
    assert found == kept
    bye = Clip(ClipKind.PROMPT, "bye", "en-US")
    assert found.sounds.sound(bye) == kept.sounds.sound(bye) != b""
    assert [path.name for path in (tmp_path / "flows").iterdir()] == ["small.flow"]


def test_a_copy_that_is_damaged_anywhere_is_none(kept: ReadyFlow, tmp_path: Path) -> None:
    copies = Copies(tmp_path)
    copies.save(kept)
    path = tmp_path / "small.flow"
    whole = path.read_bytes()
    for damaged in (
        b"",
        whole[:-1],
        whole.replace(b'"version":7', b'"version":'),
        whole.replace(b'"name":"small"', b'"name":"other"'),
        whole.replace(b"next: end", b"next: 	"),
        b"[]\n" + whole,
        b"{}\n",
    ):
        path.write_bytes(damaged)
        assert [*copies.load()] == [], damaged[:40]
    path.write_bytes(whole)
    assert [*copies.load()] == [kept]


def test_sounds_are_written_and_read_as_they_are(kept: ReadyFlow) -> None:
    sounds = kept.published.sounds
    assert parse_sounds(render_sounds(sounds)) == sounds
    assert parse_sounds(b"[]") == {}


def test_a_flow_is_not_ready_without_each_of_its_sounds(kept: ReadyFlow) -> None:
    for hash_ in kept.audio:
        for audio in ({**kept.audio, hash_: b""}, {**kept.audio, hash_: kept.audio[hash_][:-8]}):
            with pytest.raises(ValueError, match="a sound of version 7 of small is lost"):
                ready(kept.published, audio)


def test_a_place_that_is_not_told_is_silent_and_any_other_clip_is_there(kept: ReadyFlow) -> None:
    assert kept.sounds.sound(Clip(ClipKind.POSITION, "3", "en-US")) == b""
    with pytest.raises(KeyError):
        kept.sounds.sound(Clip(ClipKind.PROMPT, "none", "en-US"))
