"""What counts as audio: plain contiguous bytes in whole samples, arrays of one dtype and shape."""

from typing import Any

import numpy as np
import pytest

from voicegate.codecs.buffer import CODE, PCM, as_array, byte_count, check_array, check_out


@pytest.mark.parametrize(
    "data",
    [
        b"abcd",
        bytearray(b"abcd"),
        memoryview(b"abcd"),
        memoryview(b"abcd").cast("B", (2, 2)),
        b"",
    ],
)
def test_every_kind_of_plain_bytes_is_counted(data: bytes) -> None:
    assert byte_count(data, 2, "f") == len(bytes(data))


def test_half_a_sample_is_refused_with_what_came_and_where() -> None:
    with pytest.raises(ValueError, match=r"^f: 961 bytes is not a whole number of 16-bit samples$"):
        byte_count(bytes(961), 2, "f")
    with pytest.raises(ValueError, match=r"^f: 3 bytes is not a whole"):
        byte_count(memoryview(b"abc"), 2, "f")


@pytest.mark.parametrize(
    "data",
    [memoryview(b"abcdef")[::2], memoryview(b"abcdefgh").cast("h"), memoryview(bytes(8)).cast("f")],
)
def test_a_view_with_gaps_or_of_other_than_bytes_is_refused(data: memoryview) -> None:
    with pytest.raises(ValueError, match=r"^f: expected contiguous bytes"):
        byte_count(data, 1, "f")


@pytest.mark.parametrize("data", ["text", 3, [1, 2], None])
def test_what_is_no_buffer_is_a_type_error(data: Any) -> None:
    with pytest.raises(TypeError):
        byte_count(data, 1, "f")


def test_a_buffer_becomes_a_row_and_an_array_stays_itself() -> None:
    assert as_array(b"\x01\x00\xff\xff", PCM, "f").tolist() == [1, -1]
    array = np.zeros((2, 3), CODE)
    assert as_array(array, CODE, "f") is array


@pytest.mark.parametrize(
    "array",
    [
        np.zeros(4, np.int32),
        np.zeros(4, np.float32),
        np.zeros(4, ">i2"),
        np.zeros(5, np.int16),
        np.zeros((2, 2), np.int16),
        np.zeros(8, np.int16)[::2],
    ],
)
def test_an_array_of_other_dtype_shape_or_layout_is_refused(array: Any) -> None:
    with pytest.raises(ValueError, match=r"^f: expected a"):
        check_array(array, PCM, (4,), "f")


def test_what_is_no_array_is_a_type_error() -> None:
    nothing: Any = [1, 2]
    with pytest.raises(TypeError, match=r"^f: expected an array, got list$"):
        check_array(nothing, PCM, (2,), "f")


def test_an_array_to_be_written_must_be_writeable() -> None:
    out = np.zeros(4, PCM)
    check_out(out, PCM, (4,), "f")
    out.flags.writeable = False
    with pytest.raises(ValueError, match=r"^f, out: expected a writeable array$"):
        check_out(out, PCM, (4,), "f")
