"""A desk over a real Redis and a provider in memory, and a way to run commands at it."""

from collections.abc import Callable, Generator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

import click
import pytest
from click.testing import CliRunner, Result

from voicegate.gateway.cli import tree
from voicegate.gateway.store import OpenStore
from voicegate.numbers import route_text
from voicegate.numbers.fakes.desk import AT, FakeDesk, FakeOpener
from voicegate.numbers.fakes.provider import FakeProvider
from voicegate.numbers.model import Agent, Number, Pool, ScheduleEntry, Share, Snapshot
from voicegate.numbers.provider import Offer, Owned

CLINIC, SPLIT, IDLE, FOREIGN = "+12125550142", "+12125550143", "+12125550144", "+12125550145"
OFFER = "+12125550150"


@pytest.fixture
def desk(store: OpenStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[FakeDesk]:
    """An account without numbers, in a folder where nothing is."""
    monkeypatch.chdir(tmp_path)
    with store.command_client() as client:
        yield FakeDesk(client, store.prefix, tmp_path / ".voicegate")


@pytest.fixture
def run(desk: FakeDesk) -> Callable[..., Result]:
    """Runs `voicegate …` at the desk; nothing is a terminal. An unknown exception is raised."""

    def invoke(*arguments: str, command: click.Command = tree, said: bytes = b"") -> Result:
        opener = FakeOpener(desk)
        return CliRunner().invoke(
            command, arguments, obj=opener, catch_exceptions=False, input=said
        )

    return invoke


@pytest.fixture
def snapshot(desk: FakeDesk) -> Snapshot:
    """In force: a number with everything, one that is split, one that is idle; a pool, an agent."""
    shares = (Share(route_text.parse("flow/a"), 90), Share(route_text.parse("agent/clinic"), 10))
    holiday = datetime(2026, 12, 24, 12, 0, tzinfo=ZoneInfo("America/New_York"))
    clinic = Number(
        CLINIC,
        name="Clinic main",
        shares=(Share(route_text.parse("agent/clinic"), 1),),
        schedule=(ScheduleEntry(holiday, route_text.parse("flow/holiday")),),
        fallback=route_text.parse("forward/+12125550199"),
        tags=("clinic", "ny"),
        is_protected=True,
        provider_id="PN" + "1" * 32,
    )
    numbers = [clinic, Number(SPLIT, shares=shares), Number(IDLE)]
    wanted = Snapshot(
        desk.account,
        numbers=MappingProxyType({number.number: number for number in numbers}),
        pools=MappingProxyType({"ny": Pool("ny", (SPLIT, IDLE))}),
        agents=MappingProxyType({"clinic": Agent("clinic", "You are the clinic.", voice="marin")}),
        default_route=route_text.parse("agent/clinic"),
    )
    made = replace(wanted, version=1, plan_id="first", author=desk.who, made_at=AT)
    diff = f'[{{"n":1,"action":"adopt","number":"{CLINIC}"}}]'
    desk.registry.store.commit(0, made, "first", desk.who, diff)
    desk.provider = FakeProvider(
        [
            Owned("PN" + "1" * 32, CLINIC, "Clinic main", fields=desk.webhook.wanted(clinic)),
            Owned("PN" + "2" * 32, SPLIT, fields={"VoiceUrl": "https://elsewhere.example.com"}),
            Owned("PN" + "4" * 32, FOREIGN),
        ],
        [Offer(OFFER, "US", "local", capabilities=frozenset({"Voice"}))],
    )
    return made
