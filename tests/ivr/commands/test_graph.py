"""`voicegate flows graph`: a flow drawn in three forms, and what cannot be drawn."""

import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import Result

Run = Callable[..., Result]
Example = Callable[[str], str]

DOCS = Path(__file__).parent.parent.parent.parent / "docs"


@pytest.fixture
def clinic(tmp_path: Path, example: Example) -> str:
    """The clinic's flow as a file."""
    (tmp_path / "clinic.yaml").write_text(example("clinic-main"), encoding="utf-8")
    return "clinic.yaml"


def test_mermaid_is_what_is_printed_without_a_form(run: Run, clinic: str) -> None:
    done = run("graph", clinic)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith("flowchart TD\n")
    assert done.stdout == run("graph", clinic, "-o", "mermaid").stdout


def test_the_svg_is_the_one_of_the_documents(run: Run, clinic: str) -> None:
    done = run("graph", clinic, "-o", "svg")
    assert done.stdout == (DOCS / "flow-clinic-main.svg").read_text(encoding="utf-8")


def test_a_node_is_lit_and_prompts_are_in_the_language(run: Run, clinic: str) -> None:
    done = run("graph", clinic, "-o", "svg", "--highlight", "end", "--lang", "es-US")
    assert done.exit_code == 0
    ET.fromstring(done.stdout)
    assert '<g class="node hangup lit" data-node="end">' in done.stdout
    assert "Adiós." in done.stdout
    assert "Goodbye." not in done.stdout


def test_json_has_its_head_and_the_places(run: Run, clinic: str) -> None:
    found = json.loads(run("graph", clinic, "-o", "json", "--highlight", "end").stdout)
    assert (found["schema"], found["kind"], found["highlight"]) == ("flows/v1", "FlowGraph", "end")
    assert len(found["nodes"]) == 10
    assert {"from": "@start", "to": "hours", "exit": None}.items() <= found["edges"][0].items()


@pytest.mark.parametrize(
    ("option", "told"),
    [
        (("--highlight", "gret"), "there is no node 'gret': did you mean greet?"),
        (("--lang", "fr-FR"), "the flow does not speak 'fr-FR': known are en-US, es-US"),
        (("-o", "png"), "'png' is not one of 'mermaid', 'svg', 'json'"),
    ],
)
def test_an_unknown_node_language_or_form_is_wrong_use(
    option: tuple[str, str], told: str, run: Run, clinic: str
) -> None:
    done = run("graph", clinic, *option)
    assert (done.exit_code, done.stdout) == (2, "")
    assert told in done.stderr


def test_a_wrong_use_is_json_where_json_is_read(run: Run, clinic: str) -> None:
    done = run("graph", clinic, "-o", "json", "--lang", "fr-FR")
    assert done.exit_code == 2
    assert json.loads(done.stderr)["error"]["code"] == "usage"


def test_a_flow_with_errors_is_not_drawn_and_all_of_them_are_told(
    run: Run, example: Example
) -> None:
    text = example("clinic-main").replace("end:     {type", "ende: {type")
    done = run("graph", "-", stdin=text.encode())
    assert (done.exit_code, done.stdout) == (3, "")
    lines = done.stderr.splitlines()
    assert len(lines) == 3
    assert all(line.startswith("voicegate: -:") and "V010" in line for line in lines)


def test_a_file_that_is_missing_or_a_folder_is_told(run: Run, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    missing, folder = run("graph", "none.yaml"), run("graph", "folder")
    assert (missing.exit_code, folder.exit_code) == (5, 1)
    assert missing.stderr == "voicegate: there is no file none.yaml: check its name\n"
    assert folder.stderr.startswith("voicegate: folder cannot be read: ")
