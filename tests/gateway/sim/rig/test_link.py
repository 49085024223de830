"""A link where a story about it begins."""

import pytest

from voicegate.gateway.core.link import LinkEvent, LinkState
from voicegate.gateway.sim.rig.link import CONNECTED, READY, waited_for


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ([], LinkState.CONNECTING),
        (CONNECTED, LinkState.CONFIGURING),
        (READY, LinkState.READY),
    ],
)
def test_a_caller_waits_and_this_has_happened(events: list[LinkEvent], state: LinkState) -> None:
    assert waited_for(events).state is state
