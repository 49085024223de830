"""OpenAI Realtime over a WebSocket: its JSON events to ours, our actions to its messages."""

import binascii
import re
from collections import deque
from collections.abc import Callable
from typing import Any, assert_never, cast

import orjson

from ...codecs.convert import UnsupportedConversion, converter
from ...codecs.frames import PCMU_8K, AudioFormat, Encoding, SampleJoiner
from ..core.actions import (
    AddNote,
    AnswerFunction,
    AskForResponse,
    CancelResponse,
    ConfigureModel,
    DeleteItem,
    ForgetHeard,
    HearAudio,
    ModelAction,
    ModelRequest,
    TruncateItem,
)
from ..core.events import (
    CallerSaid,
    ModelAudio,
    ModelAudioDone,
    ModelCalled,
    ModelClosed,
    ModelCommitted,
    ModelConnected,
    ModelEvent,
    ModelFault,
    ModelHeardQuiet,
    ModelHeardSpeech,
    ModelItemAdded,
    ModelOpened,
    ModelResponded,
    ModelResponding,
    ModelSaid,
    ModelTruncated,
    ModelUnreadable,
    ResponseStatus,
)
from ..core.wire import Deliver, Wire
from .openai_setup import ModelPlan, differences, render_update, session

APPEND_HEAD = b'{"type":"input_audio_buffer.append","audio":"'
SHORTER = re.compile(r"Audio content of (\d+)\s*ms is already shorter")
EVENTS_KEPT = 32
Message = dict[str, Any]


class ItemSound:
    """The chain from the model's samples to the leg's, for one item: nothing leaks into the next."""

    def __init__(self, source: AudioFormat, target: AudioFormat) -> None:
        self._joiner = SampleJoiner(source)
        self._converter = converter(source, target)

    def push(self, data: bytes) -> bytes:
        """A delta in the model's format, of any length."""
        return self._converter.push(self._joiner.push(data))

    def flush(self) -> bytes:
        """What the filter still holds."""
        return self._converter.flush()


