"""What must hold of every virtual call, whatever goes wrong: all checks in one list."""

from .audio_invariants import AUDIO_CHECKS
from .life_invariants import LIFE_CHECKS
from .turn_invariants import TURN_CHECKS
from .uplink_invariants import UPLINK_CHECKS
from .violation import Check, Violation
from .virtual_call import VirtualCall

CHECKS: tuple[Check, ...] = (*LIFE_CHECKS, *UPLINK_CHECKS, *AUDIO_CHECKS, *TURN_CHECKS)


def violations(call: VirtualCall) -> list[Violation]:
    """Everything that is wrong with a finished call."""
    return [found for check in CHECKS for found in check(call)]
