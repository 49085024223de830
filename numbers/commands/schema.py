"""`voicegate numbers schema`: JSON Schemas, for editors and for programs."""

import click
import orjson

from ...gateway.terminal.answer import Answer
from ...gateway.terminal.command import command
from ..answers import schemas
from ..desk.invocation import Invocation
from ..documents import numbers_schema


@command("voicegate numbers schema > numbers.schema.json", "voicegate numbers schema Plan")
@click.argument("kind", required=False, metavar="[KIND]")
def schema(invocation: Invocation, *, kind: str | None) -> Answer:
    """Print the JSON Schema of numbers.yaml, or of a KIND of answer, like NumberList or Error."""
    if kind is not None and kind not in schemas.kinds():
        raise click.BadParameter(f"there are {', '.join(schemas.kinds())}", param_hint="KIND")
    found = numbers_schema.schema() if kind is None else schemas.schema(kind)
    text = orjson.dumps(found, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()
    return Answer("JsonSchema", {"json_schema": found}, text=text, lines=text.splitlines())
