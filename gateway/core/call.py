"""One call from ring to end: events and the time go in, actions and the next deadline come out."""

from ...codecs.frames import PCMU_8K, AudioFormat
from .actions import Action, ClearAudio, CloseLeg, EndCall, EndReason, fact
from .agent import AgentEvent
from .cover import Cover
from .events import (
    CallerAudio,
    CallerDigit,
    CallRang,
    CarrierEnded,
    Event,
    GatewayDraining,
    LegClosed,
    LegEnd,
    LegFault,
    LegFaultKind,
    LegOpened,
    MarkPlayed,
    ModelBlocked,
    ModelClosed,
    ModelConnected,
    ModelFault,
    ModelOpened,
    ModelUnreachable,
    ModelUnreadable,
)
from .leg_faults import LegFaults
from .link import Link, LinkEvent, LinkState
from .phases import MOVES, Phase
from .playout import Playout
from .script import Stage, WriteScript
from .summary import call_ended
from .terms import CallLimits, Prompts
from .uplink import Uplink

_ENDED = Phase.ENDED  # asked for each frame: a look-up in an enum costs more than the question

LEG_ENDS: dict[LegEnd, EndReason] = {
    LegEnd.STOPPED: EndReason.CALLER_HUNG_UP,
    LegEnd.CLOSED: EndReason.CALLER_HUNG_UP,
    LegEnd.LOST: EndReason.LEG_LOST,
    LegEnd.SLOW: EndReason.SLOW_LEG,
    LegEnd.MISBEHAVED: EndReason.PROTOCOL_ERROR,
    LegEnd.UNSUPPORTED: EndReason.MEDIA_UNSUPPORTED,
}

IN_A_HURRY = (EndReason.DRAINED, EndReason.MAX_DURATION)
SORRY = (EndReason.MODEL_UNAVAILABLE, EndReason.MODEL_REFUSED, EndReason.MODEL_LOST)


