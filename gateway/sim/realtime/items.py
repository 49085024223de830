"""The conversation of the simulated model: its items in order, what may be done to them."""

from base64 import b64encode
from dataclasses import dataclass, field
from typing import Literal

from ..assumptions import Assumption
from .refusals import Refused
from .wire import Json

Status = Literal["in_progress", "completed", "incomplete"]
AUDIO_GRID_MS = 50  # an audio token of the assistant


@dataclass(slots=True)
class Part:
    """One content part: a text, or audio with its transcript."""

    kind: str  # input_text, input_audio, input_image, output_text, output_audio
    text: str | None = None  # of audio: its transcript
    audio: bytes = b""  # of an unfinished answer: all of it
    audio_ms: int = 0  # how much of that exists by now
    bytes_per_ms: int = 8

    @property
    def is_audio(self) -> bool:
        return self.kind.endswith("_audio")

    def render(self, *, has_audio: bool = False) -> Json:
        """As in an item; the audio only where it is asked for."""
        if not self.is_audio:
            return {
                "type": self.kind,
                "image_url" if self.kind == "input_image" else "text": self.text,
            }
        audio = self.audio[: self.audio_ms * self.bytes_per_ms]
        sound = {"audio": b64encode(audio).decode()} if has_audio else {}
        return {"type": self.kind, **sound, "transcript": self.text}


@dataclass(slots=True)
class Item:
    """One item. `kind` is its wire type; only messages have a role and parts."""

    id: str
    kind: str
    status: Status = "completed"
    role: str = ""
    parts: list[Part] = field(default_factory=list[Part])
    phase: str | None = None
    name: str = ""
    call_id: str = ""
    arguments: str = ""
    output: str = ""
    is_generated: bool = False  # made by the model, not by the client
    is_truncated: bool = False
    number: int = 0  # of a spoken item, from 1: the number in its tags

    @property
    def text(self) -> str:
        """Everything it says, as far as it is known in writing."""
        return " ".join(part.text for part in self.parts if part.text) or self.output

    @property
    def audio_ms(self) -> int:
        return sum(part.audio_ms for part in self.parts)

    def render(self, *, has_audio: bool = False) -> Json:
        """As on the wire."""
        if self.kind == "function_call_output":
            return {
                "id": self.id,
                "type": self.kind,
                "call_id": self.call_id,
                "output": self.output,
            }
        head: Json = {"id": self.id, "type": self.kind, "status": self.status}
        if self.kind == "function_call":
            call = {"name": self.name, "call_id": self.call_id, "arguments": self.arguments}
            return {**head, **call}
        content = [part.render(has_audio=has_audio) for part in self.parts]
        phase = {"phase": self.phase} if self.phase else {}
        return {**head, "role": self.role, "content": content, **phase}


class Conversation:
    """Items in the order the model reads them."""

    def __init__(self) -> None:
        self.items: list[Item] = []

    def find(self, item_id: str) -> Item | None:
        """The item of this id."""
        return next((item for item in self.items if item.id == item_id), None)

    def add(self, item: Item) -> str | None:
        """Append; returns the id of the item before it."""
        self.items.append(item)
        return self.previous(item)

    def insert(self, item: Item, after: str | None) -> str | None:
        """Insert after an id, at `root`, or (None) at the end; returns the id before it."""
        if self.find(item.id) is not None:
            raise Refused(
                "invalid_value",
                f"Error adding item: an item with id '{item.id}' already exists.",
                "item.id",
            )
        if after is None:
            return self.add(item)
        self.items.insert(0 if after == "root" else self._index(after) + 1, item)
        return self.previous(item)

    def previous(self, item: Item) -> str | None:
        """The id of the item before this one."""
        index = next((n for n, other in enumerate(self.items) if other is item), 0)
        return self.items[index - 1].id if index else None

    def delete(self, item_id: str) -> None:
        """Remove; Refused when unknown."""
        self.items.remove(self._known(item_id, "delete"))

    def retrieve(self, item_id: str) -> Item:
        """The item; Refused when unknown."""
        return self._known(item_id, "retrieve")

    def truncate(self, item_id: str, content_index: int, audio_end_ms: int) -> Item:
        """Cut the model's audio at `audio_end_ms` and forget its transcript, or be Refused.

        An answer that is still being made may be cut too; what exists so far is its length.
        """
        item = self._known(item_id, "truncate")
        part = item.parts[0] if item.parts and item.is_generated else None
        if part is None or not part.is_audio or not (part.audio_ms or item.is_truncated):
            raise Refused(
                "unsupported_content_type", "Only model output audio messages can be truncated"
            )
        if content_index != 0:
            raise Refused(
                "invalid_value", f"Item has no content at index {content_index}.", "content_index"
            )
        if audio_end_ms > part.audio_ms:
            raise too_long(part.audio_ms, audio_end_ms)
        part.audio_ms = audio_end_ms
        part.text = None
        item.is_truncated = True
        return item

    def _known(self, item_id: str, verb: str) -> Item:
        item = self.find(item_id)
        if item is None:
            raise Refused(
                f"item_{verb}_invalid_item_id",
                f"Item with item_id '{item_id}' does not exist.",
                "item_id",
            )
        return item

    def _index(self, item_id: str) -> int:
        for index, item in enumerate(self.items):
            if item.id == item_id:
                return index
        raise Refused(
            "invalid_value",
            f"Previous item with id '{item_id}' not found in conversation.",
            "previous_item_id",
        )


def too_long(audio_ms: int, audio_end_ms: int) -> Refused:
    """A truncate beyond the audio."""
    message = f"Audio content of {audio_ms}ms is already shorter than {audio_end_ms}ms"
    return Refused("invalid_value", message, "audio_end_ms")


def generated_ms(sent_ms: int) -> int:
    """How long an unfinished item is: what was sent, up to the next audio token."""
    return -(-sent_ms // AUDIO_GRID_MS) * AUDIO_GRID_MS


ASSUMPTIONS = (
    Assumption(
        "a truncate beyond the audio is refused as invalid_value, “Audio content of Xms is "
        "already shorter than Yms”",
        "reported",
        "twilio-samples/speech-assistant-openai-realtime-api-python#45",
    ),
    Assumption(
        "only the model's audio can be truncated, and only once some exists",
        "reported",
        "livekit/agents#6157",
    ),
    Assumption(
        "a truncate deletes the transcript from the context",
        "documented",
        'OpenAI API reference, "conversation.item.truncate"',
    ),
    Assumption(
        "an unfinished item may be truncated; its length is what was sent, up to the next 50 ms",
        "assumed",
        "not recorded",
    ),
    Assumption(
        "unknown ids: item_{truncate,delete,retrieve}_invalid_item_id; the wording is a guess",
        "reported",
        "error tables of public clients",
    ),
    Assumption(
        "an unknown previous_item_id and a duplicate id are refused as invalid_value",
        "assumed",
        "the code is not confirmed; that the item is not added is documented",
    ),
)
