"""`voicegate completion`: a script that the shell itself can read."""

import shutil
import subprocess

import pytest
from click.testing import CliRunner, Result

from voicegate.gateway.cli import tree


def run(*arguments: str) -> Result:
    return CliRunner().invoke(tree, arguments, catch_exceptions=False)


@pytest.mark.parametrize("shell", ["bash", "fish", "zsh"])
def test_a_script_asks_voicegate(shell: str) -> None:
    done = run("completion", shell)
    assert done.exit_code == 0
    assert f"_VOICEGATE_COMPLETE={shell}_complete" in done.stdout


def test_bash_reads_it() -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("there is no bash: install it")
    script = run("completion", "bash").stdout
    subprocess.run([bash, "--norc", "-n"], input=script, text=True, check=True, timeout=30)


def test_another_shell_is_wrong_use() -> None:
    assert run("completion", "tcsh").exit_code == 2
