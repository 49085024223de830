"""`voicegate numbers export`: what is in force as the file that would put it into force."""

from ...gateway.terminal.answer import Answer
from ...gateway.terminal.command import command
from ...gateway.terminal.exit_code import ExitCode
from ...gateway.terminal.options import Format
from ..desk.invocation import Invocation
from ..documents.numbers import NumbersDocument, render, tree


@command("voicegate numbers export > numbers.yaml", codes=(ExitCode.UNREACHABLE,))
def export(invocation: Invocation) -> Answer:
    """Print what is in force as a numbers.yaml; planning it again finds nothing to do."""
    snapshot = invocation.desk.registry.store.current()
    document = NumbersDocument(snapshot.numbers, snapshot.pools, snapshot.default_route)
    text = render(document)
    return Answer(
        "NumbersFile",
        {"file": tree(document)},
        text=text,
        text_format=Format.YAML,
        lines=text.splitlines(),
    )
