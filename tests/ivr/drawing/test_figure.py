"""What is shown of a flow: each node, each root and each exit once, by what it means."""

from collections import Counter
from collections.abc import Callable

import pytest

from voicegate.ivr.check import Verdict
from voicegate.ivr.drawing.figure import Figure, LineKind, figure
from voicegate.ivr.edges import roots, ways

Example = Callable[[str], str]
Judged = Callable[[str], Verdict]
ExampleFigure = Callable[[str], Figure]


@pytest.mark.parametrize("name", ["clinic-main", "renew-outbound"])
def test_every_node_root_and_exit_is_in_the_figure_once(
    name: str, example: Example, judged: Judged
) -> None:
    flow = judged(example(name)).flow
    assert flow is not None
    found = figure(flow)
    keys = [item.key for item in found.items]
    assert keys == [f"@{path}" for path in roots(flow)] + list(flow.nodes)
    shown = Counter(
        (line.source, line.target, exit_) for line in found.lines for exit_ in line.exits
    )
    edges = ((name, edge) for name, of_node in ways(flow).items() for edge in of_node)
    assert shown == Counter((name, edge.target, edge.label) for name, edge in edges)
    entries = {line.source: line.target for line in found.lines if line.kind is LineKind.ENTRY}
    assert entries == {f"@{path}": target for path, target in roots(flow).items()}


def test_exits_of_a_kind_to_the_same_node_are_one_line(example_figure: ExampleFigure) -> None:
    lines = example_figure("clinic-main").lines
    found = [(line.kind, line.label) for line in lines if line.source == "lang"]
    assert found == [
        (LineKind.CHOICE, "1 · 2"),
        (LineKind.TIMEOUT, "noinput"),
        (LineKind.ERROR, "nomatch"),
    ]


def test_what_a_tool_or_a_model_calls_its_exits_does_not_make_them_errors(
    example: Example, judged: Judged, example_figure: ExampleFigure
) -> None:
    kinds = {
        line.label: line.kind
        for line in example_figure("renew-outbound").lines
        if line.source == "charge"
    }
    assert kinds["declined"] is LineKind.CHOICE
    assert (kinds["error"], kinds["timeout"]) == (LineKind.ERROR, LineKind.TIMEOUT)
    text = example("clinic-main").replace("book: done", "failed: done")
    flow = judged(text).flow
    assert flow is not None
    (line,) = (
        each for each in figure(flow).lines if "failed" in each.exits and each.source == "greet"
    )
    assert line.kind is LineKind.CHOICE


def test_titles_are_the_prompts_in_the_language_that_is_asked_for(
    example: Example, judged: Judged
) -> None:
    flow = judged(example("clinic-main")).flow
    assert flow is not None
    english = {item.key: item.title for item in figure(flow).items}
    spanish = {item.key: item.title for item in figure(flow, "es-US").items}
    assert english["bye"] == "bye: say\nGoodbye."
    assert spanish["bye"] == "bye: say\nAdiós."
    both = "lang: menu\nFor English press 1.\nPara español, oprima 2."
    assert english["lang"] == spanish["lang"] == both
    assert english["desk"] == "desk: transfer frontdesk"
    assert english["@handlers.limit"] == "handlers.limit"


def test_the_title_of_a_branch_has_its_conditions_and_a_note_is_told(
    example: Example, judged: Judged
) -> None:
    branch = (
        "{type: branch, note: By night., cases: [{when: now.hour > 20, next: end}], default: bye}"
    )
    text = example("clinic-main").replace(
        "{type: say, prompt: bye, next: end}\n    bye", f"{branch}\n    bye"
    )
    flow = judged(text).flow
    assert flow is not None
    titles = {item.key: item.title for item in figure(flow).items}
    assert titles["done"] == "done: branch\ncase 1: now.hour > 20\nBy night."
