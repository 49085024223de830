"""Which language of a voice stands in for another."""

from voicegate.ivr.sounds.pico import LANGUAGES
from voicegate.ivr.sounds.voice import nearest


def test_the_nearest_voice_is_of_the_same_language() -> None:
    assert nearest("en-GB", LANGUAGES) == "en-GB"
    assert nearest("es-US", LANGUAGES) == "es-ES"
    assert nearest("en-AU", LANGUAGES) == "en-US"
    assert nearest("de", LANGUAGES) == "de-DE"
    assert nearest("pt-BR", LANGUAGES) is None
