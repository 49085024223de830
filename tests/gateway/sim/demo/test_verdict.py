"""Whether a call went as its script says."""

from dataclasses import replace

import pytest

from voicegate.gateway.sim.carrier.call_report import CallReport
from voicegate.gateway.sim.carrier.orders import CallEnded
from voicegate.gateway.sim.demo.figures import Figures, figures
from voicegate.gateway.sim.demo.script import Script, Utterance
from voicegate.gateway.sim.demo.verdict import differences
from voicegate.gateway.sim.outputs import Note

SCRIPT = Script((Utterance("What do I bring?", b""),), Utterance("Stop!", b""))


def report(cause: str = "caller", *notes: Note) -> CallReport:
    return CallReport("CA1", notes=list(notes), end=CallEnded("CA1", "completed", cause))


def test_a_call_as_scripted_differs_in_nothing(measured: Figures) -> None:
    assert not differences(SCRIPT, measured, report())


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"answers": ()}, "the agent was heard 0 times instead of 4"),
        ({"spoken": ()}, "the caller spoke 0 times instead of 2"),
        ({"cuts": ()}, "the agent was never interrupted"),
        ({"keys": ((1, "5"),)}, "the keys 5 were pressed instead of 5#"),
        ({"keys_answer_ms": None}, "the agent did not react to the keys"),
        ({"reason": "model_lost"}, "should have hung up, but: the model was lost"),
    ],
)
def test_what_was_different_is_said(
    measured: Figures, changed: dict[str, object], said: str
) -> None:
    (difference,) = differences(SCRIPT, replace(measured, **changed), report())  # pyright: ignore[reportArgumentType]
    assert said in difference


def test_the_carrier_has_a_say(measured: Figures) -> None:
    noted = report("callee", Note("31951", "unknown event"))
    assert differences(SCRIPT, measured, noted) == [
        "the carrier says how the call ended: completed by callee",
        "the carrier noted 31951 unknown event",
    ]


def test_a_call_that_never_ended_is_not_fine(measured: Figures) -> None:
    assert differences(SCRIPT, measured, None) == ["the carrier saw no end of the call"]


def test_a_call_of_which_nothing_came_differs_in_everything() -> None:
    assert len(differences(SCRIPT, figures([], (), 0), None)) == 6
