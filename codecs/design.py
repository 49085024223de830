"""How the low-pass of the resampler was made: `python -m voicegate.codecs.design` (needs scipy).

A prototype at 24 kHz, equiripple, 97 taps: passes to 3400 Hz, stops from 4200 Hz. 97 because the
delay, 48 samples, is then whole at 8 kHz too. The stop band begins at 4200 Hz because images between
4000 and 4600 Hz are what a listener's ear, and PESQ, hold against shorter filters.
"""

import sys
import textwrap
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

TAP_COUNT: Final = 97
BAND_EDGES_HZ: Final = (0, 3400, 4200, 12000)
STOP_WEIGHT: Final = 6
SCALE_BITS: Final = 18

_TABLE: Final = '''"""The low-pass of the resampler at 24 kHz, made by `design.py`: do not edit."""

from typing import Final

import numpy as np

SCALE_BITS: Final = {scale_bits}  # a tap is its coefficient times 2 to this power
# fmt: off
TAPS: Final = np.array([
{rows}
], dtype=np.int32)
# fmt: on
TAPS.flags.writeable = False
'''


def low_pass() -> NDArray[np.int32]:
    """The taps, (97,), whole numbers."""
    from scipy.signal import remez  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType]

    taps = remez(TAP_COUNT, BAND_EDGES_HZ, [1, 0], weight=(1, STOP_WEIGHT), fs=24000)
    return np.rint(np.asarray(taps, np.float64) * 2**SCALE_BITS).astype(np.int32)


def render(taps: NDArray[np.int32]) -> str:
    """The text of `taps.py`."""
    numbers = ", ".join(str(tap) for tap in taps)
    rows = textwrap.fill(numbers, 96, initial_indent="    ", subsequent_indent="    ")
    return _TABLE.format(scale_bits=SCALE_BITS, rows=rows)


def target(arguments: list[str]) -> Path:
    """Where the table goes: the path given, else beside this file."""
    return Path(arguments[0]) if arguments else Path(__file__).with_name("taps.py")


if __name__ == "__main__":
    target(sys.argv[1:]).write_text(render(low_pass()), encoding="utf-8")
