"""`voicegate numbers export`: what is in force as the file that would put it into force."""

from ..answer import Answer
from ..command import command
from ..document import NumbersDocument, render, tree
from ..exit_code import ExitCode
from ..invocation import Invocation
from ..options import Format


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
