"""The commands of the registry over many numbers: what each takes, beside the bare interpreter.

Every command is a process of its own between a private Redis and the simulated carrier.
"""

import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import count
from os import environ
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from types import MappingProxyType

from rich.console import Console
from rich.table import Table

from ....numbers.documents import numbers as numbers_document
from ....numbers.model import Agent, Number, Route, RouteKind, Share, Snapshot
from ....numbers.planning.webhook import Webhook
from ....numbers.registry import snapshot_json
from ....numbers.registry.keys import Keys
from ....numbers.registry.origin import Origin
from ....numbers.registry.store import RedisStore
from ...embedded import await_end
from ...settings import load
from ...store import FOLDER, open_store
from ..carrier.account import AccountSettings
from ..carrier.server import CarrierServer
from ..rig.carrier_thread import carrier_in_thread
from .report import machine

ACCOUNT, TOKEN = "AC" + "1" * 32, "0123456789abcdef0123456789abcdef"
PUBLIC_URL = "https://voice.example.com"
AGENTS = 50
CHANGED = 100  # the file leads each hundredth number elsewhere
LONGEST_S = 300
TOLD_CHARS = 300
_MAIN = "from voicegate.gateway.cli import main; main()"
_LIMITS = (
    "Medians of the rounds; each command is a process of its own, Redis private, the carrier "
    "simulated on loopback. The CPU is the command's alone, the ratio to the bare interpreter: so "
    "a machine that is slow or has other work to do changes little. The goals are one second for "
    "a list and three for a plan where the bare interpreter takes 14 ms."
)


@dataclass(frozen=True, slots=True)
class Trial:
    """A command to measure; the goal is a multiple of what the bare interpreter takes."""

    name: str
    code: str
    words: tuple[str, ...] = ()
    ratio_max: float | None = None


BARE = Trial("python, bare", "pass")
LIST_MAX, PLAN_MAX = 1 / 0.014, 3 / 0.014  # one second and three, where bare takes 14 ms
TRIALS = (
    BARE,
    Trial("numbers --help", _MAIN, ("numbers", "--help"), 8),
    Trial("numbers list", _MAIN, ("numbers", "list", "-o", "table"), LIST_MAX),
    Trial("numbers list -o json", _MAIN, ("numbers", "list", "-o", "json"), LIST_MAX),
    Trial("numbers validate", _MAIN, ("numbers", "validate", "numbers.yaml")),
    Trial("numbers plan", _MAIN, ("numbers", "plan", "-f", "numbers.yaml", "-o", "json"), PLAN_MAX),
)


@dataclass(frozen=True, slots=True)
class Spent:
    """What one run took: time on the clock, and of the CPU."""

    waited_s: float
    cpu_s: float


Results = Mapping[Trial, list[Spent]]


class NotMeasured(Exception):
    """A command that failed; tells its last line."""


def run(numbers: int, rounds: int, tell: Callable[[str], None]) -> Results:
    """Every command in turn, so many times. Raises StoreError and NotMeasured."""
    results: dict[Trial, list[Spent]] = {trial: [] for trial in TRIALS}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="voicegate-")))
        stack.callback(await_end, folder / FOLDER)
        carrier = stack.enter_context(carrier_in_thread(AccountSettings(ACCOUNT, TOKEN)))
        made = _adopted(carrier, _snapshot(numbers))
        store = stack.enter_context(open_store(load({}, None), folder / FOLDER))
        with store.command_client() as client:
            keys = Keys(store.prefix, ACCOUNT)
            versions = RedisStore(client, keys, snapshot_json.parse, snapshot_json.render, Origin())
            versions.commit(0, made, "bench", "bench", "")
        (folder / "numbers.yaml").write_text(_file(made), encoding="utf-8")
        place = _environment(carrier)
        for number in range(rounds):
            for trial in TRIALS:
                results[trial].append(_spent(trial, folder, place))
            tell(f"{number + 1}. round of {rounds}")
    return results


def is_within(results: Results) -> bool:
    """Whether no command takes more than its goal."""
    return all(
        trial.ratio_max is None or ratio <= trial.ratio_max
        for trial, ratio in ratios(results).items()
    )


def ratios(results: Results) -> dict[Trial, float]:
    """The CPU time of each command in those of the bare interpreter."""
    cpu_s = {trial: median(each.cpu_s for each in spent) for trial, spent in results.items()}
    return {trial: each_s / cpu_s[BARE] for trial, each_s in cpu_s.items()}


def show(results: Results, numbers: int) -> None:
    """A table on standard output."""
    table = Table("command", title=f"{numbers} numbers", caption=f"{_LIMITS} {machine()}")
    for heading in ("waited, s", "CPU, s", "ratio", "at most"):
        table.add_column(heading, justify="right")
    for trial, ratio in ratios(results).items():
        table.add_row(
            trial.name,
            f"{median(each.waited_s for each in results[trial]):.2f}",
            f"{median(each.cpu_s for each in results[trial]):.3f}",
            f"{ratio:.0f}",
            "" if trial.ratio_max is None else f"{trial.ratio_max:.0f}",
        )
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=110)
    console.print(table)


def _snapshot(numbers: int) -> Snapshot:
    made: dict[str, Number] = {}
    for place, text in zip(range(numbers), map("+1{}".format, count(2_125_550_000)), strict=False):
        share = Share(_route(place), 1)
        made[text] = Number(text, name=f"Branch {place}", shares=(share,), tags=("branch", "ny"))
    names = (f"{kind}-{place}" for kind in ("clinic", "other") for place in range(AGENTS))
    agents = {name: Agent(name, "You answer the telephone.") for name in names}
    return Snapshot(
        ACCOUNT, version=1, numbers=MappingProxyType(made), agents=MappingProxyType(agents)
    )


def _route(place: int) -> Route:
    return Route(RouteKind.AGENT, f"clinic-{place % AGENTS}")


def _adopted(carrier: CarrierServer, made: Snapshot) -> Snapshot:
    """With the numbers at the carrier, as they shall be there."""
    webhook, owned = Webhook(PUBLIC_URL), carrier.rest.numbers
    numbers = {
        text: replace(number, provider_id=owned.adopt(text, webhook.wanted(number)))
        for text, number in made.numbers.items()
    }
    return replace(made, numbers=MappingProxyType(numbers))


def _file(made: Snapshot) -> str:
    """The same as stored, but for some routes."""
    text = numbers_document.render(numbers_document.NumbersDocument(made.numbers))
    lines = text.splitlines(keepends=True)
    routes = [place for place, line in enumerate(lines) if line.lstrip().startswith("route:")]
    for place in routes[::CHANGED]:
        lines[place] = lines[place].replace("clinic", "other")
    return "".join(lines)


def _environment(carrier: CarrierServer) -> dict[str, str]:
    return {
        "PATH": environ["PATH"],
        "PYTHONPATH": ":".join(filter(None, sys.path)),
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "VOICEGATE_PUBLIC_URL": PUBLIC_URL,
        "VOICEGATE_TWILIO_API_URL": f"http://127.0.0.1:{carrier.port}",
    }


def _spent(trial: Trial, folder: Path, place: Mapping[str, str]) -> Spent:
    before, began = getrusage(RUSAGE_CHILDREN), perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", trial.code, *trial.words],
        cwd=folder,
        env=place,
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
        check=False,
    )
    waited_s, after = perf_counter() - began, getrusage(RUSAGE_CHILDREN)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise NotMeasured(f"{trial.name} failed: {last[:TOLD_CHARS]}")
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Spent(waited_s, cpu_s)
