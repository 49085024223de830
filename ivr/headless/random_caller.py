"""A caller, a model and people who do anything at all, chosen by a seed."""

from collections.abc import Callable
from datetime import timedelta
from random import Random

from .. import nodes
from ..machine.events import Answerer, QueueState, TransferEnd
from ..machine.phrases import emergency_phrases
from . import case
from .case import AT, Act, Temper
from .world import World

KEYS = "0123456789*#"
WORDS = ("hello", "what do you mean", "I would like to book", "no", "maybe tomorrow")
VALUES = {
    "text": ("blue", ""),
    "number": ("1", "12", "many"),
    "date": ("2026-12-01", "tomorrow"),
    "datetime": ("2026-12-01T15:00:00", "at noon"),
}
WAITS_MS = (100, 1000, 1000, 4900, 5100, 12_000, 40_000)
SPEAKS_MS = (200, 900, 1500, 5000, 5000, 400_000)
OF_ALL = 0.2  # how often somebody does what has nothing to do with the node

Choice = Callable[[], Act | None]


class RandomCaller:
    """Chooses the next act by what the call is waiting for, or against it."""

    def __init__(self, world: World, random: Random) -> None:
        self._world = world
        self._random = random

    def act(self) -> Act:
        """What happens next; often nothing for a while."""
        if self._random.random() < 0.3:
            return case.Wait(self._random.choice(WAITS_MS))
        if self._world.is_lost and self._world.agenda.next_ms is None:
            return case.Stream(is_back=True)
        return (None if self._random.random() < OF_ALL else self._of_node()) or self._of_all()

    def _of_node(self) -> Act | None:
        node = self._world.flow.nodes[self._world.machine.node]
        match node:
            case nodes.Menu():
                return case.Press(self._random.choice([*node.options] * 4 + [*KEYS]))
            case nodes.Collect():
                return self._type(node)
            case nodes.Ai():
                return self._talk(node)
            case nodes.Transfer():
                ends = self._world.transfer and self._random.choice(list(TransferEnd))
                return case.TransferEnds(ends) if ends else None
            case nodes.Queue():
                return self._queue(node)
            case nodes.Tool():
                status = self._random.choice([*node.exits, "strange"])
                return case.ToolEnds(status) if self._world.tool else None
            case nodes.Voicemail():
                return self._random.choice([self._speak("call me back"), case.Press("#")])
            case nodes.VoicemailDrop():
                return case.BeepSounds()
            case _:
                return None

    def _of_all(self) -> Act:
        flow, random = self._world.flow, self._random
        phrases = [*emergency_phrases(flow.languages)]
        phrases += [*flow.optout.phrases] if flow.optout else []
        keys = [flow.optout.keys] if flow.optout and flow.optout.keys else []
        keys += [flow.emergency.keys] if flow.emergency and flow.emergency.keys else []
        has_machine = flow.handlers.machine is not None
        choices: list[Choice] = [
            lambda: case.Press("".join(random.choices(KEYS, k=random.choice((1, 1, 2, 40))))),
            lambda: case.Press(random.choice([*keys, *KEYS])),
            lambda: self._speak(random.choice([*WORDS, *phrases])),
            lambda: case.Stream(is_back=self._world.is_lost),
            lambda: case.AgentIs(random.choice(list(Temper)), random.choice((300, 2400, 2600))),
            lambda: (
                case.AgentSwitches(random.choice(flow.languages))
                if self._world.agent.is_up
                else None
            ),
            lambda: case.Clock(AT + timedelta(hours=random.randrange(400))),
            lambda: case.BeepSounds(),
            lambda: case.Breaks() if random.random() < 0.2 else None,
            lambda: case.HangUp("caller") if random.random() < 0.2 else None,
            lambda: case.Answer(random.choice(list(Answerer))) if has_machine else None,
        ]
        return random.choice(choices)() or case.Wait(500)

    def _type(self, node: nodes.Collect) -> Act:
        """Right digits more often than not: with luck for an order, by computation for a card."""
        length = self._random.randint(1, node.digits_max + 1)
        typed = "".join(self._random.choices("0123456789", k=length))
        if self._random.random() < 0.7:
            length = self._random.randint(node.digits_min, node.digits_max)
            typed = "".join(self._random.choices("123456789", k=length))
            typed = _luhn(typed) if node.check == "luhn" else typed
        ending = self._random.choice((node.finish,) * 8 + ("", "*"))
        return case.Press(typed + ending, self._random.choice((80, 80, 250, 3900)))

    def _talk(self, node: nodes.Ai) -> Act:
        if not self._world.agent.is_up or self._random.random() < 0.5:
            keys = [case.Press(key) for key in node.keys]
            return self._random.choice([self._speak(self._random.choice(WORDS)), *keys])
        name = self._random.choice([*node.exits])
        kinds = node.exits[name].slots.items()
        slots = {slot: self._random.choice(VALUES[kind]) for slot, kind in kinds}
        return case.AgentLeaves(name, slots)

    def _queue(self, node: nodes.Queue) -> Act | None:
        if node.offer and self._random.random() < 0.3:
            return case.Press(node.offer.key)
        state = self._random.choice(list(QueueState))
        position = self._random.randint(1, 9) if state is QueueState.POSITION else 0
        return case.QueueTells(state, position) if self._world.is_queued else None

    def _speak(self, text: str) -> Act:
        return case.Speak(text, self._random.choice(SPEAKS_MS))


def _luhn(digits: str) -> str:
    """The same digits with a last one that makes them a card's."""
    total = 0
    for place, digit in enumerate(reversed(digits[:-1])):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return f"{digits[:-1]}{-total % 10}"
