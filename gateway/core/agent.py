"""The AI script of a call: it greets, listens, answers, is interrupted, and hears keys."""

from dataclasses import dataclass
from typing import assert_never

from . import faults
from .actions import (
    Action,
    AddNote,
    AnswerFunction,
    DeleteItem,
    EndReason,
    Speaker,
    TruncateItem,
    fact,
)
from .bargein import BargeIn, BargeInLimits, Interruption, Trigger
from .digits import Digits
from .events import (
    CallerDigit,
    CallerSaid,
    ModelAudio,
    ModelAudioDone,
    ModelCalled,
    ModelCommitted,
    ModelFault,
    ModelHeardQuiet,
    ModelHeardSpeech,
    ModelItemAdded,
    ModelResponded,
    ModelResponding,
    ModelSaid,
    ModelTruncated,
    ResponseStatus,
    TalkEvent,
)
from .playout import Playout
from .responses import Responses, TurnLimits
from .uplink import Uplink

SILENT = faults.Row("E38", faults.Remedy.ASK_AGAIN)
NEUTRAL = "Your last answer could not be given. Answer once more, briefly and neutrally."
CALL_DONE = '{"done":true}'
BROKE_OFF = "The caller heard only the beginning of your last answer; it broke off."

AgentEvent = TalkEvent | ModelFault | CallerDigit


@dataclass(frozen=True, slots=True)
class AgentPlan:
    """How this agent behaves; what it says stands in the model's settings."""

    greeting: str | None = "The call has just been answered. Greet the caller in one sentence."
    interruption: Interruption = Interruption.CUT
    dtmf_interrupts: bool = True


