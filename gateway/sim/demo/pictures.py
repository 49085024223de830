"""The picture of a demo call: who sounded when, what was cut, how long everybody waited."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# (matplotlib leaves the type of every **kwargs open)

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Rectangle
from numpy.typing import NDArray

from .figures import Answer, Cut, Figures, Spoken, Turn
from .lines import REASONS, seconds, whole_ms
from .sound import WINDOW_MS, Track

SIZE_INCHES = (16.0, 7.6)
DPI = 120

_INK = "#22303c"
_QUIET_INK = "#6b7a88"
_GRID = "#e4e9ee"
_CALLER = "#2b6cb0"
_AGENT = "#2f855a"
_CUT = "#c53030"
_KEY = "#6b46c1"
_WAIT = "#b7791f"

_LEFT_INCHES, _RIGHT_INCHES = 1.15, 0.35
_CHARACTER_INCHES = 0.066
_LINES = 4  # of words in a box
_TINT = 0.14
_TEXT_AT_S = 0.16  # after the box's beginning
_LOUDEST = 0.42  # half the height of a lane

# Where things stand, from the bottom: rows by their foot and height, lanes by their middle.
_UNHEARD = (0.06, 0.46)
_ANSWERS = (0.62, 0.8)
_AGENT_LANE = 1.98
_WAITS = 2.56
_CALLER_LANE = 3.18
_SPEECH = (3.76, 0.8)
_LABELS = 4.68
_TOP = 4.95


@dataclass(frozen=True, slots=True)
class Picture:
    """What is drawn: the figures of a call and the sound of both directions."""

    figures: Figures
    caller: Track
    agent: Track
    limits: str

    def write(self, *paths: Path) -> None:
        """Each in the format of its name: .svg, .png."""
        with rc_context({"font.size": 9, "svg.fonttype": "none", "svg.hashsalt": "voicegate"}):
            drawing = self._draw()
            for path in paths:
                drawing.savefig(path, dpi=DPI, metadata=_undated(path))

    def _draw(self) -> Figure:
        drawing = Figure(figsize=SIZE_INCHES, facecolor="white")
        width, height = SIZE_INCHES
        inner = (width - _LEFT_INCHES - _RIGHT_INCHES) / width
        axes = drawing.add_axes((_LEFT_INCHES / width, 0.55 / height, inner, 6.0 / height))
        length_s = self.figures.length_ms / 1_000
        _frame(axes, length_s)
        scale = _Scale((width - _LEFT_INCHES - _RIGHT_INCHES) / (length_s + 1.0))
        self._draw_sound(axes)
        for spoken in self.figures.spoken:
            _draw_speech(axes, spoken, scale)
        for answer in self.figures.answers:
            _draw_answer(axes, answer, scale)
        for turn in self.figures.turns:
            _draw_wait(axes, turn)
        self._draw_instants(axes)
        self._draw_title(drawing)
        return drawing

    def _draw_sound(self, axes: Axes) -> None:
        _draw_track(axes, self.caller.peaks(self.figures.length_ms), _CALLER_LANE, _CALLER)
        _draw_track(axes, self.agent.peaks(self.figures.length_ms), _AGENT_LANE, _AGENT)

    def _draw_instants(self, axes: Axes) -> None:
        figures = self.figures
        if figures.media_ms is not None:
            _draw_instant(axes, figures.media_ms, "media flows", _QUIET_INK)
        for cut in figures.cuts:
            _draw_cut(axes, cut)
        if figures.keys:
            label = "keys " + " ".join(key for _, key in figures.keys)
            for at_ms, _ in figures.keys:
                _draw_instant(axes, at_ms, "", _KEY)
            _draw_label(axes, figures.keys[0][0], label, _KEY)
        reason = REASONS.get(figures.reason, figures.reason)
        _draw_instant(axes, figures.length_ms, reason, _QUIET_INK, side="right")

    def _draw_title(self, drawing: Figure) -> None:
        left = _LEFT_INCHES / SIZE_INCHES[0]
        drawing.text(
            left,
            0.955,
            "One call through voicegate",
            size=17,
            weight="bold",
            color=_INK,
            va="center",
        )
        drawing.text(left, 0.908, self._summary(), size=10, color=_QUIET_INK, va="center")

    def _summary(self) -> str:
        figures = self.figures
        parts = [seconds(figures.length_ms)]
        if figures.turns:
            waits = [turn.total_ms for turn in figures.turns]
            parts.append(f"answered after {seconds(min(waits))} to {seconds(max(waits))}")
        parts += [
            f"interrupted, silent after {whole_ms(cut.silent_after_ms)}" for cut in figures.cuts
        ]
        return " · ".join([*parts, self.limits])


@dataclass(frozen=True, slots=True)
class _Scale:
    """How much text fits over a stretch of time."""

    inches_a_second: float

    def wrapped(self, text: str, stretch_s: float) -> str:
        """In as many lines as a row has, the rest left out."""
        room_s = stretch_s - _TEXT_AT_S - 0.05
        across = max(6, int(room_s * self.inches_a_second / _CHARACTER_INCHES))
        return "\n".join(textwrap.wrap(text, across, max_lines=_LINES, placeholder=" …"))


def _undated(path: Path) -> dict[str, str | None]:
    """The same call gives the same bytes."""
    return {"Date": None} if path.suffix == ".svg" else {}


def _frame(axes: Axes, length_s: float) -> None:
    axes.set_xlim(-0.5, length_s + 0.5)
    axes.set_ylim(0, _TOP)
    for side in ("top", "left", "right"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(_GRID)
    step = 5 if length_s > 12 else 1
    axes.set_xticks(np.arange(0, length_s + 0.5, step))
    axes.tick_params(axis="x", colors=_QUIET_INK, length=0, pad=6)
    axes.set_xlabel("seconds since the caller dialled", color=_QUIET_INK)
    axes.grid(visible=True, axis="x", color=_GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    lanes = {
        _middle(_SPEECH): ("caller\nsays", _CALLER),
        _CALLER_LANE: ("caller\nlevel", _CALLER),
        _WAITS: ("answered\nafter", _WAIT),
        _AGENT_LANE: ("agent\nlevel", _AGENT),
        _middle(_ANSWERS): ("agent\nsays", _AGENT),
        _middle(_UNHEARD): ("never\nplayed", _QUIET_INK),
    }
    axes.set_yticks(list(lanes), [name for name, _ in lanes.values()])
    axes.tick_params(axis="y", length=0, pad=8, labelsize=10)
    for label, (_, colour) in zip(axes.get_yticklabels(), lanes.values(), strict=True):
        label.set_color(colour)


def _middle(row: tuple[float, float]) -> float:
    return row[0] + row[1] / 2


def _draw_track(axes: Axes, peaks: NDArray[np.float64], lane: float, colour: str) -> None:
    """A level as a band around the middle of its lane; loudness grows with the square root."""
    times = (np.arange(len(peaks)) + 0.5) * WINDOW_MS / 1_000
    height = _LOUDEST * np.sqrt(peaks / max(float(peaks.max(initial=0)), 0.05))
    axes.axhline(lane, color=colour, linewidth=0.6, alpha=0.35)
    axes.fill_between(times, lane - height, lane + height, color=colour, alpha=0.75, linewidth=0)


def _draw_box(
    axes: Axes, start_s: float, stretch_s: float, row: tuple[float, float], colour: str
) -> None:
    axes.add_patch(
        FancyBboxPatch(
            (start_s, row[0]),
            max(stretch_s, 0.05),
            row[1],
            boxstyle="round,pad=0,rounding_size=0.06",
            mutation_aspect=0.5,
            facecolor=_tint(colour),
            edgecolor="none",
            zorder=3,  # over the lines: the words come first
        )
    )
    bar = Rectangle((start_s, row[0]), 0.06, row[1], facecolor=colour, edgecolor="none", zorder=4)
    axes.add_patch(bar)


def _tint(colour: str) -> tuple[float, float, float]:
    """A pale, opaque one."""
    red, green, blue = to_rgb(colour)
    return 1 - (1 - red) * _TINT, 1 - (1 - green) * _TINT, 1 - (1 - blue) * _TINT


def _draw_words(axes: Axes, start_s: float, row: tuple[float, float], words: str) -> None:
    axes.text(
        start_s + _TEXT_AT_S, _middle(row), words, color=_INK, size=8.2, va="center", zorder=5
    )


def _heard_words(answer: Answer) -> str:
    """All words, or of a cut answer about those that were heard."""
    if answer.told_ms is None or answer.made_ms <= answer.played_ms:
        return f"“{answer.words}”"
    heard = answer.words[: round(len(answer.words) * answer.played_ms / answer.made_ms)]
    return f"“{heard.rpartition(' ')[0]}—"


def _draw_speech(axes: Axes, spoken: Spoken, scale: _Scale) -> None:
    start_s, stretch_s = spoken.start_ms / 1_000, (spoken.end_ms - spoken.start_ms) / 1_000
    _draw_box(axes, start_s, stretch_s, _SPEECH, _CALLER)
    _draw_words(axes, start_s, _SPEECH, scale.wrapped(spoken.shown, stretch_s))


def _draw_answer(axes: Axes, answer: Answer, scale: _Scale) -> None:
    start_s, heard_s = answer.start_ms / 1_000, answer.played_ms / 1_000
    _draw_box(axes, start_s, heard_s, _ANSWERS, _AGENT)
    _draw_words(axes, start_s, _ANSWERS, scale.wrapped(_heard_words(answer), heard_s))
    if answer.told_ms is not None:
        _draw_unheard(axes, answer)


def _draw_unheard(axes: Axes, answer: Answer) -> None:
    """What the model had made and nobody heard."""
    from_s, stretch_s = answer.end_ms / 1_000, (answer.made_ms - answer.played_ms) / 1_000
    axes.add_patch(
        Rectangle(
            (from_s, _UNHEARD[0]),
            stretch_s,
            _UNHEARD[1],
            facecolor="#f3f5f7",
            edgecolor="#aab4be",
            hatch="////",
            linewidth=0.8,
        )
    )
    axes.text(
        from_s + stretch_s / 2,
        _middle(_UNHEARD),
        f"heard {whole_ms(answer.played_ms)} of {answer.made_ms:,.0f}\n"
        f"the model was told {whole_ms(answer.told_ms or 0)}",
        color=_INK,
        size=8.5,
        ha="center",
        va="center",
        linespacing=1.35,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 2.0, "alpha": 0.9},
    )


def _draw_wait(axes: Axes, turn: Turn) -> None:
    """From the caller's last sound to the agent's first."""
    start_s, end_s = turn.end_of_speech_ms / 1_000, turn.first_sound_ms / 1_000
    axes.annotate(
        "",
        xy=(end_s, _WAITS),
        xytext=(start_s, _WAITS),
        arrowprops={"arrowstyle": "|-|,widthA=0.35,widthB=0.35", "color": _WAIT, "linewidth": 1.4},
    )
    label = seconds(turn.total_ms)
    axes.text(
        (start_s + end_s) / 2, _WAITS + 0.1, label, color=_WAIT, size=9, ha="center", weight="bold"
    )


def _draw_cut(axes: Axes, cut: Cut) -> None:
    at_s = cut.at_ms / 1_000
    axes.axvline(at_s, ymax=_LABELS / _TOP, color=_CUT, linewidth=1.6)
    reaction = "" if cut.clear_ms is None else f" {cut.clear_ms:.1f} ms after speech_started"
    _draw_label(axes, cut.at_ms, f"interrupted: clear{reaction}", _CUT)


def _draw_instant(axes: Axes, at_ms: int, text: str, colour: str, side: str = "left") -> None:
    axes.axvline(
        at_ms / 1_000, ymax=_LABELS / _TOP, color=colour, linewidth=1.1, linestyle=(0, (4, 3))
    )
    if text:
        _draw_label(axes, at_ms, text, colour, side)


def _draw_label(axes: Axes, at_ms: int, text: str, colour: str, side: str = "left") -> None:
    axes.text(
        at_ms / 1_000,
        _LABELS + 0.06,
        text,
        color=colour,
        size=9,
        weight="bold",
        ha=side,
        va="bottom",
    )


def draw(paths: Iterable[Path], figures: Figures, caller: Track, agent: Track, limits: str) -> None:
    """Write the picture of a call, once for each path."""
    Picture(figures, caller, agent, limits).write(*paths)
