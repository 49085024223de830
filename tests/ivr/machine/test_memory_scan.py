"""The process itself, searched for a card after it was used."""

import mmap
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from random import Random

import numpy as np
import pytest

from voicegate.ivr.flow import Flow
from voicegate.ivr.machine.actions import CallTool
from voicegate.ivr.machine.events import Key, ToolResult
from voicegate.ivr.machine.facts import Facts
from voicegate.ivr.machine.machine import Machine

CARD = """
first: {type: collect, prompt: ask, sensitive: true, digits: "19", to: pay.pan, exits: {ok: charge, failed: end, timeout: end}}
charge: {type: tool, call: payments.charge, uses: [pay.pan], exits: {ok: wait, error: end, timeout: end}}
wait: {type: voicemail, box: b, exits: {saved: end, empty: end}}
"""
PIECE = 1 << 20


class Scan:
    """Looks through every writable page of this process; what it reads itself it reads in one place."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, PIECE)
        self._window = np.frombuffer(self._memory, dtype=np.uint8)
        self._begin = self._window.ctypes.data

    def places(self, digits: Sequence[int]) -> int:
        """How often they stand in a row as ASCII; they are looked for one by one, to add no place."""
        count = 0
        for size in self._pieces():
            piece = self._window[:size]
            found = np.flatnonzero(piece[: max(0, size - len(digits))] == digits[0] + 48)
            for ahead, digit in enumerate(digits[1:], 1):
                found = found[piece[found + ahead] == digit + 48]
            count += len(found)
        return count

    def _pieces(self) -> Iterator[int]:
        """Each comes into the window; its size. A page that was given back holds nothing."""
        with Path("/proc/self/mem").open("rb", buffering=0) as memory:
            for begin, end in list(self._spans()):
                for at in range(begin, end, PIECE):
                    size = min(PIECE, end - at)
                    memory.seek(at)
                    with suppress(OSError):
                        memory.readinto(memoryview(self._memory)[:size])
                        yield size

    def _spans(self) -> Iterator[tuple[int, int]]:
        for line in Path("/proc/self/maps").read_text().splitlines():
            span, rights, *_ = line.split()
            begin, end = (int(place, 16) for place in span.split("-"))
            if rights.startswith("rw") and "[v" not in line:
                yield begin, min(end, self._begin)
                yield max(begin, self._begin + PIECE), end


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc/self/mem")
def test_a_card_is_nowhere_in_the_process_after_the_wipe(flow_of: Callable[..., Flow]) -> None:
    """F3: it stands in one place while the tool may read it, and in none afterwards."""
    scan, random = Scan(), Random(7)
    digits = [random.randrange(10) for _ in range(19)]
    machine = Machine(flow_of(CARD), Facts(), lambda now_ms: datetime(2026, 11, 30, 10))
    machine.begin(0)
    called = [a for digit in digits for a in machine.handle(Key(str(digit)), 1)]
    tool = next(a for a in called if isinstance(a, CallTool))
    assert scan.places(digits) == 1
    machine.handle(ToolResult(tool.id, "ok"), 2)
    assert machine.node == "wait"
    assert scan.places(digits) == 0
