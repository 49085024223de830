"""Redis' answers: bytes, unless its client was told to decode them."""


def as_bytes(value: bytes | str) -> bytes:
    """What was stored."""
    return value.encode() if isinstance(value, str) else value


def as_text(value: bytes | str) -> str:
    """What was stored as UTF-8."""
    return value.decode() if isinstance(value, bytes) else value
