"""What help and TAB cost: nothing heavy is loaded, and little time is taken."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage

import pytest

from voicegate.numbers.desk import completion_cache
from voicegate.numbers.model import Number, Snapshot

HEAVY = ("twilio", "redis", "pydantic", "rich", "phonenumbers", "holidays", "yaml", "numpy")
MAIN = "from voicegate.gateway.cli import main; main()"
CLICK = (
    "import click\n"
    "@click.group()\ndef numbers(): 'Which phone number leads where.'\n"
    "@click.group()\ndef tree(): 'A voice gateway.'\n"
    "tree.add_command(numbers)\n"
    "for name in 'abcdefgh': numbers.add_command(click.Command(name, help='One of them.'))\n"
    "tree()"
)

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def invoke(code: str, *arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
        environment = {"PYTHONPATH": ":".join(filter(None, sys.path)), "PATH": "", **extra}
        return subprocess.run(
            [sys.executable, "-c", code, *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return invoke


@pytest.mark.parametrize(
    "arguments", [["--help"], ["numbers", "--help"], ["agents", "--help"], ["numbers"]], ids=str
)
def test_help_loads_nothing_heavy(run: Run, arguments: list[str]) -> None:
    code = (
        "import sys\n"
        "from voicegate.gateway.cli import tree\n"
        "try: tree(prog_name='voicegate')\n"
        f"finally: print([name for name in {HEAVY} if name in sys.modules])"
    )
    done = run(code, *arguments)
    assert "voicegate" in done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("words", ["voicegate numbers show +1", "voicegate numbers ", "voicegate "])
def test_tab_loads_nothing_heavy(run: Run, words: str) -> None:
    code = (
        "import atexit, sys\n"
        f"atexit.register(lambda: print([name for name in {HEAVY} if name in sys.modules]))\n{MAIN}"
    )
    done = _tab(run, code, words)
    assert done.stdout.splitlines()[-1] == "[]"


def test_tab_offers_the_numbers_that_were_listed_last(run: Run, tmp_path: Path) -> None:
    numbers = {
        text: Number(text, name=f"no {text[-1]}") for text in ("+12125550142", "+12125550143")
    }
    completion_cache.save(tmp_path / completion_cache.FOLDER, Snapshot("AC", numbers=numbers))
    done = _tab(run, MAIN, "voicegate numbers show +1212")
    assert done.stdout.splitlines() == ["plain,+12125550142", "plain,+12125550143"]
    assert not _tab(run, MAIN, "voicegate numbers show +44").stdout.strip()


def test_without_anything_listed_tab_offers_nothing(run: Run) -> None:
    done = _tab(run, MAIN, "voicegate numbers show +1")
    assert (done.stdout.strip(), done.stderr) == ("", "")


def test_help_costs_little_more_than_click_doing_the_same(run: Run) -> None:
    """Spec: at most eight times the bare interpreter, half as much again as click. CPU time of the
    best of some runs in turn, so that another load on the machine does not count.
    """
    bare: list[float] = []
    click: list[float] = []
    ours: list[float] = []
    for _ in range(7):
        bare.append(_cpu(run, "pass"))
        click.append(_cpu(run, CLICK, "numbers", "--help"))
        ours.append(_cpu(run, MAIN, "numbers", "--help"))
    assert min(ours) <= 8 * min(bare)
    assert min(ours) <= 1.5 * min(click)


def _tab(run: Run, code: str, words: str) -> subprocess.CompletedProcess[str]:
    place = len(words.split(" ")) - 1
    done = run(code, _VOICEGATE_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=f"{place}")
    assert done.returncode == 0, done.stderr
    return done


def _cpu(run: Run, code: str, *arguments: str) -> float:
    before = getrusage(RUSAGE_CHILDREN)
    done = run(code, *arguments)
    after = getrusage(RUSAGE_CHILDREN)
    assert done.returncode == 0, done.stderr
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
