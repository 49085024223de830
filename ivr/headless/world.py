"""A whole call without a network, a sound or a second of waiting: the flow and all around it."""

from datetime import datetime, timedelta

from ..flow import Flow
from ..machine import actions
from ..machine.actions import Action, ClipKind
from ..machine.events import (
    Bridged,
    Event,
    Heard,
    HungUp,
    Key,
    PromptDone,
    QueueNews,
    QueueState,
    Sounding,
    StreamBack,
    StreamLost,
    ToolResult,
    TransferEnd,
    TransferResult,
    Who,
)
from ..machine.facts import Facts
from ..machine.machine import Machine
from ..nodes import TransferMode
from ..public_holidays import public_holidays
from ..spoken import estimate_ms
from .agenda import Agenda
from .trace import Seen
from .virtual_agent import VirtualAgent

TRANSCRIBED_AFTER_MS = 300
FETCHED_AFTER_MS = 500
TALK_MS = 5000  # of the caller with a person
FILE_MS = 1000  # of a prompt whose length is not known
OWN_MS = {ClipKind.POSITION: 1500, ClipKind.TONE: 400, ClipKind.SORRY: 2000}
PROMPT = "prompt"
PEOPLE = "people"


class World:
    """One virtual call. Everything that happens and is asked for is in its trace."""

    def __init__(self, flow: Flow, facts: Facts, at: datetime) -> None:
        self.flow = flow
        self.agenda = Agenda()
        self._public = {**public_holidays(flow, at)}
        self.machine = Machine(flow, facts, self._wall, self._public)
        self.agent = VirtualAgent(self.agenda, self.tell)
        self.trace: list[Seen] = []
        self.asked: list[Action] = []  # all of it, in order
        self.transfer: actions.Transfer | None = None  # while somebody is rung
        self.tool: actions.CallTool | None = None  # while it runs
        self.is_queued = False
        self.is_lost = False
        self.lost_ms = 0
        self.ended_ms: int | None = None
        self._lost_at_ms = 0
        self._begun = at  # what the clocks show when the call begins

    @property
    def now_ms(self) -> int:
        """Virtual time since the call began."""
        return self.agenda.now_ms

    @property
    def is_over(self) -> bool:
        """Nothing can happen any more."""
        return self.machine.is_over

    def begin(self) -> None:
        """Somebody hears us."""
        self._perform(self.machine.begin(self.now_ms))

    def note(self, what: str) -> None:
        """A line for the trace."""
        self.trace.append(Seen(self.now_ms, what))

    def set_clock(self, at: datetime) -> None:
        """The clocks on the wall show this now."""
        self._begun = at - timedelta(milliseconds=self.now_ms)
        self._public.update(public_holidays(self.flow, at))

    def tell(self, event: Event) -> None:
        """Something happens; what is due at the same moment comes first. After the end nothing does."""
        self._wake()
        if self.is_over:
            return
        self.trace.append(Seen(self.now_ms, event))
        self._perform(self.machine.handle(event, self.now_ms))

    def advance(self, until_ms: int) -> bool:
        """The next thing that happens until then, if there is one; else the clock shows then."""
        due = [at for at in (self.agenda.next_ms, self.machine.deadline_ms) if at is not None]
        next_ms = max(min(due), self.now_ms) if due else None
        if self.is_over or next_ms is None or next_ms > until_ms:
            self.agenda.now_ms = max(until_ms, self.now_ms)
            return False
        deadline_ms = self.machine.deadline_ms
        if deadline_ms is not None and deadline_ms <= next_ms:
            self.agenda.now_ms = next_ms
            self._wake()
        else:
            self.agenda.take()()
        return True

    # -- the far end ---------------------------------------------------------------------------

    def press(self, key: str) -> None:
        """A key; nothing arrives without a stream."""
        if self.is_lost:
            return
        self.agent.keys_seen += self.agent.is_up and not self.agent.is_blind
        self.tell(Key(key))

    def speak(self, *, is_on: bool) -> None:
        """The caller's voice begins or ends."""
        if not self.is_lost:
            self.tell(Sounding(Who.CALLER, is_on))

    def say(self, text: str) -> None:
        """What the caller has said is transcribed, if a model listens, and answered."""
        if self.agent.is_up and self.agent.has_transcript and not self.agent.is_blind:
            self.agenda.enter(TRANSCRIBED_AFTER_MS, lambda: self.tell(Heard(text)))
        self.agent.reply()

    def hang_up(self, by: str) -> None:
        """The call is over."""
        self.tell(HungUp(by))

    def end_tool(self, status: str) -> None:
        """The tool that runs is done."""
        if self.tool is not None:
            tool, self.tool = self.tool, None
            self.tell(ToolResult(tool.id, status))

    def end_transfer(self, end: TransferEnd) -> None:
        """What becomes of the transfer that is on its way."""
        if self.transfer is None:
            return
        self.agenda.strike(PEOPLE)
        if end is TransferEnd.COMPLETED:
            self._talk(TransferResult(end))
        else:
            self._back(TransferResult(end))

    def tell_queue(self, news: QueueNews) -> None:
        """What the queue has to say to a caller in it."""
        if self.is_queued and news.state is QueueState.ANSWERED:
            self._talk(news)
        elif self.is_queued:
            self.tell(news)

    def lose_stream(self) -> None:
        """No media from here on."""
        if not self.is_lost:
            self.is_lost = True
            self._lost_at_ms = self.now_ms
            self.agenda.strike(PROMPT)
            self.tell(StreamLost())

    def bring_stream_back(self) -> None:
        """Media again."""
        if self.is_lost:
            self.is_lost = False
            self.lost_ms += self.now_ms - self._lost_at_ms
            self.tell(StreamBack())

    # -- what the flow asks for ----------------------------------------------------------------

    def _wall(self, now_ms: int) -> datetime:
        return self._begun + timedelta(milliseconds=now_ms)

    def _wake(self) -> None:
        deadline_ms = self.machine.deadline_ms
        if deadline_ms is not None and deadline_ms <= self.now_ms:
            self._perform(self.machine.wake(self.now_ms))

    def _perform(self, asked: list[Action]) -> None:
        for action in asked:
            self.trace.append(Seen(self.now_ms, action))
            self.asked.append(action)
        for action in asked:
            self._do(action)
        if self.is_over and self.ended_ms is None:
            self.ended_ms = self.now_ms

    def _do(self, action: Action) -> None:
        match action:
            case actions.Play():
                self._play(action)
            case actions.StopPlay():
                self.agenda.strike(PROMPT)
            case actions.StartAi():
                self.agent.start(action)
            case actions.StopAi():
                self.agent.stop()
            case actions.NudgeAi():
                self.agent.reply()
            case actions.BlindAi(is_on):
                self.agent.is_blind = is_on
            case actions.TellAi():
                self.agent.keys_seen += 1
            case actions.CallTool():
                self.tool = action
            case actions.Transfer():
                self._ring(action)
            case actions.Enqueue():
                self.is_queued = True
            case actions.CancelTransfer() | actions.LeaveQueue():
                self._call_back()
            case _:
                pass

    def _play(self, play: actions.Play) -> None:
        self.agenda.strike(PROMPT)
        if not self.is_lost:
            length_ms = sum(self._clip_ms(clip) for clip in play.clips)
            self.agenda.enter(length_ms, lambda: self.tell(PromptDone(play.tag)), PROMPT)

    def _clip_ms(self, clip: actions.Clip) -> int:
        if clip.kind is not ClipKind.PROMPT:
            return OWN_MS[clip.kind]
        text = self.flow.prompts[clip.name][clip.language].text
        return FILE_MS if text is None else estimate_ms(text)

    def _ring(self, transfer: actions.Transfer) -> None:
        """A cold transfer takes the stream away at once; nobody answers unless the case says so."""
        self.transfer = transfer
        if transfer.mode is TransferMode.COLD:
            ring_ms = transfer.destination.ring_s * 1000
            self.agenda.enter(0, self.lose_stream, PEOPLE)
            self.agenda.enter(ring_ms, lambda: self.end_transfer(TransferEnd.NO_ANSWER), PEOPLE)

    def _talk(self, then: Event) -> None:
        """The caller is moved to the person, and comes back when they have talked."""
        self.transfer = None
        self.is_queued = False
        self.tell(Bridged())
        self.agenda.enter(0, self.lose_stream, PEOPLE)
        self.agenda.enter(TALK_MS, lambda: self._back(then), PEOPLE)

    def _call_back(self) -> None:
        """Nobody is waited for any more; a caller who was moved already is fetched."""
        self.transfer = None
        self.is_queued = False
        self.agenda.strike(PEOPLE)
        if self.is_lost:
            self.agenda.enter(FETCHED_AFTER_MS, self.bring_stream_back)

    def _back(self, result: Event) -> None:
        self.transfer = None
        self.bring_stream_back()
        self.tell(result)
