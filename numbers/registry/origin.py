"""Where a change came from, for the audit."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Origin:
    """The machine, and a hash of the command's arguments, which may hold what nobody should read."""

    host: str = ""
    argv_hash: str = ""
