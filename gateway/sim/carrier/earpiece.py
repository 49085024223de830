"""What the caller of a virtual call heard, told from the tags in the sound of the phone."""

from dataclasses import dataclass

import numpy as np

from ..tags import item_numbers


@dataclass(frozen=True, slots=True)
class Earpiece:
    """`heard_ms`: of each item number; `agent_at`, `house_at`: when 20 ms held sound of whose."""

    heard_ms: dict[int, int]
    agent_at: list[tuple[int, int]]  # when, item number
    house_at: list[int]


def listen(played: list[tuple[int, bytes]]) -> Earpiece:
    """Tell apart what was played: 20 ms each, and when."""
    if not played:
        return Earpiece({}, [], [])
    numbers = item_numbers(b"".join(payload for _, payload in played))
    by_tick = numbers.reshape(len(played), -1)
    items, counts = np.unique(numbers[numbers >= 0], return_counts=True)
    is_agent = (by_tick >= 0).any(axis=1)
    first = np.take_along_axis(by_tick, (by_tick >= 0).argmax(axis=1)[:, None], axis=1)[:, 0]
    times = np.array([at_ms for at_ms, _ in played])
    return Earpiece(
        dict(zip(items.tolist(), counts.tolist(), strict=True)),
        list(zip(times[is_agent].tolist(), first[is_agent].tolist(), strict=True)),
        times[~is_agent].tolist(),
    )
