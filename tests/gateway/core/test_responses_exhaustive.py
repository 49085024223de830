"""Every state that the gate can get into, by events in any order: what must hold in each of them."""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass

from voicegate.gateway.core.actions import Action, AskForResponse, CancelResponse
from voicegate.gateway.core.responses import Gate, Responses, TurnLimits

WAKES_MAX = 8


@dataclass(slots=True)
class Situation:
    """The machine, the time, and what its surroundings know."""

    subject: Responses
    now_ms: int = 0
    count: int = 0
    running: str = ""  # the model's response, if one is running
    is_cancel_sent: bool = False
    is_caller_speaking: bool = False

    def fork(self) -> "Situation":
        twin = copy(self)
        twin.subject = copy(self.subject)
        twin.subject.cut_ids = set(self.subject.cut_ids)
        return twin

    def key(self) -> tuple[object, ...]:
        """Equal for situations that nothing can tell apart."""
        subject = self.subject
        flags = tuple(value for value in vars(subject).values() if isinstance(value, bool))
        failures = min(2, sum("failures" in k and v for k, v in vars(subject).items()))
        wait_ms = None if subject.deadline_ms is None else subject.deadline_ms - self.now_ms
        is_known = subject.response_id == self.running
        is_cut = self.running in subject.cut_ids
        surroundings = self.running != "", self.is_cancel_sent, self.is_caller_speaking
        return (subject.gate, flags, failures, wait_ms, is_known, is_cut, *surroundings)


def _created(it: Situation) -> list[Action]:
    it.count += 1
    it.running, it.is_cancel_sent = f"r{it.count}", False
    return it.subject.created(it.running, it.now_ms)


def _done(it: Situation) -> list[Action]:
    ended, it.running = it.running, ""
    return it.subject.done(ended, it.now_ms)


def _started(it: Situation) -> list[Action]:
    it.is_caller_speaking = True
    it.subject.caller_started()
    return []


def _stopped(it: Situation) -> list[Action]:
    it.is_caller_speaking = False
    return it.subject.caller_stopped(it.now_ms)


def _committed(it: Situation) -> list[Action]:
    it.is_caller_speaking = False
    return it.subject.committed(it.now_ms)


def _sounded(it: Situation) -> list[Action]:
    it.subject.sounded(it.now_ms)
    return []


def _item_ended(it: Situation) -> list[Action]:
    it.subject.item_ended(it.now_ms)
    return []


def _wake(it: Situation) -> list[Action]:
    assert it.subject.deadline_ms is not None
    it.now_ms = it.subject.deadline_ms
    return it.subject.wake(it.now_ms)


EVENTS: dict[str, Callable[[Situation], list[Action]]] = {
    "ask": lambda it: it.subject.ask(it.now_ms),
    "cut": lambda it: it.subject.cut(it.now_ms),
    "started": _started,
    "stopped": _stopped,
    "committed": _committed,
    "created": _created,
    "sounded": _sounded,
    "item ended": _item_ended,
    "done": _done,
    "done of another": lambda it: it.subject.done("another", it.now_ms),
    "refused": lambda it: it.subject.refused(it.now_ms, is_ours=it.subject.is_asked),
    "ask failed": lambda it: it.subject.ask_failed(it.now_ms),
    "forget ask": lambda it: it.subject.forget_ask(it.now_ms),
    "wake": _wake,
}


def _is_possible(event: str, it: Situation) -> bool:
    """What the model and the clock can do: OpenAI Realtime allows one response at a time."""
    match event:
        case "created":
            return not it.running
        case "done" | "sounded" | "item ended":
            return bool(it.running)
        case "wake":
            return it.subject.deadline_ms is not None
        case _:
            return True


def _step(event: str, it: Situation) -> None:
    before = it.subject.gate
    for action in EVENTS[event](it):
        if isinstance(action, AskForResponse):
            assert before is not Gate.ACTIVE or event == "done"
            assert it.subject.gate is Gate.ASKED
            assert not it.is_caller_speaking
        elif isinstance(action, CancelResponse):
            assert action.response_id == it.running
            assert not it.is_cancel_sent
            it.is_cancel_sent = True


def _check(it: Situation) -> None:
    subject = it.subject
    assert (subject.gate is Gate.IDLE) or subject.deadline_ms is not None
    is_waiting_for_caller = it.is_caller_speaking and subject.gate is Gate.IDLE
    if subject.is_answer_owed and not subject.is_given_up:
        assert subject.deadline_ms is not None or is_waiting_for_caller
    if it.is_cancel_sent and subject.gate is Gate.ACTIVE:
        assert subject.response_id != it.running


def _runs_out(it: Situation) -> None:
    """Nothing more is heard of the model: soon nothing is owed, or it is given up."""
    for _ in range(WAKES_MAX):
        if it.subject.deadline_ms is None or it.subject.is_given_up:
            break
        _step("wake", it)
    subject = it.subject
    is_settled = subject.gate is Gate.IDLE and subject.deadline_ms is None
    assert subject.is_given_up or is_settled
    assert subject.is_given_up or it.is_caller_speaking or not subject.is_answer_owed


def test_no_order_of_events_breaks_the_gate_or_forgets_a_turn() -> None:
    """C65, C83, C84: all reachable states, not only those of short sequences."""
    start = Situation(Responses(TurnLimits()))
    seen = {start.key()}
    frontier = [start]
    while frontier:
        situation = frontier.pop()
        _runs_out(situation.fork())
        for event in EVENTS:
            if not _is_possible(event, situation):
                continue
            following = situation.fork()
            _step(event, following)
            _check(following)
            if not following.subject.is_given_up and following.key() not in seen:
                seen.add(following.key())
                frontier.append(following)
    assert {key[0] for key in seen} == set(Gate)
    assert len(seen) > 200
