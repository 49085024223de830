"""A flow's drawing as plain values for other programs: nodes with their places, edges with theirs."""

from collections.abc import Mapping, Sequence

from .figure import Figure, Item
from .layout import Box, Route, layout

Tree = None | str | int | Sequence["Tree"] | Mapping[str, "Tree"]


def draw(figure: Figure, *, lit: str | None = None) -> dict[str, Tree]:
    """Width and height of the picture, its nodes and edges; `highlight` is the node to stand out.

    The places are those of the SVG: units from the upper left corner, each line by the points it
    leads through. An edge is one exit; exits that go along one line have the same points.
    """
    placed = layout(figure)
    return {
        "flow": figure.name,
        "description": figure.description,
        "width": placed.width,
        "height": placed.height,
        "highlight": lit,
        "nodes": [_node(item, placed.boxes[item.key]) for item in figure.items if not item.is_root],
        "roots": [_node(item, placed.boxes[item.key]) for item in figure.items if item.is_root],
        "edges": [edge for route in placed.routes for edge in _edges(route)],
    }


def _node(item: Item, box: Box) -> dict[str, Tree]:
    return {
        "id": item.key,
        "name": item.name,
        "type": item.type,
        "title": item.title,
    } | box._asdict()


def _edges(route: Route) -> Sequence[dict[str, Tree]]:
    line = route.line
    points = [list(point) for point in route.points]
    return [
        {"from": line.source, "to": line.target, "exit": exit_, "kind": line.kind, "points": points}
        for exit_ in line.exits or (None,)
    ]
