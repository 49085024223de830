"""`export`, `validate` and `schema`: files out, files in, and what they may hold."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result
from jsonschema import Draft202012Validator

from voicegate.numbers.documents import numbers as numbers_document
from voicegate.numbers.model import Snapshot

Run = Callable[..., Result]

GOOD = 'apiVersion: voicegate/v1\nkind: Numbers\nnumbers:\n  - {number: "+12125550142"}\n'
BAD = 'apiVersion: voicegate/v1\nkind: Numbers\nnumbers:\n  - {number: "+1", rout: flow/a}\n'


def test_what_is_exported_reads_as_what_is_in_force(run: Run, snapshot: Snapshot) -> None:
    """N9 rests on it, and on `plan`."""
    done = run("numbers", "export")
    found = numbers_document.parse(done.stdout_bytes)
    assert found.pools == snapshot.pools
    assert found.default_route == snapshot.default_route
    assert [*found.numbers] == sorted(snapshot.numbers)
    assert run("numbers", "export", "-o", "yaml").stdout == done.stdout
    assert run("numbers", "validate", "-", said=done.stdout_bytes).exit_code == 0


@pytest.mark.usefixtures("snapshot")
def test_an_export_fits_the_schema_of_the_file(run: Run) -> None:
    schema = json.loads(run("numbers", "schema").stdout)
    exported: Any = yaml.safe_load(run("numbers", "export").stdout)
    Draft202012Validator(schema).validate(exported)  # pyright: ignore[reportUnknownMemberType]
    assert json.loads(run("numbers", "export", "-o", "json").stdout)["file"] == exported


def test_every_fault_of_every_file_is_told_with_its_place(run: Run, tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text(GOOD)
    (tmp_path / "bad.yaml").write_text(BAD)
    done = run("numbers", "validate", "good.yaml", "bad.yaml")
    assert done.exit_code == 3
    good, bad = json.loads(done.stdout)["items"]
    assert (good["valid"], good["errors"]) == (True, [])
    assert not bad["valid"]
    assert {error["line"] for error in bad["errors"]} == {4}
    assert {error["rule"] for error in bad["errors"]} == {"value", "unknown-field"}
    told = run("numbers", "validate", "bad.yaml", "-o", "table").stdout.splitlines()
    assert all(line.startswith("bad.yaml:4:") for line in told)


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b"[]", b"{", b"\x00", b"a: *b", b"x" * 6_000_000]
)
@pytest.mark.parametrize("room", ["numbers", "agents"])
def test_whatever_comes_in_is_told_and_breaks_nothing(content: bytes, room: str, run: Run) -> None:
    done = run(room, "validate", "-", said=content)
    assert done.exit_code == 3
    assert json.loads(done.stdout)["items"][0]["errors"]


def test_a_file_that_is_not_there_or_no_file_is_told(run: Run, tmp_path: Path) -> None:
    assert run("numbers", "validate", "none.yaml").exit_code == 5
    done = run("numbers", "validate", str(tmp_path))
    assert (done.exit_code, done.stdout) == (1, "")
    assert run("numbers", "validate").exit_code == 2


def test_a_pool_of_strange_members_is_a_warning(run: Run) -> None:
    pool = 'pools:\n  - {name: ny, members: ["+12125550199"]}\n'
    done = run("numbers", "validate", "-", said=(GOOD + pool).encode())
    assert done.exit_code == 0
    assert len(json.loads(done.stdout)["items"][0]["warnings"]) == 1


def test_a_kind_that_there_is_not_is_wrong_use(run: Run) -> None:
    done = run("numbers", "schema", "Nothing")
    assert done.exit_code == 2
    assert "NumberList" in done.stderr
    assert run("numbers", "schema", "../Plan").exit_code == 2
