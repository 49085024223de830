"""Names every concrete class: out of settings comes a gateway that only needs a port."""

import secrets
import time
from asyncio import get_running_loop
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from fastapi import FastAPI

from ..numbers.directory import OneRoute
from ..numbers.model import Route, RouteKind
from .admission import Admission
from .answers import MEDIA_PATH, Answers
from .carriers.signature import SignatureValidator
from .carriers.twilio_rest import TwilioRest
from .core.breaker import Breaker
from .drain import Drain
from .flow_calls import NoFlows, OneFlow, wall_clock
from .gc_pauses import GcPauses
from .hang_ups import HangUps
from .live_calls import LiveCalls
from .lobby import Lobby
from .loop_clock import loop_ms
from .loop_lag import LoopLag
from .messages import Messages
from .metrics import Metrics
from .plans import call_limits
from .reception import Reception
from .redis_calls import RedisCalls
from .registry_client import RegistryClient
from .sessions import Sessions, Watch
from .settings import Settings
from .shared_calls import Hall, MemoryCalls, SharedCalls
from .shared_tokens import RedisTokenStore
from .store import FOLDER, OpenStore
from .switch import MediaPort
from .switchboard import Switchboard, as_it_stands, note_nothing
from .tokens import (
    MemoryTokenStore,
    StreamTokens,
    TokenStore,
    VouchingTokenStore,
    derive_key,
)
from .web import Figures, Health, Webhooks, build_app

HOUSE_AGENT = Route(RouteKind.AGENT, "default")  # the one whom the settings describe


@dataclass(frozen=True, slots=True)
class Gateway:
    """One process's parts, as far as a server needs them."""

    app: FastAPI
    calls: LiveCalls
    media: MediaPort
    drain: Drain
    lag: LoopLag
    pauses: GcPauses
    metrics: Metrics
    carrier: TwilioRest | None
    shared: SharedCalls
    registry: RegistryClient | None = None


def build(
    settings: Settings,
    *,
    is_insecure: bool,
    watch: Watch | None = None,
    store: OpenStore | None = None,
    flow: OneFlow | None = None,
    messages: Path = FOLDER / "voicemail",
) -> Gateway:
    """The gateway of valid settings, for the event loop that is running.

    Insecure: nobody has to sign, which is for this machine only. `watch`: see Sessions. Without a
    store every number leads to the agent whom the settings describe, or to that one `flow`.
    Messages that callers leave lie in the folder `messages`.
    """
    assert settings.public_url is not None
    metrics, limits = Metrics(), call_limits(settings)
    process = secrets.token_hex(4)
    auth_tokens = [token.get_secret_value() for token in settings.twilio_auth_tokens]
    validator = None if is_insecure else SignatureValidator(settings.public_url, auth_tokens)
    key = derive_key(auth_tokens[0] if auth_tokens else None)
    now_ms = partial(loop_ms, get_running_loop())
    shared, token_store = _shared(settings, store, process, now_ms)
    tokens = StreamTokens(key, token_store, _wall_ms, process)
    calls = LiveCalls(now_ms)
    metrics.calls_live.set_function(lambda: len(calls))
    lag = LoopLag(metrics.loop_lag_ms.observe)
    breaker = Breaker()
    metrics.model_breaker_open.set_function(lambda: breaker.is_open)
    admission = Admission(
        calls,
        breaker,
        now_ms=now_ms,
        max_calls=settings.max_calls,
        lag_ms=lambda: lag.p99_ms,
    )
    answers = Answers(settings.public_url, settings.fallback_number)
    house = HOUSE_AGENT if flow is None else flow.route
    registry = None if store is None else _registry(settings, store, calls)
    carrier = _carrier(settings, auth_tokens)
    hang_ups = HangUps(carrier)
    note_call = note_nothing if registry is None else registry.note_call
    clock = wall_clock if flow is None else flow.now
    sessions = Sessions(settings, limits, metrics, breaker, Messages(messages), clock, watch)
    switchboard = Switchboard(
        calls=calls,
        shared=shared,
        open_session=sessions.open,
        hang_ups=hang_ups,
        note_call=note_call,
        recall=as_it_stands if registry is None else registry.recall,
    )
    reception = Reception(
        calls=calls,
        switchboard=switchboard,
        directory=OneRoute(house) if registry is None else registry.directory,
        shelf=flow or (NoFlows() if registry is None else registry.shelf),
        admission=admission,
        answers=answers,
        tokens=tokens,
        token_ttl_ms=limits.token_ttl_ms,
        metrics=metrics,
        note_call=note_call,
    )
    webhooks = Webhooks(reception, validator, metrics)
    health = Health(
        lambda: [str(found) for found in admission.barriers()],
        None if registry is None else lambda: registry.standing,
        is_insecure=is_insecure,
    )
    token = settings.metrics_token
    figures = Figures(
        metrics, None if token is None else token.get_secret_value(), is_open=is_insecure
    )
    lobby = Lobby(switchboard.claim, tokens, validator, metrics)
    return Gateway(
        app=build_app(webhooks, health, figures, answers.fallback),
        calls=calls,
        media=MediaPort({MEDIA_PATH}, lobby.gate),
        drain=Drain(calls, hang_ups, admission, drain_s=settings.drain_s),
        lag=lag,
        pauses=GcPauses(metrics.gc_pause_ms.observe),
        metrics=metrics,
        carrier=carrier,
        shared=shared,
        registry=registry,
    )


def _shared(
    settings: Settings, store: OpenStore | None, process: str, now_ms: Callable[[], int]
) -> tuple[SharedCalls, TokenStore]:
    """What all processes know: without a store this one is all there are."""
    limit = settings.max_calls_total
    if store is None:
        return MemoryCalls(process, Hall(now_ms, limit=limit)), MemoryTokenStore(_wall_ms)
    client = store.gateway_client()
    used = RedisTokenStore(client, store.prefix, _wall_ms, store.where)
    calls = RedisCalls(client, store.prefix, store.where, process, limit)
    return calls, VouchingTokenStore(used, process, _wall_ms)


def _registry(settings: Settings, store: OpenStore, calls: LiveCalls) -> RegistryClient:
    return RegistryClient(
        store,
        settings.twilio_account_sid or "insecure",
        FOLDER,
        house=HOUSE_AGENT,
        held=lambda: {call.facts.version for call in calls if call.facts.version},
    )


def _carrier(settings: Settings, auth_tokens: list[str]) -> TwilioRest | None:
    """None where there are no credentials, which only an insecure gateway can do without."""
    if settings.twilio_account_sid is None or not auth_tokens:
        return None
    return TwilioRest(settings.twilio_account_sid, auth_tokens[0], settings.twilio_api_url)


def _wall_ms() -> int:
    return time.time_ns() // 1_000_000
