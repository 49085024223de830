"""A flow as an SVG picture: well-formed, the same bytes for the same flow, light and dark."""

import re
from collections.abc import Iterator, Sequence
from html import escape
from itertools import pairwise

from .figure import Figure, Item, LineKind
from .layout import Box, Layout, Point, Route, layout
from .shapes import outline
from .style import style_sheet

_NOT_XML = re.compile(r"[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_HEAD = 7  # the length of an arrow's head
_TURN = 8  # how far a line that turns back hangs below
_LEGEND_HEIGHT = 34
_LEGEND = (
    (LineKind.CHOICE, "a choice, or the way on"),
    (LineKind.TIMEOUT, "nobody answers"),
    (LineKind.ERROR, "something fails"),
)
_LEGEND_STEP = 230


def draw(figure: Figure, *, lit: str | None = None) -> str:
    """The picture as a document; `lit` is the node to stand out."""
    return "".join(f"{line}\n" for line in _document(layout(figure), lit))


def _document(placed: Layout, lit: str | None) -> Iterator[str]:
    figure = placed.figure
    width = max(placed.width, len(_LEGEND) * _LEGEND_STEP)
    height = placed.height + _LEGEND_HEIGHT
    about = escape(
        _clean(f"{figure.name}: {figure.description}" if figure.description else figure.name)
    )
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="flow" role="img" aria-label="{about}"'
        f' width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
    )
    yield f"<style>\n{style_sheet()}</style>"
    yield f'<rect class="paper" width="{width}" height="{height}"/>'
    for route in placed.routes:
        yield from _line(route)
    for item in figure.items:
        yield from _node(item, placed.boxes[item.key], is_lit=item.key == lit)
    yield from _legend(placed.height)
    yield "</svg>"


def _node(item: Item, box: Box, *, is_lit: bool) -> Iterator[str]:
    centre, middle = box.x + box.width // 2, box.y + box.height // 2
    lit = " lit" if is_lit else ""
    yield f'<g class="node {item.type}{lit}" data-node="{_text(item.key)}">'
    yield f"<title>{_text(item.title)}</title>"
    yield f'<path d="{outline(item.type, _root_box(box) if item.is_root else box)}"/>'
    if item.is_root:
        yield f'<text x="{centre}" y="{middle + 9}">{_text(item.name)}</text>'
    else:
        yield f'<text class="name" x="{centre}" y="{middle - 2}">{_text(item.name)}</text>'
        yield f'<text class="type" x="{centre}" y="{middle + 13}">{_text(item.type)}</text>'
    yield "</g>"


def _root_box(box: Box) -> Box:
    return box._replace(y=box.y + 10, height=box.height - 10)


def _line(route: Route) -> Iterator[str]:
    line = route.line
    yield (
        f'<g class="line {line.kind}" data-from="{_text(line.source)}"'
        f' data-to="{_text(line.target)}">'
    )
    if route.is_joining:
        yield f'<path d="{_curve(route.points)}"/>'
    else:
        yield f'<path d="{_curve((*route.points[:-1], _before_head(route.points)))}"/>'
        yield f'<path class="head" d="{_arrow_head(route.points)}"/>'
    if route.label is not None:
        x = route.label.x + route.label.width // 2
        y = route.label.y + route.label.height // 2 + 4
        yield f'<rect class="paper" {_corners(route.label)}/>'
        yield f'<text x="{x}" y="{y}">{_text(line.label)}</text>'
    yield "</g>"


def _corners(box: Box) -> str:
    return f'x="{box.x}" y="{box.y}" width="{box.width}" height="{box.height}"'


def _curve(points: Sequence[Point]) -> str:
    """Upright in rows, bent between them."""
    found = f"M{points[0][0]} {points[0][1]}"
    for (x, y), (to_x, to_y) in pairwise(points):
        middle = y + _TURN if y == to_y else (y + to_y) // 2
        is_straight = x == to_x
        found += f"V{to_y}" if is_straight else f"C{x} {middle} {to_x} {middle} {to_x} {to_y}"
    return found


def _before_head(points: Sequence[Point]) -> Point:
    x, y = points[-1]
    return x, y - _HEAD if _is_downwards(points) else y + _HEAD


def _is_downwards(points: Sequence[Point]) -> bool:
    return points[-1][1] > points[-2][1]


def _arrow_head(points: Sequence[Point]) -> str:
    x, y = points[-1]
    base = _before_head(points)[1]
    return f"M{x} {y}L{x - 4} {base}L{x + 4} {base}Z"


def _legend(top: int) -> Iterator[str]:
    yield '<g class="legend">'
    for index, (kind, meaning) in enumerate(_LEGEND):
        x, y = 24 + index * _LEGEND_STEP, top + 8
        yield f'<g class="line {kind}"><path d="M{x} {y}H{x + 33}"/>'
        yield f'<path class="head" d="M{x + 40} {y}L{x + 33} {y - 4}L{x + 33} {y + 4}Z"/>'
        yield f'<text x="{x + 48}" y="{y + 4}">{meaning}</text></g>'
    yield "</g>"


def _text(written: str) -> str:
    return escape(_clean(written))


def _clean(written: str) -> str:
    """XML has no way to write control characters."""
    return _NOT_XML.sub("\ufffd", written)
