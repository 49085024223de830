"""One utterance in the ledger: how much of it came, left, was heard, and was taken back."""

from dataclasses import dataclass, field

from .actions import Fact, fact


@dataclass(slots=True)
class Item:
    """One utterance: the model's, or, as a house piece, ours. Counts are bytes of the leg."""

    item_id: str
    response_id: str = ""
    is_house: bool = False
    is_interruptible: bool = True
    received: int = 0
    sent: int = 0
    heard: int = 0  # echoed, or settled by a clear; the rest is an estimate
    cleared: int = 0
    dropped: int = 0
    is_done: bool = False
    is_cut: bool = False
    waiting: bytearray = field(default_factory=bytearray)  # received, not sent
    tail: bytes = b""  # the filter's rest: played, but not item time
    last_delta_ms: int = 0
    first_sent_ms: int | None = None
    dry_ms: int = 0  # how long the carrier had nothing to play in the midst of it

    @property
    def is_heard_out(self) -> bool:
        """Finished, and known to be heard to its end."""
        return self.is_done and not self.waiting and 0 < self.heard == self.sent

    @property
    def in_flight(self) -> int:
        """Sent, and neither known to be heard nor cleared."""
        return self.sent - self.heard - self.cleared


@dataclass(slots=True)
class Segment:
    """Bytes `start` to `end` of a generation belong to this item."""

    start: int
    end: int
    item: Item


@dataclass(frozen=True, slots=True)
class CutItem:
    """What became of one item, in whole milliseconds; `dry_ms`: silence that was heard inside it."""

    item_id: str
    heard_ms: int
    received_ms: int
    is_whole: bool  # finished, and heard to its end
    dry_ms: int = 0

    @property
    def last_fact(self) -> Fact:
        """How it ended, for the record."""
        if self.is_whole:
            return fact("audio.heard_all", item=self.item_id, ms=self.heard_ms, dry_ms=self.dry_ms)
        return fact(
            "audio.cut",
            item=self.item_id,
            heard_ms=self.heard_ms,
            received_ms=self.received_ms,
            dry_ms=self.dry_ms,
        )
