"""What went to the carrier, read from the wire: sound with its items, and clears."""

from base64 import b64encode

import orjson

from voicegate.gateway.sim.tags import tagged
from voicegate.gateway.sim.world.sent import Sent, read_sent

HOUSE = b"\xfb" * 160


def media(payload: bytes) -> bytes:
    audio = b64encode(payload).decode()
    return orjson.dumps({"event": "media", "streamSid": "MZ1", "media": {"payload": audio}})


def test_only_what_sounds_or_silences_is_kept_in_order() -> None:
    mark, clear = b'{"event":"mark","mark":{"name":"1"}}', b'{"event":"clear","streamSid":"MZ1"}'
    read = list(read_sent([(1, media(HOUSE)), (2, mark), (3, clear), (4, media(b""))]))
    assert read == [Sent(1, HOUSE), Sent(3, is_clear=True), Sent(4)]


def test_a_message_knows_the_items_at_both_its_ends() -> None:
    payload = tagged(7, 40, 10) + tagged(9, 0, 10)
    (first,) = read_sent([(5, media(payload))])
    (last,) = read_sent([(5, media(HOUSE + tagged(9, 0, 1)))])
    assert first.payload == payload
    assert (first.numbers, last.numbers) == ({7, 9}, {9})
