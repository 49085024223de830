"""Both loops that the gateway runs in."""

import asyncio

import pytest
import uvloop

from voicegate.gateway.sim.rig.loops import Run, run_in


@pytest.fixture(params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Run:
    """Runs a test's `main` in one of them, for seconds at most."""
    return run_in(request.param)
