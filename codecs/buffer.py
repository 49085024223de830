"""What the codecs take as audio, bytes or arrays, and the checks made before anything is touched."""

from typing import Any, Final, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

Buffer: TypeAlias = bytes | bytearray | memoryview
Sample = TypeVar("Sample", bound=np.generic)

PCM: Final = np.dtype(np.int16).newbyteorder("<")  # little endian on every machine
CODE: Final = np.dtype(np.uint8)


def byte_count(data: Buffer, sample_bytes: int, function: str) -> int:
    """Size of `data`; ValueError if it is not whole samples in plain bytes, TypeError if no buffer."""
    if type(data) is bytes and len(data) % sample_bytes == 0:
        return len(data)  # the usual case, and four times as quick
    view = memoryview(data)
    if view.format != "B" or not view.c_contiguous:
        raise ValueError(f"{function}: expected contiguous bytes, got format {view.format!r}")
    if view.nbytes % sample_bytes:
        bits = 8 * sample_bytes
        raise ValueError(
            f"{function}: {view.nbytes} bytes is not a whole number of {bits}-bit samples"
        )
    return view.nbytes


def as_array(
    data: Buffer | NDArray[Sample], dtype: np.dtype[Sample], function: str
) -> NDArray[Sample]:
    """The samples in `data`: a buffer becomes one row, an array is checked and taken as it is."""
    if isinstance(data, np.ndarray):
        check_array(data, dtype, data.shape, function)
        return data
    byte_count(data, dtype.itemsize, function)
    return np.frombuffer(data, dtype)


def check_array(
    array: NDArray[Any], dtype: np.dtype[Any], shape: tuple[int, ...], function: str
) -> None:
    """ValueError unless `array` is C-contiguous and has this dtype and shape, TypeError if no array."""
    if not isinstance(array, np.ndarray):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"{function}: expected an array, got {type(array).__name__}")
    if array.dtype != dtype or array.shape != shape:
        expected, got = f"{dtype} {shape}", f"{array.dtype} {array.shape}"
        raise ValueError(f"{function}: expected an array of {expected}, got {got}")
    if not array.flags.c_contiguous:
        raise ValueError(f"{function}: expected a C-contiguous array")


def check_out(
    out: NDArray[Any], dtype: np.dtype[Any], shape: tuple[int, ...], function: str
) -> None:
    """As `check_array`, for an array to be written."""
    check_array(out, dtype, shape, f"{function}, out")
    if not out.flags.writeable:
        raise ValueError(f"{function}, out: expected a writeable array")
