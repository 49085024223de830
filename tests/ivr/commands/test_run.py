"""`voicegate flows run`: whole walks by a pipe, and lines that cannot be done."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]

EXAMPLES = Path(__file__).parent.parent.parent.parent / "ivr" / "examples"
MONDAY = ("--at", "2026-11-30T10:00")

WALKED = """\
clinic-main, Monday 2026-11-30 10:00; h and Enter is help
    0.0  → hours  (start)
    0.0  → lang  (hours: open)
    0.0    “For English press 1.” “Para español, oprima 2.”
         [keys: 1, 2]
> 2
    2.9  → greet  (lang: options.2.next)
    3.2    the agent listens
    4.0    the agent speaks
         [the agent leaves by: book, human, urgent, done; keys: 0]
> Quiero una cita.
    8.3    the agent speaks
> human
   10.3  → desk  (greet: exits.human)
   10.3    frontdesk is called
         [the transfer ends with: completed, no_answer, busy, failed, declined]
> busy
   10.3  → message  (desk: exits.busy)
   10.3    “Deje un mensaje después del tono.”
   12.2    [tone]
   12.6    a message for clinic is recorded
         [words are the message; # ends it]
> Me duele una muela.
>
   19.1    the message is kept
   19.1  → bye  (message: exits.saved)
   19.1    “Adiós.”
   19.5  → end  (bye: next)
   19.5    disposition voicemail
   19.5  the call is ended (normal)
path         hours → lang → greet → desk → message → bye → end
disposition  voicemail
slots        language=es-US
"""


@pytest.fixture
def walk(run: Run) -> Run:
    """A walk through an example by these lines."""

    def through(name: str, *lines: str, options: tuple[str, ...] = MONDAY) -> Result:
        stdin = "".join(f"{line}\n" for line in lines).encode()
        return run("run", str(EXAMPLES / f"{name}.yaml"), *options, stdin=stdin)

    return through


def test_the_clinic_is_walked_through_by_a_pipe(walk: Run) -> None:
    done = walk("clinic-main", "2", "Quiero una cita.", "human", "busy", "Me duele una muela.", "")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == WALKED


def test_nobody_shows_a_card_again(walk: Run) -> None:
    """F3: not the lines that were typed, in whatever form, nor the slots at the end."""
    lines = ("pay", "4111111111111112#", '/press "4111"', "", "4111111111111111#", "123#", "ok")
    for form in ("text", "json"):
        done = walk("renew-outbound", *lines, options=(*MONDAY, "-o", form))
        assert done.exit_code == 0
        assert "4111" not in done.stdout
        assert "123#" not in done.stdout
        assert "> (17 keys)" in done.stdout
        assert "sale" in done.stdout


def test_what_the_agent_brings_stands_in_the_slots(walk: Run) -> None:
    done = walk("renew-outbound", "later callback_at=2026-12-01T15:00:00")
    assert done.stdout.splitlines()[-3:] == [
        "path         pitch → later → end",
        "disposition  callback",
        "slots        language=en-US, vars.callback_at=2026-12-01T15:00:00",
    ]


def test_the_end_of_the_lines_hangs_up(walk: Run) -> None:
    done = walk("clinic-main")
    assert done.exit_code == 0
    assert "the caller hangs up" in done.stdout
    assert done.stdout.splitlines()[-2] == "disposition  caller_hangup"


def test_clock_and_language_are_as_they_are_told(walk: Run) -> None:
    done = walk("clinic-main", options=("--at", "2026-11-30T20:00", "--language", "es-US"))
    assert "“Estamos cerrados. " in done.stdout
    assert "→ closed  (hours: closed)" in done.stdout


def test_json_has_the_walk_and_nothing_beside_it(walk: Run) -> None:
    done = walk("clinic-main", "1", "book", options=(*MONDAY, "-o", "json"))
    found = json.loads(done.stdout)
    assert (found["schema"], found["kind"]) == ("flows/v1", "FlowRun")
    assert found["path"] == ["hours", "lang", "greet", "done", "end"]
    assert found["disposition"] == "no_disposition"
    assert found["slots"] == {"language": "en-US"}
    assert "> book" in found["lines"]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("no_answr", "nobody hears this now: did you mean no_answer?"),
        ("/xyz", "there is no step /xyz: known are press, speak, "),
        ("/ai bok", "/ai: this cannot be 'bok'. Did you mean book?"),
        ("/", "this is no step: write one like /ai down or /wait_s 5"),
        ("/expect hangup", "/expect is for test files: here you see what happens"),
        ("/wait_s {", "/wait_s: a bracket is not closed. "),
        ("/tool ok", "no tool was called, though a minute went by: wait with Enter"),
        ("1" * 65, "these are 65 keys: type 64 at most"),
    ],
)
def test_a_line_that_cannot_be_done_ends_a_script_with_its_number(
    line: str, told: str, walk: Run
) -> None:
    done = walk("clinic-main", "1", "human", line, "busy")
    assert done.exit_code == 2
    assert done.stderr.startswith(f"voicegate: line 3 of what was typed: {told}")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("none.yaml",), 5, "there is no file none.yaml: check its name"),
        (("-",), 2, "stdin is the caller's keyboard: name a file, or a flow"),
        ((str(EXAMPLES / "clinic-main.test.yaml"),), 3, "V004 the file has no apiVersion"),
        ((str(EXAMPLES / "clinic-main.yaml"), "--at", "noon"), 2, "'noon' is no time: write a"),
        ((str(EXAMPLES / "clinic-main.yaml"), "--language", "fr"), 2, "does not speak 'fr'"),
        (("x" * 41,), 2, "is no flow: write NAME or NAME@VERSION"),
    ],
)
def test_what_cannot_be_walked_is_told(
    arguments: tuple[str, ...], code: int, told: str, run: Run
) -> None:
    done = run("run", *arguments)
    assert (done.exit_code, done.stdout) == (code, "")
    assert told in done.stderr


def test_in_real_time_a_call_goes_on_without_a_line(tmp_path: Path) -> None:
    """Its stdin stays open, and nobody types: it ends by itself."""
    (tmp_path / "bye.yaml").write_text(
        "apiVersion: voicegate/v1\nkind: Flow\nmetadata: {name: bye, description: Short}\n"
        "spec:\n  start: bye\n  timezone: UTC\n  languages: [en-US]\n"
        "  prompts: {bye: {en-US: Bye.}}\n"
        "  handlers: {error: bye, ai_unavailable: bye, limit: bye}\n  nodes:\n"
        "    bye: {type: say, prompt: bye, next: end}\n    end: {type: hangup}\n"
    )
    command = [sys.executable, "-m", "voicegate.gateway.cli", "flows", "run", "bye.yaml"]
    unwritten, open_end = os.pipe()
    done = subprocess.run(
        [*command, "--real-time", *MONDAY],
        cwd=tmp_path,
        stdin=unwritten,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=True,
    )
    os.close(open_end)
    os.close(unwritten)
    assert "“Bye.”" in done.stdout
    assert done.stdout.endswith("slots        language=en-US\n")


def test_in_real_time_lines_are_keys_and_the_end_of_them_hangs_up() -> None:
    command = [sys.executable, "-m", "voicegate.gateway.cli", "flows", "run", "clinic-main.yaml"]
    done = subprocess.run(
        [*command, "--real-time", *MONDAY],
        cwd=EXAMPLES,
        input="h\n2",
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=True,
    )
    assert "  Ctrl-D         hang up\n" in done.stdout
    assert done.stdout.endswith("disposition  caller_hangup\nslots        language=es-US\n")
