"""Flows that can answer calls, without a voice: every sound of theirs is a second of one tone."""

from ....ivr.finding import Findings
from ....ivr.prompts import wanted
from ....ivr.publishing.ready import ReadyFlow, ready
from ....ivr.publishing.version import FlowVersion, KeptSound
from ....ivr.read import read

SECOND = b"\x33" * 8_000  # heard, and neither silence nor ringback
HELLO = """
apiVersion: voicegate/v1
kind: Flow
metadata: {name: hello}
spec:
  start: amy
  timezone: UTC
  languages: [en-US]
  prompts:
    bye: {en-US: "Bye."}
    emergency: {en-US: "Dial 911."}
  emergency: {prompt: emergency, number: "911"}
  handlers: {error: bye, ai_unavailable: bye, limit: bye}
  nodes:
    amy: {type: ai, agent: amy, disclose: true, exits: {done: bye}, unavailable: bye, timeout: bye}
    bye: {type: say, prompt: bye, next: end}
    end: {type: hangup}
"""


def silent_flow(text: str = HELLO, version: int = 1) -> ReadyFlow:
    """This flow; ValueError if it cannot be read."""
    flow = read(text.encode(), Findings())
    if flow is None:
        raise ValueError("this is no flow")
    clips = wanted(flow, lambda _language: True)
    sounds = {clip: KeptSound("silence", 1_000) for clip in clips}
    return ready(FlowVersion(flow.name, version, text.encode(), sounds), {"silence": SECOND})


class MemoryShelf:
    """Versions by name, the last one in force."""

    def __init__(self, *flows: ReadyFlow) -> None:
        self.flows = flows

    def current(self, name: str) -> ReadyFlow | None:
        """See Shelf."""
        named = [each for each in self.flows if each.flow.name == name]
        return named[-1] if named else None

    async def pinned(self, name: str, version: int) -> ReadyFlow | None:
        """See Shelf."""
        named = (each for each in self.flows if each.flow.name == name)
        return next((each for each in named if each.version == version), None)
