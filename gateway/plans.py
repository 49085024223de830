"""What a call is given to go by: out of the settings, and of the agent whom the registry names."""

import ssl
from collections.abc import Mapping

from ..numbers.model import Agent, Audio
from .core.actions import Function
from .core.agent import AgentPlan
from .core.bargein import Interruption
from .core.terms import CallLimits
from .model_socket import ModelAddress, address
from .models.openai_setup import ModelPlan
from .settings import Settings


def agent_plan(settings: Settings, agent: Agent | None) -> AgentPlan:
    """How the agent behaves; what it does not say itself is as the settings say."""
    greeting = (agent and agent.greeting) or settings.greeting
    interruption = Interruption((agent and agent.interruption) or settings.interruption)
    if greeting == "none":
        return AgentPlan(greeting=None, interruption=interruption)
    return AgentPlan(interruption=interruption)


def model_plan(
    settings: Settings,
    agent: Agent | None,
    audio: Audio | None = None,
    *,
    is_fallback: bool,
    functions: tuple[Function, ...] = (),
) -> ModelPlan:
    """What the model is asked to be: the number's audio comes before the agent's."""
    model = (agent and agent.model) or settings.model
    if is_fallback and settings.fallback_model is not None:
        model = settings.fallback_model
    audio = audio or (agent and agent.audio)
    usual = ModelPlan()
    vad: Mapping[str, float] = {} if agent is None else agent.vad
    return ModelPlan(
        model=model,
        voice=(agent and agent.voice) or settings.voice,
        instructions=settings.instructions if agent is None else agent.instructions,
        audio=settings.audio if audio is None else audio.value,
        language=(agent and agent.language) or settings.language,
        vad_threshold=vad.get("threshold", usual.vad_threshold),
        prefix_padding_ms=int(vad.get("prefix_padding_ms", usual.prefix_padding_ms)),
        silence_duration_ms=int(vad.get("silence_duration_ms", usual.silence_duration_ms)),
        functions=functions,
    )


def model_address(
    settings: Settings, model: str, limits: CallLimits, tls: ssl.SSLContext | None
) -> ModelAddress:
    """Where this model is."""
    assert settings.openai_api_key is not None
    return address(
        settings.openai_url,
        model,
        settings.openai_api_key.get_secret_value(),
        timeout_s=limits.link.connect_ms / 1_000,
        tls=tls,
    )


def tls_context(settings: Settings) -> ssl.SSLContext | None:
    """Certificates are read once, not during a call; None where the model is not secured."""
    return ssl.create_default_context() if settings.openai_url.startswith("wss:") else None


def call_limits(settings: Settings) -> CallLimits:
    """What one call may take."""
    return CallLimits(max_call_ms=settings.max_call_s * 1_000)
