"""A bench's result as tables for a terminal and as JSON, each with its limits."""

import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import orjson
from rich.console import Console
from rich.table import Table

from ....codecs.certificate.certificate import processor
from .figures import ADDED_MS_MAX, LATE_MS_MAX, Climb, Range, over_rounds
from .goals import GOALS, ROWS, SAME_CALLS, Rounds, Row
from .subject import CONTESTANTS, Cores

_LIBRARIES = ("fastapi", "numpy", "orjson", "picows", "uvicorn", "uvloop", "websockets")


_LIMITS = (
    "Loopback without TLS; speech, caller, carrier and model are simulated. A telephone network, "
    "the way to the model and the time it takes to answer come on top."
)
_METHOD = (
    f"Delays end where the load reads: two hops of loopback and its waking up are in them. They "
    f"are those at half the knee; CPU and set-up those at {SAME_CALLS} calls, or the nearest step. "
    f"The knee is the most calls with nothing lost and a p99 delay, up and down, of less than "
    f"{ADDED_MS_MAX:.0f} ms more than that of a single call; the load itself is never later than "
    f"{LATE_MS_MAX:.0f} ms (p99)."
)
_FAIRNESS = (
    "With 24 kHz the filters delay by 2.000 ms each way inside the samples: no delay here has that "
    "in it but the goal that says so. The relay checks, limits and remembers nothing; its set-up "
    "begins at the upgrade, ours at the webhook before it."
)


@dataclass(frozen=True, slots=True)
class Result:
    """A whole run that may be printed."""

    rounds: Rounds
    window_s: float
    cores: Cores

    @property
    def limits(self) -> tuple[str, ...]:
        """What these figures are not; below every table, and in the picture."""
        apart = "not kept apart" if self.cores.load is None else "on a core each"
        here = (
            f"Load and process under test {apart}, windows of {self.window_s:.0f} s; {machine()}."
        )
        return _LIMITS, _METHOD, _FAIRNESS, here


def machine() -> str:
    """Processor, system and versions."""
    versions = ", ".join(f"{name} {_version(name)}" for name in _LIBRARIES)
    return (
        f"{processor()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}, {versions}"
    )


def show(result: Result) -> None:
    """Both tables on standard output, in colour and as wide as it is if that is a terminal."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=110)
    for table in (_figures(result), _goals(result)):
        console.print(table)
        for limit in result.limits:
            console.print(limit, style="dim")
        console.print()


def write(path: Path, result: Result) -> None:
    """Everything that was measured, as JSON; what is infinite is null there."""
    goals = [
        {
            "name": goal.name,
            "contestant": goal.contestant,
            "bound": goal.bound,
            "found": None if (found := goal.found(result.rounds)) is None else asdict(found),
            "is_met": found is not None and goal.is_met(found),
        }
        for goal in GOALS
    ]
    content = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "limits": result.limits,
        "goals": goals,
        "climbs": [_climb(climb) for climbs in result.rounds.values() for climb in climbs],
    }
    path.write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2))


def _climb(climb: Climb) -> dict[str, object]:
    return {**asdict(climb), "has_knee": climb.has_knee, "knee": climb.knee}


def _figures(result: Result) -> Table:
    rounds = max(len(climbs) for climbs in result.rounds.values())
    table = Table(
        title=f"Simulated calls on one core: median of {rounds} rounds, least to most",
        title_style="bold",
    )
    table.add_column("figure")
    for contestant in CONTESTANTS:
        ours = "" if contestant.is_relay else "ours, "
        table.add_column(f"{ours}{contestant.name}", justify="right")
    for row in ROWS:
        name = f"{row.name}, {row.unit}" if row.unit else row.name
        table.add_row(name, *(_row_cell(row, result.rounds[one.name]) for one in CONTESTANTS))
    return table


def _goals(result: Result) -> Table:
    table = Table(title="Goals", title_style="bold")
    for name in ("goal", "of", "wanted", "found", ""):
        table.add_column(name, justify="right" if name in ("wanted", "found") else "left")
    for goal in GOALS:
        found = goal.found(result.rounds)
        wanted = f"{'at least' if goal.is_least else 'at most'} {goal.bound:g}"
        verdict = "not measured"
        if found is not None:
            verdict = "met" if goal.is_met(found) else "missed"
        style = {"met": "green", "missed": "bold red"}.get(verdict, "dim")
        table.add_row(
            goal.name, goal.contestant, wanted, _cell(found, goal.digits), f"[{style}]{verdict}[/]"
        )
    return table


def _row_cell(row: Row, climbs: Sequence[Climb]) -> str:
    is_open = row.needs_knee and not all(climb.has_knee for climb in climbs)
    return ("at least " if is_open else "") + _cell(over_rounds(climbs, row.figure), row.digits)


def _cell(found: Range | None, digits: int) -> str:
    if found is None:
        return "-"
    middle, least, most = (f"{value:.{digits}f}" for value in astuple(found))
    return middle if least == most else f"{middle} ({least} to {most})"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"
