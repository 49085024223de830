"""An older version as what is wanted now; what only newer ones know stays as it is."""

from dataclasses import replace

from ...gateway.terminal.exit_code import ExitCode
from ...gateway.terminal.failure import CommandError
from ..model import Snapshot
from ..registry.store import KEEP_VERSIONS, RedisStore


def older(store: RedisStore, version: int) -> Snapshot:
    """Raises CommandError for one that is in force, was never, or is not kept any more."""
    in_force = store.version()
    if version == in_force:
        raise CommandError(ExitCode.USAGE, f"version {version} is in force", "name an older one")
    found = store.at(version) if version < in_force else None
    if found is None:
        what = f"there is no version {version}: the last {KEEP_VERSIONS} are kept"
        raise CommandError(ExitCode.NOT_FOUND, what, "see voicegate numbers history")
    return found


def since_then(old: Snapshot, current: Snapshot) -> list[str]:
    """The numbers that the old version does not know."""
    return sorted(current.numbers.keys() - old.numbers.keys())


def in_place_of(damaged: int, old: Snapshot) -> Snapshot:
    """The old content where that in force cannot be read: there is nothing to compare it with."""
    return replace(old, version=damaged + 1)
