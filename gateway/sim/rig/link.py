"""A link to a model, brought to where a story about it begins."""

from collections.abc import Sequence

from ...core.events import ModelConnected, ModelOpened
from ...core.link import Link, LinkEvent, LinkLimits

OPENED = ModelOpened("audio/pcm", "audio/pcm")
CONNECTED: list[LinkEvent] = [ModelConnected()]
READY: list[LinkEvent] = [ModelConnected(), OPENED]


def link(jitter: float = 0.0) -> Link:
    """One that nobody opened so far."""
    return Link(LinkLimits(), jitter=jitter)


def waited_for(events: Sequence[LinkEvent] = (), *, at_ms: int = 0) -> Link:
    """A caller waits since 0, the link has begun, and this has happened."""
    subject = link()
    subject.caller_waits(0)
    for event in events:
        subject.handle(event, at_ms)
    return subject
