"""What a flow needs in memory before it answers."""

import subprocess
import sys

PROGRAM = """
import sys
from voicegate.gateway import flow_calls
from voicegate.gateway.sim.rig.flows import HELLO, silent_flow

silent_flow()
assert "holidays" not in sys.modules
silent_flow(HELLO.replace("  prompts:\\n", "  calendars: {a: {holidays: {country: US}}}\\n  prompts:\\n"))
assert "holidays.countries.united_states" in sys.modules
"""


def test_the_library_of_holidays_is_there_before_a_call_and_only_where_it_is_needed() -> None:
    """F6: a call never waits for an import; a gateway without such a flow has none of it."""
    subprocess.run([sys.executable, "-W", "error", "-c", PROGRAM], check=True, timeout=60)
