"""`voicegate flows push` and what comes after it: on a private Redis, with the offline voice."""

import json
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from voicegate.codecs.wav import read_wav
from voicegate.gateway import store
from voicegate.gateway.numbers_opener import NumbersOpener
from voicegate.ivr.cli import flows

Run = Callable[..., Result]
Example = Callable[[str], str]

BYE = """\
apiVersion: voicegate/v1
kind: Flow
metadata: {name: bye, description: "Says goodbye"}
spec:
  start: bye
  timezone: UTC
  languages: [en-US]
  prompts:
    bye: {en-US: "Goodbye."}
  handlers: {error: bye, ai_unavailable: bye, limit: bye}
  nodes:
    bye: {type: say, prompt: bye, next: end}
    end: {type: hangup}
"""


@pytest.fixture(scope="module")
def folder(
    redis_server: str,
    tmp_path_factory: pytest.TempPathFactory,
    redis_gone: Callable[[Path], None],
) -> Generator[Path, None, None]:
    """Where commands run, with a private Redis that all of them share."""
    assert redis_server
    made = tmp_path_factory.mktemp("flows")
    yield made
    redis_gone(made / store.FOLDER)


@pytest.fixture
def run(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A command as the root runs it; each test has keys of its own."""
    monkeypatch.chdir(folder)
    for name in ("REDIS_URL", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    env = {"LOGNAME": "ada", "VOICEGATE_REDIS_PREFIX": f"{{{tmp_path.name}}}:"}

    def invoke(*arguments: str, stdin: str | None = None) -> Result:
        return CliRunner().invoke(
            flows, arguments, obj=NumbersOpener(), input=stdin, env=env, catch_exceptions=False
        )

    return invoke


@pytest.fixture
def bye(tmp_path: Path) -> Callable[[str], str]:
    """The flow as a file, with these words."""

    def write(words: str) -> str:
        path = tmp_path / "bye.yaml"
        path.write_text(BYE.replace("Goodbye.", words), encoding="utf-8")
        return str(path)

    return write


def items(done: Result) -> list[dict[str, object]]:
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)["items"]


def test_a_flow_from_push_to_rollback(run: Run, bye: Callable[[str], str]) -> None:
    """Each push is a version; the same text again is none; an older one comes back by its number."""
    (first,) = items(run("push", bye("Goodbye.")))
    assert (first["flow"], first["version"], first["change"]) == ("bye", 1, "published")
    assert (first["sounds"], first["made"]) == (3, 3)
    (again,) = items(run("push", bye("Goodbye.")))
    assert (again["version"], again["change"], again["made"]) == (1, "none", 0)
    (second,) = items(run("push", bye("Farewell.")))
    assert (second["version"], second["made"]) == (2, 1)
    (listed,) = items(run("list", "-o", "json"))
    assert (listed["flow"], listed["version"], listed["what"]) == ("bye", 2, "push")
    assert listed["who"] == "ada"
    assert run("show", "bye@1").stdout == BYE
    assert run("show", "bye").stdout == BYE.replace("Goodbye.", "Farewell.")
    told = run("diff", "bye@1", "bye").stdout.splitlines()
    assert told[:2] == ["--- bye@1", "+++ bye@2"]
    assert '+    bye: {en-US: "Farewell."}' in told
    assert told[-1] == "~ sound of prompt bye en-US"
    back = run("rollback", "bye", "1", "--yes")
    assert back.exit_code == 0
    assert '+    bye: {en-US: "Goodbye."}' in back.stderr
    assert run("show", "bye").stdout == BYE
    shown = json.loads(run("show", "bye", "-o", "json").stdout)
    assert (shown["schema"], shown["kind"]) == ("flows/v1", "Flow")
    assert (shown["in_force"], shown["versions"]) == (1, [1, 2])


def test_a_dry_run_says_what_it_would_do_and_does_nothing(
    run: Run, bye: Callable[[str], str]
) -> None:
    (would,) = items(run("push", "--dry-run", bye("Goodbye.")))
    assert (would["version"], would["change"]) == (0, "would be published")
    assert items(run("list", "-o", "json")) == []


def test_of_several_files_none_is_published_if_one_is_refused(
    run: Run, bye: Callable[[str], str], tmp_path: Path
) -> None:
    """With file, line and column of all that is wrong."""
    broken = tmp_path / "broken.yaml"
    broken.write_text(BYE.replace('"Goodbye."', "{file: gone.wav}").replace("name: bye", "name: x"))
    refused = run("push", bye("Goodbye."), str(broken))
    assert (refused.exit_code, refused.stdout) == (3, "")
    assert f"{broken}:9:11 V000 prompts.bye.en-US: gone.wav cannot be read" in refused.stderr
    assert items(run("list", "-o", "json")) == []
    twin = tmp_path / "twin.yaml"
    twin.write_text(BYE)
    refused = run("push", bye("Goodbye."), str(twin))
    assert refused.exit_code == 3
    assert "2 files are called 'bye'" in refused.stderr


def test_stdin_can_be_pushed_again_and_again(run: Run) -> None:
    for version, words in ((1, "Goodbye."), (2, "Farewell.")):
        (pushed,) = items(run("push", "-", stdin=BYE.replace("Goodbye.", words)))
        assert (pushed["version"], pushed["change"]) == (version, "published")


def test_the_cases_beside_a_flow_are_played_before_it_is_published(
    run: Run, bye: Callable[[str], str], tmp_path: Path
) -> None:
    file, cases = bye("Goodbye."), tmp_path / "bye.test.yaml"
    cases.write_text("flow: bye\ncases:\n  - {name: waits, steps: [{expect: menu bye}]}\n")
    refused = run("push", file)
    assert (refused.exit_code, refused.stdout) == (3, "")
    assert f"{cases}:3:" in refused.stderr
    cases.write_text("flow: bye\ncases:\n  - {name: stays, steps: [{wait_s: 60}, {press: '1'}]}\n")
    refused = run("push", file)
    assert refused.exit_code == 3
    assert f"{cases}: FAILED  stays: step 2" in refused.stderr
    assert items(run("list", "-o", "json")) == []
    cases.write_text("flow: bye\ncases:\n  - {name: bye, steps: [{expect: say bye}]}\n")
    assert items(run("push", file))[0]["version"] == 1


def test_what_is_not_there_is_told_with_what_is(run: Run, bye: Callable[[str], str]) -> None:
    told = run("show", "bye")
    assert (told.exit_code, told.stdout) == (5, "")
    assert "publish one: voicegate flows push FILE" in told.stderr
    run("push", bye("Goodbye."))
    assert "did you mean bye?" in run("show", "by").stderr
    for said in (("show", "bye@7"), ("diff", "bye@7", "bye"), ("rollback", "bye", "7", "--yes")):
        told = run(*said)
        assert told.exit_code == 5, said
        assert "there is no version 7 of bye: kept are 1" in told.stderr
    assert run("rollback", "bye", "1").exit_code == 2
    assert run("rollback", "bye@1", "2").exit_code == 2
    assert run("show", "Bye!").exit_code == 2
    assert run("push", "nowhere.yaml").exit_code == 5


def test_a_rollback_wants_a_yes(run: Run, bye: Callable[[str], str]) -> None:
    run("push", bye("Goodbye."))
    run("push", bye("Farewell."))
    assert run("rollback", "bye", "1").exit_code == 9
    assert run("rollback", "bye", "1", "--dry-run").exit_code == 0
    assert json.loads(run("show", "bye", "-o", "json").stdout)["in_force"] == 2


def test_prompts_can_be_listened_to_before_they_are_published(
    run: Run, example: Example, tmp_path: Path
) -> None:
    """The clinic's: each prompt in both languages, as on the line."""
    out = tmp_path / "prompts"
    done = run("render", "-", "--out", str(out), stdin=example("clinic-main"))
    made = items(done)
    assert "es-US: the nearest voice here speaks es-ES" in done.stderr
    names = {path.name for path in out.iterdir()}
    assert {"prompt-bye-en-US.wav", "prompt-bye-es-US.wav", "music-calm.wav"} <= names
    assert len(names) == len(made)
    for each in made:
        _, (codes,) = read_wav(Path(str(each["file"])))
        assert len(codes) == int(str(each["ms"])) * 8
    (tmp_path / "file").write_bytes(b"")
    refused = run("render", "-", "--out", str(tmp_path / "file" / "x"), stdin=BYE)
    assert refused.exit_code == 1
    assert "cannot be written" in refused.stderr
