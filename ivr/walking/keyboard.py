"""Lines that a person types, or that a pipe brings, waited for as long as one likes."""

import os
import select
import sys
import time

LINE_BYTES_MAX = 4096


class Keyboard:
    """One way of waiting for the whole of a run: `line` or `line_within`."""

    def __init__(self) -> None:
        self.is_person = sys.stdin.isatty()
        self._read = bytearray()

    def line(self) -> str | None:
        """The next line without blanks around it; None when there are no more."""
        read = sys.stdin.buffer.readline(LINE_BYTES_MAX)
        return _text(read) if read else None

    def line_within(self, seconds: float | None) -> str | None:
        """None if none came in time. Raises EOFError when there are no more."""
        until_s = None if seconds is None else time.monotonic() + seconds
        while b"\n" not in self._read:
            left_s = None if until_s is None else max(0.0, until_s - time.monotonic())
            if not select.select([sys.stdin], [], [], left_s)[0]:
                return None
            came = os.read(sys.stdin.fileno(), LINE_BYTES_MAX)
            if not came and not self._read:
                raise EOFError
            came = came or b"\n"  # a last line need not end
            self._read += came
        line, _, rest = self._read.partition(b"\n")
        self._read = bytearray(rest)
        return _text(line)


def _text(line: bytes | bytearray) -> str:
    return line.decode("utf-8", "replace").strip()
