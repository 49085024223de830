"""The simulated OpenAI Realtime server: one session behind one WebSocket, without any I/O."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson

from ..agenda import Agenda
from ..assumptions import Assumption
from ..outputs import Output
from .brains import Brain
from .client import ClientEvents
from .faults import Faults
from .items import Conversation
from .refusals import CONNECT_REFUSALS, Refused
from .session import MODELS, RETIRED_MODELS, SessionObject
from .settings import RealtimeSettings
from .state import SessionState
from .usage import Context, TokenBudget
from .wire import Json, Wire, identifier

PATH = "/v1/realtime"
_CAP_REASON = "Your session hit the maximum duration of 60 minutes."
_BINARY_REFUSED = "Expected a text WebSocket message; binary frames are not supported."


@dataclass(frozen=True, slots=True)
class HttpRefusal:
    """An upgrade that is answered with an HTTP status instead of 101."""

    status: int
    retry_after: str = ""


class RealtimeServer:
    """Hears and speaks as the Realtime API does (OpenAI API reference, "Realtime").

    `upgrade` first, `connect` after the 101, then `receive` for each message and `wake` at
    `deadline_ms`; `now_ms` never falls. After a Close or Drop nothing more comes out.
    """

    def __init__(self, settings: RealtimeSettings, brain: Brain, rng: random.Random) -> None:
        self.conversation = Conversation()
        self._settings = settings
        self._brain = brain
        self._rng = rng
        self._faults = Faults(settings.faults, rng.getrandbits(64))
        self._wire = Wire(self._faults, rng)
        self._agenda = Agenda()
        self._client: ClientEvents | None = None

    @property
    def deadline_ms(self) -> int | None:
        """When `wake` is due."""
        return self._agenda.deadline_ms

    @property
    def session(self) -> Json:
        """The effective session object; empty before `connect`."""
        return {} if self._client is None else self._client.state.session.json

    @property
    def appended_ms(self) -> int:
        """How much caller audio came in."""
        return 0 if self._client is None else self._client.hearing.appended_ms

    @property
    def read_pause_ms(self) -> int:
        """How long a scripted slow reader waits between two messages."""
        slow = self._faults.strikes("slow_reader", 1)
        return slow.value if slow else 0

    def upgrade(self, path_and_query: str) -> HttpRefusal | None:
        """What HTTP refuses before there is a WebSocket: another path, or a scripted status."""
        if fault := self._faults.strikes("http", 1):
            return HttpRefusal(fault.value, fault.text)
        return None if urlsplit(path_and_query).path == PATH else HttpRefusal(404)

    def connect(self, path_and_query: str, headers: Mapping[str, str], now_ms: int) -> list[Output]:
        """The 101 was sent: session.created is due soon, or an error and a close come now."""
        query = parse_qs(urlsplit(path_and_query).query)
        model = query.get("model", [""])[0]
        if refused := self._connect_refusal(query, headers):
            self._refuse(refused)
        else:
            self._client = ClientEvents(self._new_state(model, now_ms))
            due_ms = now_ms + self._client.state.draw(self._settings.session_created_ms)
            if not self._faults.strikes("no_session_created", 1):
                self._agenda.at(due_ms, self._announce)
            self._agenda.at(now_ms + self._settings.cap_s * 1000, self._expire)
        return self._take()

    def receive(self, message: str | bytes, now_ms: int) -> list[Output]:
        """One WebSocket message; bytes are a binary frame."""
        self._agenda.run(now_ms)
        client = self._client
        if client is None or self._wire.is_closed:
            return self._take()
        if isinstance(message, str) and client.handle_append(message, now_ms):
            return self._take()
        event: Json = {}
        try:
            event = _parse(message)
            client.handle(event, now_ms)
        except Refused as refused:
            event_id: Any = event.get("event_id")
            kind: Any = event.get("type", "")
            self._wire.note("refused", f"{kind}: {refused.code}: {refused.message}")
            self._wire.error(refused, event_id if isinstance(event_id, str) else None)
        return self._take()

    def disconnected(self, now_ms: int) -> list[Output]:
        """The client's socket ended; the session with it."""
        del now_ms
        self._client = None
        self._agenda.clear()
        return []

    def wake(self, now_ms: int) -> list[Output]:
        """Do what is due."""
        self._agenda.run(now_ms)
        return self._take()

    def _take(self) -> list[Output]:
        if self._wire.is_closed:
            self._agenda.clear()
        return self._wire.take()

    def _new_state(self, model: str, now_ms: int) -> SessionState:
        settings, rng = self._settings, self._rng
        expires_at = settings.epoch_s + now_ms // 1000 + settings.cap_s
        return SessionState(
            settings=settings,
            brain=self._brain,
            rng=rng,
            faults=self._faults,
            wire=self._wire,
            session=SessionObject(model, identifier("sess_", rng), expires_at),
            context=Context(model),
            budget=TokenBudget(settings.tokens_per_minute, now_ms),
            conversation_id=identifier("conv_", rng),
            agenda=self._agenda,
            conversation=self.conversation,
        )

    def _connect_refusal(
        self, query: Mapping[str, list[str]], headers: Mapping[str, str]
    ) -> str | None:
        """The name of what is wrong with the request, if anything is."""
        if fault := self._faults.strikes("refused", 1):
            return fault.text
        given = {name.lower(): value for name, value in headers.items()}
        scheme, _, key = given.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not key:
            return "missing_bearer"
        if self._settings.api_key not in ("", key):
            return "invalid_api_key"
        if "openai-beta" in given:
            return "beta_api_shape_disabled"
        if "call_id" in query:
            return "call_id_not_found"
        return _model_refusal(query.get("model", [""])[0])

    def _refuse(self, name: str) -> None:
        refusal = CONNECT_REFUSALS[name]
        self._wire.note("refused", f"connect: {name}")
        self._wire.error(Refused(refusal.code, refusal.message, kind=refusal.kind))
        self._wire.close(refusal.close_code, refusal.reason)

    def _announce(self, now_ms: int) -> None:
        del now_ms
        self._wire.event("session.created", session=self.session)

    def _expire(self, now_ms: int) -> None:
        del now_ms
        if self._settings.is_cap_announced:
            self._wire.error(Refused("session_expired", _CAP_REASON))
        self._wire.close(1001, _CAP_REASON)


def _parse(message: str | bytes) -> Json:
    if not isinstance(message, str):
        raise Refused("invalid_event", _BINARY_REFUSED)
    try:
        event: Json | list[Any] | None = orjson.loads(message)
    except orjson.JSONDecodeError as problem:
        raise Refused(
            "invalid_json", f"Invalid event: failed to parse JSON value. {problem}"
        ) from problem
    if not isinstance(event, dict):
        raise Refused("invalid_event", "Invalid event: expected a JSON object.")
    return event


def _model_refusal(model: str) -> str | None:
    if not model:
        return "missing_model"
    if model in MODELS:
        return None
    return "model_not_found" if model.startswith(RETIRED_MODELS) else "invalid_model"


ASSUMPTIONS = (
    Assumption(
        "text frames only; a binary frame and a missing type are invalid_event, bad JSON is "
        "invalid_json, and the session goes on",
        "documented",
        "recordings of the live service, July to September 2026",
    ),
    Assumption(
        "60 minutes end with close 1001 and its text, or with session_expired before it",
        "reported",
        "pollen-robotics/reachy_mini_conversation_app#134; older reports for 30 minutes",
    ),
    Assumption("another path is HTTP 404", "assumed", "not recorded"),
    Assumption(
        "which refusal wins when several are due: key, beta header, call_id, model",
        "assumed",
        "not recorded",
    ),
)
