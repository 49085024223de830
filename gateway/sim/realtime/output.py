"""One output item of a response on the wire: added, its deltas, its done family."""

from typing import Literal

from ....codecs.frames import AudioFormat
from ..assumptions import Assumption
from .audio import speech_audio, speech_ms
from .brains import FunctionCall, Speech
from .items import Item, Part, generated_ms
from .plan import PlannedItem, split_arguments, split_words
from .state import SessionState
from .usage import agent_tokens, text_tokens
from .wire import Json

_NULL_PREVIOUS_CHANCE = 0.1


class Output:
    """Sends one item; keeps what was sent, since a truncate may delete it from the item."""

    def __init__(self, state: SessionState, item: Item, planned: PlannedItem, index: int) -> None:
        self.item = item
        self.planned = planned
        self.said = ""
        self.sent_ms = 0
        self.is_added = False
        self.is_done = False
        self._state = state
        self._wire = state.wire
        self._index = index
        self._audio = b""
        self._per_ms = 8
        self._response_id = ""
        self._is_side = False
        self._place = ""

    @property
    def is_call(self) -> bool:
        return self.item.kind == "function_call"

    @property
    def made_tokens(self) -> tuple[int, int]:
        """Text and audio tokens of what was sent."""
        return text_tokens(self.said), agent_tokens(self.sent_ms)

    @property
    def planned_tokens(self) -> int:
        """Tokens of all that was planned."""
        text = "".join((*self.planned.words, *self.planned.arguments))
        return text_tokens(text) + agent_tokens(self.planned.audio_ms)

    def sounds_as(self, audio: bytes, bytes_per_ms: int) -> None:
        """Give it its audio, all of it."""
        self._audio, self._per_ms = audio, bytes_per_ms

    def cut(self, share: float) -> None:
        """Plan only this share of it."""
        words, arguments = self.planned.words, self.planned.arguments
        self.planned = PlannedItem(
            words[: int(len(words) * share)],
            int(self.planned.audio_ms * share) // 50 * 50,
            arguments[: int(len(arguments) * share)],
        )

    def add(self, response_id: str, *, is_side: bool) -> None:
        """The item appears, empty; a side response's only in the response."""
        self._response_id, self._is_side, self.is_added = response_id, is_side, True
        tail = f'"call_id":"{self.item.call_id}",' if self.is_call else '"content_index":0,'
        self._place = (
            f'"response_id":"{response_id}","item_id":"{self.item.id}",'
            f'"output_index":{self._index},{tail}'
        )
        shown = self.item.render()
        self._item_event("response.output_item.added", shown)
        if not is_side:
            before = self._state.conversation.add(self.item)
            self._wire.event("conversation.item.added", previous_item_id=before, item=shown)
        if self.item.number:
            self._wire.note("spoken item", f"{self.item.number} {self.item.id}")
        if not self.is_call:
            kind = "output_audio" if self.planned.audio_ms else "output_text"
            self.item.parts = [Part(kind, "", self._audio, 0, self._per_ms)]
            self._event("response.content_part.added", part=self._part(""))

    def send_audio(self, start_ms: int, end_ms: int) -> None:
        """These milliseconds of its audio."""
        first, last = start_ms * self._per_ms, end_ms * self._per_ms
        self._wire.audio(self._place, self._audio[first:last])
        self.sent_ms = end_ms
        if not self._is_side:
            self._state.has_assistant_audio = True
        if not self.item.is_truncated:
            self.item.parts[0].audio_ms = generated_ms(end_ms)

    def send_words(self, text: str) -> None:
        """A delta of its text, transcript or arguments."""
        self.said += text
        if self.is_call:
            self.item.arguments = self.said
        elif not self.item.is_truncated:
            self.item.parts[0].text = self.said
        self._wire.words(f"response.{self._words_kind}.delta", self._place, text)

    def complete(self, status: Literal["completed", "incomplete"]) -> None:
        """The done family, in the order that is guaranteed."""
        self.is_done = True
        self.item.status = status
        self._finish_content()
        if not self._is_side:
            is_hidden = self._state.rng.random() < _NULL_PREVIOUS_CHANCE
            before = None if is_hidden else self._state.conversation.previous(self.item)
            self._wire.event(
                "conversation.item.done", previous_item_id=before, item=self.item.render()
            )
        self._item_event("response.output_item.done", self.item.render())

    def repeat_call(self) -> None:
        """Announce a finished function call a second time."""
        self._finish_content()
        self._item_event("response.output_item.done", self.item.render())

    @property
    def _words_kind(self) -> str:
        if self.is_call:
            return "function_call_arguments"
        return "output_audio_transcript" if self.planned.audio_ms else "output_text"

    def _finish_content(self) -> None:
        if self.is_call:
            call = {"call_id": self.item.call_id, "name": self.item.name}
            self._event("response.function_call_arguments.done", **call, arguments=self.said)
            return
        if self.planned.audio_ms:
            self._event("response.output_audio.done")
            self._event("response.output_audio_transcript.done", transcript=self.said)
        else:
            self._event("response.output_text.done", text=self.said)
        self._event("response.content_part.done", part=self._part(self.said))

    def _part(self, text: str) -> Json:
        if self.planned.audio_ms:
            return {"type": "audio", "transcript": text}
        return {"type": "text", "text": text}

    def _event(self, kind: str, **members: str | Json) -> None:
        place: Json = {
            "response_id": self._response_id,
            "item_id": self.item.id,
            "output_index": self._index,
        }
        if not self.is_call:
            place["content_index"] = 0
        self._wire.event(kind, **place, **members)

    def _item_event(self, kind: str, shown: Json) -> None:
        self._wire.event(kind, response_id=self._response_id, output_index=self._index, item=shown)


def make_output(
    made: Speech | FunctionCall,
    index: int,
    state: SessionState,
    *,
    audio_format: AudioFormat,
    is_text: bool,
    is_before_call: bool,
) -> Output:
    """The output of one piece of an answer, planned but not sent."""
    item = Item(state.new_id("item_"), "message", "in_progress", "assistant", is_generated=True)
    if isinstance(made, FunctionCall):
        item.kind, item.role = "function_call", ""
        item.name, item.call_id = made.name, state.new_id("call_", 16)
        pieces = split_arguments(made.arguments, state.rng)
        return Output(state, item, PlannedItem(arguments=pieces), index)
    if state.session.is_reasoning:
        item.phase = made.phase or ("commentary" if is_before_call else "final_answer")
    words = split_words(made.text)
    if is_text:
        return Output(state, item, PlannedItem(words), index)
    item.number = next(state.spoken_numbers)
    output = Output(state, item, PlannedItem(words, speech_ms(made)), index)
    output.sounds_as(speech_audio(made, audio_format, item.number), audio_format.bytes_per_ms)
    return output


ASSUMPTIONS = (
    Assumption(
        "content_part.added, deltas, output_audio.done, output_audio_transcript.done, "
        "content_part.done, conversation.item.done, output_item.done",
        "documented",
        "every recording of 2026",
    ),
    Assumption(
        "conversation.item.done sometimes has a null previous_item_id (here one in ten)",
        "documented",
        "recordings of the live service, July to September 2026",
    ),
    Assumption(
        "2.x messages carry a phase: commentary before a call, else final_answer",
        "documented",
        "recording of gpt-realtime-2.1 with commentary and a function call",
    ),
    Assumption(
        "the done family is also sent for interrupted items, with status incomplete",
        "documented",
        'OpenAI API reference, "response.output_audio.done"; the order is not recorded',
    ),
)
