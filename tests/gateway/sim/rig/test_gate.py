"""The gate in each of its positions."""

from collections.abc import Callable

import pytest

from voicegate.gateway.core.responses import Gate, Responses
from voicegate.gateway.sim.rig.gate import active, asked, cancelling, responses


@pytest.mark.parametrize(
    ("prepare", "gate"),
    [
        (responses, Gate.IDLE),
        (asked, Gate.ASKED),
        (active, Gate.ACTIVE),
        (cancelling, Gate.CANCELLING),
    ],
)
def test_each_is_where_its_name_says(prepare: Callable[[], Responses], gate: Gate) -> None:
    assert prepare().gate is gate
