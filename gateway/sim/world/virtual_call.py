"""One whole call in the world: caller, carrier, both wires, the real call with its adapters, model."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from random import Random

from ...core.actions import Action, DeleteItem, Fact, OpenModel, TruncateItem
from ...core.agent import AgentPlan
from ...core.agent_script import agent_alone
from ...core.call import Call
from ...core.events import CallerAudio, CallRang, Event
from ...core.script import WriteScript
from ...core.terms import CallLimits, Prompts
from ...session import Session
from ..carrier.caller import Caller
from ..carrier.earpiece import Earpiece, listen
from ..carrier.line import CarrierStream
from ..carrier.messages import StreamIdentity
from ..carrier.playback import SILENCE
from ..carrier.settings import CarrierSettings
from .scenario import Scenario
from .virtual_ends import CarrierEnd, ModelEnd
from .witness import Witness
from .world import Alarm, World

PROMPTS = Prompts(
    apology=b"\xfe" * 8 * 1_500,
    goodbye=b"\xfd" * 8 * 1_000,
    draining=b"\xfc" * 8 * 1_000,
    ringback=b"\xfb" * 8 * 2_000 + b"\xff" * 8 * 4_000,
)

STALLS = ("bunch", "stall_out", "stall_in")
MARK_FAULTS_MS = {"mark_late": 2_000, "mark_early": 400, "mark_reordered": 400}


@dataclass(frozen=True, slots=True)
class Claim:
    """What the model was told of an item, beside what the caller's phone really played."""

    at_ms: int
    claimed_ms: int
    heard_ms: int

    @property
    def is_about_something(self) -> bool:
        """Part of the item was heard, or was said to be: of the others there is little to get wrong."""
        return bool(self.claimed_ms or self.heard_ms)

    @property
    def error_ms(self) -> int:
        """Above zero: too much was claimed."""
        return self.claimed_ms - self.heard_ms


class GatewayClock:
    """The gateway's own clock: the world's, as long as nothing is wrong with it."""

    def __init__(self, world: World, ring: Callable[[], None], jumps: tuple[tuple[int, int], ...]):
        self._world = world
        self._alarm = Alarm(world, ring)
        self._jumps = jumps

    def now_ms(self) -> int:
        return self._world.now_ms + (self._error_ms() if self._jumps else 0)

    def set_alarm(self, at_ms: int | None) -> None:
        self._alarm.set(None if at_ms is None else at_ms - self._error_ms())

    def _error_ms(self) -> int:
        now_ms = self._world.now_ms
        return sum(by_ms for from_ms, by_ms in self._jumps if now_ms >= from_ms)


