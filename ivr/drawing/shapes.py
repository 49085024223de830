"""The outlines of nodes, one for each type: SVG path data within a box."""

from collections.abc import Callable, Mapping

from .layout import Box

_SLANT = 12
_ROUND = 10

Outline = Callable[[Box], str]


def outline(type_: str, box: Box) -> str:
    """The path of a node's shape; lines touch it only where its edges are level."""
    return _OUTLINES[type_](box)


def _polygon(*corners: tuple[int, int]) -> str:
    return "M" + "L".join(f"{x} {y}" for x, y in corners) + "Z"


def _slanted(upper_left: int, upper_right: int, lower_left: int, lower_right: int) -> Outline:
    """A box whose corners are moved inwards, in units of the slant."""

    def of(box: Box) -> str:
        left, top, right, bottom = _sides(box)
        return _polygon(
            (left + upper_left * _SLANT, top),
            (right - upper_right * _SLANT, top),
            (right - lower_right * _SLANT, bottom),
            (left + lower_left * _SLANT, bottom),
        )

    return of


def _sides(box: Box) -> tuple[int, int, int, int]:
    return box.x, box.y, box.x + box.width, box.y + box.height


def _rounded(radius: int) -> Outline:
    def of(box: Box) -> str:
        left, top, right, bottom = _sides(box)
        r = min(radius, box.height // 2)
        arc = f"a{r} {r} 0 0 1"
        return (
            f"M{left + r} {top}H{right - r}{arc} {r} {r}V{bottom - r}{arc} -{r} {r}"
            f"H{left + r}{arc} -{r} -{r}V{top + r}{arc} {r} -{r}Z"
        )

    return of


def _hexagon(box: Box) -> str:
    left, top, right, bottom = _sides(box)
    middle = top + box.height // 2
    return _polygon(
        (left + _SLANT, top),
        (right - _SLANT, top),
        (right, middle),
        (right - _SLANT, bottom),
        (left + _SLANT, bottom),
        (left, middle),
    )


def _octagon(box: Box) -> str:
    left, top, right, bottom = _sides(box)
    cut = _SLANT
    return _polygon(
        (left + cut, top),
        (right - cut, top),
        (right, top + cut),
        (right, bottom - cut),
        (right - cut, bottom),
        (left + cut, bottom),
        (left, bottom - cut),
        (left, top + cut),
    )


def _arrow(box: Box) -> str:
    left, top, right, bottom = _sides(box)
    middle = top + box.height // 2
    return _polygon(
        (left, top),
        (right - _SLANT, top),
        (right, middle),
        (right - _SLANT, bottom),
        (left, bottom),
    )


def _folded(box: Box) -> str:
    """A sheet with a folded corner."""
    left, top, right, bottom = _sides(box)
    fold = _SLANT
    sheet = _polygon(
        (left, top), (right - fold, top), (right, top + fold), (right, bottom), (left, bottom)
    )
    return f"{sheet}M{right - fold} {top}V{top + fold}H{right}"


def _barred(box: Box) -> str:
    """A box with a second line at both sides."""
    left, top, right, bottom = _sides(box)
    bars = f"M{left + 7} {top}V{bottom}M{right - 7} {top}V{bottom}"
    return _slanted(0, 0, 0, 0)(box) + bars


def _doubled(box: Box) -> str:
    """A box within a box."""
    inner = Box(box.x + 4, box.y + 4, box.width - 8, box.height - 8)
    return _rounded(_ROUND)(box) + _rounded(_ROUND - 4)(inner)


_OUTLINES: Mapping[str, Outline] = {
    "root": _rounded(100),
    "say": _rounded(_ROUND),
    "menu": _hexagon,
    "collect": _slanted(1, 0, 0, 1),
    "hours": _slanted(0, 0, 1, 1),
    "branch": _octagon,
    "ai": _rounded(100),
    "transfer": _arrow,
    "queue": _barred,
    "voicemail": _folded,
    "voicemail_drop": _slanted(0, 1, 1, 0),
    "tool": _slanted(0, 0, 0, 0),
    "disposition": _slanted(1, 1, 0, 0),
    "hangup": _doubled,
}
