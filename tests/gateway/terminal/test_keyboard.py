"""What is typed at a real terminal, and the signals that end the wait for it."""

import os
import pty
import select
import signal
import sys
import termios
from collections.abc import Generator
from types import FrameType
from typing import Any

import pytest

from voicegate.gateway.terminal import keyboard
from voicegate.gateway.terminal.keyboard import read_line, read_secret

Asked = tuple[list[Any], list[Any], list[Any]]


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Generator[int]:
    """The end at which a person sits; stdin is the other one."""
    ours, theirs = pty.openpty()
    with open(theirs, encoding="utf-8") as typed:
        monkeypatch.setattr(sys, "stdin", typed)
        yield ours
    os.close(ours)


def test_a_line_is_read_and_the_next_one_waits(terminal: int) -> None:
    os.write(terminal, b" yes \nno\n")
    assert (read_line(), read_line()) == ("yes", "no")


def test_the_end_of_input_stops_as_ctrl_c_does(terminal: int) -> None:
    """N13."""
    os.write(terminal, b"\x04")
    with pytest.raises(KeyboardInterrupt):
        read_line()


def test_a_signal_just_before_the_wait_ends_it(
    terminal: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """N13: no time lies between the last look for a signal and the wait in which it goes unseen.

    The handler notes the signal and does not raise, as if the interpreter had not come to it yet.
    """
    seen: list[int] = []
    waits = 0
    wait = keyboard.select.select

    def late(reading: list[Any], *others: list[Any]) -> Asked:
        nonlocal waits
        waits += 1
        if waits == 1:
            signal.raise_signal(signal.SIGUSR1)
            assert seen
        else:
            os.write(terminal, b"y\n")
        assert not any(others)
        return wait(reading, [], [], 30)

    def note(number: int, _frame: FrameType | None) -> None:
        seen.append(number)

    monkeypatch.setattr(keyboard.select, "select", late)
    before = signal.signal(signal.SIGUSR1, note)
    try:
        assert read_line() == "y"
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert waits == 2


def test_who_else_waits_for_signals_does_so_again_afterwards(terminal: int) -> None:
    came, told = os.pipe()
    os.set_blocking(told, False)
    before = signal.set_wakeup_fd(told)
    try:
        os.write(terminal, b"y\n")
        assert read_line() == "y"
    finally:
        assert signal.set_wakeup_fd(before) == told
        os.close(came)
        os.close(told)


def test_a_secret_is_not_shown_and_what_follows_is(
    terminal: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """N14."""
    shown = termios.tcgetattr(sys.stdin)
    wait = select.select

    def typing(reading: list[Any], *others: list[Any]) -> Asked:
        os.write(terminal, b"opensesame\n")
        assert not any(others)
        return wait(reading, [], [], 30)

    monkeypatch.setattr(keyboard.select, "select", typing)
    assert read_secret() == "opensesame"
    assert wait([terminal], [], [], 0)[0] == []
    assert termios.tcgetattr(sys.stdin) == shown
    assert read_line() == "opensesame"
    assert b"opensesame" in os.read(terminal, 64)