class Agent:
    """Turns of one conversation. Owns who may speak; the ledger belongs to the call."""

    def __init__(
        self,
        plan: AgentPlan,
        playout: Playout,
        uplink: Uplink,
        turns: TurnLimits,
        bargein: BargeInLimits,
    ) -> None:
        self._plan = plan
        self._playout = playout
        self._uplink = uplink
        self.responses = Responses(turns)
        self._bargein = BargeIn(playout, self.responses, policy=plan.interruption, limits=bargein)
        self._digits = Digits()
        self._late_items: dict[str, str] = {}  # item -> its response, which was cut before it came
        self._truncates: dict[str, TruncateItem] = {}  # by event id, until confirmed
        self._ask_at_ms: int | None = None
        self._turn_failures = 0
        self.failure: EndReason | None = None

    @property
    def is_caller_speaking(self) -> bool:
        """The model hears the caller."""
        return self.responses.is_caller_speaking

    @property
    def deadline_ms(self) -> int | None:
        """The earliest of the agent's own deadlines."""
        due = (
            self.responses.deadline_ms,
            self._digits.deadline_ms,
            self._bargein.deadline_ms,
            self._ask_at_ms,
        )
        return min((at for at in due if at is not None), default=None)

    def is_quiet(self, now_ms: int) -> bool:
        """Nobody speaks and nobody waits: a good moment to leave."""
        waits = self.responses.is_active or self.responses.is_answer_owed
        return not (waits or self.is_caller_speaking or self._playout.unheard_ms(now_ms))

    def begin(self, now_ms: int) -> list[Action]:
        """The model is ready and the caller is there: greet, once a call."""
        if self._plan.greeting is None:
            return []
        return self.prompt(self._plan.greeting, now_ms)

    def leave(self, now_ms: int) -> list[Action]:
        """The call ends: a response on its way is of no use to anybody."""
        return self.responses.cut(now_ms)

    def hush(self, now_ms: int) -> list[Action]:
        """Somebody else speaks now: what it is saying is cut, whatever its plan says."""
        return self._remembered(self._bargein.cut(now_ms, is_told=True)[0])

    def note(self, text: str) -> AddNote:
        """How the call stands; it need not say anything to that."""
        return AddNote(self.responses.event_id("note"), Speaker.SYSTEM, text)

    def prompt(self, text: str, now_ms: int) -> list[Action]:
        """The same, and let it speak."""
        return [self.note(text), *self.responses.ask(now_ms)]

    def rest(self) -> None:
        """Its part is over: nobody speaks to it, and nothing is owed to it."""
        self.responses.rest()
        self._bargein.quiet()
        self._digits.take()
        self._ask_at_ms = None

    def expect_tone(self, now_ms: int) -> None:
        """A key was pressed that is not for it: what it hears next is no speech."""
        self._bargein.digit(now_ms)

    def handle(self, event: AgentEvent, now_ms: int) -> list[Action]:
        """One event of the conversation."""
        match event:
            case ModelAudio():
                return self._audio(event, now_ms)
            case ModelAudioDone():
                self.responses.item_ended(now_ms)
                return self._playout.finish(event.item_id, event.tail, now_ms)
            case ModelHeardSpeech():
                return self._caller_started(event, now_ms)
            case ModelHeardQuiet():
                return self._caller_ended(event, now_ms)
            case ModelCommitted():
                self._ask_at_ms = None  # the answer to this turn is the second try
                self._turn_failures = 0
                self._bargein.quiet()
                committed = fact("turn.committed", item=event.item_id)
                return [committed, *self.responses.committed(now_ms)]
            case ModelResponding():
                return self._responding(event, now_ms)
            case ModelItemAdded():
                return self._item_added(event)
            case ModelResponded():
                return self._responded(event, now_ms)
            case ModelFault():
                return self._fault(event, now_ms)
            case ModelTruncated():
                self._confirmed(event)
                return []
            case CallerDigit():
                return self._digit(event, now_ms)
            case CallerSaid():
                return _transcribed(event)
            case ModelCalled():
                return self._called(event)
            case ModelSaid():
                return []
            case _:
                assert_never(event)

    def wake(self, now_ms: int) -> list[Action]:
        """A watchdog, the end of a key collection, or a second try is due."""
        actions: list[Action] = []
        if _is_due(self._digits.deadline_ms, now_ms):
            actions += self._keys_typed(self._digits.take(), now_ms)
        if _is_due(self._ask_at_ms, now_ms):
            self._ask_at_ms = None
            actions += self.responses.ask(now_ms)
        if _is_due(self.responses.deadline_ms, now_ms):
            actions += self._answer_missed(now_ms)
        if _is_due(self._bargein.deadline_ms, now_ms):
            actions += self._remembered(self._bargein.wake(now_ms))
        return actions

    # -- the model speaks ----------------------------------------------------------------------

    def _audio(self, event: ModelAudio, now_ms: int) -> list[Action]:
        if event.response_id in self.responses.cut_ids:
            self._playout.drop(event.item_id, event.response_id, event.payload)
            return []
        if not event.payload:  # less than a sample of the leg: no sound yet
            return []
        played = self._playout.receive(
            event.item_id,
            event.response_id,
            event.payload,
            now_ms,
            is_interruptible=self._plan.interruption is not Interruption.OFF,
        )
        plays_until_ms = self._playout.ends_at_ms(now_ms)
        is_first = self.responses.sounded(now_ms, plays_until_ms=plays_until_ms)
        if not is_first:
            return played
        return [*played, fact("response.first_delta", response=event.response_id)]

    def _responding(self, event: ModelResponding, now_ms: int) -> list[Action]:
        self._ask_at_ms = None  # whatever this answers, it is an answer
        created = fact("response.created", response=event.response_id)
        return [created, *self.responses.created(event.response_id, now_ms)]

    def _item_added(self, event: ModelItemAdded) -> list[Action]:
        if event.response_id in self.responses.cut_ids:
            self._late_items[event.item_id] = event.response_id
        else:
            self._playout.announce(event.item_id, event.response_id)
        return []

    def _responded(self, event: ModelResponded, now_ms: int) -> list[Action]:
        rest = self._playout.finish_response(event.response_id, now_ms)
        rest += self._remembered(
            [
                TruncateItem(self.responses.event_id("truncate"), item_id, sent_ms)
                for item_id, sent_ms in self._playout.given_up(event.response_id)
            ]
        )
        self._playout.forget_announced(event.response_id)
        done = fact(
            "response.done",
            response=event.response_id,
            status=event.status,
            reason=event.reason,
            input_tokens=event.input_tokens,
            output_tokens=event.output_tokens,
        )
        forgotten = self._delete_late_items(event.response_id)
        is_silent = self.responses.is_silent(event.response_id)
        opened = self.responses.done(event.response_id, now_ms)
        lost = self._judged(event, now_ms, is_silent=is_silent)
        return [*rest, done, *forgotten, *opened, *lost]

    def _judged(self, event: ModelResponded, now_ms: int, *, is_silent: bool) -> list[Action]:
        """What its end asks for; an answer without a sound is none, whatever it says of itself."""
        if event.status is ResponseStatus.CANCELLED:
            return []
        if event.status is ResponseStatus.COMPLETED:
            if not is_silent:
                self._turn_failures = 0
                return []
            return [fact("response.missed", why="silent"), *self._ask_again(SILENT, now_ms)]
        row = faults.of_ending(event.reason)
        reported = fact("error.model", row=row.id, code=event.reason, alarm=row.is_alarm)
        if row.is_final:
            self.failure = EndReason.MODEL_REFUSED
            return [reported]
        is_cut = event.response_id in self.responses.cut_ids
        if is_silent or (row.is_asked_again and not is_cut):
            return [reported, *self._ask_again(row, now_ms)]
        return [reported]

    def _called(self, event: ModelCalled) -> list[Action]:
        """Answered at once: a conversation in which a call is left open goes on no further."""
        self.responses.called(event.response_id)
        done = AnswerFunction(self.responses.event_id("result"), event.call_id, CALL_DONE)
        return [fact("model.called", function=event.name), done]

    def _delete_late_items(self, response_id: str) -> list[Action]:
        """Items that a cut response began after the cut: nobody heard a word of them."""
        late = [item for item, response in self._late_items.items() if response == response_id]
        for item_id in late:
            del self._late_items[item_id]
        return [DeleteItem(self.responses.event_id("delete"), item_id) for item_id in late]

    # -- the caller ----------------------------------------------------------------------------

    def _caller_started(self, event: ModelHeardSpeech, now_ms: int) -> list[Action]:
        began_ms = event.audio_start_ms
        cut = self._interrupt(Trigger.SPEECH, now_ms)
        self.responses.caller_started()
        where = self._uplink.place(began_ms, now_ms)
        started = fact("turn.caller_started", item=event.item_id, model_ms=began_ms, **where)
        return [*cut, started]

    def _caller_ended(self, event: ModelHeardQuiet, now_ms: int) -> list[Action]:
        self._bargein.quiet()
        # On the line it is the last sound that counts, not the silence that gave it away.
        where = self._uplink.place(event.audio_end_ms - event.silence_ms, now_ms)
        ended = fact("turn.caller_ended", item=event.item_id, model_ms=event.audio_end_ms, **where)
        return [ended, *self.responses.caller_stopped(now_ms)]

    def _interrupt(self, source: Trigger, now_ms: int) -> list[Action]:
        return self._remembered(self._bargein.trigger(source, now_ms))

    def _remembered(self, actions: list[Action]) -> list[Action]:
        """Truncates that the model may refuse are known by their ids."""
        self._truncates.update({a.event_id: a for a in actions if isinstance(a, TruncateItem)})
        return actions

    def _digit(self, event: CallerDigit, now_ms: int) -> list[Action]:
        self._bargein.digit(now_ms)
        cut = self._interrupt(Trigger.KEY, now_ms) if self._plan.dtmf_interrupts else []
        return [*cut, *self.keep_key(event.digit, now_ms)]

    def keep_key(self, digit: str, now_ms: int) -> list[Action]:
        """Add a key to the collection; one pressed before anybody spoke interrupts nothing."""
        keys = self._digits.press(digit, now_ms)
        return [fact("dtmf.key"), *self._keys_typed(keys, now_ms)]

    def _keys_typed(self, keys: str, now_ms: int) -> list[Action]:
        if not keys:
            return []
        text = f"The caller pressed {' '.join(keys)} on the keypad."
        note = AddNote(self.responses.event_id("note"), Speaker.USER, text)
        return [fact("dtmf.collected", count=len(keys)), note, *self.responses.ask(now_ms)]

    # -- what goes wrong -----------------------------------------------------------------------

    def _answer_missed(self, now_ms: int) -> list[Action]:
        stuck = self.responses.response_id
        actions = self.responses.wake(now_ms)
        if stuck in self.responses.cut_ids:
            told, cut = self._playout.abandon(now_ms, stuck)
            actions += [*told, *self._remembered(self._bargein.tell(cut))]
        if self.responses.is_given_up:
            self.failure = EndReason.MODEL_LOST
        return actions

    def _ask_again(self, row: faults.Row, now_ms: int) -> list[Action]:
        """Once for each turn; the second failure in a row gives the model up."""
        self._turn_failures += 1
        if self._turn_failures > 1:
            self.failure = EndReason.MODEL_LOST
            return []
        if not self.responses.is_asked:  # something else has asked already
            self._ask_at_ms = now_ms + max(row.pause_ms, 1)
        if row.remedy is faults.Remedy.ASK_NEUTRALLY:
            return [self.note(NEUTRAL)]
        return []

    def _fault(self, event: ModelFault, now_ms: int) -> list[Action]:
        """An error; whose it is tells its event id, and one that names none asks for nothing."""
        row = faults.of_error(event.code)
        reported = fact("error.model", row=row.id, code=event.code, alarm=row.is_alarm)
        truncate = self._truncates.pop(event.event_id, None)
        if truncate is not None:
            return [reported, *self._truncate_refused(row, truncate, event.limit_ms)]
        is_ask = event.event_id.startswith("ask-")
        if row.remedy is faults.Remedy.ASK_LATER:
            return [reported, *self.responses.refused(now_ms, is_ours=is_ask)]
        if row.is_asked_again and (is_ask or self.responses.is_turn_waiting):
            opened = self.responses.forget_ask(now_ms) if is_ask else []
            return [reported, *opened, *self._ask_again(row, now_ms)]
        if is_ask:
            return [reported, *self.responses.ask_failed(now_ms)]
        return [reported]

    def _truncate_refused(
        self, row: faults.Row, truncate: TruncateItem, limit_ms: int | None
    ) -> list[Action]:
        """The model may believe it said more than was heard: once more, or out with the item."""
        is_first = not truncate.event_id.startswith("shorten-")
        if is_first and limit_ms is not None and limit_ms < truncate.heard_ms:
            again = TruncateItem(self.responses.event_id("shorten"), truncate.item_id, limit_ms)
            self._truncates[again.event_id] = again
            return [again]
        actions: list[Action] = []
        if row.remedy is not faults.Remedy.ITEM_UNKNOWN:
            actions.append(DeleteItem(self.responses.event_id("delete"), truncate.item_id))
        if truncate.heard_ms:
            actions.append(self.note(BROKE_OFF))
        return actions

    def _confirmed(self, event: ModelTruncated) -> None:
        done = [k for k, t in self._truncates.items() if t.item_id == event.item_id]
        for event_id in done:
            del self._truncates[event_id]


def _transcribed(event: CallerSaid) -> list[Action]:
    """How many words, never which: none at all tells of a cut by a noise."""
    words = len(event.text.split())
    return [fact("turn.transcribed", item=event.item_id, words=words)] if event.is_final else []


def _is_due(deadline_ms: int | None, now_ms: int) -> bool:
    return deadline_ms is not None and deadline_ms <= now_ms
