"""Keys and phrases that hold in every node: an emergency, and no more calls."""

from enum import Enum, auto
from functools import lru_cache

from ..flow import Flow
from ..nodes import Ai, Node, OptOut
from .phrases import Phrases, emergency_phrases

GAP_MS_MAX = 3000  # between two keys of one sequence


class Meaning(Enum):
    """What the caller wants, whatever the node is about."""

    EMERGENCY = auto()
    OPT_OUT = auto()
    OPT_OUT_OF_NODE = auto()  # by the ai node's own words


class Listening:
    """An emergency comes before an opt-out, and that of a node before that of the flow."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._keys = ""  # the last ones, for sequences like 911
        self._key_at_ms = 0
        emergency, optout = flow.emergency, flow.optout
        known = emergency_phrases(flow.languages)
        self._emergency = self._phrases((*known, *emergency.phrases) if emergency else ())
        self._optout = self._phrases(optout.phrases if optout else ())
        self._of_nodes = {
            name: self._phrases(node.optout.phrases)
            for name, node in flow.nodes.items()
            if isinstance(node, Ai) and node.optout
        }

    def words(self, text: str, node: Node) -> Meaning | None:
        """What a transcript means in this node."""
        if self._emergency.are_in(text):
            return Meaning.EMERGENCY
        if node.name in self._of_nodes and self._of_nodes[node.name].are_in(text):
            return Meaning.OPT_OUT_OF_NODE
        return Meaning.OPT_OUT if self._optout.are_in(text) else None

    def key(self, key: str, node: Node, now_ms: int) -> Meaning | None:
        """What a key means in this node, alone or at the end of a sequence."""
        is_late = now_ms - self._key_at_ms > GAP_MS_MAX
        self._keys = key if is_late else (self._keys + key)[-10:]
        self._key_at_ms = now_ms
        return self._meaning(node)

    def forget_keys(self) -> None:
        """What was pressed belongs to something else."""
        self._keys = ""

    def _meaning(self, node: Node) -> Meaning | None:
        emergency = self._flow.emergency
        if emergency and emergency.keys and self._keys.endswith(emergency.keys):
            return Meaning.EMERGENCY
        if isinstance(node, Ai) and self._ends_with(node.optout):
            return Meaning.OPT_OUT_OF_NODE
        return Meaning.OPT_OUT if self._ends_with(self._flow.optout) else None

    def _ends_with(self, optout: OptOut | None) -> bool:
        return bool(optout and optout.keys and self._keys.endswith(optout.keys))

    def _phrases(self, phrases: tuple[str, ...]) -> Phrases:
        return _prepared(phrases, self._flow.languages)


@lru_cache(maxsize=256)
def _prepared(phrases: tuple[str, ...], languages: tuple[str, ...]) -> Phrases:
    """Every call of a flow listens for the same."""
    return Phrases(phrases, languages)
