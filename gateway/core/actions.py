"""What a call may ask for, as values performed in list order; and the reasons why calls end."""

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct
from msgspec import field as member


class EndReason(StrEnum):
    """Why a call ended: the first cause, one a call."""

    CALLER_HUNG_UP = "caller_hung_up"
    AGENT_HUNG_UP = "agent_hung_up"
    OPERATOR_ENDED = "operator_ended"
    TRANSFERRED = "transferred"
    REDIRECTED = "redirected"
    CALLER_SILENT = "caller_silent"
    VOICEMAIL = "voicemail"
    OPTED_OUT = "opted_out"
    MAX_DURATION = "max_duration"
    COST_CAP = "cost_cap"
    MODEL_UNAVAILABLE = "model_unavailable"
    MODEL_LOST = "model_lost"
    MODEL_REFUSED = "model_refused"
    LEG_LOST = "leg_lost"
    SLOW_LEG = "slow_leg"
    MEDIA_UNSUPPORTED = "media_unsupported"
    PROTOCOL_ERROR = "protocol_error"
    SECURITY_REFUSED = "security_refused"
    OVERLOAD_REFUSED = "overload_refused"
    DRAINED = "drained"
    INTERNAL_ERROR = "internal_error"


# -- to the leg ----------------------------------------------------------------------------------


class PlayAudio(Struct, frozen=True):
    """Whole 20 ms frames in the leg's format, to be played after what is already queued."""

    payload: bytes
    item_id: str


class PlaceMark(Struct, frozen=True):
    """Tell us when everything before this has been played."""

    name: str


class ClearAudio(Struct, frozen=True):
    """Forget what is queued, here and at the carrier, at once."""


class CloseLeg(Struct, frozen=True):
    """End the media stream with this WebSocket close code."""

    code: int = 1000


# -- to the model --------------------------------------------------------------------------------


class HearAudio(Struct, frozen=True):
    """Caller audio in the leg's format, for the model's ear."""

    payload: bytes


class Function(Struct, frozen=True):
    """What a model may call; `parameters` maps each name to text, number, date or datetime."""

    name: str
    purpose: str
    parameters: Mapping[str, str] = member(default_factory=dict[str, str])
    choices: Mapping[str, tuple[str, ...]] = member(default_factory=dict[str, tuple[str, ...]])


class Role(Struct, frozen=True):
    """Which agent a model session is for, and the functions that it is offered there."""

    agent: str
    functions: tuple[Function, ...] = ()


class OpenModel(Struct, frozen=True):
    """Connect to the model; outcome: `ModelConnected`, `ModelUnreachable` or `ModelClosed`.

    `is_fallback`: to the second one, as the first cannot be had. Without a role: for whoever the
    call's number leads to.
    """

    is_fallback: bool = False
    role: Role | None = None


class ConfigureModel(Struct, frozen=True):
    """Send the session's settings; `is_minimal` leaves out all that a model could refuse."""

    event_id: str
    is_minimal: bool = False


class CloseModel(Struct, frozen=True):
    """End the model session."""


class CancelResponse(Struct, frozen=True):
    """Stop generating this response."""

    event_id: str
    response_id: str


class TruncateItem(Struct, frozen=True):
    """Tell the model that only the first `heard_ms` of its item were heard."""

    event_id: str
    item_id: str
    heard_ms: int


class DeleteItem(Struct, frozen=True):
    """Take an item out of the conversation: nothing of it was heard."""

    event_id: str
    item_id: str


class AskForResponse(Struct, frozen=True):
    """Ask the model to speak."""

    event_id: str


class Speaker(StrEnum):
    """Whose text a note is (OpenAI Realtime, message roles)."""

    USER = "user"
    SYSTEM = "system"


class AddNote(Struct, frozen=True):
    """Put a text into the conversation, unspoken."""

    event_id: str
    speaker: Speaker
    text: str


class AnswerFunction(Struct, frozen=True):
    """The result of a function that the model called, as text; it goes on when it is asked to."""

    event_id: str
    call_id: str
    output: str


class ForgetHeard(Struct, frozen=True):
    """Forget what the model has heard of a turn that is not over: nobody speaks to it any more."""

    event_id: str


# -- to the shell --------------------------------------------------------------------------------

Field = str | int | bool


class RecordCaller(Struct, frozen=True):
    """Keep what the caller says from now on, as a message for this box."""

    box: str


class EndRecording(Struct, frozen=True):
    """The message is over; one that is not kept leaves nothing behind."""

    is_kept: bool


class Fact(Struct, frozen=True):
    """One thing worth keeping: for the log, the metrics and the record; no words, no numbers."""

    name: str
    fields: Mapping[str, Field] = member(default_factory=dict[str, Field])

    def text(self, name: str) -> str:
        """A field as text; empty if there is none of that name."""
        return str(self.fields.get(name, ""))

    def whole(self, name: str) -> int:
        """A field as a number; 0 if there is none of that name."""
        return int(self.fields.get(name, 0))


class EndCall(Struct, frozen=True):
    """The call is over; nothing follows."""

    reason: EndReason


def fact(name: str, **fields: Field) -> Fact:
    """A `Fact` with its fields by keyword."""
    return Fact(name, fields)


LegAction = PlayAudio | PlaceMark | ClearAudio | CloseLeg
ModelRequest = (  # all that is said to a model beside audio
    ConfigureModel
    | CancelResponse
    | TruncateItem
    | DeleteItem
    | AskForResponse
    | AddNote
    | AnswerFunction
    | ForgetHeard
)
ModelAction = HearAudio | ModelRequest
ShellAction = OpenModel | CloseModel | RecordCaller | EndRecording | Fact | EndCall
Action = LegAction | ModelAction | ShellAction
