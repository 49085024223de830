"""Spoiled messages are spoiled, in many ways, and the same from the same seed."""

import json
from random import Random
from typing import Any

from voicegate.gateway.sim.rig.spoil import garbled, spoiled, spoiled_texts

INSIDE: dict[str, Any] = {"track": "outbound", "payload": "AAAA"}
MESSAGE: dict[str, Any] = {"event": "media", "media": INSIDE, "streamSid": "MZ1"}


def test_one_thing_is_wrong_at_any_depth() -> None:
    forms = [spoiled(Random(seed), MESSAGE) for seed in range(300)]
    assert MESSAGE not in forms
    assert {**MESSAGE, "media": {"track": "outbound"}} in forms
    assert {"event": "media", "media": INSIDE} in forms
    assert None in forms


def test_the_original_stays_as_it_was() -> None:
    before = json.dumps(MESSAGE)
    for seed in range(300):
        spoiled(Random(seed), MESSAGE)
    assert json.dumps(MESSAGE) == before


def test_bytes_are_changed_lost_or_added() -> None:
    data = bytes(range(100))
    sizes = {len(garbled(Random(seed), data)) for seed in range(300)}
    assert sizes == {98, 99, 100, 101, 102}


def test_a_seed_gives_the_same_texts() -> None:
    first, second = (spoiled_texts(Random(3), MESSAGE) for _ in range(2))
    assert first == second
