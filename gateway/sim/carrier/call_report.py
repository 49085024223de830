"""What happened in one simulated call, as the carrier and its caller saw it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ..outputs import Note
from .orders import CallEnded, CallNote, Fetch, Spoken, WebAnswer, WebResult
from .playback import SILENCE

Tell = Callable[[str], None]
Overhear = Callable[[str | bytes], None]


def nobody(_line: str) -> None:
    """Nobody listens."""


def unheard(_message: str | bytes) -> None:
    """Nobody overhears the messages."""


@dataclass(frozen=True, slots=True)
class Exchanged:
    """One HTTP request of the carrier and what came back."""

    at_ms: int
    fetch: Fetch
    result: WebResult

    @property
    def path(self) -> str:
        return urlsplit(self.fetch.url).path

    @property
    def form(self) -> dict[str, str]:
        return dict(self.fetch.fields)


@dataclass(slots=True)
class CallReport:
    """Grows while the call goes on; `tell` is given one line for everything worth telling.

    `overhear` is given each message of the gateway's streams as it comes.
    `heard` has the 20 ms the caller heard from each instant on; `late_ms_max` is how late a timer
    of its streams ever was.
    """

    call_sid: str
    tell: Tell = nobody
    overhear: Overhear = unheard
    notes: list[Note] = field(default_factory=list[Note])
    requests: list[Exchanged] = field(default_factory=list[Exchanged])
    spoken: list[Spoken] = field(default_factory=list[Spoken])
    heard: list[tuple[int, bytes]] = field(default_factory=list[tuple[int, bytes]])
    streams: list[str] = field(default_factory=list[str])
    close_codes: list[int] = field(default_factory=list[int])  # one per stream that has ended
    late_ms_max: int = 0
    end: CallEnded | None = None

    @property
    def heard_audio(self) -> bytes:
        """All that was heard, without the silence of whole ticks."""
        return b"".join(payload for _, payload in self.heard if payload != SILENCE)

    def forms(self, path: str) -> list[dict[str, str]]:
        """The forms sent to a path, in order."""
        return [exchanged.form for exchanged in self.requests if exchanged.path == path]

    def add_request(self, exchanged: Exchanged) -> None:
        self.requests.append(exchanged)
        match exchanged.result:
            case WebAnswer(status, content_type, body):
                size = f"{len(body)} bytes {content_type}".rstrip()
                self.tell(f"{exchanged.fetch.method} {exchanged.path} -> {status}, {size}")
            case failure:
                outcome = f"{failure.kind} {failure.detail}"
                self.tell(f"{exchanged.fetch.method} {exchanged.path} failed: {outcome}")

    def add_note(self, note: Note | CallNote) -> None:
        self.notes.append(Note(note.kind, note.detail))
        self.tell(f"note {note.kind}: {note.detail}")

    def add_spoken(self, spoken: Spoken) -> None:
        self.spoken.append(spoken)
        self.tell(f"{spoken.verb}: {spoken.text}")

    def add_end(self, end: CallEnded) -> None:
        self.end = end
        self.tell(f"ended: {end.status}, {end.cause}")
