"""How well each behaviour of a simulator is known, and from where."""

from dataclasses import dataclass
from typing import Literal

Evidence = Literal["documented", "reported", "assumed"]


@dataclass(frozen=True, slots=True)
class Assumption:
    """One behaviour of a far side.

    `evidence` is `documented` (the vendor says so or a recording shows it), `reported` (people say
    they saw it) or `assumed` (nobody outside knows); `source` names the page, issue or recording.
    """

    behaviour: str
    evidence: Evidence
    source: str
