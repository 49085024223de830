"""`voicegate numbers config`: the settings as they are, and who says so."""

from ...gateway.terminal.answer import Answer
from ...gateway.terminal.command import command
from ..desk.invocation import Invocation


@command("voicegate numbers config")
def config(invocation: Invocation) -> Answer:
    """Show each setting and where it comes from; secrets are masked.

    A flag counts before the environment, that before .env, that before the file of --profile NAME,
    which is ~/.config/voicegate/NAME.env and only yours to read.
    """
    settings = invocation.desk.settings()
    items = [{"name": one.name, "value": one.value, "origin": one.origin} for one in settings]
    return Answer("Config", {"items": items}, ("name", "value", "origin"))
