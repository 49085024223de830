"""An end kept in memory is a leg and a model, as a session sees them."""

from voicegate.gateway.core.actions import Action, AskForResponse, ClearAudio
from voicegate.gateway.core.events import Event, LegOpened, MarkPlayed
from voicegate.gateway.session import Leg, Model
from voicegate.gateway.sim.rig.end import CALLER, READY, MemoryEnd


def test_it_fits_where_a_leg_or_a_model_is_expected() -> None:
    leg: Leg = MemoryEnd(CALLER)
    model: Model = MemoryEnd(READY)
    for end in (leg, model):
        assert end.backlog_bytes() == 0


def test_it_says_first_what_it_was_given_and_later_what_it_is_told() -> None:
    events: list[Event] = []
    end = MemoryEnd(CALLER)
    end.start(events.append)
    end.tell(MarkPlayed("0.1"))
    assert events == [LegOpened("MZ1"), MarkPlayed("0.1")]


def test_it_keeps_what_it_is_asked_for_and_replies_from_inside() -> None:
    log: list[Action] = []
    replied: list[Action] = []
    leg, model = MemoryEnd(log=log, reply=replied.append), MemoryEnd(log=log, backlog=7)
    leg.perform(ClearAudio())
    model.perform(AskForResponse("ask-1"))
    model.close()
    assert log == [ClearAudio(), AskForResponse("ask-1")]
    assert replied == [ClearAudio()]
    assert (model.backlog_bytes(), model.closes, leg.closes) == (7, 1, 0)
