"""What can happen to a call: one frozen value for each fact that an adapter or the shell reports."""

from dataclasses import dataclass
from enum import StrEnum


class LegFaultKind(StrEnum):
    """Ways in which a carrier's message is not what its documentation says."""

    NOT_JSON = "not_json"
    BINARY = "binary"
    UNKNOWN_EVENT = "unknown_event"
    WRONG_STREAM = "wrong_stream"
    UNDECODABLE = "undecodable"


class LegEnd(StrEnum):
    """How a leg came to its end."""

    STOPPED = "stopped"
    CLOSED = "closed"
    LOST = "lost"
    SLOW = "slow"
    MISBEHAVED = "misbehaved"
    UNSUPPORTED = "unsupported"


# -- the leg: the caller's media -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CallerAudio:
    """Caller audio in the leg's format; `line_ms` is the carrier's capture clock."""

    payload: bytes
    line_ms: int


@dataclass(frozen=True, slots=True)
class CallerDigit:
    """One key: 0-9, *, #, A-D."""

    digit: str


@dataclass(frozen=True, slots=True)
class MarkPlayed:
    """A mark came back: played, or flushed by a clear; the carrier does not say which."""

    name: str


@dataclass(frozen=True, slots=True)
class LegOpened:
    """Media flows from now on."""

    stream_id: str


@dataclass(frozen=True, slots=True)
class LegFault:
    """The carrier sent something that cannot be used; the stream goes on."""

    kind: LegFaultKind


@dataclass(frozen=True, slots=True)
class LegClosed:
    """The stream is over: stopped by the carrier, closed, lost, too slow to be kept, or not speakable."""

    why: LegEnd


# -- the model -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ModelConnected:
    """The model has opened a session with its own defaults (`session.created`)."""


@dataclass(frozen=True, slots=True)
class ModelOpened:
    """The session speaks as asked (`session.updated`); `differences` names members that do not."""

    input_format: str
    output_format: str
    differences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelAudio:
    """A delta of one item, already in the leg's format; may be empty, may end in mid-frame."""

    item_id: str
    response_id: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class ModelAudioDone:
    """No more audio for this item; `tail` is what the filter still held, and is not item time."""

    item_id: str
    response_id: str
    tail: bytes = b""


@dataclass(frozen=True, slots=True)
class ModelItemAdded:
    """The model began an assistant message; its audio may follow."""

    item_id: str
    response_id: str


@dataclass(frozen=True, slots=True)
class ModelHeardSpeech:
    """The model's detector says that the caller started to speak."""

    item_id: str
    audio_start_ms: int


@dataclass(frozen=True, slots=True)
class ModelHeardQuiet:
    """The model's detector says that the caller stopped; `silence_ms` of that told it so."""

    item_id: str
    audio_end_ms: int
    silence_ms: int = 0


@dataclass(frozen=True, slots=True)
class ModelCommitted:
    """The caller's turn stands in the conversation; an answer is owed."""

    item_id: str


@dataclass(frozen=True, slots=True)
class ModelResponding:
    """A response has begun."""

    response_id: str


class ResponseStatus(StrEnum):
    """How a response ended (OpenAI Realtime, `response.done`)."""

    COMPLETED = "completed"
    CANCELLED = "cancelled"
    INCOMPLETE = "incomplete"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ModelResponded:
    """A response has ended; `reason` is the cause or error code of an end that is not complete."""

    response_id: str
    status: ResponseStatus
    reason: str = ""
    input_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True, slots=True)
class ModelSaid:
    """Text of an item, as the model wrote it; not what was heard of it."""

    item_id: str
    text: str
    is_final: bool


@dataclass(frozen=True, slots=True)
class CallerSaid:
    """A transcript of the caller's turn; late, empty or missing ones block nothing."""

    item_id: str
    text: str
    is_final: bool


@dataclass(frozen=True, slots=True)
class ModelTruncated:
    """The model has cut its memory of an item."""

    item_id: str
    audio_end_ms: int


@dataclass(frozen=True, slots=True)
class ModelFault:
    """An `error` of the model; `event_id` names our request, `limit_ms` a length it told us."""

    code: str
    event_id: str = ""
    limit_ms: int | None = None


@dataclass(frozen=True, slots=True)
class ModelUnreachable:
    """No session: the connection or its upgrade failed; `status` is the HTTP status, 0 for none."""

    status: int
    retry_after_ms: int = 0


@dataclass(frozen=True, slots=True)
class ModelClosed:
    """The model's socket ended with this WebSocket close code (1006: without one)."""

    code: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ModelBlocked:
    """The model does not take what was written (`is_blocked`), or takes it again."""

    is_blocked: bool


# -- carrier and shell ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CallRang:
    """The carrier announced the call; its media will come, or not."""


@dataclass(frozen=True, slots=True)
class CarrierEnded:
    """The carrier says that the call is over, whatever the socket says."""


@dataclass(frozen=True, slots=True)
class GatewayDraining:
    """This process wants to leave; the call has until the next quiet moment, then `by_ms`."""

    by_ms: int


LegEvent = CallerAudio | CallerDigit | MarkPlayed | LegOpened | LegFault | LegClosed
ModelEvent = (
    ModelConnected
    | ModelOpened
    | ModelAudio
    | ModelAudioDone
    | ModelItemAdded
    | ModelHeardSpeech
    | ModelHeardQuiet
    | ModelCommitted
    | ModelResponding
    | ModelResponded
    | ModelSaid
    | CallerSaid
    | ModelTruncated
    | ModelFault
    | ModelUnreachable
    | ModelClosed
    | ModelBlocked
)
ShellEvent = CallRang | CarrierEnded | GatewayDraining
Event = LegEvent | ModelEvent | ShellEvent
