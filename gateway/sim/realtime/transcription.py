"""What the caller said, in writing: late, in pieces, empty, failed or never."""

from dataclasses import replace
from functools import partial

from ..assumptions import Assumption
from .brains import Transcript
from .items import Item
from .plan import split_words
from .session import STREAMING_TRANSCRIBERS, TIMED_TRANSCRIBERS
from .state import SessionState
from .usage import caller_tokens, text_tokens
from .wire import Json

_KIND = "conversation.item.input_audio_transcription"


class Transcriber:
    """Writes down each of the caller's turns beside the conversation."""

    def __init__(self, state: SessionState) -> None:
        self._state = state

    def hear(self, item: Item, number: int, now_ms: int) -> None:
        """Transcribe the turn of this number, just committed."""
        heard = self._spoiled(self._state.brain.transcript(number, item.audio_ms), number)
        if late := self._state.faults.strikes("transcription_late", number):
            heard = replace(heard, delay_ms=late.value)
        self.write_down(item, heard, now_ms)

    def write_down(self, item: Item, heard: Transcript, now_ms: int) -> None:
        """Send these words for the item when their time comes, if the session wants any."""
        model = self._state.session.transcriber
        if model is None or heard.outcome == "never":
            return
        usual_ms = self._state.draw(self._state.settings.transcript_ms)
        end_ms = now_ms + (usual_ms if heard.delay_ms is None else heard.delay_ms)
        if heard.outcome == "failed":
            self._state.agenda.at(end_ms, partial(self._fail, item))
            return
        if model in STREAMING_TRANSCRIBERS:
            self._stream(item, heard.text, now_ms, end_ms)
        self._state.agenda.at(end_ms, partial(self._complete, item, heard.text, model))

    def _stream(self, item: Item, text: str, now_ms: int, end_ms: int) -> None:
        words = split_words(text)
        first_ms = min(now_ms + self._state.settings.transcript_delta_ms, end_ms)
        for index, word in enumerate(words):
            due_ms = first_ms + (end_ms - first_ms) * index // len(words)
            self._state.agenda.at(due_ms, partial(self._send_word, item, word))

    def _spoiled(self, heard: Transcript, number: int) -> Transcript:
        strikes = self._state.faults.strikes
        if strikes("transcription_never", number):
            return replace(heard, outcome="never")
        if strikes("transcription_failed", number):
            return replace(heard, outcome="failed")
        if strikes("transcription_empty", number):
            return replace(heard, text="")
        return heard

    def _send_word(self, item: Item, text: str, now_ms: int) -> None:
        del now_ms
        place = f'"item_id":"{item.id}","content_index":0,'
        self._state.wire.words(f"{_KIND}.delta", place, text)

    def _complete(self, item: Item, text: str, model: str, now_ms: int) -> None:
        del now_ms
        item.parts[0].text = text
        self._state.wire.event(
            f"{_KIND}.completed",
            item_id=item.id,
            content_index=0,
            transcript=text,
            usage=_usage(model, item.audio_ms, text),
        )

    def _fail(self, item: Item, now_ms: int) -> None:
        del now_ms
        error = {
            "type": "server_error",
            "code": "audio_unintelligible",
            "message": "The audio could not be transcribed.",
            "param": None,
        }
        self._state.wire.event(f"{_KIND}.failed", item_id=item.id, content_index=0, error=error)


def _usage(model: str, audio_ms: int, text: str) -> Json:
    if model in TIMED_TRANSCRIBERS:
        return {"type": "duration", "seconds": round(audio_ms / 1000) if text else 0}
    audio, written = caller_tokens(audio_ms), text_tokens(text)
    return {
        "type": "tokens",
        "total_tokens": audio + written,
        "input_tokens": audio,
        "output_tokens": written,
        "input_token_details": {"text_tokens": 0, "audio_tokens": audio},
    }


ASSUMPTIONS = (
    Assumption(
        "transcripts come beside the answer, 500-600 ms after the commit; only streaming models "
        "send deltas",
        "documented",
        "recordings with gpt-realtime-whisper, 2026",
    ),
    Assumption(
        "usage is a duration for gpt-realtime-whisper and whisper-1, else tokens",
        "documented",
        "recordings with gpt-realtime-whisper, 2026",
    ),
    Assumption(
        "an empty transcript is billed zero seconds", "documented", "idle timeout recording"
    ),
)
