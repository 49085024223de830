"""What is told of a node besides its name: what it plays, what it asks, what somebody noted."""

from collections.abc import Iterator

from ...numbers.yaml.tree import ListNode, MappingNode, TextNode
from .. import nodes
from ..flow import Flow, Said
from ..nodes import Node
from ..spoken import prompts


def title(flow: Flow, node: Node, language: str) -> str:
    """Lines of text: name and type, then the prompts in that language, then the rest."""
    return "\n".join(_lines(flow, node, language))


def _lines(flow: Flow, node: Node, language: str) -> Iterator[str]:
    about = _about(node)
    yield f"{node.name}: {node.type}{' ' + about if about else ''}"
    for path, prompt in prompts(node).items():
        in_all = node.in_all_languages and path == "prompt"
        for each in flow.languages if in_all else (language,):
            said = flow.prompts.get(prompt, {}).get(each)
            if said is not None:
                yield _said(said)
    if isinstance(node, nodes.Branch):
        yield from (f"case {index + 1}: {when}" for index, when in enumerate(_cases(flow, node)))
    if node.note:
        yield node.note


def _said(said: Said) -> str:
    return said.text or f"({said.file})"


def _about(node: Node) -> str:
    """What the node names."""
    match node:
        case nodes.Ai(agent=named) | nodes.Voicemail(box=named) | nodes.Hours(calendar=named):
            return named
        case nodes.Transfer(to=named) | nodes.Queue(to=named) | nodes.Tool(call=named):
            return named
        case nodes.Disposition(code=named):
            return named
        case _:
            return ""


def _cases(flow: Flow, node: nodes.Branch) -> Iterator[str]:
    """The conditions as the file has them."""
    written = flow.spec.values.get("nodes")
    fields = written.values.get(node.name) if isinstance(written, MappingNode) else None
    cases = fields.values.get("cases") if isinstance(fields, MappingNode) else None
    for case in cases.items if isinstance(cases, ListNode) else ():
        when = case.values.get("when") if isinstance(case, MappingNode) else None
        if isinstance(when, TextNode):
            yield when.text
