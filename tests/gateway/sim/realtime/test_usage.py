"""Tokens as billed: the whole context each time, less the part that is still cached."""

import pytest

from voicegate.gateway.sim.realtime.items import Item, Part
from voicegate.gateway.sim.realtime.refusals import Refused
from voicegate.gateway.sim.realtime.usage import Context, TokenBudget, render_usage
from voicegate.gateway.sim.realtime.wire import Json

MODEL = "gpt-realtime-2.1"


def caller(number: int, length_ms: int) -> Item:
    return Item(
        f"u{number}", "message", role="user", parts=[Part("input_audio", "words", b"", length_ms)]
    )


def agent(number: int, length_ms: int, words: str) -> Item:
    part = Part("output_audio", words, b"", length_ms)
    return Item(f"a{number}", "message", role="assistant", parts=[part], is_generated=True)


def turns(count: int) -> list[Item]:
    pairs = [(caller(n, 2796), agent(n, 2100, "x" * 72)) for n in range(count)]
    return [item for pair in pairs for item in pair]


def test_caller_audio_is_a_token_per_100_ms_and_agent_audio_one_per_50():
    """The recorded first turns: 27 audio tokens, then 27 + 42 + 27."""
    context = Context(MODEL)
    assert context.read("i" * 60, "", [caller(0, 2796)], "auto").audio == 27
    read = context.read("i" * 60, "", [*turns(1), caller(1, 2796)], "auto")
    assert (read.text, read.audio) == (15 + 18, 27 + 42 + 27)


def test_the_cache_holds_the_common_prefix_in_multiples_of_64():
    """C171: a cache hit is a multiple of 64 per modality."""
    context = Context(MODEL)
    assert context.read("i" * 600, "", turns(3), "auto").cached_audio == 0
    read = context.read("i" * 600, "", turns(4), "auto")
    assert read.cached_audio == 3 * (27 + 42) // 64 * 64
    assert read.cached_text == (150 + 3 * 18) // 64 * 64


@pytest.mark.parametrize("change", ["instructions", "tools", "truncated"])
def test_a_change_at_the_front_breaks_the_cache(change: str):
    """C171: changed instructions or tools and a truncated item cost what they cost."""
    context, items = Context(MODEL), turns(4)
    context.read("i" * 600, "t" * 600, items, "auto")
    if change == "truncated":
        items[1].parts[0].audio_ms, items[1].parts[0].text = 500, None
    read = context.read(
        ("j" if change == "instructions" else "i") * 600,
        ("s" if change == "tools" else "t") * 600,
        items,
        "auto",
    )
    assert read.cached_audio == 0
    assert (read.cached_text == 0) == (change == "instructions")


def test_a_side_response_reads_the_cache_but_does_not_change_it():
    context = Context(MODEL)
    context.read("i" * 600, "", turns(4), "auto")
    assert context.peek("other", "", turns(4), "auto").cached_audio == 0
    assert context.read("i" * 600, "", turns(4), "auto").cached_audio > 0


def test_truncation_forgets_the_oldest_items_once_and_for_good():
    context = Context(MODEL)
    keep = {
        "type": "retention_ratio",
        "retention_ratio": 0.5,
        "token_limits": {"post_instructions": 400},
    }
    size = 27 + 42 + 18
    items = turns(5)
    read = context.read("", "", items, keep)
    assert 0 < read.total <= 200
    assert context.read("", "", items, keep).total == read.total
    assert context.read("", "", turns(6), keep).total == read.total + size


def test_too_much_context_without_truncation_fails():
    """A small model's window holds no 2,000 s of speech."""
    with pytest.raises(Refused) as caught:
        Context("gpt-realtime").read("", "", [caller(1, 4_000_000)], "disabled")
    assert caught.value.code == "context_length_exceeded"
    assert Context(MODEL).read("", "", [caller(1, 4_000_000)], "disabled").audio == 40_000


def test_usage_has_the_recorded_shape_and_reasoning_is_part_of_the_text():
    context = Context(MODEL)
    context.read("i" * 600, "", turns(4), "auto")
    read = context.read("i" * 600, "", turns(4), "auto")
    usage = render_usage(read, 28, 136, 20)
    assert usage["output_token_details"] == {
        "text_tokens": 48,
        "audio_tokens": 136,
        "reasoning_tokens": 20,
    }
    assert usage["output_tokens"] == 48 + 136
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]
    details: Json = usage["input_token_details"]
    cached = details["cached_tokens_details"]
    assert details["cached_tokens"] == cached["text_tokens"] + cached["audio_tokens"] > 0
    assert "reasoning_tokens" not in render_usage(read, 1, 1, None)["output_token_details"]


def test_the_budget_of_a_minute_refills_evenly():
    budget = TokenBudget(60_000, 1000)
    budget.spend(30_000, 1000)
    assert budget.left(1000) == 30_000
    assert budget.render(budget.left(1000)) == [
        {"name": "tokens", "limit": 60_000, "remaining": 30_000, "reset_seconds": 30.0}
    ]
    assert budget.left(11_000) == 40_000
    assert budget.left(100_000) == 60_000
