"""What a call may ask for, as values performed in list order; and the reasons why calls end."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


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


@dataclass(frozen=True, slots=True)
class PlayAudio:
    """Whole 20 ms frames in the leg's format, to be played after what is already queued."""

    payload: bytes
    item_id: str


@dataclass(frozen=True, slots=True)
class PlaceMark:
    """Tell us when everything before this has been played."""

    name: str


@dataclass(frozen=True, slots=True)
class ClearAudio:
    """Forget what is queued, here and at the carrier, at once."""


@dataclass(frozen=True, slots=True)
class CloseLeg:
    """End the media stream with this WebSocket close code."""

    code: int = 1000


# -- to the model --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HearAudio:
    """Caller audio in the leg's format, for the model's ear."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class OpenModel:
    """Connect to the model; outcome: `ModelConnected`, `ModelUnreachable` or `ModelClosed`."""


@dataclass(frozen=True, slots=True)
class ConfigureModel:
    """Send the session's settings; `is_minimal` leaves out all that a model could refuse."""

    event_id: str
    is_minimal: bool = False


@dataclass(frozen=True, slots=True)
class CloseModel:
    """End the model session."""


@dataclass(frozen=True, slots=True)
class CancelResponse:
    """Stop generating this response."""

    event_id: str
    response_id: str


@dataclass(frozen=True, slots=True)
class TruncateItem:
    """Tell the model that only the first `heard_ms` of its item were heard."""

    event_id: str
    item_id: str
    heard_ms: int


@dataclass(frozen=True, slots=True)
class DeleteItem:
    """Take an item out of the conversation: nothing of it was heard."""

    event_id: str
    item_id: str


@dataclass(frozen=True, slots=True)
class AskForResponse:
    """Ask the model to speak."""

    event_id: str


class Speaker(StrEnum):
    """Whose text a note is (OpenAI Realtime, message roles)."""

    USER = "user"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class AddNote:
    """Put a text into the conversation, unspoken."""

    event_id: str
    speaker: Speaker
    text: str


# -- to the shell --------------------------------------------------------------------------------

Field = str | int | bool


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing worth keeping: for the log, the metrics and the record; no words, no numbers."""

    name: str
    fields: Mapping[str, Field] = field(default_factory=dict[str, Field])

    def text(self, name: str) -> str:
        """A field as text; empty if there is none of that name."""
        return str(self.fields.get(name, ""))

    def whole(self, name: str) -> int:
        """A field as a number; 0 if there is none of that name."""
        return int(self.fields.get(name, 0))


@dataclass(frozen=True, slots=True)
class EndCall:
    """The call is over; nothing follows."""

    reason: EndReason


def fact(name: str, **fields: Field) -> Fact:
    """A `Fact` with its fields by keyword."""
    return Fact(name, fields)


LegAction = PlayAudio | PlaceMark | ClearAudio | CloseLeg
ModelAction = (
    HearAudio
    | ConfigureModel
    | CancelResponse
    | TruncateItem
    | DeleteItem
    | AskForResponse
    | AddNote
)
ShellAction = OpenModel | CloseModel | Fact | EndCall
Action = LegAction | ModelAction | ShellAction
