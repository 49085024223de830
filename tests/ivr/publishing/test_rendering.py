"""A text to all that a version needs: sounds with their true lengths, or every fault at its place."""

from collections.abc import Callable, Collection, Mapping
from pathlib import Path

import numpy as np
import pytest

from voicegate.codecs.wav import save_pcm
from voicegate.ivr.machine.actions import Clip, ClipKind
from voicegate.ivr.publishing.rendering import FlowRefused, Rendered
from voicegate.ivr.publishing.version import hashes

RenderText = Callable[..., Rendered]
Example = Callable[[str], str]
BYE = Clip(ClipKind.PROMPT, "bye", "en-US")


def told(refused: FlowRefused) -> list[str]:
    return [each.render("small.yaml") for each in refused.findings]


def test_every_clip_has_its_sound_and_its_length(rendered: RenderText, small: str) -> None:
    found = rendered(small)
    assert {clip.kind for clip in found.sounds} == {
        ClipKind.PROMPT,
        ClipKind.TONE,
        ClipKind.SORRY,
    }
    assert found.sounds[BYE].length_ms == 800
    assert {*hashes(found.sounds)} == found.made.keys()
    for sound in found.sounds.values():
        assert found.made[sound.hash].length_ms == sound.length_ms
    assert found.notes == ()


def test_what_is_there_already_is_not_made_again(
    rendered: RenderText, small: str, humming: object
) -> None:
    first = rendered(small)
    lengths = {sound.hash: sound.length_ms for sound in first.sounds.values()}

    def known(wanted: Collection[str]) -> Mapping[str, int]:
        assert {*wanted} == lengths.keys()
        return lengths

    again = rendered(small, known)
    assert not again.made
    assert again.sounds == first.sounds
    assert again.text == first.text


def test_equal_words_are_made_once(rendered: RenderText, example: Example) -> None:
    found = rendered(example("clinic-main"))
    tones = [clip for clip in found.sounds if clip.kind is ClipKind.TONE]
    assert len(tones) == 2
    assert len({found.sounds[clip].hash for clip in tones}) == 1
    assert len(found.made) == len({sound.hash for sound in found.sounds.values()})


def test_a_near_voice_and_a_missing_one_are_told(
    rendered: RenderText, example: Example, tmp_path: Path, small: str
) -> None:
    assert rendered(example("clinic-main")).notes == ("es-US: the nearest voice here speaks es-ES",)
    save_pcm(tmp_path / "tchau.wav", np.full(8000, 3000, np.int16), 8000)
    text = small.replace('{en-US: "Goodbye."}', "{pt-BR: {file: tchau.wav}}")
    found = rendered(text.replace("[en-US]", "[pt-BR]"))
    assert found.notes == ("pt-BR: no voice here; apologies are in en-US, no places in a queue",)


def test_all_that_cannot_be_made_is_told_at_its_place(rendered: RenderText, small: str) -> None:
    """With line and column, and what to do; all at once."""
    text = small.replace(
        '    bye: {en-US: "Goodbye."}\n',
        '    bye: {en-US: "Unspeakable.", pt-BR: "Tchau."}\n'
        "    hello: {en-US: {file: hello.wav}, pt-BR: {file: ola.wav}}\n",
    )
    text = text.replace("[en-US]", "[en-US, pt-BR]").replace(
        "next: end}", "next: hello}\n    hello: {type: say, prompt: hello, next: end}"
    )
    with pytest.raises(FlowRefused) as refused:
        rendered(text)
    lost = "cannot be read (no such file or directory)"
    fix = "Put it there; paths begin in the folder of the flow"
    mute = "no voice here speaks pt-BR. Record it, and write pt-BR: {file: …}"
    assert told(refused.value) == [
        "small.yaml:9:18 V000 prompts.bye.en-US: this is too hard. Write something else",
        f"small.yaml:9:41 V000 prompts.bye.pt-BR: {mute}",
        f"small.yaml:10:13 V000 prompts.hello.en-US: hello.wav {lost}. {fix}",
        f"small.yaml:10:39 V000 prompts.hello.pt-BR: ola.wav {lost}. {fix}",
    ]


def test_a_flow_that_breaks_a_rule_is_refused_before_anything_is_spoken(
    rendered: RenderText, small: str
) -> None:
    with pytest.raises(FlowRefused) as refused:
        rendered(small.replace("next: end", "next: ende"))
    assert [each.rule for each in refused.value.findings] == ["V010"]
    with pytest.raises(FlowRefused):
        rendered("")


def test_unknown_music_is_refused(rendered: RenderText, example: Example) -> None:
    with pytest.raises(FlowRefused) as refused:
        rendered(example("renew-outbound").replace("music: calm", "music: loud"))
    assert [each.rule for each in refused.value.findings] == ["V019"]


def test_lengths_count_as_they_are_and_not_as_they_were_estimated(
    rendered: RenderText, example: Example
) -> None:
    """A short text that the voice takes long for: the opt-out may take 2 s, and it hums for 2.3."""
    text = example("renew-outbound")
    with pytest.raises(FlowRefused) as refused:
        rendered(text)
    (finding,) = (each for each in refused.value.findings if each.rule == "V043")
    assert finding.what == "2.3 s are spoken after the opt-out"
    short = text.replace("We will not call again.", "1 800 555 0199 1")  # estimated: 3 s
    assert rendered(short).sounds[Clip(ClipKind.PROMPT, "optout", "en-US")].length_ms == 1600
    short = text.replace("We will not call again.", "Never again, bye.")
    assert rendered(short).sounds[Clip(ClipKind.PROMPT, "optout", "en-US")].length_ms <= 2000
