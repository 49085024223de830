"""All rows of the certificate of this folder: what was measured, on what, and whether it holds."""

import os
import platform
import subprocess
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from . import (
    dtmf_rows,
    ear_rows,
    ear_strangers,
    filter_rows,
    law_rows,
    memory_rows,
    speech_rows,
    speed_rows,
    stream_rows,
    wav_rows,
)
from .row import Row, Rows

_POINTS_SHOWN: Final = 2_000

Tell = Callable[[str], None]

QUICK: Final[dict[str, Rows]] = {
    "codes of G.711": law_rows.rows,
    "filter": filter_rows.rows,
    "streams": stream_rows.rows,
    "keys": dtmf_rows.rows,
    "files": lambda: [*wav_rows.rows(), *wav_rows.library_rows()],
    "memory": memory_rows.rows,
}
SLOW: Final[dict[str, Rows]] = {
    "recorded speech": speech_rows.rows,
    "ear": lambda: [*ear_rows.talk_rows(), *ear_strangers.rows(), *ear_rows.noise_rows()],
    "keys in speech": lambda: [*dtmf_rows.talk_rows(), *dtmf_rows.prompt_rows()],
    "speed": speed_rows.rows,
}


@dataclass(frozen=True, slots=True)
class Certificate:
    """One run. Rows that could not run do not make it fail."""

    rows: tuple[Row, ...]

    @property
    def passed(self) -> bool:
        """No row failed."""
        return all(row.status != "fail" for row in self.rows)

    @property
    def is_complete(self) -> bool:
        """Every row ran."""
        return all(row.status != "not run" for row in self.rows)

    def with_speed_shown(self) -> "Certificate":
        """The same, and no row of speed (P) has failed: their figures are still there."""
        rows = [_shown(row) if row.id.startswith("P") else row for row in self.rows]
        return Certificate(tuple(rows))

    def content(self) -> dict[str, object]:
        """Everything for JSON; no host or user name is in it."""
        return {
            "version": 1,
            "python": platform.python_version(),
            "numpy": np.__version__,
            "blas_threads": os.environ.get("OPENBLAS_NUM_THREADS"),
            "cpu": processor(),
            "commit": _commit(),
            "passed": self.passed,
            "rows": [asdict(row) for row in self.rows],
            "response": _response(),
        }


def measure(tell: Tell, *, is_quick: bool) -> Certificate:
    """All rows, or those that take no time; `tell` hears what is next."""
    rows: list[Row] = []
    for name, rows_of in {**QUICK, **({} if is_quick else SLOW)}.items():
        tell(f"measuring: {name}")
        rows += rows_of()
    return Certificate(tuple(rows))


def _shown(row: Row) -> Row:
    if row.status != "fail":
        return row
    return replace(row, gate=f"{row.gate} (missed)", status="pass")


def processor() -> str:
    """Linux knows its name; elsewhere the architecture has to do."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def _commit() -> str | None:
    """Of the checkout this runs from, if it is one."""
    root = Path(__file__).parents[2]
    if not (root / ".git").exists():
        return None
    command = ["git", "-C", str(root), "rev-parse", "HEAD"]
    try:
        found = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return None
    return found.stdout.strip() or None


def _response() -> dict[str, list[float]]:
    gain = filter_rows.response_db()
    shown = np.linspace(0, len(gain) - 1, _POINTS_SHOWN).astype(int)
    hz = shown * (filter_rows.RATE / 2 / (len(gain) - 1))
    return {"hz": hz.round(2).tolist(), "db": gain[shown].round(3).tolist()}
