"""Many calls together sound as each alone: the same bits in any batch, order, tile and slot."""

import hashlib
import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from voicegate.codecs.bank import Bank
from voicegate.codecs.g711 import Law, level_dbfs, sample_bytes
from voicegate.codecs.resample import Downsampler, Upsampler

LAWS: list[Law] = ["ulaw", "alaw", "pcm16"]


def frames(count: int, size: int, seed: int = 0) -> list[bytes]:
    generator = np.random.default_rng(seed)
    return [generator.bytes(size) for _ in range(count)]


def rows(data: list[bytes], dtype: Any) -> NDArray[Any]:
    return np.stack([np.frombuffer(frame, dtype) for frame in data])


def dtype_of(law: Law) -> Any:
    return np.uint8 if sample_bytes(law) == 1 else "<i2"


class Alone:
    """A call with a resampler of its own for each direction."""

    def __init__(self, law: Law) -> None:
        self.up = Upsampler(law)
        self.down = Downsampler(law)


def test_the_golden_vectors_come_out_of_a_slot() -> None:
    """R8"""
    n = np.arange(1600, dtype=np.int64)
    codes = ((31 * n**2 + 7 * n) % 256).astype(np.uint8).tobytes()
    bank = Bank()
    other, slot = bank.open(), bank.open()
    out = b""
    for start in range(0, 1600, 160):
        out += bank.up_bytes([slot, other], [codes[start : start + 160], bytes(160)])[0]
    out += bank.flush(slot, "up")
    digest = "f7c64c7b91895966f15ddf692237359278b16787be9617dc7d54a4d109696945"
    assert hashlib.sha256(out).hexdigest() == digest


rounds = st.lists(st.lists(st.integers(0, 5), unique=True), max_size=6)


@settings(max_examples=60, deadline=None)
@given(
    rounds,
    st.sampled_from(LAWS),
    st.sampled_from([16, 48, 160, 320]),
    st.sampled_from([1, 2, 4, 64]),
    st.integers(0, 2**32),
)
def test_a_batch_is_every_call_alone(
    batches: list[list[int]], law: Law, frame: int, tile: int, seed: int
) -> None:
    """R8, R9: whatever calls come together, in whatever order."""
    width = sample_bytes(law)
    bank = Bank(capacity=6, frame=frame, law=law, tile=tile)
    slots = [bank.open() for _ in range(6)]
    alone = [Alone(law) for _ in slots]
    for number, calls in enumerate(batches):
        up = frames(len(calls), frame * width, seed + number)
        down = frames(len(calls), frame * 6, seed - number if seed > number else number)
        taken = [slots[call] for call in calls]
        assert bank.up_bytes(taken, up) == [
            alone[call].up.push(data) for call, data in zip(calls, up, strict=True)
        ]
        assert bank.down_bytes(taken, down) == [
            alone[call].down.push(data) for call, data in zip(calls, down, strict=True)
        ]
    for slot, call in zip(slots, alone, strict=True):
        assert bank.flush(slot, "up") == call.up.flush()
        assert bank.flush(slot, "down") == call.down.flush()


@pytest.mark.parametrize("tile", [1, 16, 32, 64, 512])
def test_300_calls_in_any_order_are_every_call_alone(tile: int) -> None:
    """R9"""
    bank = Bank(tile=tile)
    slots = [bank.open() for _ in range(300)]
    alone = [Alone("ulaw") for _ in slots]
    for number in range(3):
        order: NDArray[np.intp] = np.random.default_rng(number).permutation(300)[37 * number :]
        numbers: list[int] = order.tolist()
        calls = [alone[call] for call in numbers]
        up, down = frames(len(order), 160, number), frames(len(order), 960, number)
        out = bank.up(order, rows(up, np.uint8))
        assert [row.tobytes() for row in out] == [
            call.up.push(data) for call, data in zip(calls, up, strict=True)
        ]
        codes = bank.down(order, rows(down, "<i2"))
        assert [row.tobytes() for row in codes] == [
            call.down.push(data) for call, data in zip(calls, down, strict=True)
        ]


@pytest.mark.parametrize("count", [0, 1, 3])
@pytest.mark.parametrize("law", LAWS)
def test_arrays_and_bytes_are_the_same_to_the_bank(law: Law, count: int) -> None:
    by_array, by_bytes = Bank(law=law), Bank(law=law)
    slots = [by_array.open() for _ in range(count)]
    assert slots == [by_bytes.open() for _ in range(count)]
    width = sample_bytes(law)
    for seed in range(2):
        up, down = frames(count, 160 * width, seed), frames(count, 960, seed)
        codes = np.frombuffer(b"".join(up), dtype_of(law)).reshape(count, 160)
        pcm = np.frombuffer(b"".join(down), "<i2").reshape(count, 480)
        index = np.array(slots, np.intp)
        out_24k, out_8k = np.empty((count, 480), "<i2"), np.empty((count, 160), dtype_of(law))
        assert by_array.up(index, codes, out_24k) is out_24k
        assert by_array.down(index, pcm, out_8k) is out_8k
        assert [row.tobytes() for row in out_24k] == by_bytes.up_bytes(slots, up)
        views = [memoryview(frame) for frame in down]
        assert [row.tobytes() for row in out_8k] == by_bytes.down_bytes(slots, views)


