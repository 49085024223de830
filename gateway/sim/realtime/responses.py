"""One response of the simulated model: from response.created to response.done, however it ends."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Literal

from ....codecs.frames import AudioFormat
from ..assumptions import Assumption
from .brains import Answer, Cause, FunctionCall, Turn
from .faults import Fault, FaultName
from .items import Item
from .output import Output, make_output
from .plan import (
    Audio,
    Finished,
    ItemAdded,
    ItemDone,
    Pace,
    Step,
    Words,
    plan,
    stuck,
    with_gap,
)
from .refusals import Refused
from .state import SessionState
from .usage import NOTHING_READ, render_usage
from .wire import Json

_ONE_DELTA_MS = 1 << 30


@dataclass(frozen=True, slots=True)
class ResponseOptions:
    """What a response keeps for its life, from the session and its request.

    `number` is 0 out of band; `context` None means the whole default conversation.
    """

    number: int
    cause: Cause
    is_text: bool
    output_format: AudioFormat
    output_json: Json  # {"format", "voice"} as echoed
    max_output_tokens: int | str
    instructions: str
    tools_text: str
    metadata: Mapping[str, str] | None
    context: Sequence[Item] | None

    @property
    def is_side(self) -> bool:
        return self.number == 0


class Phase(Enum):
    """Where a response stands."""

    ASKED = auto()  # accepted, response.created not sent yet
    ACTIVE = auto()
    CANCELLING = auto()  # still counts as active
    DONE = auto()


class Response:
    """Sends one answer step by step. `ended(response, now_ms)` is called after response.done."""

    def __init__(
        self,
        options: ResponseOptions,
        state: SessionState,
        ended: "Callable[[Response, int], None]",
    ) -> None:
        self.id = state.new_id("resp_")
        self.options = options
        self.phase = Phase.ASKED
        self.status = "in_progress"
        self.usage: Json | None = None
        self._details: Json | None = None
        self._state = state
        self._ended = ended
        self._read = NOTHING_READ
        self._outputs: list[Output] = []
        self._steps: list[Step] = []
        self._performed = 0
        self._created_at = 0
        self._ending: tuple[str, Json | None] = ("completed", None)

    @property
    def audio_ms(self) -> int:
        """How much audio was sent."""
        return sum(output.sent_ms for output in self._outputs)

    def begin(self, now_ms: int) -> None:
        """Send response.created, ask the brain, plan; nothing if it was cancelled before."""
        if self.phase is not Phase.ASKED:
            return
        self._create(now_ms)
        try:
            answer = self._ask()
            self._outputs = self._make(answer)
            self._steps = self._plan(answer)
        except Refused as refused:
            self._fail(refused)
        self._arm()

    def cancel(self, reason: Literal["client_cancelled", "turn_detected"], now_ms: int) -> None:
        """Stop making it; response.done follows a little later."""
        if self.phase is Phase.ASKED:
            self._create(now_ms)
        self.phase = Phase.CANCELLING
        details = {"type": "cancelled", "reason": reason}
        due_ms = now_ms + self._state.draw(self._state.settings.cancel_ms)
        self._state.agenda.at(due_ms, lambda at_ms: self._finish_cancelled(details, at_ms))

    def render(self) -> Json:
        """The response object."""
        return {
            "object": "realtime.response",
            "id": self.id,
            "status": self.status,
            "status_details": self._details,
            "output": [output.item.render() for output in self._outputs if output.is_added],
            "conversation_id": None if self.options.is_side else self._state.conversation_id,
            "output_modalities": ["text" if self.options.is_text else "audio"],
            "max_output_tokens": self.options.max_output_tokens,
            "audio": {"output": self.options.output_json},
            "usage": self.usage,
            "metadata": self.options.metadata,
        }

    def _create(self, now_ms: int) -> None:
        self.phase = Phase.ACTIVE
        self._created_at = now_ms
        self._state.wire.event("response.created", response=self.render())

    def _ask(self) -> Answer:
        options, state = self.options, self._state
        if fault := self._fault("response_failed"):
            raise _failure(fault.text)
        if state.budget.left(self._created_at) <= 0:
            raise _failure("rate_limit_exceeded")
        items = state.conversation.items if options.context is None else options.context
        read = state.context.peek if options.is_side else state.context.read
        truncation = state.session.json["truncation"]
        self._read = read(options.instructions, options.tools_text, items, truncation)
        turn = Turn(
            options.number, options.cause, list(items), options.instructions, options.metadata or {}
        )
        return state.brain.answer(turn)

    def _make(self, answer: Answer) -> list[Output]:
        """As much of the answer as max_output_tokens allows."""
        most = self.options.max_output_tokens
        left = most if isinstance(most, int) else None
        is_before_call = any(isinstance(made, FunctionCall) for made in answer.items)
        is_text = self.options.is_text or self._fault("text_only") is not None
        outputs: list[Output] = []
        for index, made in enumerate(answer.items):
            output = make_output(
                made,
                index,
                self._state,
                audio_format=self.options.output_format,
                is_text=is_text,
                is_before_call=is_before_call,
            )
            outputs.append(output)
            if left is not None and output.planned_tokens > left:
                self._cut(output, left / output.planned_tokens, "max_output_tokens")
                return outputs
            left = left and left - output.planned_tokens
        if outputs and (fault := self._fault("response_incomplete")):
            self._cut(outputs[-1], 0.5, fault.text)
        return outputs

    def _cut(self, output: Output, share: float, reason: str) -> None:
        output.cut(share)
        self._ending = ("incomplete", {"type": "incomplete", "reason": reason})

    def _plan(self, answer: Answer) -> list[Step]:
        planned = [output.planned for output in self._outputs]
        steps = plan(planned, self._pace(answer), self._state.rng)
        if self._fault("stuck_response"):
            return stuck(steps)
        if fault := self._fault("delta_gap"):
            return with_gap(steps, fault.value)
        return steps

    def _pace(self, answer: Answer) -> Pace:
        settings, draw = self._state.settings, self._state.draw
        thinking_ms = draw(settings.first_item_ms) + self._read.total * settings.context_ms // 1000
        if self._state.session.is_reasoning:
            thinking_ms += draw(settings.reasoning_ms)
        audio_after_ms = draw(settings.first_audio_ms)
        slow = self._fault("speed")
        delta_ms = answer.delta_ms or settings.delta_ms
        return Pace(
            first_item_ms=thinking_ms if answer.first_item_ms is None else answer.first_item_ms,
            first_audio_ms=audio_after_ms
            if answer.first_audio_ms is None
            else answer.first_audio_ms,
            delta_ms=_ONE_DELTA_MS if self._fault("one_delta") else delta_ms,
            first_deltas_ms=settings.first_deltas_ms,
            speed=slow.value / 100 if slow else answer.speed or settings.speed,
            burst=settings.burst,
            done_ms=settings.done_ms,
            finished_ms=settings.finished_ms,
            overlap=answer.overlap,
        )

    def _fail(self, refused: Refused) -> None:
        error = {"type": refused.kind, "code": refused.code, "message": refused.message}
        self._ending = ("failed", {"type": "failed", "error": error})
        self._steps = [Step(self._state.draw(self._state.settings.first_item_ms), Finished())]

    def _arm(self) -> None:
        if self._performed < len(self._steps):
            due_ms = self._created_at + self._steps[self._performed].at_ms
            self._state.agenda.at(due_ms, self._advance)

    def _advance(self, now_ms: int) -> None:
        while self._performed < len(self._steps) and self.phase is not Phase.DONE:
            step = self._steps[self._performed]
            if self._created_at + step.at_ms > now_ms:
                return self._arm()
            self._performed += 1
            self._perform(step, now_ms)
        return None

    def _perform(self, step: Step, now_ms: int) -> None:
        match step.what:
            case Audio(index, start_ms, end_ms):
                self._outputs[index].send_audio(start_ms, end_ms)
            case Words(index, text):
                self._outputs[index].send_words(text)
            case ItemAdded(index):
                self._outputs[index].add(self.id, is_side=self.options.is_side)
            case ItemDone(index):
                self._complete(self._outputs[index])
            case Finished():
                if self.phase is Phase.ACTIVE:  # else the cancel's own response.done is on its way
                    self._finish(*self._ending, now_ms)

    def _complete(self, output: Output) -> None:
        is_cut = self._ending[0] == "incomplete" and output is self._outputs[-1]
        output.complete("incomplete" if is_cut else "completed")
        if output.is_call and self._fault("doubled_call"):
            output.repeat_call()

    def _finish_cancelled(self, details: Json, now_ms: int) -> None:
        if fault := self._fault("late_deltas"):
            self._send_late(fault.value, now_ms)
        for output in self._outputs:
            if output.is_added and not output.is_done:
                output.complete("incomplete")
        self._finish("cancelled", details, now_ms)

    def _send_late(self, count: int, now_ms: int) -> None:
        for step in self._steps[self._performed :]:
            if count and isinstance(step.what, Audio) and self._outputs[step.what.index].is_added:
                count -= 1
                self._perform(step, now_ms)

    def _finish(self, status: str, details: Json | None, now_ms: int) -> None:
        self.phase = Phase.DONE
        self.status, self._details = status, details
        self.usage = self._count()
        self._state.wire.event("response.done", response=self.render())
        self._ended(self, now_ms)

    def _count(self) -> Json | None:
        if self._fault("null_usage"):
            return None
        made = [output.made_tokens for output in self._outputs]
        state = self._state
        is_reasoning = state.session.is_reasoning and bool(made)
        reasoning = state.draw(state.settings.reasoning_tokens) if is_reasoning else None
        return render_usage(
            self._read, sum(text for text, _ in made), sum(audio for _, audio in made), reasoning
        )

    def _fault(self, name: FaultName) -> Fault | None:
        if self.options.is_side:
            return None
        return self._state.faults.strikes(name, self.options.number)


def _failure(code: str) -> Refused:
    if code == "server_error":
        return Refused(None, "The server had an error while processing your request.", kind=code)
    return Refused(code, f"The response failed: {code}.", kind=code)


ASSUMPTIONS = (
    Assumption(
        "response.done comes exactly once, last of its response",
        "documented",
        "openai 3.52.0 types",
    ),
    Assumption(
        "a failed response has a failed status with zero usage and no error event",
        "reported",
        "twilio-samples/speech-assistant-openai-realtime-api-node#37",
    ),
    Assumption(
        "until response.done a cancelled response counts as active, and its deltas may still come",
        "reported",
        "livekit/agents, reports on cancel races",
    ),
    Assumption(
        "a response interrupted before response.created is created and cancelled",
        "reported",
        "livekit/agents: a response.done that nobody waited for",
    ),
    Assumption("a response keeps the settings it began with", "assumed", "the schema does not say"),
)
