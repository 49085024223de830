"""Acts of a case, done in a world one after the other."""

from collections.abc import Callable
from typing import assert_never

from ..flow import Flow
from ..machine.events import AiExit, Beep, Fault, LanguageChosen, QueueNews, Verdict
from ..spoken import estimate_ms
from . import case
from .case import WAIT_MS_MAX, Act, Case
from .world import World

MARGIN_MS = 60_000  # beyond the flow's own limits: then it has none


class Player:
    """Does what the far end, the model and the people do; time passes only here."""

    def __init__(self, world: World) -> None:
        self.world = world

    def do(self, act: Act) -> str | None:
        """One act; what was in its way, if it could not be done."""
        self.world.note(told(act))
        match act:
            case case.Press():
                self._press(act)
            case case.Speak():
                self._speak(act)
            case case.Wait(ms):
                self.run_for(ms)
            case case.AgentLeaves() | case.AgentSwitches() | case.AgentIs():
                return self._agent(act)
            case case.TransferEnds() | case.QueueTells() | case.ToolEnds():
                return self._people(act)
            case _:
                self._happen(act)
        return None

    def run_for(self, ms: int) -> None:
        """Let time pass."""
        until_ms = self.world.now_ms + ms
        while self.world.advance(until_ms):
            pass

    def run_until(self, is_so: Callable[[], bool], within_ms: int) -> bool:
        """Let time pass until it is so, or for that long."""
        until_ms = self.world.now_ms + within_ms
        while not is_so():
            if not self.world.advance(until_ms):
                return is_so()
        return True

    def run_out(self) -> bool:
        """Nobody does anything any more; False for a call that never ends."""
        self.world.bring_stream_back()
        most_ms = self.world.flow.limits.call_s * 1000 + MARGIN_MS
        return self.run_until(lambda: self.world.is_over, most_ms)

    def _press(self, act: case.Press) -> None:
        for index, key in enumerate(act.keys):
            if index:
                self.run_for(act.every_ms)
            self.world.press(key)

    def _speak(self, act: case.Speak) -> None:
        self.world.speak(is_on=True)
        self.run_for(estimate_ms(act.text) if act.for_ms is None else act.for_ms)
        self.world.speak(is_on=False)
        self.world.say(act.text)

    def _agent(self, act: case.AgentLeaves | case.AgentSwitches | case.AgentIs) -> str | None:
        agent = self.world.agent
        if isinstance(act, case.AgentIs):
            agent.up_ms = agent.up_ms if act.up_ms is None else act.up_ms
            if act.temper is not None:
                agent.change(act.temper)
            return None
        if not self.run_until(lambda: agent.is_up, WAIT_MS_MAX):
            return "no agent came up"
        if isinstance(act, case.AgentLeaves):
            self.world.tell(AiExit(act.exit_, act.slots))
        else:
            self.world.tell(LanguageChosen(act.language))
        return None

    def _people(self, act: case.TransferEnds | case.QueueTells | case.ToolEnds) -> str | None:
        world = self.world
        match act:
            case case.TransferEnds(end):
                if not self.run_until(lambda: world.transfer is not None, WAIT_MS_MAX):
                    return "nobody was rung"
                world.end_transfer(end)
            case case.QueueTells(state, position):
                if not self.run_until(lambda: world.is_queued, WAIT_MS_MAX):
                    return "nobody waits in a queue"
                world.tell_queue(QueueNews(state, position))
            case case.ToolEnds(status):
                if not self.run_until(lambda: world.tool is not None, WAIT_MS_MAX):
                    return "no tool was called"
                world.end_tool(status)
        return None

    def _happen(
        self,
        act: case.HangUp | case.Answer | case.BeepSounds | case.Stream | case.Clock | case.Breaks,
    ) -> None:
        match act:
            case case.HangUp(by):
                self.world.hang_up(by)
            case case.Answer(answerer):
                self.world.tell(Verdict(answerer))
            case case.BeepSounds():
                self.world.tell(Beep())
            case case.Stream(is_back):
                (self.world.bring_stream_back if is_back else self.world.lose_stream)()
            case case.Clock(at):
                self.world.set_clock(at)
            case case.Breaks():
                self.world.tell(Fault("scripted"))
            case _:
                assert_never(act)


def told(act: Act) -> str:
    """An act in a trace; of keys only how many, they may be of a card."""
    if isinstance(act, case.Press):
        return f"press ({len(act.keys)} keys)"
    return repr(act)


def world_of(of: Case, flow: Flow) -> World:
    """The world that a case begins in."""
    world = World(flow, of.facts, of.at)
    world.agent.temper = of.temper
    if of.up_ms is not None:
        world.agent.up_ms = of.up_ms
    return world
