"""What the gateway refuses is told to whoever watches the demo."""

import logging
from collections.abc import Iterator

import pytest
import structlog

from voicegate.gateway.sim.demo.refusals import Refusals

LOG = structlog.wrap_logger(
    logging.getLogger("voicegate.test_refusals"),
    processors=[structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    wrapper_class=structlog.stdlib.BoundLogger,
)


@pytest.fixture
def told() -> Iterator[list[str]]:
    """What is told, beside the log that exists."""
    lines: list[str] = []
    handler = Refusals(lines.append)
    logging.getLogger().addHandler(handler)
    yield lines
    logging.getLogger().removeHandler(handler)


def test_a_refusal_has_its_cause(told: list[str]) -> None:
    LOG.warning("webhook.refused", path="/twilio/voice", cause="unsigned")
    LOG.warning("call.refused", call_sid="CA1", cause="full")
    assert told == [
        "the gateway refused a request to /twilio/voice: unsigned",
        "the gateway refused a call: full",
    ]


def test_nothing_else_is_told(told: list[str]) -> None:
    LOG.warning("model.lost", cause="none")
    logging.getLogger("a.library").warning("call.refused")
    assert not told
