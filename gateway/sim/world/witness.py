"""What a virtual call did, seen from outside: for invariants, reports and the log's digest."""

import hashlib
from array import array
from functools import cached_property

import orjson

from ...core.actions import Action, EndReason, Fact
from ...core.events import Event
from .sent import Sent, read_sent

TO_CARRIER = "to carrier"
FROM_CARRIER = "from carrier"
TO_MODEL = "to model"
FROM_MODEL = "from model"
CLOSES = "closes"


class Witness:
    """Keeps what happens in lists, and counts nothing while the call runs: that comes after."""

    def __init__(self) -> None:
        self.log: list[tuple[int, str, bytes]] = []  # when, who, what: every message on every wire
        self.steps: list[tuple[int, Event | None, list[Action]]] = []
        self.facts: list[tuple[int, Fact]] = []
        self.crashes: list[Exception] = []
        self.notes: list[tuple[int, str, str, str]] = []  # when, who, kind, detail
        self.ends: list[tuple[int, EndReason]] = []
        self.played: list[
            tuple[int, bytes]
        ] = []  # 20 ms of the caller's phone that were not silent
        self.first_frame_ms = 0  # when the caller's microphone gave its first 20 ms
        self.loud_at: list[int] = []  # 20 ms in which the caller made a sound
        self.keys_at: list[int] = []
        self.numbers: dict[str, int] = {}  # item id -> number in its tags
        self.wakes = 0
        self.late_deadlines = 0
        self.queued_ms_max = 0  # at the carrier
        self.waiting_ms_max = 0  # in the gateway, for the model

    @property
    def log_hash(self) -> str:
        """The same seed gives the same one, in any process, on any Python."""
        times, whos, messages = zip(*self.log, strict=True) if self.log else ((), (), ())
        digest = hashlib.blake2b(array("q", times).tobytes(), digest_size=16)
        digest.update("\n".join(whos).encode())
        digest.update(b"\n".join(messages))
        return digest.hexdigest()

    def on_wire(self, who: str) -> list[tuple[int, bytes]]:
        """The messages that went one way."""
        return [(at_ms, message) for at_ms, sender, message in self.log if sender == who]

    @cached_property
    def sent(self) -> list[Sent]:
        """What the carrier was to play and to drop; ask when the call is over."""
        return list(read_sent(self.on_wire(TO_CARRIER)))

    @cached_property
    def frames_at(self) -> list[int]:
        """When the caller's frames reached the gateway; ask when the call is over."""
        arrived = self.on_wire(FROM_CARRIER)
        return [at_ms for at_ms, message in arrived if b'"media"' in message[:20]]

    def saw_fact(self, fact: Fact, now_ms: int) -> None:
        """The call told something about itself."""
        self.facts.append((now_ms, fact))
        self.log.append((now_ms, fact.name, orjson.dumps(dict(fact.fields))))

    def spoken(self) -> list[tuple[int, int]]:
        """When the caller began to make a sound, and for how long."""
        stretches: list[tuple[int, int]] = []
        last_ms = -1_000
        for at_ms in self.loud_at:
            began_ms = stretches.pop()[0] if at_ms - last_ms <= 30 else at_ms
            stretches.append((began_ms, at_ms + 20 - began_ms))
            last_ms = at_ms
        return stretches
