"""What TAB offers: kept whole or not at all, and nothing where it is damaged."""

from pathlib import Path

import pytest

from voicegate.numbers import route_text
from voicegate.numbers.desk import completion_cache
from voicegate.numbers.desk.completion_cache import Known
from voicegate.numbers.model import Agent, Number, Share, Snapshot

NUMBER = "+12125550142"
SNAPSHOT = Snapshot(
    "AC",
    numbers={NUMBER: Number(NUMBER, name="Clinic", shares=(Share(route_text.parse("flow/a"), 1),))},
    agents={"clinic": Agent("clinic", "Be brief.")},
)


def test_what_is_kept_comes_back(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    completion_cache.save(folder, SNAPSHOT)
    assert completion_cache.load(folder) == Known({NUMBER: "Clinic"}, ("agent/clinic", "flow/a"))
    assert [path.name for path in folder.iterdir()] == [completion_cache.NAME]


@pytest.mark.parametrize(
    "content", [b"", b"\xff", b"[]", b"{}", b'{"numbers":1,"routes":[]}', b'{"numbers":{}}', None]
)
def test_what_cannot_be_read_offers_nothing(content: bytes | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / completion_cache.NAME).write_bytes(content)
    assert completion_cache.load(tmp_path) == Known()


def test_where_nothing_can_be_written_the_command_goes_on(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    completion_cache.save(tmp_path / "file", SNAPSHOT)
    assert completion_cache.load(tmp_path / "file") == Known()
