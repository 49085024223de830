"""Who may answer: one response of the default conversation at a time, and any number beside it."""

from collections.abc import Callable
from functools import partial

from ..assumptions import Assumption
from .brains import Cause
from .events import read_item
from .items import Item
from .refusals import Refused
from .responses import Phase, Response, ResponseOptions
from .session import format_of
from .state import SessionState
from .wire import Json

_CREATED_OF_SERVER_ERROR = Refused(
    None,
    "The server had an error while processing your request. Sorry about that!",
    kind="server_error",
)


class Answers:
    """Begins, refuses and cancels responses. `ended(response, now_ms)` follows each default one."""

    def __init__(self, state: SessionState, ended: Callable[[Response, int], None]) -> None:
        self.active: Response | None = None
        self._state = state
        self._ended = ended
        self._beside: dict[str, Response] = {}
        self._number = 0

    def request(self, asked: Json, now_ms: int) -> None:
        """response.create with the checked members of its `response`, or Refused."""
        is_side = asked.get("conversation") == "none"
        if not is_side and self.active is not None:
            raise self._already_active(self.active)
        self._start(self._options("request", asked, is_side=is_side), now_ms, now_ms)

    def begin(self, cause: Cause, since_ms: int, now_ms: int) -> None:
        """Answer by itself a turn that ended at `since_ms`, unless a response is active."""
        if self.active is None:
            self._start(self._options(cause, {}, is_side=False), since_ms, now_ms)
            return
        refused = self._already_active(self.active)
        self._state.wire.note("no automatic answer", refused.message)
        if self._state.settings.is_auto_create_refused_aloud:
            self._state.wire.error(refused)

    def cancel(self, response_id: str | None, now_ms: int) -> None:
        """response.cancel: the active default response, or any by its id; else Refused."""
        response = self._by_id(response_id) if response_id else self.active
        if response is None or response.phase is not Phase.ACTIVE:
            raise Refused(
                "response_cancel_not_active", "Cancellation failed: no active response found"
            )
        response.cancel("client_cancelled", now_ms)

    def interrupt(self, now_ms: int) -> None:
        """Speech began: cancel the default response if it is still being made."""
        if self.active is not None and self.active.phase in (Phase.ASKED, Phase.ACTIVE):
            self.active.cancel("turn_detected", now_ms)

    def _start(self, options: ResponseOptions, since_ms: int, now_ms: int) -> None:
        state = self._state
        due_ms = max(now_ms, since_ms + state.draw(state.settings.response_created_ms))
        if not options.is_side and self._is_lost(options.number, due_ms):
            return
        response = Response(options, state, self._done)
        if options.is_side:
            self._beside[response.id] = response
        else:
            self.active = response
        state.agenda.at(due_ms, response.begin)

    def _is_lost(self, number: int, due_ms: int) -> bool:
        faults, wire = self._state.faults, self._state.wire
        if faults.strikes("silent_turn", number):
            wire.note("fault", f"turn {number} gets no answer")
            return True
        if faults.strikes("server_error", number):
            wire.note("fault", f"turn {number} ends in a server error")
            self._state.agenda.at(due_ms, lambda _: wire.error(_CREATED_OF_SERVER_ERROR))
            return True
        return False

    def _done(self, response: Response, now_ms: int) -> None:
        state = self._state
        if response.options.is_side:
            self._beside.pop(response.id, None)
        else:
            self.active = None
        used: int = response.usage["total_tokens"] if response.usage else 0
        state.wire.note("usage", f"{response.id} {used}")
        state.budget.spend(used, now_ms)
        low = state.faults.strikes("low_rate_limit", response.options.number)
        left = low.value if low else state.budget.left(now_ms)
        due_ms = now_ms + state.draw(state.settings.rate_limits_ms)
        state.agenda.at(due_ms, partial(self._tell_limits, left))
        if not response.options.is_side:
            self._ended(response, now_ms)

    def _tell_limits(self, left: int, now_ms: int) -> None:
        del now_ms
        limits = self._state.budget.render(max(0, left))
        self._state.wire.event("rate_limits.updated", rate_limits=limits)

    def _options(self, cause: Cause, asked: Json, *, is_side: bool) -> ResponseOptions:
        session = self._state.session
        output: Json = {
            **session.json["audio"]["output"],
            **asked.get("audio", {}).get("output", {}),
        }
        modalities = asked.get("output_modalities", session.json["output_modalities"])
        instructions = asked.get("instructions", session.instructions)
        context = self._context(asked["input"]) if "input" in asked else None
        if not is_side:
            self._number += 1
        return ResponseOptions(
            number=0 if is_side else self._number,
            cause=cause,
            is_text=modalities == ["text"],
            output_format=format_of(output["format"]),
            output_json={"format": output["format"], "voice": output["voice"]},
            max_output_tokens=asked.get("max_output_tokens", session.json["max_output_tokens"]),
            instructions=instructions,
            tools_text=session.tools_text,
            metadata=asked.get("metadata"),
            context=context,
        )

    def _context(self, given: list[Json]) -> list[Item]:
        state = self._state
        items: list[Item] = []
        for index, json in enumerate(given):
            path = f"response.input[{index}]"
            if json["type"] == "item_reference":
                items.append(self._referred(json["id"], path))
            else:
                audio_format = state.session.input_format
                items.append(read_item(json, state.new_id("item_"), audio_format, path))
        return items

    def _referred(self, item_id: str, path: str) -> Item:
        item = self._state.conversation.find(item_id)
        if item is None:
            message = f"Item with item_id '{item_id}' does not exist."
            raise Refused("invalid_value", message, f"{path}.id")
        return item

    def _by_id(self, response_id: str) -> Response | None:
        if self.active is not None and self.active.id == response_id:
            return self.active
        return self._beside.get(response_id)

    def _already_active(self, active: Response) -> Refused:
        return Refused(
            "conversation_already_has_active_response",
            f"Conversation already has an active response in progress: {active.id}. "
            "Wait until the response is finished before creating a new one.",
        )


ASSUMPTIONS = (
    Assumption(
        "one active response in the default conversation; a second is refused",
        "documented",
        "recordings of the live service, July to September 2026",
    ),
    Assumption(
        "out-of-band responses run in parallel, outside the conversation, uninterrupted by speech",
        "documented",
        'OpenAI "Realtime conversations" guide, out-of-band responses',
    ),
    Assumption(
        "response.cancel without an id means the default conversation's response",
        "reported",
        "HybridAIOne/hybridclaw#1502",
    ),
    Assumption(
        "before response.created a response refuses others, but cannot be cancelled yet",
        "assumed",
        "no recording has a cancel in that window",
    ),
    Assumption(
        "an unknown response_id is refused as response_cancel_not_active",
        "assumed",
        "not recorded",
    ),
)
