"""A document under way: its verbs one after the other, and those that follow from them."""

from collections import deque
from collections.abc import Iterable

from ..agenda import Act
from ..assumptions import Assumption
from .documents import (
    Connect,
    Dial,
    Document,
    DocumentError,
    Gather,
    Hangup,
    Pause,
    Play,
    Redirect,
    Reject,
    Say,
    Stream,
    Target,
    Verb,
    read_answer,
)
from .exchange import Exchange
from .orders import (
    CallNote,
    Fields,
    Spoken,
    WebAnswer,
    WebFailure,
    WebResult,
)
from .stream_at_call import Leg, StreamAtCall

ASSUMPTIONS = (
    Assumption(
        "a document that cannot be had or read sends the call to the fallback URL, with ErrorCode"
        " and ErrorUrl; without one, or when that fails too, the call ends",
        "documented",
        'Twilio "Availability and Reliability"',
    ),
    Assumption(
        "`action` is fetched after our close, then no verb behind `<Connect>` is reached",
        "assumed",
        "by analogy with `<Dial>`",
    ),
    Assumption("`action` is fetched after a failed handshake", "assumed", "not documented"),
    Assumption(
        "a failed handshake without action or further verb ends the call",
        "reported",
        "twilio-samples/speech-assistant-openai-realtime-api-python#27",
    ),
    Assumption("an empty document ends the call", "assumed", "nothing is left to do"),
    Assumption("speech takes 60 ms a character, a file 2 s", "assumed", "some voice, some file"),
)


