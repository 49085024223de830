"""A version of the configuration as JSON: the same bytes for equal values, strict when read."""

from collections.abc import Callable
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta

from .. import local_time, route_text
from ..e164 import e164
from ..errors import NumberError
from ..model import Agent, Audio, Number, Pool, Route, ScheduleEntry, Share, Snapshot
from ..yaml.fields import shown

SCHEMA = 1

T = TypeVar("T")

_Count = Annotated[int, Meta(ge=1)]


class _Form(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """An object of the JSON: nothing unknown in it, and nothing that goes without saying."""


class _ShareForm(_Form, frozen=True):
    to: str
    weight: _Count


class _EntryForm(_Form, frozen=True):
    at: str
    tz: str
    route: str
    until: tuple[str, str] | None = None


class _NumberForm(_Form, frozen=True):
    name: str = ""
    route: tuple[_ShareForm, ...] = ()
    schedule: tuple[_EntryForm, ...] = ()
    fallback: str | None = None
    record: bool = False
    audio: Audio | None = None
    emergency_address: str | None = None
    tags: tuple[str, ...] = ()
    protect: bool = False
    provider_id: str | None = None
    max_calls: _Count | None = None


class _PoolForm(_Form, frozen=True):
    members: tuple[str, ...]
    pick: str
    daily_cap: _Count | None = None


class _AgentForm(_Form, frozen=True):
    instructions: str
    model: str | None = None
    voice: str | None = None
    audio: Audio | None = None
    language: str | None = None
    greeting: str | None = None
    interruption: str | None = None
    vad: dict[str, int | float] = {}
    max_call_s: _Count | None = None


class _SnapshotForm(_Form, frozen=True):
    schema: Literal[1]
    account: str
    version: Annotated[int, Meta(ge=0)]
    numbers: dict[str, _NumberForm]
    pools: dict[str, _PoolForm]
    agents: dict[str, _AgentForm]
    default_route: str | None = None
    plan_id: str = ""
    author: str = ""
    made_at: Annotated[datetime, Meta(tz=True)] | None = None


class _Head(msgspec.Struct):
    schema: int


class _Damage(Exception):
    """A value of the JSON that cannot be one of ours."""


_decode_head = msgspec.json.Decoder(_Head).decode
_decode = msgspec.json.Decoder(_SnapshotForm).decode
_encode = msgspec.json.Encoder(order="deterministic").encode


def render(snapshot: Snapshot) -> bytes:
    """The one JSON text of these values."""
    return _encode(
        _SnapshotForm(
            schema=SCHEMA,
            account=snapshot.account,
            version=snapshot.version,
            numbers={key: _number_form(number) for key, number in snapshot.numbers.items()},
            pools={key: _pool_form(pool) for key, pool in snapshot.pools.items()},
            agents={key: _agent_form(agent) for key, agent in snapshot.agents.items()},
            default_route=_text(snapshot.default_route),
            plan_id=snapshot.plan_id,
            author=snapshot.author,
            made_at=snapshot.made_at and snapshot.made_at.astimezone(UTC),
        )
    )


def parse(content: bytes) -> Snapshot:
    """What `render` wrote. Raises NumberError, whose text tells what is wrong and what to do."""
    try:
        if _decode_head(content).schema > SCHEMA:
            raise NumberError("a newer voicegate wrote this configuration: update this one")
        return _snapshot(_decode(content))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, _Damage) as error:
        advice = "roll back to an earlier version"
        raise NumberError(f"the stored configuration is damaged ({error}): {advice}") from None


def _snapshot(form: _SnapshotForm) -> Snapshot:
    numbers = {key: _number(_by(e164, key), each) for key, each in form.numbers.items()}
    return Snapshot(
        account=form.account,
        version=form.version,
        numbers=MappingProxyType(numbers),
        pools=MappingProxyType({key: _pool(key, each) for key, each in form.pools.items()}),
        agents=MappingProxyType({key: _agent(key, each) for key, each in form.agents.items()}),
        default_route=_route(form.default_route),
        plan_id=form.plan_id,
        author=form.author,
        made_at=form.made_at,
    )


def _number(number: str, form: _NumberForm) -> Number:
    return Number(
        number,
        name=form.name,
        shares=tuple(Share(_by(route_text.parse, each.to), each.weight) for each in form.route),
        schedule=tuple(_entry(each) for each in form.schedule),
        fallback=_route(form.fallback),
        is_recorded=form.record,
        audio=form.audio,
        emergency_address=form.emergency_address,
        tags=form.tags,
        is_protected=form.protect,
        provider_id=form.provider_id,
        max_calls=form.max_calls,
    )


def _entry(form: _EntryForm) -> ScheduleEntry:
    until = None if form.until is None else _instant(*form.until)
    return ScheduleEntry(_instant(form.at, form.tz), _by(route_text.parse, form.route), until)


def _instant(local: str, tz: str) -> datetime:
    zone = _by(local_time.zone, tz)
    return _by(lambda text: local_time.parse(text, zone), local)


def _pool(name: str, form: _PoolForm) -> Pool:
    members = tuple(_by(e164, member) for member in form.members)
    return Pool(name, members, pick=form.pick, daily_cap=form.daily_cap)


def _agent(name: str, form: _AgentForm) -> Agent:
    fields = msgspec.structs.asdict(form)
    fields["vad"] = MappingProxyType(form.vad)
    return Agent(name, **fields)


def _route(text: str | None) -> Route | None:
    return None if text is None else _by(route_text.parse, text)


def _by(rule: Callable[[str], T], text: str) -> T:
    try:
        return rule(text)
    except NumberError:
        raise _Damage(f"{shown(text)} cannot stand there") from None


def _number_form(number: Number) -> _NumberForm:
    return _NumberForm(
        name=number.name,
        route=tuple(_ShareForm(str(share.route), share.weight) for share in number.shares),
        schedule=tuple(_entry_form(entry) for entry in number.schedule),
        fallback=_text(number.fallback),
        record=number.is_recorded,
        audio=number.audio,
        emergency_address=number.emergency_address,
        tags=number.tags,
        protect=number.is_protected,
        provider_id=number.provider_id,
        max_calls=number.max_calls,
    )


def _entry_form(entry: ScheduleEntry) -> _EntryForm:
    at, tz = local_time.render(entry.at)
    until = entry.until and local_time.render(entry.until)
    return _EntryForm(at, tz, str(entry.route), until)


def _pool_form(pool: Pool) -> _PoolForm:
    return _PoolForm(pool.members, pool.pick, pool.daily_cap)


def _agent_form(agent: Agent) -> _AgentForm:
    return _AgentForm(
        instructions=agent.instructions,
        model=agent.model,
        voice=agent.voice,
        audio=agent.audio,
        language=agent.language,
        greeting=agent.greeting,
        interruption=agent.interruption,
        vad=dict(agent.vad),
        max_call_s=agent.max_call_s,
    )


def _text(route: Route | None) -> str | None:
    return None if route is None else str(route)
