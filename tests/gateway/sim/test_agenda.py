"""Acts come in the order of their times, never early."""

from voicegate.gateway.sim.agenda import Agenda


def test_acts_come_in_order_of_time_and_equal_times_in_order_of_entry():
    agenda, done = Agenda(), list[str]()
    for due_ms, name in ((20, "late"), (10, "first"), (10, "second")):
        agenda.at(due_ms, lambda _, name=name: done.append(name))
    assert agenda.deadline_ms == 10
    agenda.run(9)
    assert done == []
    agenda.run(10)
    assert done == ["first", "second"]
    assert agenda.deadline_ms == 20


def test_an_act_may_enter_another_that_is_due_at_once():
    agenda, done = Agenda(), list[int]()
    agenda.at(5, lambda now_ms: agenda.at(now_ms, done.append))
    agenda.run(7)
    assert done == [7]
    assert agenda.deadline_ms is None


def test_what_was_forgotten_never_comes():
    agenda, done = Agenda(), list[int]()
    agenda.at(5, done.append)
    agenda.clear()
    agenda.run(100)
    assert done == []