class OpenAIRealtime:
    """The model side of one call. Holds its ids, its codec chains, and the plan it was opened by."""

    def __init__(self, plan: ModelPlan, *, line: AudioFormat = PCMU_8K) -> None:
        self._plan = plan
        self._line = line
        self._wire: Wire | None = None
        self._deliver: Deliver | None = None
        self._asked = session(plan)
        self._to_model: Callable[[bytes], bytes] | None = None
        self._output = PCMU_8K
        self._unreadable_in_a_row = 0
        self._events: deque[tuple[str, int]] = deque(maxlen=EVENTS_KEPT)
        self._sounds: dict[str, ItemSound] = {}
        self._parsers: dict[str, Callable[[Message], ModelEvent | None]] = {
            "response.output_audio.delta": self._audio,
            "response.output_audio.done": self._audio_done,
            "input_audio_buffer.speech_started": _speech_started,
            "input_audio_buffer.speech_stopped": self._speech_stopped,
            "input_audio_buffer.committed": _committed,
            "response.created": _response_created,
            "response.output_item.added": _item_added,
            "response.output_item.done": _item_done,
            "response.done": _response_done,
            "response.output_audio_transcript.delta": _said,
            "response.output_audio_transcript.done": _said_all,
            "conversation.item.input_audio_transcription.delta": _caller_said,
            "conversation.item.input_audio_transcription.completed": _caller_said_all,
            "conversation.item.truncated": _truncated,
            "session.created": _session_created,
            "session.updated": self._session_updated,
            "error": _error,
        }

    def start(self, deliver: Deliver) -> None:
        """Events go there from now on."""
        self._deliver = deliver

    def connected(self, wire: Wire) -> None:
        """The upgrade has succeeded; whether the model accepts us comes as an event."""
        self._wire = wire

    # -- wire to event -------------------------------------------------------------------------

    def on_text(self, data: bytes | memoryview) -> None:
        """A text frame of the model."""
        event = self.parse(data)
        if event is not None and self._deliver is not None:
            self._deliver(event)

    def on_binary(self) -> None:
        """A binary frame, which the model never sends."""
        if self._deliver is not None:
            self._deliver(self._unreadable())

    def on_closed(self, code: int, reason: str) -> None:
        """The socket is over."""
        self._wire = None
        if self._deliver is not None:
            self._deliver(ModelClosed(code, reason))

    def parse(self, data: bytes | memoryview) -> ModelEvent | None:
        """One message. Never raises; unknown types and unusable messages are None."""
        try:
            message = orjson.loads(data)
            self._unreadable_in_a_row = 0
            if self._is_repeated(message.get("event_id"), data):
                return None
            parser = self._parsers.get(message["type"])
            return None if parser is None else parser(message)
        except UnsupportedConversion:
            return ModelFault("media_unsupported")
        except orjson.JSONDecodeError:
            return self._unreadable()
        except (KeyError, TypeError, ValueError, AttributeError):
            return None

    def _is_repeated(self, event_id: str | None, data: bytes | memoryview) -> bool:
        """The same event a second time, to the byte: its audio would be played twice."""
        if event_id is None:
            return False
        event = (event_id, hash(bytes(data)))
        is_repeated = event in self._events
        self._events.append(event)
        return is_repeated

    def _unreadable(self) -> ModelEvent:
        self._unreadable_in_a_row += 1
        return ModelUnreadable(self._unreadable_in_a_row)

    def _audio(self, message: Message) -> ModelEvent:
        item_id = str(message["item_id"])
        sound = self._sounds.get(item_id)
        if sound is None:
            sound = self._sounds[item_id] = ItemSound(self._output, self._line)
        payload = sound.push(binascii.a2b_base64(message["delta"]))
        return ModelAudio(item_id, str(message["response_id"]), payload)

    def _audio_done(self, message: Message) -> ModelEvent:
        item_id = str(message["item_id"])
        sound = self._sounds.pop(item_id, None)
        tail = sound.flush() if sound is not None else b""
        return ModelAudioDone(item_id, str(message["response_id"]), tail)

    def _speech_stopped(self, message: Message) -> ModelEvent:
        silence_ms = self._plan.silence_duration_ms
        return ModelHeardQuiet(str(message["item_id"]), int(message["audio_end_ms"]), silence_ms)

    def _session_updated(self, message: Message) -> ModelEvent:
        echo = message["session"]
        source = _format(echo["audio"]["input"]["format"])
        self._output = _format(echo["audio"]["output"]["format"])
        to_model = converter(self._line, source)
        self._to_model = bytes if to_model.identity else to_model.push
        converter(self._output, self._line)  # can it be spoken at all?
        return ModelOpened(
            input_format=str(echo["audio"]["input"]["format"]["type"]),
            output_format=str(echo["audio"]["output"]["format"]["type"]),
            differences=differences(self._asked, echo),
        )

    # -- action to wire ------------------------------------------------------------------------

    def perform(self, action: ModelAction) -> None:
        """Write it now; without a socket there is nobody to tell."""
        wire = self._wire
        if wire is None:
            return
        if isinstance(action, HearAudio):
            if self._to_model is not None:
                audio = self._to_model(action.payload)
                wire.send(APPEND_HEAD + binascii.b2a_base64(audio, newline=False) + b'"}')
            return
        wire.send(self.render(action))

    def render(self, action: ModelRequest) -> bytes:
        """One request as the model's message."""
        match action:
            case ConfigureModel():
                return render_update(self._plan, action.event_id, is_minimal=action.is_minimal)
            case CancelResponse():
                return _message("response.cancel", action.event_id, response_id=action.response_id)
            case TruncateItem():
                return _message(
                    "conversation.item.truncate",
                    action.event_id,
                    item_id=action.item_id,
                    content_index=0,
                    audio_end_ms=action.heard_ms,
                )
            case DeleteItem():
                return _message("conversation.item.delete", action.event_id, item_id=action.item_id)
            case AskForResponse():
                return _message("response.create", action.event_id)
            case AddNote():
                content = [{"type": "input_text", "text": action.text}]
                item = {"type": "message", "role": action.speaker, "content": content}
                return _message("conversation.item.create", action.event_id, item=item)
            case AnswerFunction():
                item = {"type": "function_call_output", "call_id": action.call_id}
                item["output"] = action.output
                return _message("conversation.item.create", action.event_id, item=item)
            case ForgetHeard():
                return _message("input_audio_buffer.clear", action.event_id)
            case _:
                assert_never(action)

    def backlog_bytes(self) -> int:
        """What the model has not taken yet."""
        return self._wire.backlog_bytes() if self._wire is not None else 0

    def close(self) -> None:
        """End the session and say no more."""
        self._deliver = None
        wire, self._wire = self._wire, None
        if wire is not None:
            wire.close(1000)


