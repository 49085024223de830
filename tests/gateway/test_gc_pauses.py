"""How long the garbage collector holds everything up."""

import gc

from voicegate.gateway.gc_pauses import GcPauses


def test_each_collection_is_told_with_its_length_until_it_is_stopped() -> None:
    """C162."""
    told_ms: list[float] = []
    pauses = GcPauses(told_ms.append)
    pauses.start()
    gc.collect()
    pauses.stop()
    gc.collect()
    assert len(told_ms) >= 1
    assert all(ms > 0 for ms in told_ms)
    assert not any(getattr(each, "__self__", None) is pauses for each in gc.callbacks)
