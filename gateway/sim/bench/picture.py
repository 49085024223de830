"""The bench as a picture: how the delay grows with the calls, and what a call costs."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# (matplotlib leaves the type of every **kwargs open)

import textwrap
from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FormatStrFormatter, NullFormatter

from .figures import ADDED_MS_MAX, Climb, Range, over_rounds
from .goals import ROWS
from .report import Result
from .subject import CONTESTANTS

SIZE_INCHES = (14.0, 6.6)
DPI = 120

_INK = "#22303c"
_QUIET_INK = "#6b7a88"
_GRID = "#e4e9ee"
_COLOURS = dict(
    zip((one.name for one in CONTESTANTS), ("#718096", "#2b6cb0", "#2f855a"), strict=True)
)
_LABELS = {one.name: "plain relay" if one.is_relay else f"ours, {one.name}" for one in CONTESTANTS}
_KNEE, _CPU, _MEMORY = ROWS[:3]


def draw(path: Path, result: Result) -> None:
    """Write the picture; the format is that of the path's name."""
    figure = Figure(figsize=SIZE_INCHES, dpi=DPI, layout="constrained")
    grid = figure.add_gridspec(3, 2, width_ratios=(2.1, 1))
    _delays(figure.add_subplot(grid[:, 0]), result)
    for place, (row, title) in enumerate(
        (
            (_CPU, "CPU per call, ms a second"),
            (_KNEE, "calls on one core"),
            (_MEMORY, "kB per call"),
        )
    ):
        figures = [over_rounds(result.rounds[one.name], row.figure) for one in CONTESTANTS]
        _bars(figure.add_subplot(grid[place, 1]), title, figures, row.digits)
    words = textwrap.fill(" ".join(result.limits), 190)
    figure.supxlabel(words, x=0.01, ha="left", fontsize=7, color=_QUIET_INK)
    figure.savefig(path)


def _delays(axes: Axes, result: Result) -> None:
    for one in CONTESTANTS:
        climbs = result.rounds[one.name]
        for climb in climbs:
            _line(axes, climb, _COLOURS[one.name])
        knee = over_rounds(climbs, _KNEE.figure)
        if knee is not None and all(climb.has_knee for climb in climbs):
            axes.axvline(knee.median, color=_COLOURS[one.name], linewidth=1, linestyle=":")
        axes.plot([], [], color=_COLOURS[one.name], linewidth=2.5, label=_LABELS[one.name])
    axes.plot([], [], color=_QUIET_INK, linewidth=2, label="p50")
    axes.plot([], [], color=_QUIET_INK, linewidth=1, linestyle="--", label="p99")
    axes.plot([], [], color=_QUIET_INK, linewidth=1, linestyle=":", label="knee")
    axes.axhline(ADDED_MS_MAX, color="#c53030", linewidth=0.8)
    axes.set_xscale("log")
    axes.set_yscale("log")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FormatStrFormatter("%g"))
        axis.set_minor_formatter(NullFormatter())
    _furnish(axes, "Delay from a caller's frame in to its append out, every round")
    axes.set_xlabel("calls at the same time", color=_INK)
    axes.set_ylabel("ms", color=_INK)
    axes.legend(frameon=False, fontsize=9, loc="upper left")


def _line(axes: Axes, climb: Climb, colour: str) -> None:
    calls = [step.calls for step in climb.steps]
    axes.plot(calls, [step.up.p50_ms for step in climb.steps], "o-", color=colour, markersize=3)
    axes.plot(
        calls,
        [step.up.p99_ms for step in climb.steps],
        "o--",
        color=colour,
        linewidth=1,
        markersize=2,
    )


def _bars(axes: Axes, title: str, figures: Sequence[Range | None], digits: int) -> None:
    found = [(one, figure) for one, figure in zip(CONTESTANTS, figures, strict=True) if figure]
    for place, (one, figure) in enumerate(found):
        axes.barh(place, figure.median, color=_COLOURS[one.name], height=0.62)
        axes.plot([figure.least, figure.most], [place, place], color=_INK, linewidth=1.2)
        axes.annotate(
            f"{figure.median:.{digits}f}",
            (figure.most, place),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            fontsize=9,
            color=_INK,
        )
    axes.set_yticks(range(len(found)), [_LABELS[one.name] for one, _ in found], fontsize=9)
    axes.invert_yaxis()
    axes.margins(x=0.18)
    axes.set_xlim(left=0)
    _furnish(axes, title)


def _furnish(axes: Axes, title: str) -> None:
    axes.set_title(title, loc="left", fontsize=10, color=_INK)
    axes.grid(color=_GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(colors=_INK, labelsize=9)
    for spine in axes.spines.values():
        spine.set_visible(False)