class VirtualCall:
    """Builds the call of a scenario into a world and lets it ring at once; an agent's by default."""

    def __init__(
        self,
        world: World,
        scenario: Scenario,
        *,
        limits: CallLimits | None = None,
        script: WriteScript | None = None,
    ) -> None:
        self.scenario = scenario
        self.witness = Witness()
        self.world = world
        self.began_ms = world.now_ms
        seed = scenario.seed
        self._paused_until_ms = 0
        self._waiting: deque[tuple[Callable[..., None], tuple[object, ...]]] = deque()
        self.caller = Caller(scenario.steps, Random(f"{seed}/caller's ear"))
        self.stream = CarrierStream(
            CarrierSettings(faults=scenario.carrier_faults),
            _identity(seed),
            {"token": "t"},
            self,
            Random(f"{seed}/carrier"),
        )
        call = Call(
            script or agent_alone(AgentPlan(interruption=scenario.interruption)),
            limits or CallLimits(),
            PROMPTS,
            jitter=Random(f"{seed}/jitter").random(),
        )
        self.session = Session(
            call,
            clock=GatewayClock(world, self._ring, scenario.clock_jumps),
            open_model=self._open_model,
            watcher=self,
            on_end=lambda reason: self.witness.ends.append((world.now_ms, reason)),
            keeps_steps=True,
        )
        self.carrier_end = CarrierEnd(self)
        self.model_ends: list[ModelEnd] = []
        for at_ms, ms in scenario.pauses:
            world.at(self.began_ms + at_ms, self._pause, ms)
        world.at(self.began_ms, self.session.deliver, CallRang())
        world.at(self.began_ms + scenario.media_after_ms, self.carrier_end.upgrade)

    @property
    def is_over(self) -> bool:
        """The call has ended, and the carrier's stream too."""
        return self.session.is_over and self.stream.is_closed

    def frame(self, now_ms: int) -> bytes:
        """The caller's microphone, overheard."""
        frame = self.caller.frame(now_ms)
        if not self.witness.first_frame_ms:
            self.witness.first_frame_ms = now_ms
        if frame != SILENCE:
            self.witness.loud_at.append(now_ms)
        return frame

    # -- the session's watcher -----------------------------------------------------------------

    def saw_fact(self, fact: Fact, now_ms: int) -> None:
        self.witness.saw_fact(fact, now_ms)

    def saw_step(self, event: Event | None, actions: list[Action], now_ms: int) -> None:
        if type(event) is CallerAudio and len(actions) == 1:
            return  # a frame that is forwarded at once, 50 times a second
        if actions:
            self.witness.steps.append((now_ms, event, actions))
        call, witness = self.session.call, self.witness
        is_late = call.deadline_ms is not None and call.deadline_ms < now_ms
        if is_late and not self.session.is_reading:
            witness.late_deadlines += 1
        if call.uplink.waiting_ms > witness.waiting_ms_max:
            witness.waiting_ms_max = call.uplink.waiting_ms

    def saw_crash(self, error: Exception) -> None:
        self.witness.crashes.append(error)

    # -- what is known afterwards --------------------------------------------------------------

    @property
    def extra_delay_ms(self) -> int:
        """The most by which the carrier's line was later than its best."""
        return self.carrier_end.extra_delay_ms

    @property
    def model_extra_delay_ms(self) -> int:
        """The most by which a model's line was later than its best."""
        return max((end.extra_delay_ms for end in self.model_ends), default=0)

    @cached_property
    def injected_ms(self) -> int:
        """The longest delays that faults gave to the carrier's line, to echoes and to the gateway."""
        scenario = self.scenario
        struck = [n[3].split() for n in self.witness.notes if n[1:3] == ("carrier", "fault")]
        stalls = [int(length) for kind, length in struck if kind in STALLS]
        marks = [MARK_FAULTS_MS.get(fault.kind, 0) for fault in scenario.carrier_faults]
        pauses = [ms for _, ms in scenario.pauses]
        jumps = [abs(by_ms) for _, by_ms in scenario.clock_jumps]
        return sum(max(each, default=0) for each in (stalls, marks, pauses, jumps))

    @cached_property
    def heard(self) -> Earpiece:
        """What the caller heard; ask when the call is over."""
        return listen(self.witness.played)

    def claims(self) -> list[Claim]:
        """The last word the model was given on each item, and the truth, where tags tell it."""
        if self.scenario.audio != "pcmu":
            return []
        last: dict[str, tuple[int, int]] = {}
        for at_ms, _, actions in self.witness.steps:
            for action in actions:
                if isinstance(action, TruncateItem):
                    last[action.item_id] = (at_ms, action.heard_ms)
                elif isinstance(action, DeleteItem):
                    last[action.item_id] = (at_ms, 0)
        return [
            Claim(at_ms, claimed_ms, self.heard.heard_ms.get(number, 0))
            for item_id, (at_ms, claimed_ms) in last.items()
            if (number := self.witness.numbers.get(item_id)) is not None
        ]

    # -- the gateway's process -----------------------------------------------------------------

    def reaching(self, act: Callable[..., None]) -> Callable[..., None]:
        """What calls `act` in the gateway's process: at once, or when it moves again."""
        return partial(self._reach, act) if self.scenario.pauses else act

    def _reach(self, act: Callable[..., None], *args: object) -> None:
        if self.world.now_ms < self._paused_until_ms or self._waiting:
            self._waiting.append((act, args))
        else:
            act(*args)

    def _pause(self, ms: int) -> None:
        self._paused_until_ms = self.world.now_ms + ms
        self.world.at(self._paused_until_ms, self._go_on)

    def _go_on(self) -> None:
        while self._waiting and self.world.now_ms >= self._paused_until_ms:
            act, args = self._waiting.popleft()
            act(*args)

    def _ring(self) -> None:
        self.witness.wakes += 1
        self._reach(self.session.deliver, None)

    def _open_model(self, _wanted: OpenModel) -> ModelEnd:
        end = ModelEnd(self, len(self.model_ends) + 1)
        self.model_ends.append(end)
        return end


def _identity(seed: int) -> StreamIdentity:
    return StreamIdentity(f"AC{1:032x}", f"CA{seed:032x}", f"MZ{seed:032x}")
