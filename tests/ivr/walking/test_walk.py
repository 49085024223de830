"""A call whose caller types: what lines mean where, when time passes, what is shown again."""

from collections.abc import Callable
from datetime import datetime

import pytest

from voicegate.ivr.check import Verdict
from voicegate.ivr.machine.facts import Facts
from voicegate.ivr.walking.walk import Walk

Begun = Callable[..., Walk]


@pytest.fixture
def begun(example: Callable[[str], str], judged: Callable[[str], Verdict]) -> Begun:
    """A walk in an example on a Monday morning, up to where the caller is waited for."""

    def begin(name: str, old: str = "", new: str = "") -> Walk:
        flow = judged(example(name).replace(old, new)).flow
        assert flow is not None
        walk = Walk(flow, Facts(), datetime(2026, 11, 30, 10))
        walk.begin()
        walk.settle()
        return walk

    return begin


def typed(walk: Walk, *lines: str) -> list[str]:
    """What happens by these lines."""
    walk.news()
    for line in lines:
        walk.type(line)
        walk.settle()
    return walk.news()


def test_a_prompt_is_heard_out_before_the_caller_is_waited_for(begun: Begun) -> None:
    walk = begun("clinic-main")
    assert walk.world.agenda.next_ms is None
    assert walk.world.now_ms == 2881
    assert walk.news()[-1] == "         [keys: 1, 2]"


def test_silence_goes_to_the_next_thing_that_can_be_noticed(begun: Begun) -> None:
    """F5: five seconds after the prompt it is heard again."""
    walk = begun("clinic-main")
    walk.news()
    walk.wait()
    (line,) = walk.news()
    assert line.startswith("    7.9    “For English press 1.”")


def test_without_a_line_nothing_happens_and_that_is_said(begun: Begun) -> None:
    walk = begun("clinic-main")
    typed(walk, "/stream lost")
    with pytest.raises(ValueError, match="/stream back brings the line back"):
        walk.wait()


def test_a_choice_in_quotes_is_speech(begun: Begun) -> None:
    walk = begun("clinic-main")
    typed(walk, "1", '"book"')
    assert walk.path[-1] == "greet"
    typed(walk, "book")
    assert walk.path[-2:] == ["done", "end"]


def test_a_choice_with_other_words_is_speech(begun: Begun) -> None:
    walk = begun("clinic-main")
    typed(walk, "1", "book a room please", "done it = over")
    assert walk.path[-1] == "greet"


def test_an_emergency_is_heard_in_what_is_typed(begun: Begun) -> None:
    """F10: the words of the prompt, and that somebody is told."""
    told = typed(begun("clinic-main"), "1", "I can't breathe")
    assert any("operations are told of an emergency" in line for line in told)
    assert any("“If this is an emergency, hang up and dial 911.”" in line for line in told)


def test_while_somebody_is_called_time_stands_until_it_is_chosen_or_waited_for(
    begun: Begun,
) -> None:
    """F7: ringing and accepting time, then the caller is back."""
    walk = begun("clinic-main")
    typed(walk, "1", "human")
    called_ms = walk.world.now_ms
    walk.settle()
    assert walk.world.now_ms == called_ms
    walk.wait()
    assert walk.path[-1] == "message"
    assert walk.world.now_ms == called_ms + 25_000


def test_a_cold_transfer_waits_for_its_end_too_before_the_line_is_away(begun: Begun) -> None:
    """The phone rings for 20 s, and the one who walks may choose in no hurry."""
    walk = begun("clinic-main", "mode: warm", "mode: cold")
    told = typed(walk, "1", "human")
    assert walk.path[-1] == "desk"
    assert told[-1].startswith("         [the transfer ends with: completed, ")
    typed(walk, "completed")
    assert walk.world.machine.disposition == "transferred"


def test_a_machine_that_answers_is_ready_when_it_is_said(begun: Begun) -> None:
    walk = begun("renew-outbound")
    assert typed(walk, "/answer machine")[-1] == "         [the machine is ready with: beep]"
    assert any("This is an automated message" in line for line in typed(walk, "beep"))
    assert walk.world.machine.disposition == "machine_left"


def test_who_is_asked_to_stop_is_told(begun: Begun) -> None:
    told = typed(begun("renew-outbound"), "9")
    assert any("this number gets no more calls" in line for line in told)


@pytest.mark.parametrize(
    ("line", "again"),
    [
        ("1", "1"),
        ("12#", "12#"),
        ("4111 1111 1111 1111 #", "(17 keys)"),
        ("it is 4111 1111-1111 1111", "it is •••• ••••-•••• ••••"),
        ("call me on 2026-12-01T15:00", "call me on 2026-12-01T15:00"),
    ],
)
def test_a_line_is_shown_again_but_for_what_may_be_a_card(
    line: str, again: str, begun: Begun
) -> None:
    """F3: so also where nobody asked for one."""
    assert begun("clinic-main").echo(line) == again


def test_no_digit_is_shown_again_where_a_card_is_asked_for(begun: Begun) -> None:
    """F3: a security code is short."""
    walk = begun("renew-outbound")
    told = typed(walk, "pay")
    assert "what is typed now is secret" in told[1]
    assert walk.echo("123#") == "(4 keys)"
    assert walk.echo("/press 12") == "/press ••"
