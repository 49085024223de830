"""A flow that is published is walked by its name, whichever version: on a private Redis."""

from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from voicegate.gateway import store
from voicegate.gateway.numbers_opener import NumbersOpener
from voicegate.ivr.cli import flows

Run = Callable[..., Result]

BYE = """\
apiVersion: voicegate/v1
kind: Flow
metadata: {name: bye, description: "Says goodbye"}
spec:
  start: bye
  timezone: UTC
  languages: [en-US]
  prompts: {bye: {en-US: "Goodbye."}}
  handlers: {error: bye, ai_unavailable: bye, limit: bye}
  nodes:
    bye: {type: say, prompt: bye, next: end}
    end: {type: hangup}
"""


@pytest.fixture
def run_here(
    redis_server: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    redis_gone: Callable[[Path], None],
) -> Generator[Run, None, None]:
    """A command as the root runs it, with a Redis of its own."""
    assert redis_server
    monkeypatch.chdir(tmp_path)
    for name in ("REDIS_URL", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    yield lambda *arguments: CliRunner().invoke(flows, arguments, obj=NumbersOpener())
    redis_gone(tmp_path / store.FOLDER)


def test_a_published_flow_is_walked_by_its_name_and_version(run_here: Run, tmp_path: Path) -> None:
    for words in ("Goodbye.", "Farewell."):
        (tmp_path / "bye.yaml").write_text(BYE.replace("Goodbye.", words), encoding="utf-8")
        assert run_here("push", "bye.yaml").exit_code == 0
    assert "“Farewell.”" in run_here("run", "bye").stdout
    assert "“Goodbye.”" in run_here("run", "bye@1").stdout
    missing, unkept = run_here("run", "clinic"), run_here("run", "bye@7")
    assert (missing.exit_code, unkept.exit_code) == (5, 5)
    assert missing.stderr.startswith("voicegate: no flow 'clinic' is published: ")
    assert unkept.stderr == "voicegate: there is no version 7 of bye: kept are 1, 2\n"
