"""The picture of a call: made in both formats, of its size, with everything labelled."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from voicegate.gateway.sim.demo.figures import Figures, figures
from voicegate.gateway.sim.demo.log import CallLog
from voicegate.gateway.sim.demo.pictures import DPI, SIZE_INCHES, draw
from voicegate.gateway.sim.demo.screen import LIMITS


def words(svg: Path) -> str:
    """All its text."""
    return " ".join(ElementTree.parse(svg).getroot().itertext())


@pytest.fixture
def drawn(tmp_path: Path, log: CallLog, measured: Figures) -> Path:
    paths = (tmp_path / "timeline.svg", tmp_path / "timeline.png")
    draw(paths, measured, log.caller, log.agent, LIMITS)
    return tmp_path


def test_everything_a_reader_needs_is_written_into_it(drawn: Path) -> None:
    text = words(drawn / "timeline.svg")
    for label in (
        "One call through voicegate",
        "seconds since the caller dialled",
        "interrupted: clear 0.8 ms after speech_started",
        "the model was told 1,190 ms",
        "heard 1,200 ms of 4,000",
        "keys 5 #",
        "0.90 s",
        "the caller hung up",
        "morning.”",
    ):
        assert label in text, label


def test_it_names_its_limits(drawn: Path) -> None:
    """C192 - a figure stands beside what it was measured on."""
    assert LIMITS in words(drawn / "timeline.svg")


def test_words_that_were_never_heard_are_left_out(drawn: Path) -> None:
    text = words(drawn / "timeline.svg")
    assert "“Please" in text
    assert "card and" not in text


def test_the_png_has_its_size(drawn: Path) -> None:
    head = (drawn / "timeline.png").read_bytes()[:24]
    assert head.startswith(b"\x89PNG")
    width, height = int.from_bytes(head[16:20]), int.from_bytes(head[20:24])
    assert (width, height) == tuple(round(inches * DPI) for inches in SIZE_INCHES)


def test_a_call_in_which_nothing_happened_can_be_drawn(tmp_path: Path) -> None:
    empty = CallLog(lambda _: None)
    path = tmp_path / "timeline.svg"
    draw([path], figures([], (), 0), empty.caller, empty.agent, LIMITS)
    assert "One call" in words(path)