class Call:
    """The sans-IO call. It never looks at a clock, opens nothing, and forgets nothing it owes.

    Finish all actions of one event before the next event; call `wake` when `deadline_ms` is due.
    `now_ms` is whole and monotonic. After `ENDED` every event yields nothing.
    """

    def __init__(
        self,
        write_script: WriteScript,
        limits: CallLimits,
        prompts: Prompts,
        *,
        line: AudioFormat = PCMU_8K,
        jitter: float = 0.0,
        has_fallback_model: bool = False,
    ) -> None:
        self._limits = limits
        self._prompts = prompts
        self.phase = Phase.RINGING
        self.reason: EndReason | None = None
        self.playout = Playout(
            line, lead_limit_ms=limits.lead_limit_ms, mark_every_ms=limits.mark_every_ms
        )
        self.uplink = Uplink(line, limits.uplink)
        self.link = Link(limits.link, jitter=jitter, has_fallback=has_fallback_model)
        self.cover = Cover(self.playout, prompts.ringback)
        self.script = write_script(Stage(self.playout, self.uplink, self.link, self.cover, limits))
        self.leg_faults = LegFaults()
        self._has_leg = False
        self._phase_due_ms: int | None = None  # what the phase itself waits for
        self._expires_ms: int | None = None  # RINGING: the token; later: the longest call
        self._drain_by_ms: int | None = None
        self._drain_last_ms = 0
        self.deadline_ms: int | None = None  # wake me then, if nothing happens first

    # -- the contract --------------------------------------------------------------------------

    def handle(self, event: Event, now_ms: int) -> list[Action]:
        """What to do about an event."""
        if self.phase is _ENDED:
            return []
        actions = self._react(event, now_ms)
        if not isinstance(
            event, CallerAudio
        ):  # which arms when it has to, 50 times a second it has not
            self._arm()
        return actions

    def _heard(self, event: CallerAudio, now_ms: int) -> list[Action]:
        """Caller audio, 50 times a second: it moves no deadline but the uplink's, and rarely that."""
        silent_by_ms = self.uplink.deadline_ms
        actions = self.uplink.hear(event.payload, event.line_ms, now_ms)
        if self.uplink.deadline_ms != silent_by_ms:
            self._arm()
        if self.leg_faults.saw_audio(event.chunk):
            actions = [*actions, fact("leg.hole", chunk=event.chunk)]
        return self._overheard(event, actions, now_ms) if self.script.listens else actions

    def _overheard(self, event: CallerAudio, heard: list[Action], now_ms: int) -> list[Action]:
        """The script listens itself."""
        if self.phase is not Phase.TALKING:
            return heard
        actions = [*heard, *self._follow(self.script.hear(event.payload, now_ms), now_ms)]
        self._arm()
        return actions

    def _react(self, event: Event, now_ms: int) -> list[Action]:
        if isinstance(event, CallerAudio):  # 50 times a second: a pattern takes thrice as long
            return self._heard(event, now_ms)
        match event:
            case MarkPlayed():
                return self._mark_played(event, now_ms)
            case CallerDigit():
                return self._key_pressed(event, now_ms)
            case (
                ModelConnected()
                | ModelOpened()
                | ModelFault()
                | ModelUnreachable()
                | ModelUnreadable()
                | ModelClosed()
            ):
                return self._link_moved(event, now_ms)
            case ModelBlocked():
                self.link.blocked(event.is_blocked, now_ms)
                return self.uplink.blocked(event.is_blocked)
            case CallRang():
                return self._rang(now_ms)
            case LegOpened():
                return self._leg_opened(event, now_ms)
            case LegFault():
                return self._leg_fault(event, now_ms)
            case LegClosed():
                self._has_leg = False
                return self._end(LEG_ENDS[event.why], now_ms)
            case CarrierEnded():
                return self._end(EndReason.CALLER_HUNG_UP, now_ms)
            case GatewayDraining():
                return self._draining(event, now_ms)
            case _:
                return self._converse(event, now_ms)

    def wake(self, now_ms: int) -> list[Action]:
        """Deadlines are due: each part does its own."""
        if self.phase is Phase.ENDED:
            return []
        actions = self._wake_parts(now_ms)
        self._arm()
        return actions

    def _wake_parts(self, now_ms: int) -> list[Action]:
        actions: list[Action] = []
        if _is_due(self.link.deadline_ms, now_ms):
            actions += self.link.wake(now_ms)
            actions += self._follow(self.script.link_moved(now_ms), now_ms)
        if _is_due(self.playout.deadline_ms, now_ms):
            actions += self.playout.wake(now_ms)
        if _is_due(self.cover.deadline_ms, now_ms):
            actions += self.cover.wake(now_ms)
        if _is_due(self.uplink.deadline_ms, now_ms):
            actions += self._wake_uplink(now_ms)
        if self.phase is Phase.TALKING and _is_due(self.script.deadline_ms, now_ms):
            actions += self._follow(self.script.wake(now_ms), now_ms)
        return [*actions, *self._wake_phase(now_ms)]

    def _wake_phase(self, now_ms: int) -> list[Action]:
        if self.phase is Phase.ENDING and _is_due(self._phase_due_ms, now_ms):
            return self._end(self.reason or EndReason.INTERNAL_ERROR, now_ms)
        if self.phase is Phase.RINGING and _is_due(self._phase_due_ms, now_ms):
            self._phase_due_ms = None
            return [fact("prewarm.wasted"), *self.link.close()]
        if _is_due(self._expires_ms, now_ms):
            self._expires_ms = None
            if self.phase is Phase.RINGING:
                return self._end(EndReason.LEG_LOST, now_ms)
            return self._wind_down(EndReason.MAX_DURATION, self._prompts.goodbye, now_ms)
        return self._wake_drain(now_ms)

    # -- set-up --------------------------------------------------------------------------------

    def _rang(self, now_ms: int) -> list[Action]:
        if self.phase is not Phase.RINGING or self._expires_ms is not None:
            return []
        self._phase_due_ms = now_ms + self._limits.prewarm_ttl_ms
        self._expires_ms = now_ms + self._limits.token_ttl_ms
        return [fact("call.started"), *self.script.prepare(now_ms)]

    def _leg_opened(self, event: LegOpened, now_ms: int) -> list[Action]:
        if self.phase is not Phase.RINGING:
            return []
        self._has_leg = True
        self._phase_due_ms = None
        self._expires_ms = now_ms + self._limits.max_call_ms
        self.cover.begin(now_ms + self._limits.cover_after_ms)
        self.uplink.begin(now_ms)
        self._enter(Phase.CONNECTING)
        opened = fact("leg.started", stream=event.stream_id)
        return [opened, *self._follow(self.script.begin(now_ms), now_ms)]

    def _link_moved(self, event: LinkEvent, now_ms: int) -> list[Action]:
        was_ready = self.link.state is LinkState.READY
        actions = self.link.handle(event, now_ms)
        if was_ready and isinstance(event, ModelFault) and self.link.state is LinkState.READY:
            return self._converse(event, now_ms)
        return [*actions, *self._follow(self.script.link_moved(now_ms), now_ms)]

    # -- talk ----------------------------------------------------------------------------------

    def _converse(self, event: AgentEvent, now_ms: int) -> list[Action]:
        if self.phase is not Phase.TALKING:
            return []
        return self._follow(self.script.handle(event, now_ms), now_ms)

    def _key_pressed(self, event: CallerDigit, now_ms: int) -> list[Action]:
        if self.phase not in (Phase.CONNECTING, Phase.TALKING):
            return []
        return self._follow(self.script.handle(event, now_ms), now_ms)

    def _follow(self, actions: list[Action], now_ms: int) -> list[Action]:
        """The script has done a step: somebody may be talked to now, or the call may be over."""
        if self.phase is Phase.CONNECTING and self.script.has_begun:
            self._enter(Phase.TALKING)
        ending = self.script.ending
        if ending is None or self.phase not in (Phase.CONNECTING, Phase.TALKING):
            return actions
        last_words = self._prompts.apology if ending.is_sorry else b""
        return [*actions, *self._wind_down(ending.reason, last_words, now_ms)]

    def _mark_played(self, event: MarkPlayed, now_ms: int) -> list[Action]:
        actions = self.playout.echoed(event.name, now_ms)
        if self.phase is Phase.ENDING and self.playout.is_all_echoed:
            self._phase_due_ms = now_ms + self._limits.goodbye_tail_ms
        if self.phase is Phase.TALKING:
            actions += self._follow(self.script.handle(event, now_ms), now_ms)
        return actions

    def _leg_fault(self, event: LegFault, now_ms: int) -> list[Action]:
        self.leg_faults.saw(event.kind)
        if event.kind is LegFaultKind.BAD_MEDIA:
            self.uplink.malformed()
        return self._end(EndReason.PROTOCOL_ERROR, now_ms) if self.leg_faults.is_garbled else []

    def _wake_uplink(self, now_ms: int) -> list[Action]:
        actions = self.uplink.wake(now_ms)
        if self.uplink.is_silent_too_long:
            return [*actions, *self._end(EndReason.LEG_LOST, now_ms)]
        return actions

    # -- the end -------------------------------------------------------------------------------

    def _draining(self, event: GatewayDraining, now_ms: int) -> list[Action]:
        if not self._has_leg:
            return self._end(EndReason.DRAINED, now_ms)
        if self.phase is Phase.ENDING:
            return []
        self._drain_by_ms = now_ms
        self._drain_last_ms = event.by_ms
        return self._wake_drain(now_ms)

    def _wake_drain(self, now_ms: int) -> list[Action]:
        if not _is_due(self._drain_by_ms, now_ms):
            return []
        is_quiet = self.phase is not Phase.TALKING or self.script.is_quiet(now_ms)
        if is_quiet or now_ms >= self._drain_last_ms:
            return self._wind_down(EndReason.DRAINED, self._prompts.draining, now_ms)
        self._drain_by_ms = min(now_ms + 100, self._drain_last_ms)
        return []

    def _wind_down(self, reason: EndReason, last_words: bytes, now_ms: int) -> list[Action]:
        """Say what is left to say, hear it out, then leave."""
        if self.phase is Phase.ENDING or self.phase is Phase.ENDED:
            return []
        self.reason = reason
        self._enter(Phase.ENDING)
        self._expires_ms = self._drain_by_ms = None
        actions = [*self.script.leave(reason, now_ms), *self.link.close(), *self.cover.end(now_ms)]
        actions += self._break_off(reason, now_ms)
        self.uplink.end()
        if last_words:
            actions += self.playout.play_house(
                f"prompt:{reason}", last_words, now_ms, is_interruptible=False
            )
        heard_by_ms = self.playout.ends_at_ms(now_ms) + self._overrun_ms(reason)
        tail_ms = now_ms + self._limits.goodbye_tail_ms
        self._phase_due_ms = tail_ms if self.playout.is_all_echoed else heard_by_ms
        return [fact("call.ending", reason=reason), *actions]

    def _break_off(self, reason: EndReason, now_ms: int) -> list[Action]:
        """What waits here is not worth waiting for; nor, if we are in a hurry, what plays for long."""
        broken_off, cut = self.playout.abandon(now_ms)
        if reason in IN_A_HURRY and self.playout.lead_ms(now_ms) > self._limits.last_lead_ms:
            cleared, heard = self.playout.clear(now_ms)
            broken_off, cut = [*broken_off, *cleared], heard
        return [*broken_off, *(item.last_fact for item in cut)]

    def _overrun_ms(self, reason: EndReason) -> int:
        """How long the last echo may be overdue."""
        limits = self._limits
        return limits.apology_overrun_ms if reason in SORRY else limits.goodbye_overrun_ms

    def _end(self, reason: EndReason, now_ms: int) -> list[Action]:
        """Over. The first cause stands; later ones are details."""
        is_gone = not self._has_leg
        self.reason = self.reason or reason
        actions: list[Action] = []
        if not is_gone and self.playout.unheard_ms(now_ms):
            actions.append(ClearAudio())
        if not is_gone:
            actions.append(CloseLeg())
        if self.phase is not Phase.ENDING:
            actions += self.script.leave(reason, now_ms)
        _, cut = self.playout.clear(now_ms)
        self.uplink.end()
        actions += [*self.link.close(), *(item.last_fact for item in cut)]
        self._enter(Phase.ENDED)
        totals = call_ended(self.reason, reason, self.uplink, self.playout, self.leg_faults)
        return [*actions, totals, EndCall(self.reason)]

    def _arm(self) -> None:
        due = (
            self._phase_due_ms,
            self._expires_ms,
            self._drain_by_ms,
            self.link.deadline_ms,
            self.uplink.deadline_ms,
            self.playout.deadline_ms,
            self.cover.deadline_ms,
            self.script.deadline_ms if self.phase is Phase.TALKING else None,
        )
        is_over = self.phase is Phase.ENDED
        self.deadline_ms = (
            None if is_over else min((at for at in due if at is not None), default=None)
        )

    def _enter(self, phase: Phase) -> None:
        assert phase in MOVES[self.phase], f"no way from {self.phase} to {phase}"
        self.phase = phase


def _is_due(deadline_ms: int | None, now_ms: int) -> bool:
    return deadline_ms is not None and deadline_ms <= now_ms
