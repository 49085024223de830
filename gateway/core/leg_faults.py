"""What is wrong with the carrier's messages: counted, and when it is too much."""

from .events import LegFaultKind

GARBLED_MAX = 50  # messages in a row that cannot be read
GARBLED = (
    LegFaultKind.NOT_JSON,
    LegFaultKind.BINARY,
    LegFaultKind.UNDECODABLE,
    LegFaultKind.BAD_MEDIA,
)


class LegFaults:
    """Faults of one leg by kind, and holes in the numbers of its media messages."""

    def __init__(self) -> None:
        self.counts: dict[LegFaultKind, int] = dict.fromkeys(LegFaultKind, 0)
        self.holes = 0
        self._garbled_in_a_row = 0
        self._next_chunk = 1

    @property
    def is_garbled(self) -> bool:
        """Nothing that can be read has come for too long."""
        return self._garbled_in_a_row >= GARBLED_MAX

    def saw(self, kind: LegFaultKind) -> None:
        """One message was not as it should be."""
        self.counts[kind] += 1
        self._garbled_in_a_row += kind in GARBLED

    def saw_audio(self, chunk: int) -> bool:
        """One could be read. True if its number shows the first hole: TCP loses none, so somebody did.

        Media messages are numbered from 1 (Twilio "Media Streams - WebSocket Messages"); 0 is a leg
        without numbers.
        """
        self._garbled_in_a_row = 0
        is_next = chunk == self._next_chunk
        self._next_chunk = chunk + 1
        if is_next or not chunk:
            return False
        self.holes += 1
        return self.holes == 1
