"""The sentences that are shipped."""

from pathlib import Path

import pytest

from voicegate.codecs.frames import PCMU_8K
from voicegate.codecs.g711 import level_dbfs
from voicegate.gateway import prompts
from voicegate.gateway.prompts import SENTENCES, prompts_for
from voicegate.gateway.ringback import NORTH_AMERICA, UNITED_KINGDOM, ringback


@pytest.mark.parametrize("name", SENTENCES)
def test_each_sentence_is_whole_frames_of_audible_speech(name: str) -> None:
    """C12: an apology can be heard to its end."""
    sound: bytes = getattr(prompts_for("+12125550142"), name)
    assert len(sound) % PCMU_8K.frame_bytes() == 0
    assert 2.0 < len(sound) / PCMU_8K.rate < 8.0
    assert level_dbfs(sound, "ulaw") == pytest.approx(-20.0, abs=0.5)


def test_what_is_shipped_is_what_is_spoken_and_nothing_else() -> None:
    sounds = Path(prompts.__file__).with_name("sounds")
    assert {path.name for path in sounds.iterdir()} == {f"{name}.ulaw" for name in SENTENCES}
    assert len({path.read_bytes() for path in sounds.iterdir()}) == len(SENTENCES)


def test_callers_hear_the_ringback_of_their_number_and_the_same_sentences() -> None:
    """C11."""
    american, british = prompts_for("+12125550142"), prompts_for("+442079460000")
    assert american.ringback == ringback(NORTH_AMERICA)
    assert british.ringback == ringback(UNITED_KINGDOM)
    assert american.apology is british.apology
