"""Each setting, and each field of an agent, reaches the part that it is for."""

from types import MappingProxyType

from voicegate.gateway.core.bargein import Interruption
from voicegate.gateway.core.terms import CallLimits
from voicegate.gateway.models.openai_setup import ModelPlan
from voicegate.gateway.plans import (
    agent_plan,
    call_limits,
    model_address,
    model_plan,
    tls_context,
)
from voicegate.gateway.settings import Settings, load
from voicegate.numbers.model import Agent, Audio, Route, RouteKind

NEEDED = {
    "OPENAI_API_KEY": "sk-of-a-test",
    "VOICEGATE_PUBLIC_URL": "https://voice.example.com",
}
ROUTE = Route(RouteKind.AGENT, "clinic")
CLINIC = Agent(
    "clinic",
    "You answer for a clinic.",
    model="gpt-realtime-mini",
    voice="sage",
    audio=Audio.PCM24K,
    language="es",
    greeting="none",
    interruption="off",
    vad=MappingProxyType({"threshold": 0.7, "silence_duration_ms": 800}),
)


def settings(**more: str) -> Settings:
    return load({**NEEDED, **more}, env_file=None)


def plan_of(given: Settings, agent: Agent | None, audio: Audio | None = None) -> ModelPlan:
    return model_plan(given, agent, audio, is_fallback=False)


def test_the_agent_greets_and_is_interrupted_as_the_settings_say() -> None:
    usual = agent_plan(settings(), None)
    assert usual.greeting is not None
    assert usual.interruption is Interruption.CUT
    other = agent_plan(settings(VOICEGATE_GREETING="none", VOICEGATE_INTERRUPTION="off"), None)
    assert other.greeting is None
    assert other.interruption is Interruption.OFF


def test_an_agent_s_own_manners_come_before_the_settings() -> None:
    own = agent_plan(settings(), CLINIC)
    assert (own.greeting, own.interruption) == (None, Interruption.OFF)
    silent = settings(VOICEGATE_GREETING="none")
    assert agent_plan(silent, Agent("other", "Be kind.")).greeting is None


def test_the_model_is_asked_for_what_the_settings_say() -> None:
    given = settings(
        VOICEGATE_MODEL="gpt-realtime-mini",
        VOICEGATE_VOICE="cedar",
        VOICEGATE_INSTRUCTIONS="Be brief.",
        VOICEGATE_AUDIO="pcmu",
        VOICEGATE_LANGUAGE="de",
    )
    wanted = ModelPlan("gpt-realtime-mini", "cedar", "Be brief.", "pcmu", "de")
    assert plan_of(given, None) == wanted


def test_the_model_is_asked_for_what_the_agent_says_and_the_number_s_audio() -> None:
    wanted = ModelPlan(
        *("gpt-realtime-mini", "sage", "You answer for a clinic.", "pcm24k", "es"),
        vad_threshold=0.7,
        silence_duration_ms=800,
    )
    assert plan_of(settings(VOICEGATE_AUDIO="pcmu"), CLINIC) == wanted
    assert plan_of(settings(), CLINIC, Audio.PCMU).audio == "pcmu"


def test_the_fallback_model_is_the_settings_own_for_every_agent() -> None:
    """C10."""
    given = settings(VOICEGATE_FALLBACK_MODEL="gpt-realtime-1.5")
    second = model_plan(given, CLINIC, is_fallback=True)
    assert (second.model, second.voice) == ("gpt-realtime-1.5", "sage")


def test_the_model_is_reached_at_its_address_with_the_key() -> None:
    given = settings(VOICEGATE_OPENAI_URL="wss://example.com/r")
    place = model_address(given, "gpt-realtime-2.1", CallLimits(), tls_context(given))
    assert place.url == "wss://example.com/r?model=gpt-realtime-2.1"
    assert place.headers == {"Authorization": "Bearer sk-of-a-test"}
    assert place.tls is not None
    assert tls_context(settings(VOICEGATE_OPENAI_URL="ws://127.0.0.1:1/r")) is None


def test_a_call_may_take_as_long_as_the_settings_say() -> None:
    """C23."""
    assert call_limits(settings(VOICEGATE_MAX_CALL_S="60")).max_call_ms == 60_000
