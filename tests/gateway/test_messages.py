"""What callers leave in a box is there, whole, and nobody else's."""

import json
from datetime import UTC, datetime
from pathlib import Path

from voicegate.codecs.wav import read_wav, repair
from voicegate.gateway.messages import Messages, Sender

SENDER = Sender("c0ffee", "+15550100001", "+12125550142")
NAME = "20261121T220000Z-c0ffee"
FRAME = b"\x55" * 160


def messages(folder: Path) -> Messages:
    return Messages(folder, lambda: datetime(2026, 11, 21, 22, tzinfo=UTC))


def test_a_message_is_a_sound_and_what_is_known_of_it(tmp_path: Path) -> None:
    message = messages(tmp_path).begin(SENDER, "clinic")
    for _ in range(50):
        message.write(FRAME)
    message.end(is_kept=True)
    names = sorted(path.name for path in (tmp_path / "clinic").iterdir())
    assert names == [f"{NAME}.json", f"{NAME}.wav"]
    _, channels = read_wav(tmp_path / "clinic" / f"{NAME}.wav")
    assert channels == [FRAME * 50]
    assert json.loads((tmp_path / "clinic" / f"{NAME}.json").read_text()) == {
        "call": "c0ffee",
        "caller": "+15550100001",
        "called": "+12125550142",
        "began_at": "2026-11-21T22:00:00+00:00",
        "length_ms": 1_000,
    }
    assert all(path.stat().st_mode & 0o077 == 0 for path in [tmp_path / "clinic"])


def test_a_message_that_is_not_kept_leaves_nothing_behind(tmp_path: Path) -> None:
    message = messages(tmp_path).begin(SENDER, "clinic")
    message.write(FRAME)
    message.end(is_kept=False)
    message.end(is_kept=True)
    assert list((tmp_path / "clinic").iterdir()) == []


def test_what_a_crash_leaves_can_be_heard(tmp_path: Path) -> None:
    message = messages(tmp_path).begin(SENDER, "clinic")
    for _ in range(1_000):
        message.write(FRAME)
    (part,) = (tmp_path / "clinic").iterdir()
    assert part.suffix == ".part"
    assert repair(part) > 150 * 900
    message.end(is_kept=False)


def test_a_folder_that_cannot_be_written_ends_no_call(tmp_path: Path) -> None:
    (tmp_path / "clinic").write_text("a file in the way")
    message = messages(tmp_path).begin(SENDER, "clinic")
    message.write(FRAME)
    message.end(is_kept=True)
    assert (tmp_path / "clinic").read_text() == "a file in the way"
