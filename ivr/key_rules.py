"""Rules about keys a caller can press: V009, V031."""

from collections.abc import Mapping

from . import nodes
from .finding import Findings
from .flow import Flow

OPTIONS_MAX = 5


def check(of: Flow, findings: Findings) -> None:
    """Keys of a node, and those that hold in every node."""
    everywhere = {"the opt-out": of.optout and of.optout.keys}
    everywhere["the emergency"] = of.emergency and of.emergency.keys
    taken = [(keys, whose) for whose, keys in everywhere.items() if keys]
    for name, node in of.nodes.items():
        path = f"nodes.{name}"
        match node:
            case nodes.Menu():
                _check_keys({f"{path}.options.{key}": key for key in node.options}, taken, findings)
                _check_count(node, findings)
            case nodes.Ai():
                own = node.optout and node.optout.keys
                its = [*taken, (own, "the node's opt-out")] if own else taken
                _check_keys({f"{path}.keys.{key}": key for key in node.keys}, its, findings)
            case nodes.Queue(offer=nodes.Offer(key=key)):
                _check_keys({f"{path}.offer.key": key}, taken, findings)
            case _:
                pass


def _check_keys(keys: Mapping[str, str], taken: list[tuple[str, str]], findings: Findings) -> None:
    for path, key in keys.items():
        for other in keys.values():
            if other != key and other.startswith(key):
                what = f"whoever wants {other!r} presses {key!r} first"
                findings.at("V009", path, what, "Use another key")
        for other, whose in taken:
            if key and (other.startswith(key) or key.startswith(other)):
                what = f"{key!r} collides with {other!r} of {whose}"
                findings.at("V009", path, what, "Use another key")


def _check_count(node: nodes.Menu, findings: Findings) -> None:
    if len(node.options) > OPTIONS_MAX:
        what = f"{len(node.options)} options are more than a caller keeps in mind"
        fix = f"Put some into a menu of their own, {OPTIONS_MAX} are good"
        findings.at("V031", f"nodes.{node.name}.options", what, fix)
