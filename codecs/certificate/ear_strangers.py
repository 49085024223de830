"""E, once more: agents of any level and callers whose voices no setting of the ear was chosen with.

They are Debian's codec2-examples (readers, radio amateurs) and the woman of asterisk's prompts. Three
faults were found with them: a quiet agent let the caller's own voice pass for a loud echo path; a late
echo was believed away before it came; 6 dB above the echo are too few where a room colours a vowel.
What mends them was measured with the voices of `ear_rows` alone, the last in eight other rooms.
Missed are words about as loud as the echo around them: of an agent of -24 dBFS and more, 10 or 15 dB
down, where a level tells nothing. Over the loudest, -16 dBFS and 10 dB down, it is a third of them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from statistics import median, quantiles
from typing import Final

import numpy as np

from . import voices
from .ear_rows import (
    BURSTS_S,
    DELAYS_MS,
    ECHO_DB,
    LINES_DBFS,
    SECONDS,
    Condition,
    Heard,
    burst,
    hear,
    spoken,
)
from .row import Row, at_most, exactly, needs, printed, require
from .signals import Floats, Samples

AGENTS_DBFS: Final = (-16.0, -20.0, -26.0, -32.0)  # active level
_AGENTS: Final = ("hts", "ve9qrp", "vk5qi", "cq_ref", "speech_orig_16k", "kristoff", "g3plx")
_LONG: Final = ("hts", "ve9qrp", "speech_orig_16k")  # several people, or too long: not callers
_PROMPTS: Final = 12  # of two seconds and more
_ACTIVE_DB: Final = 15.9  # how far below the speech level a frame is still speech (ITU-T P.56)
_FRAME: Final = 160
_SHOWN: Final = f"agents -16 to -32 dBFS, {voices.STRANGERS} and {voices.PROMPTS}"
_MISSED_MAX: Final = {-10: 15.0, -15: 2.5}  # percent; of a weaker echo none


@dataclass(frozen=True, slots=True)
class Scene:
    """One agent at one level, one way back, and callers who are somebody else."""

    agent: Samples
    agent_dbfs: float
    condition: Condition
    bursts: tuple[Samples, ...]


@needs("E1", "E2")
def rows() -> Iterator[Row]:
    """E1 and E2, of strangers."""
    require("soundfile", "soxr")
    acted = list(scenes(agents(), callers()))
    alone = sum(hear(each.agent, (), each.condition).false for each in acted)
    shown = f"{len(acted) * SECONDS / 60:.0f} min, {_SHOWN}"
    yield exactly("E1", "onsets for the echo of strangers", alone, 0, shown)
    for echo_db in ECHO_DB:
        of_echo = [each for each in acted if each.condition.echo_db == echo_db]
        yield from _talk(
            echo_db, [hear(each.agent, each.bursts, each.condition) for each in of_echo]
        )


def _talk(echo_db: float, found: Sequence[Heard]) -> Iterator[Row]:
    """E2 for one loss of the echo."""
    latencies = sorted(ms for each in found for ms in each.latencies_ms)
    bursts = len(BURSTS_S) * len(found)
    missed, shown = 100 - 100 * len(latencies) / bursts, f"{bursts} bursts, {_SHOWN}"
    name, most = f"echo {echo_db} dB", _MISSED_MAX.get(int(echo_db), 0)
    yield at_most("E2", f"strangers not heard, {name}", missed, most, shown, unit="%")
    yield at_most("E2", f"strangers heard within, {name}", median(latencies), 300, shown, unit="ms")
    slow = quantiles(latencies, n=10)[-1]
    yield printed("E2", f"nine of ten strangers heard within, {name}", slow, shown, unit="ms")


def agents() -> dict[str, list[Samples]]:
    """What each of them says."""
    people = voices.strangers()
    prompts = [each for each in voices.prompts() if len(each) > 2 * 8_000]
    return {name: [people[name]] for name in _AGENTS} | {"prompts": prompts[:_PROMPTS]}


def callers() -> dict[str, Samples]:
    """A second of each, as loud as a caller."""
    people = voices.strangers()
    return {name: burst(clip) for name, clip in people.items() if name not in _LONG}


def scenes(agents: dict[str, list[Samples]], callers: dict[str, Samples]) -> Iterator[Scene]:
    """Every agent at every level and loss; delays, lines and callers take turns."""
    turns = product(agents.items(), AGENTS_DBFS, ECHO_DB)
    for turn, ((name, clips), agent_dbfs, echo_db) in enumerate(turns):
        others = [said for caller, said in callers.items() if not caller.startswith(name)]
        bursts = (
            others[(len(BURSTS_S) * turn + each) % len(others)] for each in range(len(BURSTS_S))
        )
        delay_ms, line_dbfs = DELAYS_MS[turn % len(DELAYS_MS)], LINES_DBFS[turn % len(LINES_DBFS)]
        agent = spoken([speaking_at(clip, agent_dbfs) for clip in clips])
        condition = Condition(echo_db, delay_ms, line_dbfs)
        yield Scene(agent, agent_dbfs, condition, tuple(bursts))


def speaking_at(clip: Samples, dbfs: float) -> Floats:
    """The clip at this level, its pauses not counted."""
    plain = clip.astype(np.float64)
    frames = plain[: len(clip) // _FRAME * _FRAME].reshape(-1, _FRAME)
    powers: Floats = np.mean(frames**2, axis=1)
    power = powers.mean()
    for _ in range(10):  # settles: less is left out each time
        power = powers[powers > power * 10 ** (-_ACTIVE_DB / 10)].mean()
    scaled: Floats = plain * (32_768 * 10 ** (dbfs / 20) / np.sqrt(power))
    return scaled
