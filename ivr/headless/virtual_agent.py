"""A model that answers in time and says nothing in particular, or fails as it is told to."""

from collections.abc import Callable

from ..machine.actions import StartAi
from ..machine.events import AiDown, AiUp, Event, Sounding, Who
from .agenda import Agenda
from .case import Temper

UP_MS = 300
REPLIES_AFTER_MS = 800
SPEAKS_MS = 2000
SOUND_DUE_MS = 4000  # who owns the model's turns gives it up then
KIND = "agent"


class VirtualAgent:
    """It greets, answers each turn with two seconds of speech, and waits."""

    def __init__(self, agenda: Agenda, tell: Callable[[Event], None]) -> None:
        self._agenda = agenda
        self._tell = tell
        self.temper = Temper.NONE
        self.up_ms = UP_MS
        self.is_asked = False  # the flow wants it
        self.is_up = False
        self.is_blind = False
        self.has_transcript = False
        self.keys_seen = 0
        self._is_sounding = False

    def start(self, asked: StartAi) -> None:
        """The flow wants it."""
        self.is_asked = True
        self.has_transcript = asked.has_transcript
        if self.temper is not Temper.DOWN:
            self._agenda.enter(self.up_ms, self._up, KIND)

    def stop(self) -> None:
        """The flow does not want it any more."""
        self.is_asked = self.is_up = False
        self._is_sounding = False
        self._agenda.strike(KIND)

    def reply(self) -> None:
        """It was asked something."""
        if not self.is_up:
            return
        if self.temper is Temper.MUTE:
            self._agenda.enter(SOUND_DUE_MS, self._lost, KIND)
        elif not self._is_sounding:
            self._is_sounding = True
            self._agenda.enter(REPLIES_AFTER_MS, self._sounds, KIND)
            self._agenda.enter(REPLIES_AFTER_MS + SPEAKS_MS, self._falls_silent, KIND)

    def change(self, temper: Temper) -> None:
        """It falls ill, or recovers."""
        self.temper = temper
        if temper is Temper.DOWN and self.is_up:
            self._lost()
        elif temper is Temper.DOWN:
            self._agenda.strike(KIND)

    def _up(self) -> None:
        self.is_up = True
        self._tell(AiUp())
        self.reply()

    def _lost(self) -> None:
        self.is_up = False
        self._agenda.strike(KIND)
        if self._is_sounding:
            self._falls_silent()
        self._tell(AiDown(self.temper.value))

    def _sounds(self) -> None:
        self._tell(Sounding(Who.AGENT, is_on=True))

    def _falls_silent(self) -> None:
        self._is_sounding = False
        self._tell(Sounding(Who.AGENT, is_on=False))
