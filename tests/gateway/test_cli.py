"""The command tree: what it loads, what it says, how it exits."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from voicegate.gateway.cli import ELSEWHERE, tree

MAIN = "from voicegate.gateway.cli import main; main()"
HEAVY = (
    "numpy",
    "fastapi",
    "uvicorn",
    "twilio",
    "pydantic",
    "structlog",
    "picows",
    "redis",
    "rich",
)


def below(command: click.Command | None, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The command at `path`, and all that are below it."""
    yield path
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            yield from below(command.get_command(context, name), (*path, name))


def voicegate(*arguments: str, cwd: Path, code: str = MAIN) -> subprocess.CompletedProcess[str]:
    """The command as a process, in a folder without .env and with nothing set but the path."""
    environment = {"PYTHONPATH": ":".join(filter(None, sys.path)), "PATH": ""}
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_help_lists_every_command_and_loads_none(tmp_path: Path) -> None:
    code = (
        "import sys; from voicegate.gateway.cli import tree; tree(['--help'], standalone_mode=False);"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    done = voicegate(cwd=tmp_path, code=code)
    assert done.stdout.splitlines()[-1] == "[]", done.stderr
    for name in ("serve", "doctor", *ELSEWHERE):
        assert f"\n  {name} " in done.stdout


@pytest.mark.parametrize("name", ["serve", "doctor", *ELSEWHERE])
def test_every_command_explains_itself_with_an_example_and_its_exit_codes(name: str) -> None:
    for path in below(tree.get_command(click.Context(tree), name), (name,)):
        done = CliRunner().invoke(tree, [*path, "--help"])
        assert done.exit_code == 0
        assert "Example: voicegate" in done.output, path
        assert "Exit codes: 0" in done.output or len(path) > 1


def test_the_tree_tells_its_exit_codes() -> None:
    done = CliRunner().invoke(tree, ["--help"])
    assert "Exit codes: 0" in done.output


def test_wrong_settings_are_all_named_at_once_without_a_traceback(tmp_path: Path) -> None:
    done = voicegate("serve", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert all(line.startswith("voicegate: ") for line in lines)
    for name in (
        "OPENAI_API_KEY",
        "TWILIO_ACCOUNT_SID",
        "TWILIO_AUTH_TOKEN",
        "VOICEGATE_PUBLIC_URL",
    ):
        assert sum(name in line for line in lines) == 1


def test_without_an_auth_token_it_does_not_serve(tmp_path: Path) -> None:
    """C141."""
    (tmp_path / ".env").write_text(
        f"OPENAI_API_KEY=k\nTWILIO_ACCOUNT_SID=AC{'a' * 32}\n"
        "VOICEGATE_PUBLIC_URL=https://voice.example.com\n"
    )
    done = voicegate("serve", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("voicegate: TWILIO_AUTH_TOKEN is not set")


def test_without_signatures_it_serves_this_machine_only(tmp_path: Path) -> None:
    """C141."""
    (tmp_path / ".env").write_text(
        "OPENAI_API_KEY=sk-of-a-test\nVOICEGATE_PUBLIC_URL=https://voice.example.com\n"
    )
    done = voicegate("serve", "--insecure-no-signature", "--host", "0.0.0.0", cwd=tmp_path)
    assert done.returncode == 2
    assert "loopback" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_retired_model_is_refused_with_its_successor(tmp_path: Path) -> None:
    """C9."""
    (tmp_path / ".env").write_text("VOICEGATE_MODEL=gpt-4o-realtime-preview\n")
    done = voicegate("serve", cwd=tmp_path)
    assert done.returncode == 2
    assert "gpt-realtime-2.1" in done.stderr


def test_no_secret_is_shown_by_help_or_errors(tmp_path: Path) -> None:
    """C145."""
    (tmp_path / ".env").write_text(
        "OPENAI_API_KEY=sk-planted-planted\nTWILIO_AUTH_TOKEN=planted-token\n"
        "VOICEGATE_MODEL=none\nREDIS_URL=http://:planted@host\n"
    )
    for arguments in (["serve"], ["doctor"], ["--help"], ["serve", "--help"]):
        done = voicegate(*arguments, cwd=tmp_path)
        assert "planted" not in done.stdout + done.stderr


def test_numpy_of_a_command_computes_with_one_thread(tmp_path: Path) -> None:
    """The doctor counts the threads of its own process."""
    done = voicegate("doctor", cwd=tmp_path)
    assert done.returncode == 2
    assert "ok      BLAS computes with one thread" in done.stdout


def test_the_module_is_the_command(tmp_path: Path) -> None:
    program = "import runpy; runpy.run_module('voicegate.gateway.cli', run_name='__main__')"
    done = voicegate("--version", cwd=tmp_path, code=program)
    assert done.returncode == 0
    assert done.stdout.startswith("voicegate")


# -- where it writes -----------------------------------------------------------------------------


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")
@pytest.mark.parametrize("arguments", [["doctor"], ["--version"], ["sim", "assumptions"]])
@pytest.mark.parametrize("is_buffered", ["", "1"])
def test_an_output_that_is_full_is_one_line(
    arguments: list[str], is_buffered: str, tmp_path: Path
) -> None:
    code = f"import sys; sys.stdout = open('/dev/full', 'w', buffering={is_buffered or -1}); {MAIN}"
    done = voicegate(*arguments, cwd=tmp_path, code=code)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("voicegate: the output cannot be written: ")


def test_an_output_that_is_closed_is_one_line(tmp_path: Path) -> None:
    done = voicegate("doctor", cwd=tmp_path, code=f"import sys; sys.stdout = None; {MAIN}")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("voicegate: standard output is closed")


def test_a_terminal_without_a_letter_gets_a_question_mark(tmp_path: Path) -> None:
    again = "sys.stdout.reconfigure(encoding='ascii', errors='strict')"
    code = f"import sys; {again}; print('before'); {MAIN}"
    done = voicegate("sim", "assumptions", cwd=tmp_path, code=code)
    assert (done.returncode, done.stderr) == (0, "")
    assert "?" in done.stdout


def test_a_library_that_is_missing_is_named_and_a_bug_of_ours_is_not_hidden(tmp_path: Path) -> None:
    for name, is_theirs in (("pydantic_settings", True), ("voicegate.gateway.settings", False)):
        code = f"import sys; sys.modules['{name}'] = None; {MAIN}"
        done = voicegate("serve", cwd=tmp_path, code=code)
        assert (done.returncode == 2) is is_theirs
        assert (f"voicegate: {name} is missing" in done.stderr) is is_theirs


def test_a_port_that_is_none_is_told_in_words(tmp_path: Path) -> None:
    done = voicegate("serve", "--port", "x", cwd=tmp_path)
    assert done.returncode == 2
    assert "'x' is not a valid port." in done.stderr
