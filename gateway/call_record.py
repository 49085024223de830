"""What all processes know of a call: what answered it, who has it, how it stands."""

from dataclasses import dataclass

import msgspec

from ..numbers.model import Audio, Route
from .core.actions import EndReason


@dataclass(frozen=True, slots=True)
class CallFacts:
    """What was settled when the call rang, enough to open its session anywhere.

    `agent` is a name in that version of the configuration; None: the one whom the settings describe.
    A flow's `route` names the version that the call is in. `max_calls` of the called number go on at
    the same time, None for any number.
    """

    call_id: str
    call_sid: str
    called: str = ""
    document: bytes = b""  # what the carrier was told to do, told again if it asks again
    route: Route | None = None
    agent: str | None = None
    audio: Audio | None = None
    version: int = 0
    caller: str = ""
    max_calls: int | None = None
    caller_country: str = ""  # as the carrier says, which need not know it
    caller_region: str = ""


@dataclass(frozen=True, slots=True)
class CallRecord:
    """`owner` is the process that has the call; without a `reason` it is not over."""

    facts: CallFacts
    owner: str
    has_started: bool = False
    reason: EndReason | None = None

    @property
    def is_waiting(self) -> bool:
        """Its media may still come."""
        return not self.has_started and self.reason is None


def render_facts(facts: CallFacts) -> bytes:
    """As JSON."""
    return msgspec.json.encode(facts)


def parse_facts(text: bytes) -> CallFacts:
    """Raises ValueError for what another release may have written."""
    return msgspec.json.decode(text, type=CallFacts)
