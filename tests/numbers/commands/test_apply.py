"""`voicegate numbers plan` and `apply`."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from random import Random

import orjson
import pytest
from click.testing import Result

from voicegate.numbers.fakes import snapshot as fake_snapshot
from voicegate.numbers.fakes.desk import FakeDesk
from voicegate.numbers.fakes.provider import FakeProvider, Fault
from voicegate.numbers.model import Number, Snapshot
from voicegate.numbers.provider import Offer, Owned

Run = Callable[..., Result]
CLINIC, SPLIT, IDLE = "+12125550142", "+12125550143", "+12125550144"
FILE = f"""\
apiVersion: voicegate/v1
kind: Numbers
default_route: agent/clinic
numbers:
  - number: "{CLINIC}"
    name: Clinic main
    route: flow/clinic-main
    protect: true
  - number: "{SPLIT}"
    route: [{{to: flow/a, weight: 90}}, {{to: flow/b, weight: 10}}]
"""
EMPTY = "apiVersion: voicegate/v1\nkind: Numbers\nnumbers: []\n"


@pytest.fixture
def file(snapshot: Snapshot) -> Path:
    """A file of two of the three numbers that are in force."""
    assert snapshot.version == 1
    path = Path("numbers.yaml")
    path.write_text(FILE, encoding="utf-8")
    return path


@pytest.mark.usefixtures("file")
def test_applied_twice_the_second_has_nothing_to_do(run: Run, desk: FakeDesk) -> None:
    """N1."""
    first = run("numbers", "apply", "-f", "numbers.yaml", "--yes", "-o", "table")
    assert first.exit_code == 0, first.stderr
    writes = desk.fake_provider.writes
    second = run("numbers", "apply", "-f", "numbers.yaml", "--yes", "-o", "table")
    assert (second.exit_code, second.stdout) == (0, "no changes\n")
    assert desk.fake_provider.writes == writes
    assert desk.registry.store.version() == 2


@pytest.mark.usefixtures("file")
def test_a_plan_that_was_kept_is_what_is_applied(run: Run, desk: FakeDesk) -> None:
    planned = run("numbers", "plan", "-f", "numbers.yaml", "--out", "plan.json", "--exit-code")
    assert planned.exit_code == 10, planned.stderr
    assert desk.registry.store.version() == 1
    assert run("numbers", "plan", "-f", "numbers.yaml").exit_code == 0
    done = run("numbers", "apply", "plan.json", "--yes")
    assert orjson.loads(done.stdout)["plan_id"] == orjson.loads(planned.stdout)["plan_id"]
    again = run("numbers", "apply", "plan.json", "--yes")
    assert (again.exit_code, desk.registry.store.version()) == (0, 2)
    assert run("numbers", "plan", "-f", "numbers.yaml", "--exit-code").exit_code == 0


@pytest.mark.usefixtures("file")
def test_a_plan_that_was_overtaken_is_refused(run: Run, desk: FakeDesk) -> None:
    """Rule d, for the store and for the provider."""
    run("numbers", "plan", "-f", "numbers.yaml", "--out", "plan.json")
    desk.fake_provider.edit(CLINIC, VoiceUrl="https://elsewhere.example.com")
    assert run("numbers", "apply", "plan.json", "--yes").exit_code == 6
    run("numbers", "apply", "-f", "numbers.yaml", "--yes")
    assert run("numbers", "apply", "plan.json", "--yes").exit_code == 6


@pytest.mark.usefixtures("file")
@pytest.mark.parametrize("options", [["--dry-run"], []])
def test_nothing_is_applied_without_a_yes(run: Run, desk: FakeDesk, options: list[str]) -> None:
    done = run("numbers", "apply", "-f", "numbers.yaml", *options)
    assert done.exit_code == (0 if options else 9)
    assert (desk.registry.store.version(), desk.fake_provider.writes) == (1, 0)


def test_an_empty_file_releases_nothing_even_if_it_prunes(
    run: Run, desk: FakeDesk, snapshot: Snapshot
) -> None:
    """N4, rule a; a protected number keeps its route, rule f."""
    Path("empty.yaml").write_text(EMPTY, encoding="utf-8")
    done = run("numbers", "apply", "-f", "empty.yaml", "--yes", "--prune")
    assert done.exit_code == 0, done.stderr
    assert desk.fake_provider.requests["release"] == 0
    numbers = desk.registry.store.current().numbers
    assert numbers.keys() == snapshot.numbers.keys()
    assert numbers[CLINIC] == snapshot.numbers[CLINIC]
    assert numbers[SPLIT].shares == ()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["apply"], 2),
        (["apply", "plan.json", "-f", "numbers.yaml"], 2),
        (["apply", "plan.json", "--prune"], 2),
        (["apply", "plan.json", "--allow-buy"], 2),
        (["plan"], 2),
        (["plan", "-f", "none.yaml"], 5),
        (["apply", "none.json"], 5),
        (["apply", "bad.json"], 3),
        (["plan", "-f", "bad.json"], 3),
        (["plan", "-f", "numbers.yaml", "--out", "no/such/folder"], 1),
    ],
)
@pytest.mark.usefixtures("file")
def test_what_cannot_be_done_is_one_clear_error(
    run: Run, desk: FakeDesk, words: list[str], code: int
) -> None:
    Path("bad.json").write_text('{"schema": "numbers/v1"}', encoding="utf-8")
    done = run("numbers", *words, "--yes", "-o", "json")
    assert (done.exit_code, done.stdout) == (code, "")
    assert orjson.loads(done.stderr)["error"]["message"]
    assert desk.registry.store.version() == 1


@pytest.mark.usefixtures("file")
@pytest.mark.parametrize(
    ("fault", "code"), [(Fault.DENIED, 4), (Fault.BUSY, 7), (Fault.REFUSED, 1)]
)
def test_a_provider_that_does_not_list_its_numbers_changes_nothing(
    run: Run, desk: FakeDesk, fault: Fault, code: int
) -> None:
    desk.fake_provider.fail("page", fault)
    assert run("numbers", "apply", "-f", "numbers.yaml", "--yes").exit_code == code
    assert desk.registry.store.version() == 1


@pytest.mark.usefixtures("file")
def test_what_stops_on_its_way_says_how_far_and_the_same_again_goes_on(
    run: Run, desk: FakeDesk
) -> None:
    """Rule e."""
    desk.fake_provider.fail("update", Fault.BUSY)
    done = run("numbers", "apply", "-f", "numbers.yaml", "--yes", "-o", "json")
    assert done.exit_code == 8
    assert "0 of 1" in orjson.loads(done.stderr)["error"]["message"]
    assert run("numbers", "apply", "-f", "numbers.yaml", "--yes").exit_code == 0
    assert orjson.loads(run("numbers", "plan", "-f", "numbers.yaml").stdout)["summary"]["noop"] == 2


@pytest.mark.usefixtures("file")
def test_a_number_is_bought_only_where_that_is_allowed(run: Run, desk: FakeDesk) -> None:
    new = "+12125550177"
    desk.provider = FakeProvider(offers=[Offer(new, "US", "local")])
    Path("new.yaml").write_text(
        EMPTY.replace("[]", f'[{{number: "{new}", route: flow/a}}]'), encoding="utf-8"
    )
    run("numbers", "apply", "-f", "new.yaml", "--yes")
    assert desk.fake_provider.bought == []
    done = run("numbers", "apply", "-f", "new.yaml", "--yes", "--allow-buy")
    assert done.exit_code == 0, done.stderr
    assert desk.fake_provider.bought == [new]


@pytest.mark.usefixtures("file")
def test_ctrl_c_on_the_way_says_that_the_same_again_goes_on(run: Run, desk: FakeDesk) -> None:
    """N13 is about prompts; here something may have been done."""
    numbers = desk.fake_provider.numbers.values()
    desk.provider = Interrupted(numbers)
    done = run("numbers", "apply", "-f", "numbers.yaml", "--yes", "-o", "table")
    assert done.exit_code == 130
    assert "the same again goes on" in done.stderr
    desk.provider = FakeProvider(numbers)
    assert run("numbers", "apply", "-f", "numbers.yaml", "--yes").exit_code == 0


class Interrupted(FakeProvider):
    """Somebody presses Ctrl-C while it is written to."""

    def update(self, id: str, changes: Mapping[str, str]) -> Owned:  # noqa: A002 - its name there
        raise KeyboardInterrupt


@pytest.mark.parametrize("command", ["plan -f", "apply --yes -f"])
def test_what_cannot_be_had_is_told_with_its_place_and_nothing_is_applied(
    command: str, run: Run, snapshot: Snapshot, desk: FakeDesk
) -> None:
    entry = f"""
  - number: "{IDLE}"
    route: [{{to: agent/clinic, weight: 1}}, {{to: agent/nobody, weight: 1}}]
  - {{number: "+12125550177", fallback: agent/nobody}}"""
    Path("new.yaml").write_text(EMPTY.replace("[]", entry), encoding="utf-8")
    done = run("numbers", *command.split(), "new.yaml", "-o", "table")
    assert (done.exit_code, done.stdout) == (3, "")
    told = [line.removeprefix("voicegate: ") for line in done.stderr.splitlines()]
    assert [line.split(":", 2)[:2] for line in told] == [
        ["5", "49 there is no agent/nobody"],
        ["6", "14 the account does not own this number"],
        ["6", "40 there is no agent/nobody"],
    ]
    assert all(line.split(":", 2)[2].strip() for line in told)
    assert desk.registry.store.version() == snapshot.version
    assert desk.fake_provider.writes == 0


def test_what_is_in_force_already_may_stay(run: Run, snapshot: Snapshot, desk: FakeDesk) -> None:
    """The account lost a number meanwhile, and a route leads nowhere: neither blocks the rest."""
    assert snapshot.version == 1
    del desk.fake_provider.numbers[SPLIT]
    exported = run("numbers", "export").stdout
    assert SPLIT in exported
    Path("same.yaml").write_text(exported.replace("Clinic main", "Clinic"), encoding="utf-8")
    done = run("numbers", "apply", "-f", "same.yaml", "--yes")
    assert done.exit_code == 0, done.stderr


def test_a_flow_that_is_not_there_is_refused_with_its_place(
    run: Run, desk: FakeDesk, file: Path
) -> None:
    """As an agent is: a typing error must not lead callers to the fallback."""
    desk.is_flow = lambda route: route.target == "a"
    done = run("numbers", "plan", "-f", str(file), "-o", "table")
    assert done.exit_code == 3
    assert [name in done.stderr for name in ("flow/a", "flow/b", "flow/clinic-main")] == [
        False,
        True,
        True,
    ]
    assert "voicegate flows push" in done.stderr


def test_what_is_exported_is_what_is_in_force(run: Run, desk: FakeDesk) -> None:
    """N9, from end to end; the 500 are in the test of `wanted_file.py`."""
    version = 0
    for seed in range(15):
        made = fake_snapshot.snapshot(Random(seed))
        owned = [_owned(desk, number) for number in made.numbers.values()]
        ids = {each.number: each.id for each in owned}
        numbers = {
            text: replace(number, provider_id=ids[text]) for text, number in made.numbers.items()
        }
        stored = replace(made, account=desk.account, numbers=numbers, version=version + 1)
        version = desk.registry.store.commit(version, stored, f"p{seed}", "ada", "[]")
        desk.provider = FakeProvider(owned)
        file = run("numbers", "export", "-o", "yaml").stdout_bytes
        planned = run("numbers", "plan", "-f", "-", "--exit-code", "-o", "json", said=file)
        assert planned.exit_code == 0, (seed, planned.stdout, planned.stderr)


def _owned(desk: FakeDesk, number: Number) -> Owned:
    fields = desk.webhook.wanted(number)
    return Owned(f"PN{number.number[1:]:0>32}", number.number, fields=fields)
