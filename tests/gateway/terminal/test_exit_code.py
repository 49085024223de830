"""One test for each way a command ends, and the table that tells them."""

from click.testing import CliRunner

from voicegate.gateway.cli import tree
from voicegate.gateway.terminal.exit_code import MEANINGS, ExitCode


def test_every_code_has_a_meaning_and_help_tells_it() -> None:
    told = CliRunner().invoke(tree, ["help", "exit-codes"]).output.splitlines()
    assert [line.split()[0] for line in told] == [str(int(code)) for code in ExitCode]
    assert [line.split(maxsplit=1)[1] for line in told] == [*MEANINGS.values()]
