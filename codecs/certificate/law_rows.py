"""G: the codes of G.711, against the digests of ITU-T G.191 and against `audioop`."""

import hashlib
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from .. import g711
from ..g711 import audioop
from .row import Row, exactly, near
from .signals import laplacian

_TABLES: Final = {
    "ULAW_DEC": "3dab54339e520bb2c924826e3b72a917a2b612e9fd12fc867500f1d983a75827",
    "ALAW_DEC": "e04788d110e58ff8c70c93b8480190d973e3b67876b6119abbaec766cc75c174",
    "ULAW_ENC": "90c29de505fb68e766118303bd552a16005dcf810873698bee1d8f3b247ce28c",
    "ALAW_ENC": "38488f6fd710f4686360edc4d38639f96c491595ef93f8eb8d62d5e07ca6ce7b",
}
_SNR_DB: Final = {-15: 37.40, -26: 37.06, -35: 36.19, -45: 33.42, -55: 27.33}
_CODES = np.arange(256, dtype=np.uint8)
_PCM = np.arange(-32768, 32768).astype("<i2")


def rows() -> Iterator[Row]:
    """G1 to G4."""
    yield exactly("G1", "tables that differ from G.191", _wrong_tables(), 0, "SHA-256 of all four")
    yield exactly("G1", "codes decoded unlike audioop", _decoded_unlike(), 0, "256 codes, two laws")
    yield exactly("G1", "samples A-law encodes unlike audioop", _alaw_unlike(), 0, "65,536 samples")
    unlike = _ulaw_unlike()
    yield exactly("G2", "samples μ-law encodes unlike audioop", len(unlike), 508, "65,536 samples")
    known = sum(x < 0 and _is_at_a_border(x) for x in unlike)
    yield exactly("G2", "of them at G.191's borders, below zero", known, 508, "formula")
    kept = [int(np.count_nonzero(encode(decode(_CODES)) == _CODES)) for decode, encode in _laws()]
    yield exactly("G3", "codes kept by decoding and encoding, μ-law", kept[0], 255, "256 codes")
    yield exactly("G3", "codes kept by decoding and encoding, A-law", kept[1], 256, "256 codes")
    yield exactly("G3", "translations unlike decoding and encoding", _translated_unlike(), 0, "512")
    for dbfs, snr_db in _SNR_DB.items():
        found = _snr_db(laplacian(200_000, dbfs, seed=711))
        name = f"SNR of μ-law, Laplacian noise at {dbfs} dBFS"
        yield near("G4", name, found, snr_db, 0.1, "200,000 samples", unit="dB")


def _laws() -> list[tuple[Any, Any]]:
    return [(g711.ulaw_decode, g711.ulaw_encode), (g711.alaw_decode, g711.alaw_encode)]


def _wrong_tables() -> int:
    tables: dict[str, NDArray[Any]] = {name: getattr(g711, name) for name in _TABLES}
    return sum(
        hashlib.sha256(tables[name].tobytes()).hexdigest() != _TABLES[name] for name in _TABLES
    )


def _decoded_unlike() -> int:
    codes = _CODES.tobytes()
    theirs = (audioop.ulaw2lin(codes, 2), audioop.alaw2lin(codes, 2))
    pairs = zip((g711.ulaw_decode, g711.alaw_decode), theirs, strict=True)
    return sum(
        int(np.count_nonzero(decode(_CODES) != np.frombuffer(pcm, np.int16)))
        for decode, pcm in pairs
    )


def _alaw_unlike() -> int:
    theirs = np.frombuffer(audioop.lin2alaw(_PCM.astype(np.int16).tobytes(), 2), np.uint8)
    return int(np.count_nonzero(g711.alaw_encode(_PCM) != theirs))


def _ulaw_unlike() -> list[int]:
    theirs = np.frombuffer(audioop.lin2ulaw(_PCM.astype(np.int16).tobytes(), 2), np.uint8)
    return _PCM[g711.ulaw_encode(_PCM) != theirs].tolist()


def _is_at_a_border(sample: int) -> bool:
    """Where an arithmetic shift makes the 14-bit magnitude of a negative sample one too large."""
    magnitude = (~sample >> 2) + 34
    segment = (magnitude >> 5).bit_length() - 1
    return magnitude <= 0x1FFF and magnitude % 2 ** (segment + 1) == 0


def _translated_unlike() -> int:
    (ulaw_decode, ulaw_encode), (alaw_decode, alaw_encode) = _laws()
    to_alaw = np.frombuffer(g711.transcode(_CODES.tobytes(), "ulaw", "alaw"), np.uint8)
    to_ulaw = np.frombuffer(g711.transcode(_CODES.tobytes(), "alaw", "ulaw"), np.uint8)
    return int(
        np.count_nonzero(to_alaw != alaw_encode(ulaw_decode(_CODES)))
        + np.count_nonzero(to_ulaw != ulaw_encode(alaw_decode(_CODES)))
    )


def _snr_db(pcm: NDArray[np.int16]) -> float:
    signal = pcm.astype(np.float64)
    error = g711.ulaw_decode(g711.ulaw_encode(pcm)).astype(np.float64) - signal
    return float(10 * np.log10(np.mean(signal**2) / np.mean(error**2)))
