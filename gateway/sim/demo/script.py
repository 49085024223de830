"""The demo's conversation: who says what, and what the caller waits for before each step."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from ..carrier.caller import HangUp, HearAgent, HearQuiet, Pause, PressKeys, Speak, Step
from ..realtime.brains import Lines

KEYS = "5#"
INTERRUPTS_AFTER_MS = 1_200
_NOTICED_MS = 300
SENTENCE_OVER_MS = 700
_PATIENCE_MS = 12_000
_LONGEST_ANSWER_MS = 60_000


@dataclass(frozen=True, slots=True)
class Utterance:
    """What the caller says in one breath, in mu-law; `words` are empty if nobody knows them."""

    words: str
    audio: bytes

    @property
    def shown(self) -> str:
        """As a line or a picture names it."""
        return (
            f"“{self.words}”" if self.words else f"recorded speech, {len(self.audio) / 8_000:.1f} s"
        )


@dataclass(frozen=True, slots=True)
class Words:
    """The sentences of one conversation; the last question's answer is the one interrupted."""

    agent: Lines
    questions: tuple[str, ...]
    interruption: str
    farewell: str

    def caller(self) -> tuple[str, ...]:
        """All that the caller says, in order."""
        farewell = (self.farewell,) if self.farewell else ()
        return (*self.questions, self.interruption, *farewell)

    def agent_sentences(self) -> tuple[str, ...]:
        """All that the agent may be asked to say."""
        lines = self.agent
        key = lines.after_key.format(key=KEYS[0])
        return (lines.greeting, *lines.answers, lines.after_interruption, key)


FULL = Words(
    Lines(
        "Lindenhof clinic, good morning. How can I help you?",
        (
            "On Thursdays we are open from eight to twelve, and from two to six.",
            (
                "Please bring your insurance card, a list of the medicines that you take, and the "
                "letter of your family doctor. If you have had an X-ray, bring that as well."
            ),
        ),
        "Of course. Press five and then the hash key, and I will send it to this number.",
        "You pressed {key}. The list is on its way. Is there anything else?",
    ),
    ("Hello, when are you open on Thursdays?", "And what do I have to bring along?"),
    "Sorry, could you just text me that list?",
    "No, thank you. Goodbye.",
)
QUICK = Words(
    Lines(
        "Lindenhof clinic, good morning.",
        FULL.agent.answers[1:],
        "Of course. Press five, then hash.",
        "You pressed {key}. Thank you.",
    ),
    FULL.questions[1:],
    FULL.interruption,
    "",
)
# For speech that nobody here understands: the agent must not pretend to.
_UNDERSTANDS_NOTHING = (
    "Thank you, I have heard you. I am a simulated model. I know that you spoke, not what you said."
)
_TALKS_ON = (
    "I have heard you again. Now I will go on talking for quite a while, so that you can interrupt "
    "me in the middle of a sentence. A caller should not have to wait for the end of it."
)


def recorded(questions: int) -> Words:
    """What the agent says to somebody whose words are unknown."""
    answers = (_UNDERSTANDS_NOTHING,) * (questions - 1) + (_TALKS_ON,)
    lines = Lines(
        "Hello, this is the demo of voicegate. Please speak.",
        answers,
        "You interrupted me, and I stopped. Now press five, and then the hash key.",
        "You pressed {key}. That has arrived as well. Goodbye.",
    )
    return Words(lines, ("",) * questions, "", "")


class CallerScript(Protocol):
    """What a demo's caller says and does."""

    @property
    def utterances(self) -> tuple[Utterance, ...]:
        """In the order in which they are spoken."""
        ...

    def longest_ms(self) -> int:
        """After this the call has gone wrong."""
        ...

    def steps(self) -> Iterator[Step]:
        """For the simulated caller. Nothing is timed: each step waits for what was heard."""
        ...


@dataclass(frozen=True, slots=True)
class Script:
    """What the caller does: asks each question, interrupts the last answer, presses, hangs up."""

    questions: tuple[Utterance, ...]
    interruption: Utterance
    farewell: Utterance | None = None

    @property
    def utterances(self) -> tuple[Utterance, ...]:
        """In the order in which they are spoken."""
        farewell = () if self.farewell is None else (self.farewell,)
        return (*self.questions, self.interruption, *farewell)

    @property
    def agent_turns(self) -> int:
        """How often the agent speaks: greeting, answers, after the interruption, after the keys."""
        return len(self.questions) + 3

    def longest_ms(self) -> int:
        """After this the call has gone wrong."""
        spoken_ms = sum(len(utterance.audio) // 8 for utterance in self.utterances)
        return spoken_ms + self.agent_turns * (_PATIENCE_MS + 10_000)

    def steps(self) -> Iterator[Step]:
        """For the simulated caller. Nothing is timed: each step waits for what was heard."""
        for question in self.questions:
            yield from _heard_out()
            yield Speak(question.audio)
        yield HearAgent(INTERRUPTS_AFTER_MS, patience_ms=_PATIENCE_MS)
        yield Speak(self.interruption.audio)
        yield from _heard_out()
        yield PressKeys(KEYS)
        yield from _heard_out()
        if self.farewell is not None:
            yield Speak(self.farewell.audio)
            yield Pause(_NOTICED_MS)
        yield HangUp()


def _heard_out() -> tuple[Step, ...]:
    """The agent has begun to speak and has come to an end."""
    return (
        HearAgent(_NOTICED_MS, patience_ms=_PATIENCE_MS),
        HearQuiet(SENTENCE_OVER_MS, patience_ms=_LONGEST_ANSWER_MS),
    )


def script_for(utterances: Sequence[Utterance], *, has_farewell: bool) -> Script:
    """The script of these utterances; a single one asks, and is said again to interrupt."""
    spoken = list(utterances)
    farewell = spoken.pop() if has_farewell else None
    interruption = spoken[-1]
    return Script(tuple(spoken[:-1] or spoken), interruption, farewell)
