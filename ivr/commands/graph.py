"""`voicegate flows graph`: a flow as a picture."""

from typing import Any

import click

from ...gateway.terminal.answer import Answer
from ...gateway.terminal.command import command
from ...gateway.terminal.exit_code import ExitCode
from ...gateway.terminal.failure import CommandError
from ...gateway.terminal.invocation import Invocation
from ...numbers.yaml.fields import did_you_mean
from ..drawing import as_tree, mermaid, svg
from ..drawing.figure import Figure, figure
from ..flow import Flow
from .examined import examine
from .forms import chosen, forms


@forms("mermaid", "svg", "json")
@command(
    "voicegate flows graph clinic-main.yaml",
    "voicegate flows graph clinic-main.yaml -o svg --lang es-US --highlight greet > clinic.svg",
    codes=(ExitCode.FAILED, ExitCode.INVALID, ExitCode.NOT_FOUND),
)
@click.argument("file", metavar="FILE")
@click.option("--highlight", "lit", metavar="NODE", help="Let this node stand out.")
@click.option("--lang", "language", metavar="LANGUAGE", help="Whose prompts; the flow's first.")
def graph(
    invocation: Invocation[Any], *, file: str, lit: str | None, language: str | None
) -> Answer:
    """Draw a flow that is valid; - reads stdin.

    An SVG is light or dark as the page around it, and has the prompts as tooltips.
    """
    flow = _flow(file)
    if lit is not None and lit not in flow.nodes:
        fix = did_you_mean(lit, list(flow.nodes))
        raise click.BadParameter(f"there is no node {lit!r}: {fix}", param_hint="--highlight")
    if language is not None and language not in flow.languages:
        fix = did_you_mean(language, list(flow.languages))
        what = f"the flow does not speak {language!r}: {fix}"
        raise click.BadParameter(what, param_hint="--lang")
    drawn = figure(flow, language)
    text = _text(chosen(), drawn, lit)
    return Answer("FlowGraph", as_tree.draw(drawn, lit=lit), text=text, schema="flows/v1")


def _flow(file: str) -> Flow:
    """Raises CommandError with all that is wrong with it."""
    examined = examine(file)
    if examined.failure:
        failure = examined.failure
        raise CommandError(failure.exit_code, failure.message, failure.hint)
    flow = examined.verdict.flow
    if flow is None or examined.errors:
        told = "\n".join(finding.render(file) for finding in examined.errors)
        raise CommandError(ExitCode.INVALID, told)
    return flow


def _text(form: str, drawn: Figure, lit: str | None) -> str:
    return svg.draw(drawn, lit=lit) if form == "svg" else mermaid.draw(drawn, lit=lit)
