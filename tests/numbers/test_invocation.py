"""One command while it runs: who sees the next step."""

from collections.abc import Callable, Generator
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from voicegate.gateway.store import OpenStore
from voicegate.numbers.answer import Answer
from voicegate.numbers.fake_desk import FakeDesk, FakeOpener
from voicegate.numbers.invocation import Invocation
from voicegate.numbers.options import Format, Options

LIST = Answer("NumberList", {"items": []}, ("number",), next_step="buy one")


class Screen(StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def opener(store: OpenStore, tmp_path: Path) -> Generator[FakeOpener]:
    with store.command_client() as client:
        yield FakeOpener(FakeDesk(client, store.prefix, tmp_path))


def told(opener: FakeOpener, form: Format | None, stdout: StringIO) -> str:
    """What stands on stderr."""
    with redirect_stdout(stdout), redirect_stderr(StringIO()) as stderr:
        Invocation(Options(output=form, has_color=False), opener).show(LIST)
    return stderr.getvalue()


@pytest.mark.parametrize(
    ("form", "screen", "line"),
    [
        (None, Screen, "buy one\n"),
        (Format.TABLE, Screen, "buy one\n"),
        (Format.IDS, Screen, ""),
        (Format.JSON, Screen, ""),
        (None, StringIO, ""),
        (Format.TABLE, StringIO, ""),
    ],
)
def test_the_next_step_is_for_who_sees_the_table(
    form: Format | None, screen: Callable[[], StringIO], line: str, opener: FakeOpener
) -> None:
    assert told(opener, form, screen()) == line


def test_a_desk_is_opened_once_and_hides_what_it_knows(opener: FakeOpener) -> None:
    assert isinstance(opener.desk, FakeDesk)
    opener.desk.secrets = ("opensesame",)
    invocation = Invocation(Options(), opener)
    assert invocation.hide("opensesame") == "opensesame"  # no desk knows it yet
    assert invocation.desk is invocation.desk
    assert invocation.hide("say opensesame") == "say (hidden)"
    assert len(opener.opened) == 1
