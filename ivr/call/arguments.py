"""What a model brings with a call of a function."""

from typing import cast

import orjson


def slots(arguments: str) -> dict[str, str]:
    """Its plain values, as text; what is no JSON object brings nothing."""
    try:
        found = orjson.loads(arguments)
    except orjson.JSONDecodeError:
        return {}
    if not isinstance(found, dict):
        return {}
    brought = cast("dict[str, object]", found)
    return {
        name: value if isinstance(value, str) else orjson.dumps(value).decode()
        for name, value in brought.items()
        if isinstance(value, str | int | float)
    }
