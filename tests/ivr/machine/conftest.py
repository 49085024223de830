"""Calls in small flows, in a virtual world where every prompt of a flow lasts one second."""

from collections.abc import Callable

import pytest

from voicegate.ivr.finding import Findings
from voicegate.ivr.flow import Flow
from voicegate.ivr.headless.case import AT
from voicegate.ivr.headless.player import Player
from voicegate.ivr.headless.world import World
from voicegate.ivr.machine.facts import Facts
from voicegate.ivr.read import read

TEXT = """
apiVersion: voicegate/v1
kind: Flow
metadata: {name: small}
spec:
  direction: %(direction)s
  start: first
  timezone: UTC
  languages: [en-US, es-US]
  limits: {call_s: 600, steps: 30}
  calendars:
    desk: {weekly: {mon-fri: ["09:00-17:00"]}, holidays: {country: US, extra: ["2026-12-01"]}}
  prompts:
%(prompts)s
  destinations:
    phone: {type: phone, number: "+12125550177", ring_s: 20}
    people: {type: queue, name: people, members: ["+12125550160"], max_wait_s: 180}
  emergency: {prompt: emergency, number: "911", say: ["red alert"], keys: "911"%(next)s}
%(optout)s
  handlers: {error: trouble, ai_unavailable: fallback, limit: long%(machine)s}
  nodes:
%(nodes)s
    trouble: {type: say, prompt: trouble, next: end}
    fallback: {type: say, prompt: fallback, next: end}
    long: {type: say, prompt: long, next: end}
    gone: {type: disposition, code: dnc, prompt: gone, next: end}
    end: {type: hangup}
"""
PROMPTS = (
    "ask again wrong silent hello bye filler music whisper emergency trouble fallback long gone"
)
OPTOUT = '  optout: {keys: "9", say: ["stop calling"], next: gone}'


def _indented(nodes: str) -> str:
    return "\n".join(f"    {line}" for line in nodes.strip().splitlines())


@pytest.fixture(scope="session")
def flow_of() -> Callable[..., Flow]:
    """A flow that begins in the node `first`; the text holds its nodes."""

    def build(nodes: str, *, outbound: bool = False, emergency_next: str = "") -> Flow:
        clip = "{en-US: {file: en.wav}, es-US: {file: es.wav}}"
        text = TEXT % {
            "direction": "outbound" if outbound else "inbound",
            "prompts": "\n".join(f"    {name}: {clip}" for name in PROMPTS.split()),
            "next": f", next: {emergency_next}" if emergency_next else "",
            "optout": OPTOUT if outbound else "",
            "machine": ", machine: drop" if outbound else "",
            "nodes": _indented(nodes),
        }
        findings = Findings()
        flow = read(text.encode(), findings)
        assert flow is not None
        assert not findings.in_order()
        return flow

    return build


@pytest.fixture(scope="session")
def call_of(flow_of: Callable[..., Flow]) -> Callable[..., Player]:
    """The first moment of a call in such a flow."""

    def begin(
        nodes: str, *, facts: Facts | None = None, outbound: bool = False, emergency_next: str = ""
    ) -> Player:
        flow = flow_of(nodes, outbound=outbound, emergency_next=emergency_next)
        world = World(flow, facts or Facts(caller_number="+12125550199"), AT)
        world.begin()
        return Player(world)

    return begin
