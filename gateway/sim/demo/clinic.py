"""A call in the flow `clinic-main`: a menu, an agent, a way to a person, and a mailbox in the end."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from ....ivr.installation import Installation
from ....ivr.publishing.ready import ReadyFlow, ready
from ....ivr.publishing.rendering import nothing_is_there, render
from ....ivr.publishing.version import FlowVersion
from ....ivr.sounds.pico import PicoVoice
from ....ivr.sounds.render import Renderer
from ...flow_calls import OneFlow, wall_clock
from ..carrier.caller import HearAgent, HearQuiet, Pause, PressKeys, Speak, Step
from ..realtime.brains import Lines, TalkingBrain
from .scene import Played, Scene
from .script import Utterance
from .voices import Progress, say, ulaw

NAME = "clinic-main"
LINES = Lines(
    "Lindenhof clinic, good morning. How can I help you?",
    (
        (
            "We have a free hour on Thursday at half past nine. Shall I write you down for that? "
            "You can also speak to the front desk. For that, press zero at any time."
        ),
    ),
    "Of course.",
)
QUESTION = "Hello, I need an appointment for a check up, please."
MESSAGE = "Hello, this is Anna Berger. Please call me back about my appointment. Thank you."
WAY = ("hours", "lang", "greet", "desk", "message", "bye", "end")
EXAMPLES = Path(__file__).parents[3] / "ivr" / "examples"
MONDAY = datetime(2026, 11, 30, 10, tzinfo=ZoneInfo("America/New_York"))  # the desk is open
_PATIENCE_MS = 15_000
_LONGEST_MS = 120_000


@dataclass(frozen=True, slots=True)
class ClinicCaller:
    """Chooses English, asks for an appointment, wants a person, and leaves a message."""

    question: Utterance
    message: Utterance

    @property
    def utterances(self) -> tuple[Utterance, ...]:
        """See CallerScript."""
        return (self.question, self.message)

    def longest_ms(self) -> int:
        """See CallerScript."""
        return _LONGEST_MS

    def steps(self) -> Iterator[Step]:
        """See CallerScript. It ends by listening: who hangs up is the flow."""
        yield HearAgent(1_500, patience_ms=_PATIENCE_MS)
        yield PressKeys("1")
        yield HearAgent(1_000, patience_ms=_PATIENCE_MS)
        yield HearQuiet(900, patience_ms=_PATIENCE_MS)
        yield Speak(self.question.audio)
        yield HearAgent(5_500, patience_ms=_PATIENCE_MS)
        yield PressKeys("0")
        yield Pause(600)
        yield HearAgent(800, patience_ms=_PATIENCE_MS)
        yield HearQuiet(600, patience_ms=_PATIENCE_MS)
        yield Speak(self.message.audio)


def clinic(progress: Progress) -> Scene:
    """The scene, with all its sounds made. Raises VoiceMissing."""
    progress(f"{NAME}: speaking its prompts, and the lines of caller and agent")
    flow = _ready()
    for line in (LINES.greeting, *LINES.answers):
        say(line)
    script = ClinicCaller(*(Utterance(text, ulaw(text)) for text in (QUESTION, MESSAGE)))
    began = wall_clock()
    return Scene(
        script,
        lambda: TalkingBrain(say, lines=LINES),
        _problems,
        OneFlow(flow, lambda: MONDAY + _since(began)),
    )


def _since(began: datetime) -> timedelta:
    return wall_clock() - began


def _ready() -> ReadyFlow:
    text = (EXAMPLES / f"{NAME}.yaml").read_bytes()
    rendered = render(
        text,
        Renderer(PicoVoice(), EXAMPLES),
        today=date(2026, 11, 30),
        here=Installation(),
        lengths=nothing_is_there,
    )
    audio = {hash_: sound.ulaw for hash_, sound in rendered.made.items()}
    return ready(FlowVersion(NAME, 1, text, rendered.sounds), audio)


def _problems(played: Played) -> list[str]:
    entered = [each.text("node") for each in played.happenings if each.what == "flow.moved"]
    problems: list[str] = []
    if tuple(entered) != WAY:
        problems.append(f"the call went by {', '.join(entered)} instead of {', '.join(WAY)}")
    if not list(played.folder.glob("voicemail/clinic/*.wav")):
        problems.append("there is no message in the box of the clinic")
    if played.figures.reason != "voicemail":
        problems.append(f"the call should have ended in the mailbox, but: {played.figures.reason}")
    if played.report is None:
        problems.append("the carrier saw no end of the call")
    return problems
