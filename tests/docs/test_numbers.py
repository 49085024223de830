"""docs/numbers.md is a day of an operator as it happens: every output is that of the command."""

import random
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import cast

import pytest
from click.testing import CliRunner

from voicegate.gateway.carriers.twilio_numbers import TwilioNumbers
from voicegate.gateway.cli import tree
from voicegate.gateway.sim.carrier.account import AccountSettings
from voicegate.gateway.sim.carrier.number_catalogue import OWNED
from voicegate.gateway.sim.carrier.numbers_rest import NumbersRest
from voicegate.gateway.sim.carrier.server import CarrierServer
from voicegate.gateway.sim.rig.carrier_thread import carrier_in_thread
from voicegate.gateway.store import OpenStore
from voicegate.numbers.fakes.desk import ACCOUNT, FakeDesk, FakeOpener
from voicegate.numbers.fakes.provider import FakeProvider

PAGE = Path(__file__).parent.parent.parent / "docs/numbers.md"
TOKEN = "tw_auth_token_for_tests_0123456789"
BLOCK = re.compile(
    r"`([\w.]+)`:\n\n```yaml\n(.*?)```|<!-- by hand: (\S+) (\w+)=(\S+) -->|```console\n(.*?)```",
    re.DOTALL,
)


class Day:
    """The commands of a page, one after another, in one folder with one carrier."""

    def __init__(self, desk: FakeDesk, numbers: NumbersRest) -> None:
        self._desk = desk
        self._numbers = numbers

    def lived(self, page: str) -> str:
        """The page with the outputs that came."""
        return BLOCK.sub(self._block, page)

    def _block(self, found: re.Match[str]) -> str:
        name, content, number, field, value, shown = found.groups()
        if name is not None:
            Path(name).write_text(content, encoding="utf-8")
        elif number is not None:
            self._edit(number, {field: value})
        else:
            commands = re.findall(r"^\$ (.*)$", shown, re.MULTILINE)
            return f"```console\n{''.join(map(self._told, commands))}```"
        return found[0]

    def _edit(self, number: str, fields: dict[str, str]) -> None:
        for owned in self._numbers.owned.values():
            if owned.number == number:
                owned.change(fields, 0)

    def _told(self, line: str) -> str:
        words, _, target = line.partition(" > ")
        arguments = words.split()[1:]
        form = [] if "export" in arguments else ["-o", "table"]
        done = CliRunner().invoke(
            tree, [*arguments, *form], obj=FakeOpener(self._desk), catch_exceptions=False
        )
        if target:
            Path(target).write_text(done.stdout, encoding="utf-8")
        return f"$ {line}\n{'' if target else done.output}"


@pytest.fixture
def carrier() -> Iterator[CarrierServer]:
    """The simulated carrier, as `voicegate sim carrier` shows it."""
    with carrier_in_thread(AccountSettings(ACCOUNT, TOKEN)) as server:
        yield server


@pytest.fixture
def live(
    carrier: CarrierServer, store: OpenStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], str]]:
    """A day begins: nothing in the store, two numbers that the account owned before."""
    monkeypatch.chdir(tmp_path)
    numbers = carrier.rest.numbers
    for number, fields in OWNED.items():
        numbers.adopt(number, dict(fields))
    url = f"http://127.0.0.1:{carrier.port}"
    with store.command_client() as client, closing(TwilioNumbers(ACCOUNT, TOKEN, url)) as provider:
        desk = FakeDesk(client, store.prefix, tmp_path / ".voicegate")
        desk.provider = cast("FakeProvider", provider)  # by shape; nobody looks into it here
        desk.chance = random.Random(0)
        yield Day(desk, numbers).lived


def test_the_day_happens_as_it_is_told(live: Callable[[str], str]) -> None:
    """N1, N4, N10 among others, on the simulated carrier over sockets."""
    page = PAGE.read_text(encoding="utf-8")
    assert page.count("```console") > 5
    assert live(page) == page
