"""What an agent may say is what the gateway can do: one truth, told in two rooms."""

from typing import get_args

import pytest

from voicegate.gateway import setting_rules
from voicegate.gateway.settings import Settings
from voicegate.numbers.documents import agent_rules
from voicegate.numbers.errors import NumberError
from voicegate.numbers.model import Audio


def words_of(setting: str) -> tuple[str, ...]:
    return get_args(Settings.model_fields[setting].annotation)


def test_the_closed_lists_are_the_gateways() -> None:
    assert words_of("greeting") == agent_rules.GREETINGS
    assert words_of("interruption") == agent_rules.INTERRUPTIONS
    assert words_of("audio") == tuple(Audio)


def test_the_longest_call_has_the_gateways_bounds() -> None:
    least, most = agent_rules.CALL_S
    assert Settings.model_validate({"VOICEGATE_MAX_CALL_S": least}).max_call_s == least
    assert Settings.model_validate({"VOICEGATE_MAX_CALL_S": most}).max_call_s == most
    for beyond in (least - 1, most + 1):
        with pytest.raises(ValueError, match="VOICEGATE_MAX_CALL_S"):
            Settings.model_validate({"VOICEGATE_MAX_CALL_S": beyond})


@pytest.mark.parametrize("text", [*agent_rules.MODELS, "gpt-realtime-2.1-2026-07-06"])
def test_models_and_their_snapshots_are_taken(text: str) -> None:
    assert agent_rules.model(text) == setting_rules.model(text) == text


@pytest.mark.parametrize("text", [*setting_rules.RETIRED_MODELS, "gpt-4o", ""])
def test_other_models_are_refused(text: str) -> None:
    with pytest.raises(NumberError, match="gpt-realtime"):
        agent_rules.model(text)


def test_a_voice_is_one_of_the_apis_or_of_the_account() -> None:
    assert agent_rules.voice("voice_68fb") == "voice_68fb"
    for text in ("nova", "voice_", "voice_a b"):
        with pytest.raises(NumberError):
            agent_rules.voice(text)


@pytest.mark.parametrize(("text", "value"), [("0", 0.0), ("0.55", 0.55), ("1", 1.0), ("1.0", 1.0)])
def test_a_threshold_is_a_part_of_one(text: str, value: float) -> None:
    assert agent_rules.threshold(text) == value


@pytest.mark.parametrize("text", ["1.1", "-0.5", ".5", "1e-1", "nan", "0.5555", ""])
def test_another_threshold_is_refused(text: str) -> None:
    with pytest.raises(NumberError, match="from 0 to 1"):
        agent_rules.threshold(text)
