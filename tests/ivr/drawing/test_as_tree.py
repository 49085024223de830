"""The drawing as values: the same places as in the picture, an edge for each exit."""

import json
from collections.abc import Callable

from voicegate.ivr.drawing.as_tree import draw
from voicegate.ivr.drawing.figure import Figure
from voicegate.ivr.drawing.layout import layout


def test_nodes_roots_and_edges_have_their_places(example_figure: Callable[[str], Figure]) -> None:
    figure = example_figure("clinic-main")
    tree = json.loads(json.dumps(draw(figure, lit="desk")))
    placed = layout(figure)
    assert (tree["width"], tree["height"]) == (placed.width, placed.height)
    assert tree["highlight"] == "desk"
    shown = [*tree["roots"], *tree["nodes"]]
    assert [each["id"] for each in shown] == [item.key for item in figure.items]
    for each in shown:
        assert (each["x"], each["y"], each["width"], each["height"]) == placed.boxes[each["id"]]
    assert shown[4] | {"x": 0, "y": 0, "width": 0, "height": 0} == {
        "id": "hours",
        "name": "hours",
        "type": "hours",
        "title": "hours: hours desk",
        "x": 0,
        "y": 0,
        "width": 0,
        "height": 0,
    }


def test_every_exit_is_an_edge_along_the_points_of_its_line(
    example_figure: Callable[[str], Figure],
) -> None:
    figure = example_figure("clinic-main")
    edges = json.loads(json.dumps(draw(figure)))["edges"]
    points = {
        route.line: [list(point) for point in route.points] for route in layout(figure).routes
    }
    assert edges == [
        {
            "from": line.source,
            "to": line.target,
            "exit": exit_,
            "kind": line.kind.value,
            "points": points[line],
        }
        for line in figure.lines
        for exit_ in line.exits or (None,)
    ]
