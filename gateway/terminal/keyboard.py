"""What a person types at the terminal: a line at a time, and Ctrl-C ends the wait at once."""

import os
import select
import signal
import sys
from collections.abc import Generator
from contextlib import contextmanager


def read_line(question: str = "") -> str:
    """Ask on stderr; the next line, without blanks around it. Raises KeyboardInterrupt for Ctrl-C and Ctrl-D.

    A signal that comes after the interpreter's last look for one, and before the system waits for
    input, would be noticed after that input only; so a signal is waited for as a line is.
    """
    sys.stderr.write(question)
    sys.stderr.flush()
    with _signals() as came:
        while sys.stdin not in select.select([sys.stdin, came], [], [])[0]:
            os.read(came, 64)
        line = sys.stdin.readline()
    if not line:  # Ctrl-D
        raise KeyboardInterrupt
    return line.strip()


def read_secret(question: str = "") -> str:
    """As above; the terminal does not show the line, however soon it is typed."""
    import termios  # not on every system

    shown = termios.tcgetattr(sys.stdin)
    hidden = [*shown]
    hidden[3] &= ~termios.ECHO
    termios.tcsetattr(sys.stdin, termios.TCSADRAIN, hidden)
    try:
        return read_line(question)
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, shown)
        sys.stderr.write("\n")


@contextmanager
def _signals() -> Generator[int]:
    """A file that can be read once a signal came (Python docs, `signal.set_wakeup_fd`)."""
    came, told = os.pipe()
    os.set_blocking(told, False)
    before = signal.set_wakeup_fd(told, warn_on_full_buffer=False)
    try:
        yield came
    finally:
        signal.set_wakeup_fd(before)
        os.close(told)
        os.close(came)
