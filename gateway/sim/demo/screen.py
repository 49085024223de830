"""What a demo shows in the terminal: its lines as they come, then a table of what was measured."""

import sys
from collections.abc import Iterable
from io import TextIOWrapper
from pathlib import Path
from typing import cast

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from .figures import Cut, Figures, Turn
from .lines import REASONS, Line, Voice, seconds, whole_ms

LIMITS = "simulated caller, model and carrier; real gateway; sockets on loopback"
_CAPTION = (
    "All speech and the model are simulated and every socket is on loopback: these figures show "
    "what the gateway adds, not what a telephone network and a real model take."
)
_NARROW = 80  # of fewer columns, a table's cells are put under each other
_STYLES: dict[Voice, str] = {
    "call": "bold",
    "caller": "blue",
    "agent": "green",
    "gateway": "magenta",
    "flow": "yellow",
}


class Screen:
    """Writes to a terminal in colour, elsewhere plainly."""

    def __init__(self, console: Console) -> None:
        self._console = console

    @classmethod
    def on_terminal(cls) -> "Screen":
        """Standard output; where that is no terminal, in lines of a fixed length.

        What its encoding lacks is shown as a question mark.
        """
        if isinstance(sys.stdout, TextIOWrapper):
            cast("TextIOWrapper", sys.stdout).reconfigure(errors="replace")
        console = Console(highlight=False)
        return cls(console if console.is_terminal else Console(highlight=False, width=110))

    def say(self, text: str, style: str = "dim") -> None:
        """A remark outside the call."""
        self._console.print(Text(text, style=style))

    def line(self, line: Line) -> None:
        """One line of the call; a long one goes on under its words."""
        style = _STYLES[line.voice]
        words = Text(line.text, style="bold" if line.voice == "call" else style)
        if line.note:
            words.append(f"  · {line.note}", style="dim not bold")
        row = Table.grid(padding=(0, 2, 0, 0))
        row.add_column(width=7, justify="right", style="dim")
        row.add_column(width=7, style=f"bold {style}")
        row.add_column()
        row.add_row(f"{line.at_ms / 1_000:.2f} s", line.voice, words)
        self._console.print(row)

    def measured(self, figures: Figures) -> None:
        """The closing table."""
        self._console.print()
        self.say("Measured in this call", "bold")
        self.say(LIMITS)
        self._console.print()
        if self._is_narrow:
            for what, value, parts in rows(figures):
                self._stack((f"{what}: {value}", parts))
        else:
            self._console.print(_figures_table(rows(figures)))
        self._console.print()
        self.say(_CAPTION)

    def table(self, head: tuple[str, ...], lines: Iterable[tuple[str, ...]]) -> None:
        """Cells under their heads; in a narrow terminal under each other."""
        if self._is_narrow:
            for cells in lines:
                self._stack(cells)
            return
        table = Table(*head)
        for cells in lines:
            table.add_row(*cells)
        self._console.print(table)

    @property
    def _is_narrow(self) -> bool:
        return self._console.width < _NARROW

    def _stack(self, cells: tuple[str, ...]) -> None:
        self.say(cells[0], "bold")
        for cell in cells[1:]:
            self._console.print(Padding(Text(cell), (0, 0, 0, 2)))

    def files(self, folder: Path, names: dict[str, str]) -> None:
        """Where things were written."""
        self._console.print()
        self.say(f"Written to {folder}", "bold")
        for name, meaning in names.items():
            self._console.print(Text.assemble(f"  {name:<14}", (meaning, "dim")))

    def problems(self, differences: list[str]) -> None:
        """What did not go as scripted."""
        if differences:
            self._console.print()
            self.say("The call did not go as scripted:", "bold red")
        for difference in differences:
            self.say(f"  {difference}", "red")

    def staying(self, places: dict[str, str], command: str) -> None:
        """What still runs, and what can be done with it."""
        self._console.print()
        self.say("Still running, until Ctrl-C:", "bold")
        for name, place in places.items():
            self._console.print(Text.assemble(f"  {name:<10}", (place, "dim")))
        self.say("Another call, from another terminal:", "bold")
        self._console.print(Text(command), soft_wrap=True)


Row = tuple[str, str, str]


def _figures_table(figures: Iterable[Row]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("what", style="bold", no_wrap=True)
    table.add_column("value", justify="right", no_wrap=True)
    table.add_column("of which", style="dim")
    for row in figures:
        table.add_row(*row)
    return table


def rows(figures: Figures) -> list[Row]:
    """What was measured, its value, and what it is made of."""
    found: list[Row] = []
    if figures.first_sound_ms is not None:
        found.append(("set-up", seconds(figures.first_sound_ms), _setup(figures)))
    for number, turn in enumerate(figures.turns, 1):
        found.append((f"voice to voice, turn {number}", seconds(turn.total_ms), _turn(turn)))
    for cut in figures.cuts:
        found += _cut(cut)
    if figures.keys_answer_ms is not None:
        pressed = " ".join(key for _, key in figures.keys)
        found.append(("key to voice", seconds(figures.keys_answer_ms), f"after {pressed}"))
    lost = figures.frames_in - figures.frames_forwarded
    forwarded = f"{figures.frames_forwarded:,} forwarded to the model, {lost:,} left out"
    found.append(("caller's frames", f"{figures.frames_in:,}", forwarded))
    late = "by so much this machine itself was late at worst"
    found.append(("timers", whole_ms(figures.late_ms), late))
    reason = REASONS.get(figures.reason, figures.reason or "none")
    found.append(("end of the call", seconds(figures.length_ms), reason))
    return found


def _setup(figures: Figures) -> str:
    parts: list[str] = []
    if figures.webhook_ms is not None:
        parts.append(f"webhook answered in {whole_ms(figures.webhook_ms)}")
    if figures.media_ms is not None and figures.first_sound_ms is not None:
        parts.append(f"media at {seconds(figures.media_ms)}")
        parts.append(f"greeting {seconds(figures.first_sound_ms - figures.media_ms)} later")
    return ", ".join(parts)


def _turn(turn: Turn) -> str:
    detector, model = whole_ms(turn.detector_ms), whole_ms(turn.model_ms)
    return f"{detector} to notice the end, {model} the model, {whole_ms(turn.rest_ms)} the gateway"


def _cut(cut: Cut) -> list[Row]:
    answer = cut.answer
    told_ms = answer.told_ms or 0
    error_ms = told_ms - answer.played_ms
    clear = "not seen" if cut.clear_ms is None else f"{cut.clear_ms:.1f} ms"
    began = "the key" if cut.is_by_key else "the caller's first sound"
    cleared = ("clear", clear, "from speech_started leaving the model to clear at the carrier")
    played = f"the phone played {answer.played_ms:,.1f} ms of {answer.made_ms:,.0f}"
    return [
        ("interruption", whole_ms(cut.silent_after_ms), f"from {began} to silence"),
        *([] if cut.is_by_key else [cleared]),
        ("heard, as told to the model", whole_ms(told_ms), f"{played}: {error_ms:+.1f} ms"),
    ]
