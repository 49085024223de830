"""Which state a call is in inside a node of each type."""

from typing import assert_never

from .. import nodes
from ..nodes import Node
from .ai import AiState
from .collect import CollectState
from .decisions import DecisionState
from .disposition import DispositionState
from .memory import Memory
from .menu import MenuState
from .queueing import QueueingState
from .say import SayState
from .state import State
from .tool import ToolState
from .transfer import TransferState
from .voicemail import VoicemailState
from .voicemail_drop import VoicemailDropState


def state_of(node: Node, call: Memory) -> State:
    """A fresh one: whoever comes back to a node begins it anew."""
    match node:
        case nodes.Say():
            return SayState(node, call)
        case nodes.Menu():
            return MenuState(node, call)
        case nodes.Collect():
            return CollectState(node, call)
        case nodes.Hours() | nodes.Branch() | nodes.Hangup():
            return DecisionState(node, call)
        case nodes.Ai():
            return AiState(node, call)
        case nodes.Transfer():
            return TransferState(node, call)
        case nodes.Queue():
            return QueueingState(node, call)
        case nodes.Voicemail():
            return VoicemailState(node, call)
        case nodes.VoicemailDrop():
            return VoicemailDropState(node, call)
        case nodes.Tool():
            return ToolState(node, call)
        case nodes.Disposition():
            return DispositionState(node, call)
        case _:
            assert_never(node)
