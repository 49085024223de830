"""The caller's side of the simulated model: buffer, speech events, commits, the idle timeout."""

from dataclasses import dataclass
from functools import partial

from ..assumptions import Assumption
from .answers import Answers
from .brains import Transcript
from .items import Item, Part
from .refusals import Refused
from .responses import Response
from .session import TurnDetection
from .state import SessionState
from .transcription import Transcriber
from .vad import GRID_MS, Ear, Onset, SpeechRule, Stop

_COMMIT_LEAST_MS = 100
_IDLE_TEXT = (
    "Nobody has spoken for a while. Check whether the recorded audio holds speech that was missed, "
    "and ask whether the other side is still there."
)


@dataclass(slots=True)
class _Segment:
    """One stretch of speech, from its onset to its commit."""

    item_id: str
    start_ms: int
    is_void: bool = False  # cleared or committed by hand: nothing more is said about it


class Hearing:
    """Turns appended audio into turns of the caller."""

    def __init__(self, state: SessionState, answers: Answers) -> None:
        self._state = state
        self._answers = answers
        self._transcriber = Transcriber(state)
        self._ear = Ear(state.session.input_format)
        self._format = state.session.input_format
        self._open: list[_Segment] = []  # begun and not committed, in order
        self._said_at = 0  # the last speech event's time: they keep their order
        self._turns = 0
        self._idle_from_ms: int | None = None  # the answer has been played by then
        self._idle_position_ms: int | None = None
        self.update()

    @property
    def appended_ms(self) -> int:
        """How much audio came in since the session began."""
        return self._ear.position_ms

    def update(self) -> None:
        """The session changed: take over its format and turn detection."""
        session = self._state.session
        if session.input_format != self._format:
            self._format = session.input_format
            self._ear = Ear(self._format, self._ear.position_ms)
        detection = session.turn_detection
        self._detection = detection
        if detection is None:
            self._void_speech()
        self._ear.listen_for(self._rule(detection) if detection else None)

    def append(self, audio: bytes, now_ms: int) -> None:
        """Take in audio; without it nothing here moves."""
        for edge in self._ear.append(audio):
            match edge:
                case Onset(start_ms):
                    self._on_onset(start_ms, now_ms)
                case Stop(end_ms):
                    self._on_stop(end_ms, now_ms)
        if self._idle_from_ms is not None:
            self._check_idle(self._idle_from_ms, now_ms)

    def commit(self, now_ms: int) -> None:
        """input_audio_buffer.commit, or Refused when there is too little."""
        self._check_enough()
        item_id = self._open[0].item_id if self._open else self._state.new_id("item_")
        self._void_speech()
        self._commit_speech(item_id, self._ear.take_all(), now_ms)

    def clear(self) -> None:
        """input_audio_buffer.clear."""
        self._void_speech()
        self._ear.clear()
        self._state.wire.event("input_audio_buffer.cleared")

    def answered(self, response: Response, now_ms: int) -> None:
        """A default response is done: the idle time counts from when it will have been played."""
        idle_ms = self._detection.idle_ms if self._detection else None
        if idle_ms is not None and response.audio_ms:
            self._idle_from_ms = now_ms + response.audio_ms
            self._idle_position_ms = None
        phantom = self._state.faults.strikes("phantom_idle", response.options.number)
        if phantom:
            start_ms = self._ear.window_ms
            self._state.agenda.at(now_ms + phantom.value, partial(self._time_out, start_ms))

    def _rule(self, detection: TurnDetection) -> SpeechRule:
        silence_ms = detection.silence_ms
        if detection.is_semantic:
            waits = self._state.settings.semantic_waits_ms
            silence_ms = min(silence_ms, waits[min(self._turns, len(waits) - 1)])
        kept_ms = max(4000, (detection.idle_ms or 0) + 1000)
        return SpeechRule(detection.threshold, detection.prefix_ms, silence_ms, kept_ms)

    def _on_onset(self, start_ms: int, now_ms: int) -> None:
        segment = _Segment(self._state.new_id("item_"), start_ms)
        self._open.append(segment)
        self._idle_from_ms = None
        due_ms = self._in_order(now_ms + self._state.draw(self._state.settings.onset_ms))
        self._state.agenda.at(due_ms, partial(self._tell_start, segment))

    def _on_stop(self, end_ms: int, now_ms: int) -> None:
        due_ms = self._in_order(now_ms + self._state.draw(self._state.settings.stop_ms))
        self._state.agenda.at(due_ms, partial(self._tell_stop, self._open[-1], end_ms, now_ms))

    def _in_order(self, due_ms: int) -> int:
        self._said_at = max(self._said_at, due_ms)
        return self._said_at

    def _tell_start(self, segment: _Segment, now_ms: int) -> None:
        if segment.is_void:
            return
        self._state.wire.event(
            "input_audio_buffer.speech_started",
            audio_start_ms=segment.start_ms,
            item_id=segment.item_id,
        )
        unasked = self._state.faults.strikes("cancel_unasked", self._turns + 1)
        if unasked or (self._detection is not None and self._detection.is_interrupting):
            self._answers.interrupt(now_ms)

    def _tell_stop(self, segment: _Segment, end_ms: int, ended_at: int, now_ms: int) -> None:
        if segment.is_void:
            return
        self._state.wire.event(
            "input_audio_buffer.speech_stopped", audio_end_ms=end_ms, item_id=segment.item_id
        )
        self._open.remove(segment)
        audio = self._ear.take(segment.start_ms, end_ms)
        self._commit_speech(segment.item_id, audio, now_ms)
        if self._detection is not None and self._detection.is_answering:
            self._answers.begin("speech", ended_at, now_ms)

    def _commit_speech(self, item_id: str, audio: bytes, now_ms: int) -> None:
        item = self._commit(item_id, audio)
        self._turns += 1
        self._transcriber.hear(item, self._turns, now_ms)
        if self._detection is not None and self._detection.is_semantic:
            self._ear.listen_for(self._rule(self._detection))

    def _commit(self, item_id: str, audio: bytes) -> Item:
        state = self._state
        per_ms = self._format.bytes_per_ms
        part = Part("input_audio", None, audio, len(audio) // per_ms, per_ms)
        item = Item(item_id, "message", role="user", parts=[part])
        before = state.conversation.add(item)
        state.wire.event("input_audio_buffer.committed", previous_item_id=before, item_id=item_id)
        self._tell_item(item, before)
        return item

    def _tell_item(self, item: Item, before: str | None) -> None:
        wire = self._state.wire
        wire.event("conversation.item.added", previous_item_id=before, item=item.render())
        wire.event("conversation.item.done", previous_item_id=before, item=item.render())

    def _void_speech(self) -> None:
        for segment in self._open:
            segment.is_void = True
        self._open.clear()

    def _check_enough(self) -> None:
        held_ms = self._ear.held_ms
        if held_ms < _COMMIT_LEAST_MS:
            raise Refused(
                "input_audio_buffer_commit_empty",
                "Error committing input audio buffer: buffer too small. Expected at least "
                f"{_COMMIT_LEAST_MS}ms of audio, but buffer only has {held_ms:.2f}ms of audio.",
            )

    def _check_idle(self, from_ms: int, now_ms: int) -> None:
        idle_ms = self._detection.idle_ms if self._detection else None
        if now_ms < from_ms or idle_ms is None or self._answers.active is not None:
            return
        if self._idle_position_ms is None:
            self._idle_position_ms = self._ear.window_ms
        elif self._ear.window_ms - self._idle_position_ms >= -(-idle_ms // GRID_MS) * GRID_MS:
            self._idle_from_ms = None
            self._time_out(self._idle_position_ms, now_ms)

    def _time_out(self, start_ms: int, now_ms: int) -> None:
        """Nobody spoke: the server commits the silence and answers it, behind a note of its own."""
        if self._open or self._answers.active is not None:
            return
        state = self._state
        item_id, end_ms = state.new_id("item_"), self._ear.window_ms
        state.wire.event(
            "input_audio_buffer.timeout_triggered",
            audio_start_ms=start_ms,
            audio_end_ms=end_ms,
            item_id=item_id,
        )
        note = Item(state.new_id("item_"), "message", role="system")
        note.parts = [Part("input_text", _IDLE_TEXT)]
        self._tell_item(note, state.conversation.add(note))
        silence = self._commit(item_id, self._ear.take(start_ms, end_ms))
        self._transcriber.write_down(silence, Transcript(), now_ms)
        self._answers.begin("idle", now_ms, now_ms)


_RECORDING = "recordings of gpt-realtime, July to September 2026"

ASSUMPTIONS = (
    Assumption(
        "speech_started, speech_stopped, committed, item.added, item.done, response.created, one "
        "item id",
        "documented",
        _RECORDING,
    ),
    Assumption(
        "speech_started 40-65 ms after the speech, speech_stopped 45-70 ms after audio_end_ms",
        "documented",
        _RECORDING,
    ),
    Assumption(
        "interrupt_response cancels also when create_response is false",
        "reported",
        "livekit/agents, openai realtime plugin",
    ),
    Assumption(
        "a commit below 100 ms is refused with the exact length",
        "documented",
        "openai-realtime-api-beta, error reports",
    ),
    Assumption(
        "a commit by hand during speech takes the speech's item id and ends its events",
        "assumed",
        "the race is not recorded",
    ),
    Assumption(
        "the idle time counts appended audio from the end of the answer's playing; then "
        "timeout_triggered, a system item, the committed silence, an answer",
        "documented",
        "recording of gpt-realtime-2.1-mini with idle_timeout_ms",
    ),
    Assumption(
        "semantic VAD ends a turn after a scripted wait, at most 2, 4 or 8 s",
        "documented",
        'OpenAI "Voice activity detection" guide; the classifier is not simulated',
    ),
)