def test_results_are_fresh_and_writeable() -> None:
    bank = Bank()
    for count in (1, 2):
        slots = np.array([bank.open() for _ in range(count)], np.intp)
        first = bank.up(slots, rows(frames(count, 160), np.uint8))
        kept = first.copy()
        bank.up(slots, rows(frames(count, 160, 9), np.uint8))
        assert np.array_equal(first, kept)
        assert first.flags.writeable


def test_a_frame_may_be_a_view_of_more_than_one_dimension() -> None:
    bank = Bank()
    slot = bank.open()
    (frame,) = frames(1, 160)
    table = memoryview(frame).cast("B", (16, 10))
    assert bank.up_bytes([slot], [table]) == [Upsampler().push(frame)]


@pytest.mark.parametrize("law", LAWS)
def test_after_reset_flush_or_close_a_slot_is_as_new(law: Law) -> None:
    """R10"""
    up, down = frames(3, 160 * sample_bytes(law)), frames(3, 960)
    bank = Bank(capacity=4, law=law)
    slots = [bank.open() for _ in range(4)]
    bank.up_bytes(slots, [up[0]] * 4)
    bank.down_bytes(slots, [down[0]] * 4)
    bank.reset(slots[0])
    bank.reset(slots[1], "up")
    bank.reset(slots[1], "down")
    assert len(bank.flush(slots[2], "up")) == 96
    assert len(bank.flush(slots[2], "down")) == 16 * sample_bytes(law)
    bank.close(slots[3])
    slots[3] = bank.open()
    for slot in slots:
        assert bank.flush(slot, "up") == bank.flush(slot, "down") == b""
        alone = Alone(law)
        assert bank.up_bytes([slot], [up[1]]) == [alone.up.push(up[1])]
        assert bank.down_bytes([slot], [down[1]]) == [alone.down.push(down[1])]


def test_one_side_is_reset_without_the_other() -> None:
    up, down = frames(2, 160), frames(2, 960)
    bank, alone = Bank(), Alone("ulaw")
    slot = bank.open()
    assert bank.up_bytes([slot], up[:1]) == [alone.up.push(up[0])]
    bank.down_bytes([slot], down[:1])
    bank.reset(slot, "down")
    assert bank.up_bytes([slot], up[1:]) == [alone.up.push(up[1])]
    assert bank.down_bytes([slot], down[1:]) == [alone.down.push(down[1])]


def test_slots_are_given_out_once_and_again_after_they_are_closed() -> None:
    bank = Bank(capacity=2)
    first, second = bank.open(), bank.open()
    assert first != second
    with pytest.raises(RuntimeError, match=r"^bank is full \(2 slots\)$"):
        bank.open()
    bank.close(second)
    with pytest.raises(ValueError, match=rf"^Bank.close: slot {second} is not open$"):
        bank.close(second)
    assert bank.open() == second


@pytest.mark.parametrize("slot", [1, -1, 512, 10**30])
def test_a_slot_that_is_not_open_is_refused(slot: int) -> None:
    bank = Bank()
    opened = bank.open()
    wrong: list[Any] = [
        lambda: bank.reset(slot),
        lambda: bank.flush(slot, "up"),
        lambda: bank.close(slot),
        lambda: bank.up_bytes([slot], [bytes(160)]),
        lambda: bank.up_bytes([opened, slot], [bytes(160)] * 2),
        lambda: bank.down_bytes([slot, opened], [bytes(960)] * 2),
    ]
    if slot < 10**30:
        index = np.array([slot], np.intp)
        wrong.append(lambda: bank.up(index, np.zeros((1, 160), np.uint8)))
        wrong.append(lambda: bank.levels(index))
    for attempt in wrong:
        with pytest.raises(ValueError, match=rf"^Bank\.\w+: slot {slot} is not open$"):
            attempt()


@pytest.mark.parametrize(
    ("settings_", "message"),
    [
        ({"capacity": 0}, "capacity 0"),
        ({"tile": 0}, "tile 0"),
        ({"frame": 0}, "multiple of 16"),
        ({"frame": 150}, "multiple of 16"),
        ({"law": "opus"}, "law 'opus'"),
    ],
)
def test_a_bank_that_cannot_be_is_refused(settings_: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"^Bank: .*{message}"):
        Bank(**settings_)


CODES = np.zeros((2, 160), np.uint8)


