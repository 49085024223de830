"""Tokens of the simulated model: what a response costs, what its cache saves, what still fits."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..assumptions import Assumption
from .items import Item
from .refusals import Refused
from .session import REASONING_MODELS
from .wire import Json

_CACHE_GRID = 64
_OUTPUT_RESERVE = 4096
_LARGE_WINDOW, _SMALL_WINDOW = 128_000, 32_768


def text_tokens(text: str | None) -> int:
    """About one token for four characters."""
    return -(-len(text) // 4) if text else 0


def caller_tokens(audio_ms: int) -> int:
    """One token for 100 ms of committed audio."""
    return audio_ms // 100


def agent_tokens(audio_ms: int) -> int:
    """One token for 50 ms of generated audio."""
    return -(-audio_ms // 50)


@dataclass(frozen=True, slots=True)
class Share:
    """One piece of the context: what it is, its tokens."""

    key: str
    text: int
    audio: int = 0


@dataclass(frozen=True, slots=True)
class Input:
    """Tokens that went in."""

    text: int
    audio: int
    cached_text: int
    cached_audio: int

    @property
    def total(self) -> int:
        return self.text + self.audio


NOTHING_READ = Input(0, 0, 0, 0)


class Context:
    """What the model reads of a conversation, turn after turn."""

    def __init__(self, model: str) -> None:
        window = _LARGE_WINDOW if model in REASONING_MODELS else _SMALL_WINDOW
        self._budget = window - _OUTPUT_RESERVE
        self._dropped: set[str] = set()
        self._cached: list[Share] = []

    def read(
        self, instructions: str, tools: str, items: Sequence[Item], truncation: str | Json
    ) -> Input:
        """The input of one response; Refused when it does not fit and may not be truncated."""
        kept = [item for item in items if item.id not in self._dropped]
        visible = self._visible(kept, truncation)
        self._dropped.update(item.id for item in kept[: len(kept) - len(visible)])
        shares = [*_fixed(instructions, tools), *map(_share, visible)]
        read = self._count(shares)
        self._cached = shares
        return read

    def peek(
        self, instructions: str, tools: str, items: Sequence[Item], truncation: str | Json
    ) -> Input:
        """The same for a side response: it changes neither the cache nor what was dropped."""
        kept = [item for item in items if item.id not in self._dropped]
        visible = self._visible(kept, truncation)
        return self._count([*_fixed(instructions, tools), *map(_share, visible)])

    def _count(self, shares: list[Share]) -> Input:
        cached = _common_prefix(self._cached, shares)
        return Input(
            text=sum(share.text for share in shares),
            audio=sum(share.audio for share in shares),
            cached_text=sum(share.text for share in cached) // _CACHE_GRID * _CACHE_GRID,
            cached_audio=sum(share.audio for share in cached) // _CACHE_GRID * _CACHE_GRID,
        )

    def _visible(self, items: list[Item], truncation: str | Json) -> list[Item]:
        limit, keep = self._budget, 1.0
        if isinstance(truncation, dict):
            limits: Json = truncation.get("token_limits", {})
            limit = min(limit, limits.get("post_instructions", limit))
            keep = truncation["retention_ratio"]
        size = sum(_size(item) for item in items)
        if size <= limit:
            return items
        if truncation == "disabled":
            raise Refused(
                "context_length_exceeded",
                f"The conversation has {size} tokens; {limit} fit with truncation disabled.",
            )
        first = 0
        while first < len(items) and size > limit * keep:
            size -= _size(items[first])
            first += 1
        return items[first:]


def render_usage(read: Input, text: int, audio: int, reasoning: int | None) -> Json:
    """`usage` of response.done; reasoning is a part of the text tokens."""
    cached = {"text_tokens": read.cached_text, "audio_tokens": read.cached_audio, "image_tokens": 0}
    output: Json = {"text_tokens": text + (reasoning or 0), "audio_tokens": audio}
    if reasoning is not None:
        output["reasoning_tokens"] = reasoning
    output_total = text + audio + (reasoning or 0)
    return {
        "total_tokens": read.total + output_total,
        "input_tokens": read.total,
        "output_tokens": output_total,
        "input_token_details": {
            "text_tokens": read.text,
            "audio_tokens": read.audio,
            "image_tokens": 0,
            "cached_tokens": read.cached_text + read.cached_audio,
            "cached_tokens_details": cached,
        },
        "output_token_details": output,
    }


class TokenBudget:
    """Tokens per minute, refilled evenly."""

    def __init__(self, per_minute: int, now_ms: int) -> None:
        self.per_minute = per_minute
        self._left = float(per_minute)
        self._at_ms = now_ms

    def left(self, now_ms: int) -> int:
        """What may still be used now."""
        refill = (now_ms - self._at_ms) * self.per_minute / 60_000
        self._left = min(self.per_minute, self._left + refill)
        self._at_ms = now_ms
        return int(self._left)

    def spend(self, tokens: int, now_ms: int) -> None:
        """Use tokens; the rest may fall below zero."""
        self._left = self.left(now_ms) - tokens

    def render(self, left: int) -> list[Json]:
        """`rate_limits` with so many tokens left."""
        reset_s = round((self.per_minute - left) / self.per_minute * 60, 3)
        tokens = {"limit": self.per_minute, "remaining": left, "reset_seconds": reset_s}
        return [{"name": "tokens", **tokens}]


def _fixed(instructions: str, tools: str) -> list[Share]:
    return [
        Share(f"instructions {instructions}", text_tokens(instructions)),
        Share(f"tools {tools}", text_tokens(tools)),
    ]


def _size(item: Item) -> int:
    share = _share(item)
    return share.text + share.audio


def _share(item: Item) -> Share:
    rate = agent_tokens if item.is_generated else caller_tokens
    audio = sum(rate(part.audio_ms) for part in item.parts if part.is_audio)
    is_caller_audio = item.role == "user" and audio > 0  # its transcript is another model's
    text = 0 if is_caller_audio else text_tokens(item.text)
    return Share(item.id, text + text_tokens(item.arguments), audio)


def _common_prefix(before: Sequence[Share], now: Sequence[Share]) -> list[Share]:
    prefix: list[Share] = []
    for old, new in zip(before, now, strict=False):
        if old != new:
            break
        prefix.append(new)
    return prefix


_RECORDING = "recordings of gpt-realtime, July to September 2026"

ASSUMPTIONS = (
    Assumption("caller audio: one token per 100 ms committed", "documented", _RECORDING),
    Assumption("assistant audio: one token per 50 ms", "documented", _RECORDING),
    Assumption("every response is billed its whole context", "documented", _RECORDING),
    Assumption(
        "the cache holds the common prefix, per modality in multiples of 64",
        "documented",
        _RECORDING,
    ),
    Assumption(
        "changed instructions, tools or a truncated item end the cached prefix there",
        "reported",
        "field study of gpt-realtime-2.1 on Azure",
    ),
    Assumption("text is a token per four characters", "assumed", "the tokenizer is not simulated"),
    Assumption(
        "reasoning tokens are a part of the text tokens", "documented", "recording of 2.1-mini"
    ),
    Assumption(
        "over-long context loses its oldest items, or fails the response when truncation is off",
        "documented",
        "openai 3.52.0 types, RealtimeTruncation",
    ),
)
