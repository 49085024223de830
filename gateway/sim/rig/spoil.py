"""Messages with something wrong in them, for readers that must never raise."""

import json
from random import Random
from typing import Any

JUNK: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    2**63,
    1e308,
    "",
    "AAA",
    "inbound",
    "ü\U0001f600",
    "9" * 5_000,
    "=" * 7,
    [],
    [[]],
    {},
    {"event": "media"},
    {"type": "error"},
)


def spoiled(rng: Random, message: Any) -> Any:
    """The message with one thing wrong in it, at any depth."""
    if not isinstance(message, dict) or not message or rng.random() < 0.1:
        return rng.choice(JUNK)
    members: dict[str, Any] = dict(message)  # pyright: ignore[reportUnknownArgumentType]
    name = rng.choice(list(members))
    if rng.random() < 0.15:
        del members[name]
    else:
        members[name] = spoiled(rng, members[name])
    return members


def garbled(rng: Random, data: bytes) -> bytes:
    """The message with some bytes wrong, missing, or too many."""
    at = rng.randrange(len(data))
    return data[:at] + rng.randbytes(rng.randrange(3)) + data[at + rng.randrange(3) :]


def spoiled_texts(rng: Random, message: Any) -> tuple[bytes, bytes]:
    """One as JSON with something wrong inside, and the same with broken bytes."""
    data = json.dumps(spoiled(rng, message)).encode()
    return data, garbled(rng, data)
