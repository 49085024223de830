"""What a flow may ask for. Imperatives, done in the order of their list; `Hangup` is the last ever.

No repr shows a key, a word or a number. One voice at a time: while a `Play` sounds, the model is
not heard (its turn is cut, what it says meanwhile is dropped) and music pauses.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ..flow import PhoneDestination, QueueDestination, SipDestination
from ..nodes import TransferMode
from .digits import Digits


class ClipKind(StrEnum):
    """Where a sound comes from."""

    PROMPT = "prompt"  # of the flow, by its name
    POSITION = "position"  # of the engine: a place in a queue; the name is the number
    TONE = "tone"  # of the engine: speak after this
    SORRY = "sorry"  # of the engine, always in memory: it did not work
    MUSIC = "music"  # while people are rung; the name is a node's `music`, no language


@dataclass(frozen=True, slots=True)
class Clip:
    """One sound in one language."""

    kind: ClipKind
    name: str
    language: str


@dataclass(frozen=True, slots=True)
class Play:
    """Play clips one after the other, then tell `PromptDone(tag)`. One that still plays is cut."""

    clips: tuple[Clip, ...]
    tag: int
    is_interruptible: bool = True


@dataclass(frozen=True, slots=True)
class StopPlay:
    """Silence now: whatever of ours waits at the carrier is cleared."""


@dataclass(frozen=True, slots=True)
class StartAi:
    """Let the agent speak; answered by `AiUp`.

    `exits` maps each function that it is offered to its parameters, name -> text, number, date or
    datetime. With more than one of `languages` it is offered `switch_language` too. With
    `has_transcript` the caller's words are transcribed and come as `Heard`.
    """

    agent: str
    language: str
    languages: tuple[str, ...]
    exits: Mapping[str, Mapping[str, str]]
    is_recorded: bool
    has_transcript: bool
    is_first: bool  # in this call; later it has a history, and need not greet


@dataclass(frozen=True, slots=True)
class StopAi:
    """The agent's part is over. Cut: what it was saying is cleared; else that is heard out."""

    is_cut: bool


@dataclass(frozen=True, slots=True)
class NudgeAi:
    """Let the agent ask whether the caller is still there; `count` is 1 for the first time."""

    count: int


@dataclass(frozen=True, slots=True)
class TellAi:
    """The caller pressed a key that means nothing to the flow: tell the agent as text."""

    digit: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class BlindAi:
    """While on, the model gets silence: no audio, no key events, no text about them."""

    is_on: bool


@dataclass(frozen=True, slots=True)
class PauseRecording:
    """While on, recordings get silence."""

    is_on: bool


@dataclass(frozen=True, slots=True)
class CallTool:
    """Call a tool; answered by `ToolResult(id, …)` in time, else the flow goes on without.

    `args` as the flow writes them, `slots` the slots it lets the tool read. `secrets` are digits
    of cards by slot, to be read out of the buffers at once and kept nowhere: they are overwritten
    when the tool has ended.
    """

    id: int
    name: str
    args: Mapping[str, str]
    slots: Mapping[str, str] = field(repr=False)
    secrets: Mapping[str, Digits]


@dataclass(frozen=True, slots=True)
class Transfer:
    """Connect a person: `Bridged` once they talk, `TransferResult` when it is over.

    Warm: the person hears the `whisper` (a clip, or None with `has_summary` for the call in short)
    and presses `accept_key` within `accept_s`; meanwhile the caller hears `music`.
    """

    destination: PhoneDestination | SipDestination = field(repr=False)
    mode: TransferMode
    music: str
    accept_key: str
    accept_s: int
    whisper: Clip | None
    has_summary: bool


@dataclass(frozen=True, slots=True)
class CancelTransfer:
    """Nobody needs to be rung any more."""


@dataclass(frozen=True, slots=True)
class Enqueue:
    """Let the caller wait with `music`: `QueueNews`, and `Bridged` once they talk."""

    queue: QueueDestination = field(repr=False)
    music: str


@dataclass(frozen=True, slots=True)
class LeaveQueue:
    """The caller waits no longer."""


@dataclass(frozen=True, slots=True)
class Record:
    """Record the caller for a voicemail box, from now on."""

    box: str


@dataclass(frozen=True, slots=True)
class EndRecord:
    """Stop; an unkept message leaves nothing behind."""

    is_kept: bool


@dataclass(frozen=True, slots=True)
class SetDisposition:
    """What became of the call: exactly one in each. `at` is a time as text, None for the default."""

    code: str
    at: str | None = None


@dataclass(frozen=True, slots=True)
class Suppress:
    """This number wants no more calls: to be written before what follows is done."""

    number: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Alert:
    """Tell operations that a caller has an emergency, and where in the flow."""

    number: str = field(repr=False)
    node: str


@dataclass(frozen=True, slots=True)
class Moved:
    """For the record: a node was entered, by this exit of that node; by a root if it has none.

    `edge` is a field below the node, like `options.1.next`, or a field of the flow, like `start`.
    """

    node: str
    source: str | None
    edge: str


@dataclass(frozen=True, slots=True)
class Noted:
    """For the record: something about a node, in a constant and a count."""

    what: str
    node: str
    count: int = 0


@dataclass(frozen=True, slots=True)
class Hangup:
    """End the call, once what plays has been heard."""

    cause: str


Action = (
    Play
    | StopPlay
    | StartAi
    | StopAi
    | NudgeAi
    | TellAi
    | BlindAi
    | PauseRecording
    | CallTool
    | Transfer
    | CancelTransfer
    | Enqueue
    | LeaveQueue
    | Record
    | EndRecord
    | SetDisposition
    | Suppress
    | Alert
    | Moved
    | Noted
    | Hangup
)
