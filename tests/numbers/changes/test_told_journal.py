"""A journal that tells whoever waits."""

from voicegate.numbers.changes.told_journal import ToldJournal
from voicegate.numbers.fakes.registry import FakeRegistry
from voicegate.numbers.model import Snapshot
from voicegate.numbers.planning.step import Action, Kind, Step
from voicegate.numbers.registry.protocols import Progress

STEPS = [
    Step(Action.ASSIGN, Kind.NUMBER, f"+1212555014{n}", {}, {"route": "flow/a"}, "new here")
    for n in (1, 2)
]


def test_a_step_is_told_once_when_it_is_done_and_written_down_all_the_way() -> None:
    registry, told = FakeRegistry(Snapshot("main")), list[str]()
    journal = ToldJournal(registry, STEPS, told.append)
    journal.begin("p", [1, 2])
    journal.mark("p", 2, Progress.DOING)
    assert told == []
    journal.mark("p", 2, Progress.DONE)
    assert told == ["done at the provider: assign +12125550142"]
    assert journal.read("p") == {1: Progress.PENDING, 2: Progress.DONE} == registry.jobs["p"]
