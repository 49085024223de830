"""What a client's events do to a session of the simulated model."""

from binascii import a2b_base64
from typing import Any

from ..assumptions import Assumption
from .answers import Answers
from .events import SUPPORTED_TYPES, decode_audio, event_rules, read_item
from .hearing import Hearing
from .items import too_long
from .refusals import Refused
from .responses import Response
from .schema import missing, not_supported
from .state import SessionState
from .wire import Json

_APPEND_HEAD = '{"type":"input_audio_buffer.append","audio":"'
_APPEND_TAIL = '"}'
_APPEND_FROM, _APPEND_TO = len(_APPEND_HEAD), -len(_APPEND_TAIL)
_USUAL_BYTES_MOST = 1 << 20
_PCM: Json = {"type": "audio/pcm", "rate": 24000}


class ClientEvents:
    """Checks each event strictly and carries it out; raises Refused, and then nothing happened."""

    def __init__(self, state: SessionState) -> None:
        self.state = state
        self._answers = Answers(state, self._answered)
        self.hearing = Hearing(state, self._answers)
        self._rules = event_rules(state.settings.text_limit)
        self._counts: dict[str, int] = {}

    def handle_append(self, message: str, now_ms: int) -> bool:
        """Carry out an append in its usual form without parsing JSON; False: parse it.

        Fifty of these a second make up most of a call, and a thousand calls share a processor.
        """
        if not message.startswith(_APPEND_HEAD) or not message.endswith(_APPEND_TAIL):
            return False
        try:
            audio = a2b_base64(message[_APPEND_FROM:_APPEND_TO], strict_mode=True)
        except ValueError:
            return False
        if len(audio) > _USUAL_BYTES_MOST:
            return False
        self.hearing.append(audio, now_ms)
        return True

    def handle(self, event: Json, now_ms: int) -> None:
        """Carry out one event."""
        kind: Any = event.get("type")
        rule = self._rules.get(kind) if isinstance(kind, str) else None
        if rule is None:
            raise _unusable(kind)
        rule.check(event, "")
        self._refuse_by_fault(kind, event)
        self._carry_out(kind, event, now_ms)

    def _carry_out(self, kind: str, event: Json, now_ms: int) -> None:
        match kind:
            case "input_audio_buffer.append":
                self.hearing.append(decode_audio(event["audio"], "audio"), now_ms)
            case "input_audio_buffer.commit":
                self.hearing.commit(now_ms)
            case "input_audio_buffer.clear":
                self.hearing.clear()
            case "conversation.item.create":
                self._create_item(event["item"], event.get("previous_item_id"))
            case "conversation.item.truncate":
                self._truncate(event["item_id"], event["content_index"], event["audio_end_ms"])
            case "conversation.item.delete":
                self.state.conversation.delete(event["item_id"])
                self.state.wire.event("conversation.item.deleted", item_id=event["item_id"])
            case "conversation.item.retrieve":
                item = self.state.conversation.retrieve(event["item_id"])
                shown = item.render(has_audio=True)
                self.state.wire.event("conversation.item.retrieved", item=shown)
            case "response.create":
                self._answers.request(event.get("response") or {}, now_ms)
            case "response.cancel":
                self._answers.cancel(event.get("response_id"), now_ms)
            case _:
                self._update(event["session"])

    def _update(self, asked: Json) -> None:
        state = self.state
        number = self._counts["session.update"]
        if fault := state.faults.strikes("update_refused", number):
            raise Refused(fault.text, f"Simulated {fault.text}.", "session")
        state.session.update(
            asked,
            is_voice_locked=state.has_assistant_audio,
            is_answering=self._answers.active is not None,
        )
        if state.faults.strikes("format_ignored", number):
            state.session.json["audio"]["input"]["format"] = _PCM
            state.session.json["audio"]["output"]["format"] = _PCM
        self.hearing.update()
        if state.faults.strikes("no_session_updated", number):
            return
        shown = state.session.json
        if state.faults.strikes("wrong_echo", number):
            audio = {side: {**part, "format": _PCM} for side, part in shown["audio"].items()}
            shown = {**shown, "audio": audio}
        state.wire.event("session.updated", session=shown)

    def _create_item(self, json: Json, after: str | None) -> None:
        state = self.state
        item = read_item(json, state.new_id("item_"), state.session.input_format)
        before = state.conversation.insert(item, after)
        if item.kind == "function_call_output" and not self._is_called(item.call_id):
            state.wire.note("result without a call", item.call_id)
        for kind in ("conversation.item.added", "conversation.item.done"):
            state.wire.event(kind, previous_item_id=before, item=item.render())

    def _truncate(self, item_id: str, content_index: int, audio_end_ms: int) -> None:
        self.state.conversation.truncate(item_id, content_index, audio_end_ms)
        self.state.wire.event(
            "conversation.item.truncated",
            item_id=item_id,
            content_index=content_index,
            audio_end_ms=audio_end_ms,
        )

    def _is_called(self, call_id: str) -> bool:
        items = self.state.conversation.items
        return any(item.kind == "function_call" and item.call_id == call_id for item in items)

    def _answered(self, response: Response, now_ms: int) -> None:
        self.hearing.answered(response, now_ms)

    def _refuse_by_fault(self, kind: str, event: Json) -> None:
        number = self._counts[kind] = self._counts.get(kind, 0) + 1
        fault = self.state.faults.strikes("event_refused", number, f"{kind}=")
        if fault:
            code = fault.text.partition("=")[2]
            if code == "invalid_value" and kind == "conversation.item.truncate":
                raise too_long(fault.value, event["audio_end_ms"])
            raise Refused(code, f"Simulated {code}.")


def _unusable(kind: Any) -> Refused:
    if kind is None:
        return Refused("invalid_event", missing("type").message, "type")
    if kind in SUPPORTED_TYPES:
        return Refused("invalid_event", f"'{kind}' is only for translation sessions.", "type")
    return not_supported(str(kind), SUPPORTED_TYPES, "type")


ASSUMPTIONS = (
    Assumption(
        "events of one connection are carried out in their order",
        "documented",
        'OpenAI "Realtime conversations" guide',
    ),
    Assumption(
        "a created item is added and done at once, status completed",
        "documented",
        "recordings of the live service, July to September 2026",
    ),
    Assumption(
        "a function_call_output without its call is taken", "assumed", "no refusal is recorded"
    ),
    Assumption(
        "a truncate is answered with its own three values",
        "documented",
        'OpenAI API reference, "conversation.item.truncated"',
    ),
)
