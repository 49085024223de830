"""The picture of the response."""

from pathlib import Path

import numpy as np
import pytest

from voicegate.codecs.certificate import picture
from voicegate.codecs.certificate.filter_rows import band_db

PNG = b"\x89PNG\r\n\x1a\n"


def test_the_picture_is_written(tmp_path: Path) -> None:
    path = tmp_path / "response.png"
    picture.draw(path)
    assert path.read_bytes().startswith(PNG)


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"response\.png"):
        picture.draw(tmp_path / "missing" / "response.png")


def test_the_band_of_the_response_is_cut_at_its_frequencies() -> None:
    """R1, R2: as the rows and the picture have it."""
    assert np.abs(band_db(300, 3400)).max() < 0.03
    assert band_db(4200, 12_000).max() < -66.5
    assert band_db(3400, 4200).max() > -0.03
