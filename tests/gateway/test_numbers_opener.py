"""How a command ends, by what the numbers know and by what the root knows."""

import gc
from pathlib import Path

import pytest

from voicegate.gateway.core.errors import ConfigError
from voicegate.gateway.numbers_opener import NumbersOpener
from voicegate.gateway.terminal.exit_code import ExitCode
from voicegate.gateway.terminal.options import Options
from voicegate.numbers.registry.protocols import Conflict


def test_both_the_numbers_and_the_root_say_how_a_command_ends() -> None:
    opener = NumbersOpener()
    of_numbers = opener.failure_of(Conflict("moved"))
    assert of_numbers is not None
    assert of_numbers.exit_code is ExitCode.CONFLICT
    of_root = opener.failure_of(ConfigError(("PORT is no port",)))
    assert of_root is not None
    assert of_root.exit_code is ExitCode.USAGE
    assert opener.failure_of(ZeroDivisionError()) is None


def test_a_command_does_not_look_for_garbage_while_it_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """N12: ten thousand numbers are a million objects, and all of them are needed."""
    monkeypatch.chdir(tmp_path)
    usual = gc.get_threshold()
    try:
        NumbersOpener().open(Options()).close()
        assert gc.get_threshold()[0] >= 100_000
    finally:
        gc.set_threshold(*usual)