@pytest.mark.parametrize(
    ("slots", "codes", "out", "error"),
    [
        ([0, 0], CODES, None, "occurs twice"),
        ([0, 5], CODES, None, "slot 5 is not open"),
        ([0, 1], CODES[:1], None, r"expected an array of uint8 \(2, 160\)"),
        ([0, 1], CODES[:, :159], None, "expected an array"),
        ([0, 1], CODES.astype(np.int16), None, "expected an array"),
        ([0, 1], np.zeros((2, 320), np.uint8)[:, ::2], None, "C-contiguous"),
        ([[0, 1]], CODES[:1], None, "expected an array of int64"),
        ([0.0, 1.0], CODES, None, "expected an array of int64"),
        ([0, 1], CODES, np.full((2, 160), 7, np.int16), "out: expected an array of int16"),
        ([0, 1], CODES, np.full((2, 960), 7, np.int16)[:, ::2], "out: expected a C-contiguous"),
    ],
)
def test_an_error_leaves_no_trace(slots: Any, codes: Any, out: Any, error: str) -> None:
    """R13: neither in the slots nor in what was to be written."""
    bank, untouched = Bank(), Bank()
    pair = [bank.open(), bank.open()]
    assert pair == [untouched.open(), untouched.open()]
    before, after = frames(2, 160, 1), frames(2, 160, 2)
    assert bank.up_bytes(pair, before) == untouched.up_bytes(pair, before)
    with pytest.raises(ValueError, match=rf"^Bank\.up.*{error}"):
        bank.up(np.array(slots), codes, out)
    assert out is None or set(out.reshape(-1).tolist()) == {7}
    assert bank.up_bytes(pair, after) == untouched.up_bytes(pair, after)


@pytest.mark.parametrize(
    ("slots", "data", "error"),
    [
        ([0], [bytes(959)], r"^Bank.down_bytes: frame 0 has 959 bytes, not 960$"),
        ([0, 1], [bytes(960), bytes(480)], r"^Bank.down_bytes: frame 1 has 480 bytes, not 960$"),
        ([0, 1], [bytes(960)], r"^Bank.down_bytes: 2 slots and 1 frames$"),
        ([1, 1], [bytes(960)] * 2, r"^Bank.down_bytes: a slot occurs twice"),
        ([0], [memoryview(bytes(1920))[::2]], r"^Bank.down_bytes: expected contiguous bytes"),
    ],
)
def test_an_error_in_bytes_leaves_no_trace(slots: list[int], data: list[Any], error: str) -> None:
    """R13"""
    bank, untouched = Bank(), Bank()
    pair = [bank.open(), bank.open()]
    assert pair == [untouched.open(), untouched.open()]
    before, after = frames(2, 960, 1), frames(2, 960, 2)
    assert bank.down_bytes(pair, before) == untouched.down_bytes(pair, before)
    with pytest.raises(ValueError, match=error):
        bank.down_bytes(slots, data)
    assert bank.down_bytes(pair, after) == untouched.down_bytes(pair, after)


def test_what_is_no_audio_is_a_type_error() -> None:
    bank = Bank()
    slot = bank.open()
    text: Any = ["text"]
    with pytest.raises(TypeError):
        bank.up_bytes([slot], text)
    no_array: Any = [slot]
    with pytest.raises(TypeError, match=r"^Bank.up: expected an array, got list$"):
        bank.up(no_array, CODES[:1])
    assert bank.flush(slot, "up") == b""


def test_a_side_that_does_not_exist_is_refused() -> None:
    bank = Bank()
    slot = bank.open()
    left: Any = "left"
    for attempt in (
        lambda: bank.reset(slot, left),
        lambda: bank.flush(slot, left),
        lambda: bank.levels(np.array([slot]), left),
    ):
        with pytest.raises(ValueError, match=r"^Bank\.\w+: side 'left', expected 'up' or 'down'$"):
            attempt()


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("law", LAWS)
def test_levels_are_those_of_the_last_frames_at_8_khz(law: Law, count: int) -> None:
    bank = Bank(law=law)
    slots = np.array([bank.open() for _ in range(count)], np.intp)
    for seed in range(2):
        up = frames(count, 160 * sample_bytes(law), seed)
        bank.up_bytes(slots.tolist(), up)
        down = bank.down_bytes(slots.tolist(), frames(count, 960, seed))
        expected = [level_dbfs(frame, law) for frame in up]
        assert bank.levels(slots).tolist() == pytest.approx(expected, abs=1e-3)
        expected = [level_dbfs(frame, law) for frame in down]
        assert bank.levels(slots, "down").tolist() == pytest.approx(expected, abs=1e-3)
    assert bank.levels(slots).dtype == np.float32


def test_a_slot_that_heard_nothing_is_silent() -> None:
    """A-law, whose idle code is not zero, included."""
    bank = Bank(law="alaw")
    slot = bank.open()
    index = np.array([slot, slot], np.intp)
    assert bank.levels(index).tolist() == [-120.0, -120.0]
    bank.up_bytes([slot], frames(1, 160))
    assert bank.levels(index)[0] > -20
    bank.reset(slot)
    assert bank.levels(index).tolist() == [-120.0, -120.0]
    assert bank.levels(index[:0]).tolist() == []


def test_a_slot_costs_little_memory() -> None:
    """M1: less than 2 KiB for both directions, the frames for the levels included."""
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        bank = Bank(capacity=512)
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert bank.open() == 0
    assert grown / 512 <= 2048