class Run:
    """Executes documents of one call until it is abandoned or the call ends.

    What follows a verb is the document that its `action` fetches, else the next verb, else the end
    of the call.
    """

    def __init__(self, leg: Leg, exchange: Exchange, fallback: Target | None) -> None:
        self.action: Target | None = None  # of the verb under way
        self.stream: StreamAtCall | None = None  # likewise
        self._leg = leg
        self._exchange = exchange
        self._fallback = fallback
        self._is_abandoned = False
        self._verbs: deque[Verb] = deque()
        self._stream: Stream | None = None  # from the order to open it to its end
        self._is_started = False
        self._gather: Gather | None = None
        self._digits = ""

    def fetch(
        self, target: Target, now_ms: int, fields: Fields = (), *, is_fallback: bool = False
    ) -> None:
        """Get a document and execute it."""

        def then(result: WebResult, at_ms: int) -> None:
            if not self._is_abandoned:
                self._take(result, target, at_ms, is_fallback=is_fallback)

        fields = (*self._leg.facts.fields(target.method), *fields)
        self._exchange.webhooks.send(target, self._leg.facts.sid, fields, now_ms, then)

    def _take(self, result: WebResult, target: Target, now_ms: int, *, is_fallback: bool) -> None:
        try:
            document = _document(result, target.url)
        except DocumentError as error:
            self._note(error.code, f"{target.url}: {error}")
            if self._fallback is None or is_fallback:
                self._leg.end("failed", now_ms, "document")
                return
            fields = (("ErrorCode", error.code), ("ErrorUrl", target.url))
            self.fetch(self._fallback, now_ms, fields, is_fallback=True)
            return
        for tag in document.skipped:
            self._note("12200", f"<{tag}> skipped")
        self.execute(document.verbs, now_ms)

    def execute(self, verbs: Iterable[Verb], now_ms: int) -> None:
        """Begin a document."""
        self._verbs = deque(verbs)
        self._next(now_ms)

    def _next(self, now_ms: int) -> None:
        self.action = None
        if not self._verbs:
            self._leg.end("completed", now_ms, "end of document")
            return
        verb = self._verbs.popleft()
        match verb:
            case Connect(stream, action):
                self.action = action
                self._connect(stream, now_ms)
            case Dial():
                self.action = verb.action
                self._dial(verb, now_ms)
            case Say() | Play() | Pause():
                self.later(self._perform(verb, now_ms), now_ms, self._next)
            case Gather():
                self._begin_gather(verb, now_ms)
            case Redirect(target):
                self.fetch(target, now_ms)
            case Reject(reason) if self._leg.facts.answered_ms is None:
                self._leg.end("busy" if reason == "busy" else "no-answer", now_ms, "rejected")
            case Reject() | Hangup():
                self._leg.end("completed", now_ms, "hung up by document")

    def _go_on(self, now_ms: int, fields: Fields = ()) -> None:
        """The verb is over: its action takes over, or the verb behind it."""
        action, self.action = self.action, None
        if action is None:
            self._next(now_ms)
            return
        delay_ms = self._exchange.draw(self._exchange.timing.action_ms)
        self.later(delay_ms, now_ms, lambda at_ms: self.fetch(action, at_ms, fields))

    def _connect(self, stream: Stream, now_ms: int) -> None:
        self._leg.answer(now_ms)
        self.stream = StreamAtCall(stream, self._leg, self._exchange)
        if stream.refusal:
            self.stream_refused(*stream.refusal, now_ms)
            return
        delay_ms = self._exchange.draw(self._exchange.timing.upgrade_ms)
        self.later(delay_ms, now_ms, self.stream.order)

    def stream_refused(self, code: str, detail: str, now_ms: int) -> None:
        """The stream never came to be."""
        if self.stream is not None:
            self.stream.refused(code, detail, now_ms)
            self.stream = None
            self._go_on(now_ms)

    def stream_closed(self, close_code: int, now_ms: int) -> None:
        """The socket has ended and the call has not: closed by the gateway, or lost (1006)."""
        if self.stream is not None:
            self.stream.closed(close_code, now_ms)
            self.stream = None
            self._go_on(now_ms)

    def abandon(self, now_ms: int) -> None:
        """The call has ended or goes elsewhere: nothing that was begun goes on."""
        self._is_abandoned = True
        if self.stream is not None:
            self.stream.drop(now_ms)
            self.stream = None

    def _perform(self, verb: Say | Play | Pause, now_ms: int) -> int:
        """Let the person hear it; how long that takes."""
        if isinstance(verb, Pause):
            return verb.ms
        self._leg.answer(now_ms)
        if isinstance(verb, Say):
            self._exchange.out.append(Spoken(self._leg.facts.sid, "Say", verb.text))
            return 60 * len(verb.text)
        self._exchange.out.append(Spoken(self._leg.facts.sid, "Play", verb.digits or verb.url))
        return sum(500 if key == "w" else 250 for key in verb.digits) or 2_000

    def _begin_gather(self, verb: Gather, now_ms: int) -> None:
        self._leg.answer(now_ms)
        self._gather, self._digits = verb, ""
        prompts_ms = sum(self._perform(prompt, now_ms) for prompt in verb.prompts)
        self._await_digit(prompts_ms, now_ms)

    def _await_digit(self, prompts_ms: int, now_ms: int) -> None:
        gather, typed = self._gather, self._digits

        def give_up(at_ms: int) -> None:
            if gather is not None and self._gather is gather and self._digits == typed:
                self._end_gather(gather, at_ms)

        wait_ms = prompts_ms + (gather.timeout_ms if gather else 0)
        self.later(wait_ms, now_ms, give_up)

    def press(self, digit: str, now_ms: int) -> None:
        """The person presses a key; it counts while keys are gathered."""
        gather = self._gather
        if gather is None:
            return
        if digit != gather.finish_on_key:
            self._digits += digit
        if digit == gather.finish_on_key or len(self._digits) == gather.digits_max:
            self._end_gather(gather, now_ms)
        else:
            self._await_digit(0, now_ms)

    def _end_gather(self, gather: Gather, now_ms: int) -> None:
        self._gather = None
        if self._digits and gather.action:
            self.fetch(gather.action, now_ms, (("Digits", self._digits),))
        else:
            self._next(now_ms)

    def _dial(self, verb: Dial, now_ms: int) -> None:
        self._leg.answer(now_ms)
        if verb.conference:
            self._note("conference", verb.conference)
            return
        callee = self._exchange.callees(verb.numbers[0] if verb.numbers else "")
        if callee.ring_ms > verb.timeout_ms:
            self.later(verb.timeout_ms, now_ms, lambda at_ms: self._dialled("no-answer", 0, at_ms))
        elif callee.outcome == "answered":
            wait_ms, talk_ms = callee.ring_ms + callee.talk_ms, callee.talk_ms
            self.later(wait_ms, now_ms, lambda at_ms: self._dialled("completed", talk_ms, at_ms))
        else:
            outcome = callee.outcome
            self.later(callee.ring_ms, now_ms, lambda at_ms: self._dialled(outcome, 0, at_ms))

    def _dialled(self, status: str, talk_ms: int, now_ms: int) -> None:
        fields = (
            ("DialCallStatus", status),
            ("DialCallSid", self._exchange.sid("CA")),
            ("DialCallDuration", str(talk_ms // 1000)),
            ("DialBridged", "true" if talk_ms else "false"),
        )
        self._go_on(now_ms, fields)

    def later(self, delay_ms: int, now_ms: int, act: Act) -> None:
        """Do it then, unless the run has been abandoned."""

        def due(at_ms: int) -> None:
            if not self._is_abandoned:
                act(at_ms)

        self._exchange.agenda.at(now_ms + delay_ms, due)

    def _note(self, kind: str, detail: str) -> None:
        self._exchange.out.append(CallNote(self._leg.facts.sid, kind, detail))


def _document(result: WebResult, url: str) -> Document:
    match result:
        case WebFailure(kind, detail):
            raise DocumentError("11215" if kind == "redirects" else "11205", f"{kind} {detail}")
        case WebAnswer(status, content_type, body):
            if not 200 <= status < 300:
                raise DocumentError("11200", f"status {status}")
            return read_answer(content_type, body, url)
