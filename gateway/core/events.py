"""What can happen to a call: one frozen value for each fact that an adapter or the shell reports."""

from enum import StrEnum

from msgspec import Struct


class LegFaultKind(StrEnum):
    """Ways in which a carrier's message is not what its documentation says."""

    NOT_JSON = "not_json"
    BINARY = "binary"
    UNKNOWN_EVENT = "unknown_event"
    WRONG_STREAM = "wrong_stream"
    UNDECODABLE = "undecodable"
    BAD_MEDIA = "bad_media"  # a frame of the caller, which is lost


class LegEnd(StrEnum):
    """How a leg came to its end."""

    STOPPED = "stopped"
    CLOSED = "closed"
    LOST = "lost"
    SLOW = "slow"
    MISBEHAVED = "misbehaved"
    UNSUPPORTED = "unsupported"


# -- the leg: the caller's media -----------------------------------------------------------------


class CallerAudio(Struct, frozen=True):
    """Caller audio in the leg's format; `line_ms` is the carrier's capture clock.

    `chunk` is its number, from 1; 0 where the carrier gives none.
    """

    payload: bytes
    line_ms: int
    chunk: int = 0


class CallerDigit(Struct, frozen=True):
    """One key: 0-9, *, #, A-D."""

    digit: str


class MarkPlayed(Struct, frozen=True):
    """A mark came back: played, or flushed by a clear; the carrier does not say which."""

    name: str


class LegOpened(Struct, frozen=True):
    """Media flows from now on."""

    stream_id: str


class LegFault(Struct, frozen=True):
    """The carrier sent something that cannot be used; the stream goes on."""

    kind: LegFaultKind


class LegClosed(Struct, frozen=True):
    """The stream is over: stopped by the carrier, closed, lost, too slow to be kept, or not speakable."""

    why: LegEnd


# -- the model -----------------------------------------------------------------------------------


class ModelConnected(Struct, frozen=True):
    """The model has opened a session with its own defaults (`session.created`)."""


class ModelOpened(Struct, frozen=True):
    """The session speaks as asked (`session.updated`); `differences` names members that do not."""

    input_format: str
    output_format: str
    differences: tuple[str, ...] = ()


class ModelAudio(Struct, frozen=True):
    """A delta of one item, already in the leg's format; may be empty, may end in mid-frame."""

    item_id: str
    response_id: str
    payload: bytes


class ModelAudioDone(Struct, frozen=True):
    """No more audio for this item; `tail` is what the filter still held, and is not item time."""

    item_id: str
    response_id: str
    tail: bytes = b""


class ModelItemAdded(Struct, frozen=True):
    """The model began an assistant message; its audio may follow."""

    item_id: str
    response_id: str


class ModelHeardSpeech(Struct, frozen=True):
    """The model's detector says that the caller started to speak."""

    item_id: str
    audio_start_ms: int


class ModelHeardQuiet(Struct, frozen=True):
    """The model's detector says that the caller stopped; `silence_ms` of that told it so."""

    item_id: str
    audio_end_ms: int
    silence_ms: int = 0


class ModelCommitted(Struct, frozen=True):
    """The caller's turn stands in the conversation; an answer is owed."""

    item_id: str


class ModelResponding(Struct, frozen=True):
    """A response has begun."""

    response_id: str


class ResponseStatus(StrEnum):
    """How a response ended (OpenAI Realtime, `response.done`)."""

    COMPLETED = "completed"
    CANCELLED = "cancelled"
    INCOMPLETE = "incomplete"
    FAILED = "failed"


class ModelResponded(Struct, frozen=True):
    """A response has ended; `reason` is the cause or error code of an end that is not complete."""

    response_id: str
    status: ResponseStatus
    reason: str = ""
    input_tokens: int = 0
    output_tokens: int = 0


class ModelSaid(Struct, frozen=True):
    """Text of an item, as the model wrote it; not what was heard of it."""

    item_id: str
    text: str
    is_final: bool


class CallerSaid(Struct, frozen=True):
    """A transcript of the caller's turn; late, empty or missing ones block nothing."""

    item_id: str
    text: str
    is_final: bool


class ModelCalled(Struct, frozen=True):
    """The model called a function; `arguments` is JSON as the model wrote it."""

    response_id: str
    call_id: str
    name: str
    arguments: str


class ModelTruncated(Struct, frozen=True):
    """The model has cut its memory of an item."""

    item_id: str
    audio_end_ms: int


class ModelFault(Struct, frozen=True):
    """An `error` of the model; `event_id` names our request, `limit_ms` a length it told us."""

    code: str
    event_id: str = ""
    limit_ms: int | None = None


class ModelUnreachable(Struct, frozen=True):
    """No session: the connection or its upgrade failed; `status` is the HTTP status, 0 for none."""

    status: int
    retry_after_ms: int = 0


class ModelClosed(Struct, frozen=True):
    """The model's socket ended with this WebSocket close code (1006: without one)."""

    code: int
    reason: str = ""


class ModelUnreadable(Struct, frozen=True):
    """A message of the model that is no JSON; `in_a_row` counts those without a good one between."""

    in_a_row: int


class ModelBlocked(Struct, frozen=True):
    """The model does not take what was written (`is_blocked`), or takes it again."""

    is_blocked: bool


# -- carrier and shell ---------------------------------------------------------------------------


class CallRang(Struct, frozen=True):
    """The carrier announced the call; its media will come, or not."""


class CarrierEnded(Struct, frozen=True):
    """The carrier says that the call is over, whatever the socket says."""


class GatewayDraining(Struct, frozen=True):
    """This process wants to leave; the call has until the next quiet moment, then `by_ms`."""

    by_ms: int


LegEvent = CallerAudio | CallerDigit | MarkPlayed | LegOpened | LegFault | LegClosed
TalkEvent = (  # what only matters while an agent talks
    ModelAudio
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
    | ModelCalled
)
ModelEvent = (
    TalkEvent
    | ModelConnected
    | ModelOpened
    | ModelFault
    | ModelUnreachable
    | ModelUnreadable
    | ModelClosed
    | ModelBlocked
)
ShellEvent = CallRang | CarrierEnded | GatewayDraining
Event = LegEvent | ModelEvent | ShellEvent
