"""N11: what every command prints with -o json is one object, of its schema, and nothing else."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import Result
from jsonschema import Draft202012Validator

from voicegate.numbers import cli
from voicegate.numbers.answers import schemas
from voicegate.numbers.fakes.desk import ACCOUNT, FakeDesk
from voicegate.numbers.model import Snapshot

# Every command that can be run -> the kind of its answer, and what it is told.
ASKED: dict[str, tuple[str, str]] = {
    "agents apply": ("ApplyResult", "-f agents.yaml --yes"),
    "agents list": ("AgentList", ""),
    "agents show": ("Agent", "clinic"),
    "agents validate": ("Validation", "agents.yaml"),
    "numbers apply": ("ApplyResult", "-f numbers.yaml --yes"),
    "numbers assign": ("ApplyResult", "+12125550143 flow/b --yes"),
    "numbers buy": ("ApplyResult", "+12125550150 --yes"),
    "numbers config": ("Config", ""),
    "numbers doctor": ("Doctor", ""),
    "numbers drift": ("Drift", ""),
    "numbers export": ("NumbersFile", ""),
    "numbers history": ("History", ""),
    "numbers import": ("ApplyResult", "--all --yes"),
    "numbers list": ("NumberList", "--state managed"),
    "numbers login": ("Profile", f"eu --account {ACCOUNT} --with-token"),
    "numbers override": ("Override", "--all closed --yes"),
    "numbers plan": ("Plan", "-f numbers.yaml"),
    "numbers profile": ("ProfileList", ""),
    "numbers release": ("ApplyResult", "+12125550143 --confirm +12125550143"),
    "numbers rollback": ("ApplyResult", "1 --yes"),
    "numbers route test": ("RouteTest", "+12125550142 --at 2026-12-24T18:00"),
    "numbers schema": ("JsonSchema", "Number"),
    "numbers search": ("Offer", ""),
    "numbers show": ("Number", "+12125550142"),
    "numbers unassign": ("ApplyResult", "+12125550143 --yes"),
    "numbers validate": ("Validation", "numbers.yaml"),
}


def commands(group: click.Group, name: str) -> Iterator[str]:
    context = click.Context(group)
    for each in group.list_commands(context):
        found = group.get_command(context, each)
        if isinstance(found, click.Group):
            yield from commands(found, f"{name} {each}")
        else:
            yield f"{name} {each}"


def closed(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with no field beside those that it names."""
    found = dict(schema)
    if "items" in schema:
        found["items"] = closed(schema["items"])
    if "properties" in schema:
        found["properties"] = {key: closed(each) for key, each in schema["properties"].items()}
        found.setdefault("additionalProperties", False)
    return found


def check(found: object, kind: str) -> None:
    """Raises where it does not fit."""
    validator = Draft202012Validator(closed(schemas.schema(kind)))
    validator.validate(found)  # pyright: ignore[reportUnknownMemberType]


@pytest.fixture
def files(tmp_path: Path) -> None:
    (tmp_path / "numbers.yaml").write_text(
        "apiVersion: voicegate/v1\nkind: Numbers\nnumbers:\n"
        '  - {number: "+12125550142", route: agent/clinic}\n'
    )
    (tmp_path / "agents.yaml").write_text(
        "apiVersion: voicegate/v1\nkind: Agents\nagents:\n"
        "  - {name: clinic, instructions: Be brief., voice: cedar}\n"
    )


def test_every_command_is_asked_here() -> None:
    assert {*commands(cli.numbers, "numbers"), *commands(cli.agents, "agents")} == {*ASKED}


@pytest.mark.parametrize("name", ASKED)
@pytest.mark.usefixtures("files")
def test_an_answer_is_one_object_of_its_schema(
    name: str, run: Callable[..., Result], snapshot: Snapshot
) -> None:
    """N11."""
    kind, arguments = ASKED[name]
    run("numbers", "assign", "+12125550144", "flow/a", "--yes")  # so that there is a way back
    done = run(*name.split(), *arguments.split(), "-o", "json", said=b"a token\n")
    assert done.exit_code == (kind == "Doctor"), done.output  # one number of the three is not owned
    found = json.loads(done.stdout)
    assert found["kind"] == kind
    check(found, kind)
    assert snapshot.version == 1


@pytest.mark.parametrize("name", ASKED)
def test_wrong_use_is_an_object_on_stderr_and_nothing_on_stdout(
    name: str, run: Callable[..., Result]
) -> None:
    """N11."""
    done = run(*name.split(), "-o", "json", "--no-such-option")
    assert done.exit_code == 2
    assert done.stdout == ""
    check(json.loads(done.stderr), "Error")


def test_a_schema_is_valid_itself_and_every_kind_is_printed(
    run: Callable[..., Result], desk: FakeDesk
) -> None:
    for kind in schemas.kinds():
        Draft202012Validator.check_schema(schemas.schema(kind))
        assert json.loads(run("numbers", "schema", kind).stdout) == schemas.schema(kind)
    assert {kind for kind, _ in ASKED.values()} <= {*schemas.kinds()}
    assert not desk.folder.exists()
