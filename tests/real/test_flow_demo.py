"""A whole flow over real sockets, by the command that a new user types: menu, agent, mailbox."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest

from voicegate.codecs.wav import read_wav
from voicegate.gateway.sim.demo.clinic import MESSAGE, WAY

MAIN = "from voicegate.gateway.cli import main; main()"


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder and the output of `voicegate demo --flow clinic-main`."""
    folder = tmp_path_factory.mktemp("flow") / "out"
    arguments = ("demo", "--flow", "clinic-main", "--out", str(folder))
    done = subprocess.run(
        [sys.executable, "-c", MAIN, *arguments],
        cwd=folder.parent,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert not done.stderr
    return folder, done.stdout


def events(folder: Path) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in (folder / "events.jsonl").read_bytes().splitlines()]


def at(seen: list[dict[str, Any]], what: str, **fields: str) -> int:
    """The place of the first event that is so."""
    return next(
        n
        for n, event in enumerate(seen)
        if event["what"] == what and fields.items() <= event.items()
    )


def test_the_caller_comes_by_menu_and_agent_to_the_mailbox(played: tuple[Path, str]) -> None:
    """F4: each key is obeyed where the caller is."""
    folder, shown = played
    seen = events(folder)
    entered = [event["node"] for event in seen if event["what"] == "flow.moved"]
    assert entered == list(WAY)
    assert at(seen, "ModelOpened") < at(seen, "flow.moved", node="greet")
    assert "the caller left a message" in shown


def test_the_message_is_what_the_caller_said(played: tuple[Path, str]) -> None:
    (path,) = (played[0] / "voicemail" / "clinic").glob("*.wav")
    known = orjson.loads(path.with_suffix(".json").read_bytes())
    _, (sound,) = read_wav(path)
    assert known["length_ms"] == len(sound) // 8
    spoken_ms = len(MESSAGE) * 45  # a slow speaker takes 70 ms for a letter, a quick one 50
    assert sum(sample not in b"\xff\x7f" for sample in sound) // 8 > spoken_ms


def test_the_model_hears_the_caller_in_its_part_alone(played: tuple[Path, str]) -> None:
    """And is told what was heard of its words when a key takes the caller away."""
    seen = events(played[0])
    end = at(seen, "flow.moved", node="desk")
    assert at(seen, "TruncateItem") < end
    heard = [n for n, event in enumerate(seen) if event["what"] == "ModelHeardSpeech"]
    assert heard
    assert max(heard) < end
