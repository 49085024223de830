"""How long a silent caller stays, by the node and for a whole flow."""

from collections.abc import Callable

import pytest

from voicegate.ivr.check import Verdict
from voicegate.ivr.flow import Flow
from voicegate.ivr.silence import silence_ms, worst_silence_ms
from voicegate.ivr.spoken import Spoken, estimate_ms

Example = Callable[[str], str]
Judged = Callable[[str], Verdict]


@pytest.fixture
def flow(example: Example, judged: Judged) -> Callable[[str], Flow]:
    def read(name: str) -> Flow:
        found = judged(example(name)).flow
        assert found is not None
        return found

    return read


def rendered(flow: Flow, ms: int = 1000) -> Spoken:
    """Every prompt of the same length."""
    return Spoken(flow, {(name, lang): ms for name in flow.prompts for lang in flow.languages})


@pytest.mark.parametrize(
    ("name", "node", "silent_ms"),
    [
        ("clinic-main", "hours", 0),
        ("clinic-main", "lang", 2 * (2 * 1000 + 5000)),  # in both languages
        ("clinic-main", "greet", 30_000),
        ("clinic-main", "desk", 25_000),
        ("clinic-main", "message", 1000 + 5000),
        ("clinic-main", "bye", 1000),
        ("clinic-main", "end", 0),
        ("renew-outbound", "card", 3 * (1000 + 8000)),
        ("renew-outbound", "charge", 12_000),
        ("renew-outbound", "human", 180_000),
        ("renew-outbound", "drop", 31_000),
        ("renew-outbound", "optout", 1000),
    ],
)
def test_a_silent_caller_is_kept_by_a_node(
    name: str, node: str, silent_ms: int, flow: Callable[[str], Flow]
) -> None:
    of = flow(name)
    assert silence_ms(of.nodes[node], of, rendered(of)) == silent_ms


def test_the_examples_let_a_silent_caller_go(flow: Callable[[str], Flow]) -> None:
    """Menu, agent, menu and voicemail of the one; of the other the agent, and a queue apart."""
    clinic, renewal = flow("clinic-main"), flow("renew-outbound")
    assert worst_silence_ms(clinic, rendered(clinic)) == 14_000 + 30_000 + 12_000 + 6000 + 1000
    assert worst_silence_ms(renewal, rendered(renewal)) == 30_000 + 180_000
    alone_ms = worst_silence_ms(renewal, rendered(renewal), with_people=False)
    assert alone_ms == 30_000 + 1000
    for each in (clinic, renewal):
        assert worst_silence_ms(each, Spoken(each), with_people=False) < 90_000


def test_a_digit_takes_as_long_as_a_word() -> None:
    assert estimate_ms("a" * 17) == 1000
    assert estimate_ms("1" * 17) == 4000
