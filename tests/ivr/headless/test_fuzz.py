"""Random calls of whole flows keep what every call must."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from voicegate.ivr.finding import Findings
from voicegate.ivr.flow import Flow, Limits
from voicegate.ivr.headless import case_text
from voicegate.ivr.headless.coverage import untaken
from voicegate.ivr.headless.fuzz import RandomCall, fuzz
from voicegate.ivr.headless.run import Result, run_case
from voicegate.ivr.headless.suite import read
from voicegate.ivr.machine.actions import Hangup
from voicegate.ivr.machine.outcome import Ending
from voicegate.ivr.nodes import Disposition

Named = Callable[[str], Flow]
FLOWS = ("clinic-main", "renew-outbound", "everything")


@pytest.mark.parametrize("name", FLOWS)
def test_random_calls_break_nothing(name: str, flow_named: Named) -> None:
    """F1: 500 of them here; `fuzz` plays as many as it is asked for."""
    fuzzed = fuzz(flow_named(name), 500, seed=1)
    assert fuzzed.violations == ()
    assert fuzzed.calls == 500


def test_random_calls_that_reach_their_limits_break_nothing(flow_named: Named) -> None:
    """F1: forty seconds and six nodes are soon over; both limits are met, and the handler's too."""
    short = replace(flow_named("everything"), limits=Limits(call_s=40, steps=6))
    fuzzed = fuzz(short, 300, seed=1)
    assert fuzzed.violations == ()
    assert (None, "handlers.limit") in fuzzed.taken


@pytest.mark.parametrize("name", ["clinic-main", "renew-outbound"])
def test_a_thousand_walks_end_in_a_documented_way(name: str, flow_named: Named) -> None:
    """F1: by hanging up of either side, with a code of the flow or one of the endings."""
    flow = flow_named(name)
    own = {node.code for node in flow.nodes.values() if isinstance(node, Disposition)}
    for number in range(1000):
        call = RandomCall(flow, 77, number)
        call.play()
        machine = call.world.machine
        assert machine.is_over
        assert machine.disposition in own | {ending.value for ending in Ending}
        last = call.world.asked[-1]
        is_hung_up = isinstance(last, Hangup)
        assert is_hung_up or machine.disposition is not None
        assert not is_hung_up or machine.node in flow.nodes


def test_the_same_seed_gives_the_same_call(flow_named: Named) -> None:
    flow = flow_named("everything")
    one, other = RandomCall(flow, 3, 14), RandomCall(flow, 3, 14)
    for call in (one, other):
        call.play()
    assert one.world.trace == other.world.trace
    assert one.case == other.case


def test_a_random_call_is_played_again_by_the_text_of_its_case(flow_named: Named) -> None:
    """A case that broke something can be put into a test file as it is."""
    flow = flow_named("everything")
    for number in range(40):
        call = RandomCall(flow, 5, number)
        call.play()
        text = f"flow: everything\ncases:\n{case_text.render(call.case)}\n"
        findings = Findings()
        (suite,) = read(text.encode(), {"everything": flow}, findings)
        assert findings.in_order() == ()
        assert suite.cases[0] == call.case
        again = run_case(flow, suite.cases[0])
        assert again.taken == call.taken


def test_most_of_a_flow_is_walked_by_chance(flow_named: Named) -> None:
    """Whoever breaks an exit is found: chance takes nearly all of them."""
    flow = flow_named("everything")
    taken = fuzz(flow, 1000, seed=2).taken
    assert len(untaken(flow, [Result("", None, "", taken)])) <= 10


def test_a_crash_carries_the_case_that_led_to_it(flow_named: Named) -> None:
    call = RandomCall(flow_named("clinic-main"), 1, 2)

    def crash() -> None:
        with call:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError) as caught:
        crash()
    assert "seed 1, call 2" in "".join(caught.value.__notes__)
