"""`voicegate flows list`: the flows that are published."""

from typing import TYPE_CHECKING

from ...gateway.terminal.answer import Answer, Json
from ...gateway.terminal.command import command
from ...gateway.terminal.exit_code import ExitCode
from .desk import Invocation

if TYPE_CHECKING:
    from ..publishing.store import FlowStore, Publication

COLUMNS = ("flow", "version", "at", "who", "what")


@command("voicegate flows list", codes=(ExitCode.UNREACHABLE,), name="list")
def list_flows(invocation: Invocation) -> Answer:
    """List the flows in force, and who put them there."""
    store = invocation.desk.flows
    names = store.names()
    last = _last(store, {*names})
    items = [_item(name, store.version(name), last.get(name)) for name in names]
    step = "" if items else "Publish one: voicegate flows push FILE"
    return Answer("FlowList", {"items": items}, COLUMNS, next_step=step, schema="flows/v1")


def _last(store: "FlowStore", names: set[str]) -> dict[str, "Publication"]:
    """The newest entry of each, as far as the audit goes back."""
    found: dict[str, Publication] = {}
    for entry in store.history():
        if found.keys() >= names:
            break
        found.setdefault(entry.flow, entry)
    return found


def _item(name: str, version: int, last: "Publication | None") -> dict[str, Json]:
    return {
        "flow": name,
        "version": version,
        "at": last and last.at.isoformat(),
        "who": last and last.who,
        "what": last and last.what,
    }
