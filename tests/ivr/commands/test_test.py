"""`voicegate flows test`: the cases of real files, what fails, what no case does, random callers."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from voicegate.gateway.terminal.exit_code import ExitCode

Run = Callable[..., Result]

EXAMPLES = Path(__file__).parent.parent.parent.parent / "ivr" / "examples"
CLINIC = ("clinic-main.yaml", "clinic-main.test.yaml")
BOTH = (*CLINIC, "renew-outbound.yaml", "renew-outbound.test.yaml")
FILES_MANY = (
    120  # each is taken for a second in virtual time, and for nothing where rules are asked
)


@pytest.fixture
def place(tmp_path: Path) -> Callable[..., None]:
    """Puts examples where commands run, with replacements in all of them."""

    def put(*names: str, **changes: str) -> None:
        for name in names:
            text = (EXAMPLES / name).read_text(encoding="utf-8")
            for old, new in changes.items():
                text = text.replace(old, new)
            (tmp_path / name).write_text(text, encoding="utf-8")

    return put


def written(name: str) -> int:
    """How many cases an example has."""
    return (EXAMPLES / f"{name}.test.yaml").read_text(encoding="utf-8").count("  - name: ")


def patient(says: int) -> str:
    """A valid flow that is nothing but recordings, one after the other."""
    prompts = "".join(f'    p{n}: {{en-US: {{file: "{n}.wav"}}}}\n' for n in range(says))
    nodes = "".join(
        f"    n{n}: {{type: say, prompt: p{n}, next: {f'n{n + 1}' if n + 1 < says else 'end'}}}\n"
        for n in range(says)
    )
    return (
        "apiVersion: voicegate/v1\nkind: Flow\nmetadata: {name: patient, description: Waits}\n"
        "spec:\n  start: n0\n  timezone: UTC\n  languages: [en-US]\n"
        f"  prompts:\n{prompts}  handlers: {{error: end, ai_unavailable: end, limit: end}}\n"
        f"  nodes:\n{nodes}    end: {{type: hangup}}\n"
    )


def test_the_cases_of_both_examples_pass(run: Run, place: Callable[..., None]) -> None:
    """A flow, a test file, or both: each case is played once."""
    place(*BOTH)
    told = run("test", *BOTH)
    assert (told.exit_code, told.stderr) == (0, "")
    clinic, renewal = written("clinic-main"), written("renew-outbound")
    assert told.stdout.count("passed  ") == clinic + renewal
    assert f"clinic-main.yaml: {clinic} of {clinic} cases passed\n" in told.stdout
    assert f"renew-outbound.yaml: {renewal} of {renewal} cases passed\n" in told.stdout
    by_flow = run("test", "clinic-main.yaml").stdout
    assert by_flow == run("test", "./clinic-main.test.yaml").stdout
    assert by_flow.count("passed  ") == clinic


def test_a_file_with_cases_of_several_flows_finds_each_by_its_name(
    run: Run, place: Callable[..., None], tmp_path: Path
) -> None:
    place(*BOTH)
    texts = [(tmp_path / name).read_text() for name in BOTH if ".test." in name]
    (tmp_path / "all.test.yaml").write_text("---\n".join(texts))
    done = run("test", "all.test.yaml")
    assert done.exit_code == 0
    assert done.stdout.count("passed  ") == written("clinic-main") + written("renew-outbound")


def test_a_failed_case_shows_what_happened_and_when(run: Run, place: Callable[..., None]) -> None:
    place(*CLINIC, **{"backup, within_s: 3}": "backup, within_s: 1}"})
    done = run("test", "clinic-main.yaml", "-k", "MODEL down")
    assert done.exit_code == ExitCode.FAILED
    failed, *trace, summary = done.stdout.splitlines()
    assert failed == "FAILED  model down: step 2: no menu backup within 1 s"
    assert trace[1] == "    0.000  → lang  (hours: open)"
    assert summary == "clinic-main.yaml: 0 of 1 cases passed"


def test_coverage_tells_every_way_that_no_case_goes_by_its_place(
    run: Run, place: Callable[..., None]
) -> None:
    place(*CLINIC)
    done = run("test", "clinic-main.yaml", "--coverage", "-k", "the desk is busy")
    assert done.exit_code == 0
    untaken = [line for line in done.stdout.splitlines() if " V048 " in line]
    assert len(untaken) == 25
    assert untaken[3].startswith("clinic-main.yaml:25:64 V048 nodes.hours.closed: no test case")
    assert all(line.endswith(" (warning)") for line in untaken)
    assert not any("nodes.desk.exits.busy" in line for line in untaken)
    assert done.stdout.endswith("1 of 1 cases passed, 7 of 32 ways taken\n")


def test_random_callers_need_no_cases_and_the_seed_is_told(
    run: Run, place: Callable[..., None]
) -> None:
    place("clinic-main.yaml")
    done = run("test", "clinic-main.yaml", "--fuzz", "30", "--seed", "7")
    assert done.exit_code == 0
    assert done.stdout == "clinic-main.yaml: 30 random calls of seed 7: no violation\n"


def test_a_violation_comes_with_a_case_that_can_be_pasted(run: Run, tmp_path: Path) -> None:
    """F1: the case is read again as it was printed."""
    (tmp_path / "patient.yaml").write_text(patient(FILES_MANY))
    done = run("test", "patient.yaml", "--fuzz", "60")
    assert done.exit_code == ExitCode.FAILED
    told, *case = done.stdout.splitlines()
    assert told.startswith("VIOLATED  a silent caller was kept for ")
    assert told.endswith(" s; as a case to paste:")
    pasted = case[: next(n for n, line in enumerate(case) if not line.startswith("  "))]
    text = "flow: patient\ncases:\n" + "\n".join(pasted) + "\n"
    (tmp_path / "patient.test.yaml").write_text(text)
    again = run("test", "patient.yaml")
    assert (again.exit_code, again.stdout.count("passed  ")) == (0, 1)


def test_only_some_violations_are_shown_to_a_person_and_all_to_a_program(
    run: Run, tmp_path: Path
) -> None:
    (tmp_path / "patient.yaml").write_text(patient(FILES_MANY))
    arguments = ("test", "patient.yaml", "--fuzz", "60")
    (item,) = json.loads(run(*arguments, "-o", "json").stdout)["items"]
    violations = item["fuzz"]["violations"]
    assert len(violations) > 3
    shown = [line for line in run(*arguments).stdout.splitlines() if "VIOLATED" in line]
    assert len(shown) == 4
    assert shown[3] == f"VIOLATED  {len(violations) - 3} times more; -o json has all"


def test_json_has_cases_ways_and_errors(run: Run, place: Callable[..., None]) -> None:
    place(*CLINIC, **{"backup, within_s: 3}": "backup, within_s: 1}"})
    done = run("test", "clinic-main.yaml", "-o", "json", "--coverage")
    assert (done.exit_code, done.stderr) == (1, "")
    found = json.loads(done.stdout)
    assert (found["schema"], found["kind"]) == ("flows/v1", "FlowTest")
    (item,) = found["items"]
    assert (item["file"], item["flow"], item["ways"]) == ("clinic-main.yaml", "clinic-main", 32)
    (failed,) = [case for case in item["cases"] if not case["passed"]]
    assert failed["failure"] == "step 2: no menu backup within 1 s"
    assert "→ lang" in failed["trace"]
    assert {each["rule"] for each in item["untaken"]} == {"V048"}
    assert item["fuzz"] is None


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (
            "flow: clinc-main\ncases: []\n",
            ":1:7 V000 flow: this cannot be 'clinc-main'. Did you mean clinic-main?",
        ),
        (
            "flow: clinic-main\ncases:\n  - {name: a, steps: [{expect: menu backap}]}\n",
            "write a node; did you mean menu backup?",
        ),
        ("flow: clinic-main\ncases: [\n", ":3:1 V000 a value is missing. Write one"),
        (
            "flow: clinic-main\ncases:\n  - {name: a, steps: [{expct: hangup}]}\n",
            "the step has 0 of the words that say what it is",
        ),
    ],
    ids=["another flow", "unknown node", "broken", "unknown step"],
)
def test_a_test_file_that_is_wrong_is_told_with_its_place(
    content: str, told: str, run: Run, place: Callable[..., None], tmp_path: Path
) -> None:
    place("clinic-main.yaml")
    (tmp_path / "clinic-main.test.yaml").write_text(content)
    done = run("test", "clinic-main.test.yaml")
    assert done.exit_code == ExitCode.INVALID
    assert done.stdout.startswith("clinic-main.test.yaml:")
    assert told.lower() in done.stdout.lower()


@pytest.mark.parametrize("content", ["", "# later\n", "flow: clinic-main\ncases: []\n"])
def test_a_test_file_without_cases_is_no_success(
    content: str, run: Run, place: Callable[..., None], tmp_path: Path
) -> None:
    place("clinic-main.yaml")
    (tmp_path / "clinic-main.test.yaml").write_text(content)
    for file in CLINIC:
        done = run("test", file)
        assert done.exit_code == ExitCode.INVALID
        assert "clinic-main.test.yaml" in done.stdout


def test_a_flow_that_is_wrong_is_told_and_its_cases_are_not_played(
    run: Run, place: Callable[..., None]
) -> None:
    place(*CLINIC, **{"to: frontdesk": "to: nowhere"})
    for file in CLINIC:
        done = run("test", file)
        assert done.exit_code == ExitCode.INVALID
        (line,) = done.stdout.splitlines()
        assert line.startswith("clinic-main.yaml:44:47 V011 nodes.desk.to: ")


def test_what_is_missing_is_told_and_hides_nothing(
    run: Run, place: Callable[..., None], tmp_path: Path
) -> None:
    place(*CLINIC)
    place("renew-outbound.yaml")
    (tmp_path / "lost.test.yaml").write_text("flow: nobody\ncases: []\n")
    done = run("test", "none.yaml", "none.test.yaml", "clinic-main.yaml", "renew-outbound.yaml")
    assert done.exit_code == ExitCode.NOT_FOUND
    assert "there is no file none.yaml: check its name\n" in done.stdout
    assert "there is no file none.test.yaml: check its name\n" in done.stdout
    assert done.stdout.count("passed  ") == written("clinic-main")
    alone = run("test", "renew-outbound.yaml")
    assert alone.exit_code == ExitCode.NOT_FOUND
    assert alone.stdout == (
        "there are no cases for renew-outbound.yaml: "
        "write renew-outbound.test.yaml beside it, or use --fuzz\n"
    )
    lost = run("test", "lost.test.yaml")
    assert lost.exit_code == ExitCode.NOT_FOUND
    assert lost.stdout.startswith("there is no flow for lost.test.yaml: put it beside the file, ")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "Missing argument 'FILE...'"),
        (("clinic-main.yaml", "--fuzz", "0"), "0 is not in the range"),
        (("clinic-main.yaml", "--seed", "x"), "'x' is not a valid integer"),
        (("clinic-main.yaml", "-k", "zzz"), "no case has 'zzz' in its name"),
        (("clinic-main.yaml", "-o", "table"), "'table' is not one of 'text', 'json'"),
    ],
)
def test_wrong_use_is_one_line(
    arguments: tuple[str, ...], told: str, run: Run, place: Callable[..., None]
) -> None:
    place(*CLINIC)
    done = run("test", *arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert told in done.stderr.splitlines()[-1]
