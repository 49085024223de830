"""`voicegate flows validate`: everything wrong with every file in one report, in four forms."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

Run = Callable[..., Result]
Example = Callable[[str], str]

WARNED = "nodes.lang.options: 6 options are more than a caller keeps in mind"


@pytest.fixture
def clinic(tmp_path: Path, example: Example) -> Callable[..., str]:
    """Writes the clinic's flow with some replacements, and gives the file's name."""

    def write(*changes: tuple[str, str], name: str = "clinic.yaml") -> str:
        text = example("clinic-main")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        (tmp_path / name).write_text(text, encoding="utf-8")
        return name

    return write


NOWHERE = ("to: frontdesk", "to: nowhere")
UNTOLD = ("disclose: true", "disclose: false")
MANY = ('options: {"1": {next: greet, value: en-US}', 'options: {"1": {next: greet, value: en-US}, ' + ", ".join(f'"{key}": {{next: greet, value: en-US}}' for key in "3456"))  # fmt: skip


def test_a_valid_file_is_told_and_ends_with_0(run: Run, clinic: Callable[..., str]) -> None:
    done = run("validate", clinic())
    assert (done.exit_code, done.stdout, done.stderr) == (0, "clinic.yaml: valid\n", "")


def test_all_that_is_wrong_with_all_files_is_one_report(
    run: Run, clinic: Callable[..., str]
) -> None:
    good, bad, worse = (
        clinic(),
        clinic(NOWHERE, name="b.yaml"),
        clinic(UNTOLD, NOWHERE, name="c.yaml"),
    )
    done = run("validate", bad, good, worse)
    assert done.exit_code == 3
    assert [line.split(" ")[0:2] for line in done.stdout.splitlines()] == [
        ["b.yaml:44:47", "V011"],
        ["clinic.yaml:", "valid"],
        ["c.yaml:37:17", "V013"],
        ["c.yaml:44:47", "V011"],
    ]
    assert done.stderr == ""


def test_a_warning_is_no_error_unless_strict(run: Run, clinic: Callable[..., str]) -> None:
    file = clinic(MANY)
    done = run("validate", file)
    told, valid = done.stdout.splitlines()
    assert done.exit_code == 0
    assert WARNED in told
    assert told.endswith(" (warning)")
    assert valid == "clinic.yaml: valid"
    assert run("validate", "--strict", file).exit_code == 3


def test_stdin_is_a_file_too(run: Run, example: Example) -> None:
    done = run("validate", "-", stdin=example("renew-outbound").encode())
    assert (done.exit_code, done.stdout) == (0, "-: valid\n")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "1:1 V000 the file is empty. Begin it with apiVersion: "),
        (b"\xff\xfe", "1:1 V000 this is no UTF-8. Save the file as UTF-8"),
        (
            b"x" * 2_000_000,
            "1:1 V000 the file has 2,000,000 bytes. Split it, 1,000,000 are the most",
        ),
        (b"- a\n", "1:1 V000 this is a list. Write a mapping"),
        (b"a: *b\n", "1:4 V042 "),
        (b"{" * 1_000, "V000 this nests too deep"),
    ],
    ids=["empty", "latin", "2 MB", "list", "alias", "deep"],
)
def test_a_file_that_is_no_flow_ends_with_3_and_says_what_to_do(
    content: bytes, told: str, run: Run, tmp_path: Path
) -> None:
    (tmp_path / "odd.yaml").write_bytes(content)
    done = run("validate", "odd.yaml")
    assert done.exit_code == 3
    assert told in done.stdout
    assert done.stdout.startswith("odd.yaml:")
    assert run("graph", "odd.yaml").exit_code == 3


def test_a_file_that_cannot_be_read_hides_nothing_of_the_others(
    run: Run, clinic: Callable[..., str], tmp_path: Path
) -> None:
    (tmp_path / "folder.yaml").mkdir()
    done = run("validate", "none.yaml", "folder.yaml", clinic(NOWHERE))
    assert done.exit_code == 5
    none, folder, bad = done.stdout.splitlines()
    assert none == "there is no file none.yaml: check its name"
    assert folder == "folder.yaml cannot be read: Is a directory: make it a readable file"
    assert bad.startswith("clinic.yaml:44:47 V011 ")
    assert run("validate", "folder.yaml").exit_code == 1


def test_json_has_every_finding_by_its_fields(run: Run, clinic: Callable[..., str]) -> None:
    done = run("validate", "-o", "json", clinic(NOWHERE), "none.yaml")
    found = json.loads(done.stdout)
    assert (found["schema"], found["kind"]) == ("flows/v1", "Validation")
    bad, none = found["items"]
    assert (bad["file"], bad["flow"], bad["valid"]) == ("clinic.yaml", "clinic-main", False)
    assert bad["errors"] == [
        {
            "line": 44,
            "column": 47,
            "rule": "V011",
            "path": "nodes.desk.to",
            "what": "there is no destination 'nowhere'",
            "fix": "Known are frontdesk",
        }
    ]
    assert none["problem"] == "there is no file none.yaml: check its name"
    assert (none["flow"], none["valid"], none["errors"]) == (None, False, [])


def test_sarif_names_rule_level_and_place(run: Run, clinic: Callable[..., str]) -> None:
    done = run("validate", "-o", "sarif", clinic(NOWHERE, MANY, name="a b.yaml"), "none.yaml")
    assert done.exit_code == 5
    log = json.loads(done.stdout)
    assert log["version"] == "2.1.0"
    (one,) = log["runs"]
    shown = [
        (each["ruleId"], each["level"], each["locations"][0]["physicalLocation"])
        for each in one["results"]
    ]
    file = {"artifactLocation": {"uri": "a%20b.yaml"}}
    assert shown == [
        ("V031", "warning", file | {"region": {"startLine": 31, "startColumn": 7}}),
        ("V011", "error", file | {"region": {"startLine": 44, "startColumn": 47}}),
    ]
    levels = {
        rule["id"]: rule["defaultConfiguration"]["level"] for rule in one["tool"]["driver"]["rules"]
    }
    assert all(levels[each["ruleId"]] == each["level"] for each in one["results"])
    (told,) = one["invocations"]
    assert told["executionSuccessful"] is False
    assert "none.yaml" in told["toolExecutionNotifications"][0]["message"]["text"]


def test_github_shows_each_finding_beside_its_line(run: Run, clinic: Callable[..., str]) -> None:
    done = run("validate", "-o", "github", clinic(NOWHERE, MANY, name="50%,a.yaml"), "none.yaml")
    warning, error, none = done.stdout.splitlines()
    assert warning.startswith(f"::warning file=50%25%2Ca.yaml,line=31,col=7,title=V031::{WARNED}")
    assert error.startswith(
        "::error file=50%25%2Ca.yaml,line=44,col=47,title=V011::nodes.desk.to: "
    )
    assert none == "::error file=none.yaml::there is no file none.yaml: check its name"


@pytest.mark.parametrize("arguments", [[], ["-o", "table", "a.yaml"], ["--fast", "a.yaml"]])
def test_wrong_use_ends_with_2(arguments: list[str], run: Run) -> None:
    assert run("validate", *arguments).exit_code == 2


@pytest.mark.parametrize("command", ["validate", "graph"])
def test_help_has_an_example_the_forms_and_the_exit_codes(command: str, run: Run) -> None:
    told = run(command, "--help").stdout
    assert f"Example: voicegate flows {command} " in told
    assert "Exit codes: 0, 1, 2, 3, 5, 130;" in told
    forms: dict[str, Any] = {"validate": "[text|json|sarif|github]", "graph": "[mermaid|svg|json]"}
    assert forms[command] in told
    assert told.count("--output") == 1