def _message(kind: str, event_id: str, **members: object) -> bytes:
    return orjson.dumps({"type": kind, "event_id": event_id, **members})


def _format(echo: Message) -> AudioFormat:
    """An audio format as the model names it; PCM without a rate is 24 kHz."""
    try:
        audio = AudioFormat.parse(str(echo["type"]), echo.get("rate"))
    except ValueError as error:
        raise UnsupportedConversion(str(error)) from error
    if audio.encoding is Encoding.PCM16 and audio.rate != 24_000:
        raise UnsupportedConversion(f"the model speaks {audio}, which no leg can carry")
    return audio


def _session_created(_message: Message) -> ModelEvent:
    return ModelConnected()


def _speech_started(message: Message) -> ModelEvent:
    return ModelHeardSpeech(str(message["item_id"]), int(message["audio_start_ms"]))


def _committed(message: Message) -> ModelEvent:
    return ModelCommitted(str(message["item_id"]))


def _response_created(message: Message) -> ModelEvent:
    return ModelResponding(str(message["response"]["id"]))


def _item_added(message: Message) -> ModelEvent | None:
    item = message["item"]
    if item["type"] != "message":
        return None
    return ModelItemAdded(str(item["id"]), str(message["response_id"]))


def _item_done(message: Message) -> ModelEvent | None:
    """A function call is told here whole; a message has said all by other events."""
    item = message["item"]
    if item["type"] != "function_call" or item.get("status") == "incomplete":
        return None
    called = (str(item[name]) for name in ("call_id", "name", "arguments"))
    return ModelCalled(str(message["response_id"]), *called)


def _response_done(message: Message) -> ModelEvent:
    response = message["response"]
    usage = _mapping(response.get("usage"))
    return ModelResponded(
        response_id=str(response["id"]),
        status=ResponseStatus(response["status"]),
        reason=_ending(_mapping(response.get("status_details"))),
        input_tokens=_count(usage.get("input_tokens")),
        output_tokens=_count(usage.get("output_tokens")),
    )


def _mapping(value: object) -> Message:
    """What is told beside the matter may be missing or malformed: the matter counts all the same."""
    return cast("Message", value) if isinstance(value, dict) else {}


def _count(value: object) -> int:
    return value if isinstance(value, int) else 0


def _ending(details: Message) -> str:
    error = _mapping(details.get("error"))
    return str(error.get("code") or error.get("type") or details.get("reason") or "")


def _said(message: Message) -> ModelEvent:
    return ModelSaid(str(message["item_id"]), str(message["delta"]), is_final=False)


def _said_all(message: Message) -> ModelEvent:
    return ModelSaid(str(message["item_id"]), str(message["transcript"]), is_final=True)


def _caller_said(message: Message) -> ModelEvent:
    return CallerSaid(str(message["item_id"]), str(message.get("delta") or ""), is_final=False)


def _caller_said_all(message: Message) -> ModelEvent:
    return CallerSaid(str(message["item_id"]), str(message["transcript"]), is_final=True)


def _truncated(message: Message) -> ModelEvent:
    return ModelTruncated(str(message["item_id"]), int(message["audio_end_ms"]))


def _error(message: Message) -> ModelEvent:
    error = message["error"]
    text = str(error.get("message") or "")
    shorter = SHORTER.search(text)
    return ModelFault(
        code=_error_code(error, text),
        event_id=str(error.get("event_id") or ""),
        limit_ms=int(shorter[1]) if shorter else None,
    )


def _error_code(error: Message, text: str) -> str:
    """The code, or a name of ours where the service has none."""
    code = error.get("code")
    if code == "invalid_value" and error.get("param") == "audio_end_ms":
        return "audio_end_too_large"
    if code is None and text.startswith("Missing bearer"):
        return "missing_authentication"
    return str(code or error.get("type") or "unknown")
