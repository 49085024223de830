"""Mu-law audio that says which millisecond of which item it is, so that hearing can be measured.

A tagged millisecond is eight bytes: 0x5A, item number (16 bit), index of the millisecond in its
item (24 bit), both big endian, 0xA5, 0x00.
"""

import struct

import numpy as np
from numpy.typing import NDArray

_HEAD = 0x5A
_TAIL = 0xA500
_BLOCK = struct.Struct(">BHBHH")
_COLUMNS = np.dtype(
    [("head", "u1"), ("item", ">u2"), ("high", "u1"), ("low", ">u2"), ("tail", ">u2")]
)
BYTES_PER_MS = _BLOCK.size


def tagged(item_number: int, start_ms: int, length_ms: int) -> bytes:
    """Mu-law bytes (8 per ms) of `length_ms` ms of an item, from its `start_ms` on.

    Raises ValueError when the item number or the last millisecond does not fit its field.
    """
    if not (0 <= item_number < 1 << 16 and 0 <= start_ms <= start_ms + length_ms < 1 << 24):
        raise ValueError(f"no tag holds item {item_number} at {start_ms} + {length_ms} ms")
    blocks = bytearray(_BLOCK.pack(_HEAD, item_number, 0, 0, _TAIL) * length_ms)
    index = np.arange(start_ms, start_ms + length_ms, dtype="<u4").tobytes()
    blocks[3::8], blocks[4::8], blocks[5::8] = index[2::4], index[1::4], index[0::4]
    return bytes(blocks)


def read_tags(payload: bytes) -> list[tuple[int, int]]:
    """The (item number, millisecond) of every tagged block among a payload's whole milliseconds."""
    if b"\xa5\x00" not in payload:
        return []
    whole = payload[: len(payload) - len(payload) % BYTES_PER_MS]
    return [
        (item, high << 16 | low)
        for head, item, high, low, tail in _BLOCK.iter_unpack(whole)
        if head == _HEAD and tail == _TAIL
    ]


def item_numbers(audio: bytes) -> NDArray[np.int32]:
    """The item number of each whole millisecond, -1 where there is no tag; for much audio at once."""
    blocks = np.frombuffer(audio, _COLUMNS, len(audio) // BYTES_PER_MS)
    is_tag = (blocks["head"] == _HEAD) & (blocks["tail"] == _TAIL)
    return np.where(is_tag, blocks["item"], np.int32(-1)).astype(np.int32)
