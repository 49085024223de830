"""Store and provider as a command that only reads meets them when they fail, one test a code."""

import json
from collections.abc import Callable

import pytest
from click.testing import Result

from voicegate.numbers.fakes.desk import FakeDesk
from voicegate.numbers.fakes.provider import FakeProvider, Fault
from voicegate.numbers.registry.keys import Keys

NUMBER = "+12125550142"

Run = Callable[..., Result]


@pytest.mark.parametrize(
    ("fault", "code", "word"),
    [
        (Fault.DENIED, 4, "auth"),
        (Fault.BUSY, 7, "unreachable"),
        (Fault.LOST, 7, "unreachable"),
        (Fault.REFUSED, 1, "failed"),
    ],
)
def test_a_provider_that_fails_is_told_by_its_code(
    fault: Fault, code: int, word: str, run: Run, desk: FakeDesk
) -> None:
    provider = FakeProvider()
    provider.fail("page", fault)
    desk.provider = provider
    done = run("numbers", "show", NUMBER, "-o", "json")
    assert (done.exit_code, done.stdout) == (code, "")
    assert json.loads(done.stderr)["error"]["code"] == word


@pytest.mark.parametrize("document", [b"no JSON", b'{"schema": 9}', None])
@pytest.mark.parametrize("said", ["numbers list", "numbers export", "agents list"])
def test_a_version_that_cannot_be_read_is_told_with_what_to_do(
    document: bytes | None, said: str, run: Run, desk: FakeDesk
) -> None:
    keys = Keys(desk.prefix, desk.account)
    desk.client.set(keys.current, 7)
    if document is not None:
        desk.client.set(keys.document(7), document)
    done = run(*said.split())
    assert (done.exit_code, done.stdout) == (3, "")
    assert done.stderr.count("\n") == 1
    assert "voicegate: " in done.stderr


@pytest.mark.parametrize("text", [b"no JSON", b"[]", b'{"route":"nowhere","until":null}'])
@pytest.mark.usefixtures("snapshot")
def test_an_override_that_cannot_be_read_is_told(text: bytes, run: Run, desk: FakeDesk) -> None:
    desk.client.hset(Keys(desk.prefix, desk.account).overrides, NUMBER, text)
    done = run("numbers", "route", "test", NUMBER)
    assert (done.exit_code, done.stdout) == (3, "")
    assert "set it again" in done.stderr


@pytest.mark.parametrize("said", ["", "12125550142", "+1212", "tomorrow", "+999999999999999999"])
def test_what_is_no_number_is_wrong_use(said: str, run: Run) -> None:
    for verb in (["show"], ["history"], ["route", "test"]):
        done = run("numbers", *verb, said)
        assert (done.exit_code, done.stdout) == (2, "")
        assert "Traceback" not in done.stderr


def test_a_number_is_understood_as_people_write_it(run: Run, snapshot: object) -> None:
    assert snapshot
    done = run("numbers", "show", "+1 (212) 555-0142", "--offline")
    assert json.loads(done.stdout)["number"] == NUMBER
