"""A wire kept in memory is what adapters write to."""

from voicegate.gateway.core.wire import Wire
from voicegate.gateway.sim.rig.wire import MemoryWire


def test_it_keeps_what_is_written_and_every_close() -> None:
    kept = MemoryWire(unread=7)
    wire: Wire = kept
    wire.send("a")
    wire.send(b"b")
    wire.close(1011)
    assert (kept.sent, kept.closes, wire.backlog_bytes()) == (["a", b"b"], [1011], 7)


def test_what_waits_is_dropped_once() -> None:
    wire = MemoryWire(waiting=3)
    assert [wire.drop_unsent(), wire.drop_unsent()] == [3, 0]
