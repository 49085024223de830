"""Each setting reaches the part that it is for."""

import asyncio

import pytest

from voicegate.gateway.core.bargein import Interruption
from voicegate.gateway.core.call import CallLimits
from voicegate.gateway.settings import Settings, load
from voicegate.gateway.wiring import agent_plan, build, call_limits, model_address, model_plan

NEEDED = {
    "OPENAI_API_KEY": "sk-of-a-test",
    "TWILIO_ACCOUNT_SID": "AC" + "a" * 32,
    "TWILIO_AUTH_TOKEN": "0123456789abcdef",
    "VOICEGATE_PUBLIC_URL": "https://voice.example.com",
}


def settings(**more: str) -> Settings:
    return load({**NEEDED, **more}, env_file=None)


def test_the_agent_greets_and_is_interrupted_as_the_settings_say() -> None:
    usual = agent_plan(settings())
    assert usual.greeting is not None
    assert usual.interruption is Interruption.CUT
    other = agent_plan(settings(VOICEGATE_GREETING="none", VOICEGATE_INTERRUPTION="off"))
    assert other.greeting is None
    assert other.interruption is Interruption.OFF


def test_the_model_is_asked_for_what_the_settings_say() -> None:
    given = settings(
        VOICEGATE_VOICE="cedar",
        VOICEGATE_INSTRUCTIONS="Be brief.",
        VOICEGATE_AUDIO="pcmu",
        VOICEGATE_LANGUAGE="de",
    )
    plan = model_plan(given, "gpt-realtime-mini")
    assert (plan.model, plan.voice, plan.instructions) == (
        "gpt-realtime-mini",
        "cedar",
        "Be brief.",
    )
    assert (plan.audio, plan.language) == ("pcmu", "de")


def test_the_model_is_reached_at_its_address_with_the_key() -> None:
    given = settings(VOICEGATE_OPENAI_URL="wss://example.com/r")
    place = model_address(given, "gpt-realtime-2.1", CallLimits())
    assert place.url == "wss://example.com/r?model=gpt-realtime-2.1"
    assert place.headers == {"Authorization": "Bearer sk-of-a-test"}
    assert place.tls is not None
    given = settings(VOICEGATE_OPENAI_URL="ws://127.0.0.1:1/r")
    plain = model_address(given, "gpt-realtime-2.1", CallLimits())
    assert plain.tls is None


def test_a_call_may_take_as_long_as_the_settings_say() -> None:
    """C23."""
    assert call_limits(settings(VOICEGATE_MAX_CALL_S="60")).max_call_ms == 60_000


@pytest.mark.parametrize("is_insecure", [True, False])
def test_an_insecure_gateway_needs_no_credentials_of_the_carrier(is_insecure: bool) -> None:  # noqa: FBT001
    """C141: without them nothing can be asked of the carrier by REST."""
    given = {k: v for k, v in NEEDED.items() if not is_insecure or not k.startswith("TWILIO")}

    async def main() -> bool:
        gateway = build(load(given, env_file=None), is_insecure=is_insecure)
        return gateway.carrier is None

    assert asyncio.run(main()) is is_insecure
