"""One call at the simulated carrier: its status, its callbacks, the document that has it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ..assumptions import Assumption
from .call_facts import CallFacts
from .document_run import Run
from .documents import Target, Verb
from .exchange import Exchange
from .orders import CallEnded, CallNote, Fields, WebAnswer, WebResult

ASSUMPTIONS = (
    Assumption(
        "a redirect fetches the interrupted verb's action 0.3 s later, the target after 0.65 s;"
        " the first one's answer is ignored",
        "reported",
        "qisoft/i-hate-making-calls#25 for `<Dial>`; for `<Connect>` unknown",
    ),
    Assumption(
        "callbacks are independent requests and overtake each other",
        "documented",
        'Twilio "Call resource"',
    ),
    Assumption(
        "a callback answered with anything but 204 or XML: 15003",
        "documented",
        "Twilio error 15003",
    ),
    Assumption(
        "with AMD the document is fetched after the verdict, with AsyncAmd at once",
        "documented",
        'Twilio "Answering Machine Detection"',
    ),
)

Program = Target | Sequence[Verb]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What an outbound call does when it is answered."""

    program: Program
    detection: Literal["none", "waited for", "beside"] = "none"
    detection_target: Target | None = None
    time_limit_ms: int | None = None


class CarrierCall:
    """One leg, from the first ring or the order to dial, to its final status."""

    def __init__(self, facts: CallFacts, exchange: Exchange, fallback: Target | None) -> None:
        self.facts = facts
        self._exchange = exchange
        self._fallback = fallback
        self.run = Run(self, exchange, fallback)
        self.callbacks_open = 0  # reports that are not answered yet

    def place(self, order: Outgoing, delay_ms: int, now_ms: int) -> None:
        """Dial out, after a time in the queue."""
        callee = self._exchange.callees(self.facts.called)
        ring_ms = delay_ms + 500
        self.run.later(delay_ms, now_ms, lambda at_ms: self._move("initiated", at_ms))
        self.run.later(ring_ms, now_ms, lambda at_ms: self._move("ringing", at_ms))
        self.run.later(ring_ms + callee.ring_ms, now_ms, lambda at_ms: self._decide(order, at_ms))

    def _decide(self, order: Outgoing, now_ms: int) -> None:
        callee = self._exchange.callees(self.facts.called)
        if callee.outcome != "answered":
            self.end(callee.outcome, now_ms, "callee")
            return
        self.answer(now_ms)
        self.facts.answered_by = callee.answered_by if order.detection != "none" else ""
        if order.time_limit_ms is not None:
            due_ms = now_ms + order.time_limit_ms
            self._exchange.agenda.at(due_ms, self._reach_limit)
        verdict = (("AnsweredBy", callee.answered_by),)
        if order.detection == "waited for":
            self.run.later(
                callee.detection_ms,
                now_ms,
                lambda at_ms: self._begin(order.program, at_ms, verdict),
            )
            return
        self._begin(order.program, now_ms)
        if order.detection == "beside" and (target := order.detection_target):
            took = ("MachineDetectionDuration", str(callee.detection_ms))
            ids = (("CallSid", self.facts.sid), ("AccountSid", self.facts.account_sid))
            fields = (*ids, *verdict, took)
            due_ms = now_ms + callee.detection_ms
            self._exchange.agenda.at(due_ms, lambda at_ms: self.call_back(target, fields, at_ms))

    def _reach_limit(self, now_ms: int) -> None:
        if not self.facts.is_ended:
            self._exchange.out.append(CallNote(self.facts.sid, "32015", "time limit reached"))
            self.end("completed", now_ms, "time limit")

    def _begin(self, program: Program, now_ms: int, fields: Fields = ()) -> None:
        if isinstance(program, Target):
            self.run.fetch(program, now_ms, fields)
        else:
            self.run.execute(program, now_ms)

    def answer(self, now_ms: int) -> None:
        """Somebody or something has picked up."""
        if self.facts.answered_ms is None:
            self.facts.answered_ms = now_ms
            self._move("in-progress", now_ms)

    def redirect(self, program: Program, now_ms: int) -> None:
        """REST takes the call elsewhere; what it was doing is abandoned."""
        timing = self._exchange.timing
        interrupted = self.run.action
        self.run.abandon(now_ms)
        self.run = Run(self, self._exchange, self._fallback)
        if interrupted:
            due_ms = now_ms + timing.redirect_action_ms
            self._exchange.agenda.at(due_ms, lambda at_ms: self._fetch_in_vain(interrupted, at_ms))
        delay_ms = timing.redirect_ms if isinstance(program, Target) else timing.redirect_text_ms
        self.run.later(delay_ms, now_ms, lambda at_ms: self._begin(program, at_ms))

    def end(self, status: str, now_ms: int, cause: str) -> None:
        """The call is over; nothing that was begun goes on."""
        if self.facts.is_ended:
            return
        self.run.abandon(now_ms)
        self.facts.ended_ms = now_ms
        self._move(status, now_ms)
        self._exchange.out.append(CallEnded(self.facts.sid, status, cause))

    def call_back(self, target: Target, fields: Fields, now_ms: int) -> None:
        """Report something; nobody waits for the answer."""
        delay_ms = self._exchange.draw(self._exchange.timing.callback_ms)
        send, sid = self._exchange.webhooks.send, self.facts.sid
        self.callbacks_open += 1
        self._exchange.agenda.at(
            now_ms + delay_ms, lambda at_ms: send(target, sid, fields, at_ms, self._check)
        )

    def _move(self, status: str, now_ms: int) -> None:
        facts = self.facts
        facts.status = status
        target = facts.status_target
        if target and facts.is_reported:
            self.call_back(target, facts.progress(now_ms), now_ms)

    def _fetch_in_vain(self, target: Target, now_ms: int) -> None:
        if not self.facts.is_ended:
            fields = self.facts.fields(target.method)
            self._exchange.webhooks.send(target, self.facts.sid, fields, now_ms, _ignore)

    def _check(self, result: WebResult, _now_ms: int) -> None:
        self.callbacks_open -= 1
        match result:
            case WebAnswer(204):
                return
            case WebAnswer(200, content_type) if content_type.startswith(_XML_TYPES):
                return
            case WebAnswer(status, content_type):
                problem = f"{status} {content_type}"
            case failure:
                problem = f"{failure.kind} {failure.detail}"
        self._exchange.out.append(CallNote(self.facts.sid, "15003", f"callback answered {problem}"))


def _ignore(_result: WebResult, _now_ms: int) -> None:
    """The answer of a document that does not take control."""


_XML_TYPES = ("text/xml", "application/xml")
