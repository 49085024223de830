"""Which release of Redis wrote a folder's history, as an older one cannot take it up.

From release 7 on the append-only file lies in a folder of its own: an older server does not look
there and would begin with nothing. Between later releases the format of the file's head changes.
"""

import re
import subprocess
from pathlib import Path

from .core.errors import StoreError, StoreFault

Release = tuple[int, int]

ANSWER_S = 10.0
_SAID = re.compile(r"\bv=(\d+)\.(\d+)")  # `Redis server v=7.0.15 sha=…`; Valkey says it likewise


def release_of(program: str) -> Release | None:
    """Major and minor of a `redis-server`; None for a program that does not tell."""
    try:
        told = subprocess.run(
            [program, "--version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=ANSWER_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = _SAID.search(told.stdout)
    return None if found is None else (int(found[1]), int(found[2]))


def note(home: Path, release: Release | None) -> None:
    """This release writes the history below `home` from now on."""
    if release is not None:
        _note_of(home).write_text(f"{release[0]}.{release[1]}", encoding="utf-8")


def refuse_older(home: Path, program: str, release: Release | None) -> None:
    """Raises StoreError where the history below `home` is of a later release than the program's."""
    written_by = _written_by(home)
    if release is None or written_by is None or release >= written_by:
        return
    was, is_now = (f"{major}.{minor}" for major, minor in (written_by, release))
    raise StoreError(
        StoreFault.UNSUITABLE,
        f"{home} was written by Redis {was}, and {program} is {is_now}, which cannot read it:"
        f" put a redis-server {was} or newer on the PATH, or name one by REDIS_URL;"
        " to begin with nothing, move that folder away",
    )


def _written_by(home: Path) -> Release | None:
    try:
        major, minor = _note_of(home).read_text(encoding="utf-8").split(".")
        return int(major), int(minor)
    except (FileNotFoundError, ValueError):
        return (7, 0) if (home / "appendonlydir").is_dir() else None


def _note_of(home: Path) -> Path:
    return home / "release"
