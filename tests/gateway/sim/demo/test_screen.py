"""The terminal: readable without colour, and every figure says what it is made of."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from voicegate.gateway.sim.demo.figures import Figures, figures
from voicegate.gateway.sim.demo.lines import Line
from voicegate.gateway.sim.demo.screen import LIMITS, Screen, rows


@pytest.fixture
def paper() -> io.StringIO:
    """What a terminal without colour shows, 100 characters wide."""
    return io.StringIO()


@pytest.fixture
def screen(paper: io.StringIO) -> Screen:
    return Screen(Console(file=paper, width=100, color_system=None))


def test_a_line_has_its_time_and_its_voice(screen: Screen, paper: io.StringIO) -> None:
    screen.line(Line(6_600, "gateway", "cleared", "at once"))
    assert paper.getvalue().split() == ["6.60", "s", "gateway", "cleared", "·", "at", "once"]


def test_a_long_line_goes_on_under_its_words(screen: Screen, paper: io.StringIO) -> None:
    screen.line(Line(0, "agent", "word " * 40))
    first, *more = paper.getvalue().rstrip().splitlines()
    column = first.index("word")
    assert more
    assert all(line.index("word") == column for line in more)


def test_words_in_brackets_are_words(screen: Screen, paper: io.StringIO) -> None:
    """Nothing that is said can be markup."""
    screen.line(Line(0, "agent", "[bold]yes[/bold]"))
    assert "[bold]yes[/bold]" in paper.getvalue()


def test_the_table_has_every_figure(measured: Figures) -> None:
    assert [(what, value) for what, value, _ in rows(measured)] == [
        ("set-up", "0.85 s"),
        ("voice to voice, turn 1", "0.90 s"),
        ("voice to voice, turn 2", "0.80 s"),
        ("interruption", "102 ms"),
        ("clear", "0.8 ms"),
        ("heard, as told to the model", "1,190 ms"),
        ("key to voice", "0.40 s"),
        ("caller's frames", "605"),
        ("timers", "3 ms"),
        ("end of the call", "12.50 s"),
    ]


def test_the_table_says_what_a_figure_is_made_of(measured: Figures) -> None:
    parts = {what: part for what, _, part in rows(measured)}
    assert parts["set-up"] == "webhook answered in 9 ms, media at 0.40 s, greeting 0.45 s later"
    assert parts["voice to voice, turn 1"].startswith("500 ms to notice the end, 400 ms the model")
    assert "1,200.0 ms of 4,000: -10.0 ms" in parts["heard, as told to the model"]
    assert parts["caller's frames"] == "603 forwarded to the model, 2 left out"
    assert parts["end of the call"] == "the caller hung up"


def test_the_table_names_its_limits(screen: Screen, paper: io.StringIO, measured: Figures) -> None:
    """C192 - no table without them."""
    screen.measured(measured)
    shown = " ".join(paper.getvalue().split())
    assert LIMITS in shown
    assert "the model are simulated and every socket is on loopback" in shown


def test_a_narrow_terminal_has_the_figures_under_each_other(
    paper: io.StringIO, measured: Figures
) -> None:
    Screen(Console(file=paper, width=40, color_system=None)).measured(measured)
    shown = paper.getvalue().splitlines()
    assert "heard, as told to the model: 1,190 ms" in shown
    words = " ".join(shown).split()
    assert all(word in words for _, _, parts in rows(measured) for word in parts.split())


@pytest.mark.parametrize("width", [40, 100])
def test_cells_are_never_cut(paper: io.StringIO, width: int) -> None:
    screen = Screen(Console(file=paper, width=width, color_system=None))
    screen.table(("part", "source"), [("carrier", "documentation"), ("realtime", "assumption")])
    words = paper.getvalue().split()
    assert {"carrier", "documentation", "realtime", "assumption"} <= {*words}


def test_what_cannot_be_shown_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal of another encoding, as with PYTHONIOENCODING=ascii."""
    shown = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(shown, "ascii", write_through=True))
    Screen.on_terminal().line(Line(0, "agent", "“X-ray”", "at once"))
    assert b"?X-ray?" in shown.getvalue()


def test_a_call_in_which_nothing_happened_has_a_table() -> None:
    assert [value for what, value, _ in rows(figures([], (), 0)) if what == "caller's frames"] == [
        "0"
    ]


def test_it_says_where_things_are(screen: Screen, paper: io.StringIO) -> None:
    screen.files(Path("somewhere"), {"call.wav": "the sound"})
    assert "somewhere" in paper.getvalue()
    assert "call.wav" in paper.getvalue()


def test_a_command_stays_in_one_line_to_be_pasted(screen: Screen, paper: io.StringIO) -> None:
    command = "voicegate sim carrier " + "--option value " * 20
    screen.staying({"gateway": "http://127.0.0.1:1"}, command)
    assert command.strip() in paper.getvalue()


def test_nothing_is_said_of_a_call_that_went_well(screen: Screen, paper: io.StringIO) -> None:
    screen.problems([])
    assert not paper.getvalue()
    screen.problems(["the agent was never interrupted"])
    assert "never interrupted" in paper.getvalue()
