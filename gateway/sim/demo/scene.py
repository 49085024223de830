"""What a demo plays: what its caller does, who the model is, and what should come of it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ...flow_calls import OneFlow
from ..carrier.call_report import CallReport
from ..realtime.brains import Brain, TalkingBrain
from .events import Happening
from .figures import Figures
from .script import CallerScript, Script, Words
from .verdict import differences
from .voices import say


@dataclass(frozen=True, slots=True)
class Played:
    """What is known when the call is over; without a report it never came to its end."""

    happenings: list[Happening]
    figures: Figures
    report: CallReport | None
    folder: Path


@dataclass(frozen=True, slots=True)
class Scene:
    """`problems` says what did not go as it should; without a flow one agent has the call."""

    script: CallerScript
    brain: Callable[[], Brain]
    problems: Callable[[Played], list[str]]
    flow: OneFlow | None = None


def conversation(words: Words, script: Script) -> Scene:
    """With one agent, from the greeting to the goodbye."""
    return Scene(
        script,
        lambda: TalkingBrain(say, lines=words.agent),
        lambda played: differences(script, played.figures, played.report),
    )
