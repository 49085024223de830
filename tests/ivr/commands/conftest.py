"""Runs `voicegate flows …` as the root does, in this process."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from voicegate.gateway.numbers_opener import NumbersOpener
from voicegate.ivr.cli import flows

Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Exit code, stdout and stderr of a command in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments: str, stdin: bytes | None = None) -> Result:
        return CliRunner().invoke(flows, arguments, obj=NumbersOpener(), input=stdin)

    return invoke
