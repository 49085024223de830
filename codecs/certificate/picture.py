"""The filter's response as a picture, with that of `audioop.ratecv` for contrast."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# (matplotlib leaves the type of every **kwargs open)

from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from ..g711 import audioop
from .filter_rows import RATE, response_db
from .signals import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_INK, _QUIET_INK, _GRID = "#22303c", "#6b7a88", "#e4e9ee"
_OURS, _THEIRS = "#2b6cb0", "#c53030"
_IMPULSE: Final = 16_384
_EVERY: Final = 32  # points of the response: more than can be seen
_REJECTION_DB: Final = -66
_LIMITS: Final = (
    "Computed from the taps, and from the impulse response of Python's audioop.ratecv at its default"
    " weights; the filter alone, without G.711, line and telephone."
)


def draw(path: Path) -> None:
    """0 to 12 kHz, and the pass band enlarged. Needs matplotlib; raises OSError."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 4.6), dpi=120, layout="constrained")
    whole, band = figure.subplots(1, 2, width_ratios=(2, 1))
    for axes in (whole, band):
        for gain, colour in ((_ratecv_db(), _THEIRS), (response_db()[::_EVERY], _OURS)):
            axes.plot(np.linspace(0, RATE / 2000, len(gain)), gain, color=colour, linewidth=1.4)
        axes.axvspan(0.3, 3.4, color=_OURS, alpha=0.06, linewidth=0)
    _whole(whole)
    _band(band)
    figure.supxlabel(_LIMITS, x=0.01, ha="left", fontsize=7, color=_QUIET_INK)
    figure.savefig(path)


def _whole(axes: "Axes") -> None:
    _furnish(axes, "Gain of the filter between 8 kHz and 24 kHz, dB")
    axes.set(xlim=(0, 12), ylim=(-100, 6), xticks=range(0, 13, 2), yticks=range(-100, 1, 20))
    axes.axhline(_REJECTION_DB, color=_QUIET_INK, linewidth=0.8, linestyle=":")
    axes.axvline(4.2, color=_QUIET_INK, linewidth=0.8, linestyle=":")
    _label(axes, 11.95, _REJECTION_DB + 2, "-66 dB", _QUIET_INK, align="right")
    _label(axes, 4.3, -60, "4.2 kHz", _QUIET_INK)
    _label(axes, 1.85, -8, "telephone band", _QUIET_INK, align="center")
    _label(axes, 3.95, -34, "voicegate", _OURS, align="right")
    _label(axes, 5.5, -9, "audioop.ratecv", _THEIRS)


def _band(axes: "Axes") -> None:
    _furnish(axes, "The telephone band, enlarged")
    axes.set(xlim=(0, 3.6), ylim=(-0.1, 0.1), yticks=(-0.1, -0.05, 0, 0.05, 0.1))
    _label(axes, 1.85, 0.032, "voicegate", _OURS, align="center")
    _label(axes, 0.6, -0.085, "audioop.ratecv", _THEIRS)


def _furnish(axes: "Axes", title: str) -> None:
    axes.set_title(title, loc="left", fontsize=11, color=_INK)
    axes.set_xlabel("kHz", color=_INK)
    axes.grid(color=_GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(colors=_INK, labelsize=9, length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _label(
    axes: "Axes", khz: float, gain_db: float, words: str, colour: str, *, align: str = "left"
) -> None:
    axes.text(khz, gain_db, words, color=colour, fontsize=9, ha=align)


def _ratecv_db() -> Floats:
    """Through its impulse response, which is all there is to know: it is linear."""
    impulse = np.zeros(_IMPULSE, np.int16)
    impulse[_IMPULSE // 2] = 30_000
    made, _ = audioop.ratecv(impulse.tobytes(), 2, 1, 8_000, RATE, None)
    answer = np.frombuffer(made, np.int16).astype(np.float64) / 30_000 / 3
    gain: Floats = 20 * np.log10(np.abs(np.fft.rfft(answer)).clip(1e-6))
    return gain
