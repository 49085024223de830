"""Keys that wait."""

from voicegate.ivr.machine.type_ahead import TypeAhead


def taken(waiting: TypeAhead, now_ms: int) -> str:
    keys = ""
    while (key := waiting.take(now_ms)) is not None:
        keys += key
    return keys


def test_keys_wait_in_order_and_are_taken_once() -> None:
    waiting = TypeAhead()
    for key in "123":
        waiting.keep(key, 0)
    assert taken(waiting, 10_000) == "123"
    assert waiting.take(10_000) is None


def test_no_more_than_thirty_two_wait_and_the_first_ones_count() -> None:
    waiting = TypeAhead()
    keys = "0123456789" * 4
    for key in keys:
        waiting.keep(key, 0)
    assert taken(waiting, 1) == keys[:32]


def test_an_old_one_makes_room_for_a_new_one() -> None:
    waiting = TypeAhead()
    for _ in range(32):
        waiting.keep("1", 0)
    waiting.keep("2", 10_001)
    assert taken(waiting, 10_001) == "2"


def test_dropped_keys_are_gone() -> None:
    waiting = TypeAhead()
    waiting.keep("1", 0)
    waiting.drop()
    assert waiting.take(0) is None
