"""A stream token opens one stream of one call, once."""

import asyncio
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicegate.gateway.core.errors import StoreError, StoreFault
from voicegate.gateway.tokens import (
    TOKEN_CHARS_MAX,
    Grant,
    MemoryTokenStore,
    Refusal,
    StreamTokens,
    TokenFault,
    VouchingTokenStore,
    derive_key,
)

GRANT = Grant(
    call_id="550e8400-e29b-41d4-a716-446655440000",
    call_sid="CA00000000000000000000000000000001",
    account_sid="AC00000000000000000000000000000001",
    attempt=0,
)
KEY = derive_key("the-auth-token")
START_MS = 1_795_000_000_000


class Clock:
    def __init__(self) -> None:
        self.now_ms = START_MS

    def __call__(self) -> int:
        return self.now_ms


def make(key: bytes = KEY) -> tuple[StreamTokens, MemoryTokenStore, Clock]:
    clock = Clock()
    store = MemoryTokenStore(clock)
    return StreamTokens(key, store, clock), store, clock


def consume(tokens: StreamTokens, token: str, grant: Grant = GRANT) -> Grant | Refusal:
    return asyncio.run(tokens.consume(token, grant.call_sid, grant.account_sid))


def test_a_token_grants_what_it_was_issued_for_and_only_once() -> None:
    """C140: call, CallSid, AccountSid and attempt; the second use is refused."""
    tokens, _, _ = make()
    grant = replace(GRANT, attempt=2)
    token = tokens.issue(grant, 30_000)
    assert consume(tokens, token) == grant
    assert consume(tokens, token) == Refusal(TokenFault.USED)


def test_of_a_hundred_sockets_that_race_for_one_token_one_wins() -> None:
    """C140: consumed atomically."""
    tokens, _, _ = make()
    token = tokens.issue(GRANT, 30_000)

    async def race() -> list[Grant | Refusal]:
        async with asyncio.TaskGroup() as group:
            racers = [
                group.create_task(tokens.consume(token, GRANT.call_sid, GRANT.account_sid))
                for _ in range(100)
            ]
        return [racer.result() for racer in racers]

    results = asyncio.run(race())
    assert results.count(GRANT) == 1
    assert results.count(Refusal(TokenFault.USED)) == 99


@pytest.mark.parametrize(
    "other",
    [
        replace(GRANT, call_sid="CA00000000000000000000000000000002"),
        replace(GRANT, account_sid="AC00000000000000000000000000000002"),
        replace(GRANT, call_sid=""),
    ],
)
def test_a_token_of_another_call_is_refused_and_stays_for_the_real_one(other: Grant) -> None:
    """C140: foreign is refused, and does not use the token up."""
    tokens, store, _ = make()
    token = tokens.issue(GRANT, 30_000)
    assert consume(tokens, token, other) == Refusal(TokenFault.FOREIGN_CALL)
    assert len(store) == 0
    assert consume(tokens, token) == GRANT


def test_a_token_ends_at_its_expiry() -> None:
    """C140: good in its last millisecond, refused from the next."""
    for after_ms, result in ((29_999, GRANT), (30_000, Refusal(TokenFault.EXPIRED))):
        tokens, _, clock = make()
        token = tokens.issue(GRANT, 30_000)
        clock.now_ms += after_ms
        assert consume(tokens, token) == result


def test_a_token_under_another_key_is_refused() -> None:
    """C140: also from a gateway with another auth token, or with none."""
    tokens, _, _ = make()
    for key in (derive_key("another-token"), derive_key(None), derive_key(None)):
        foreign, _, _ = make(key)
        refusal = consume(tokens, foreign.issue(GRANT, 30_000))
        assert refusal == Refusal(TokenFault.BAD_SIGNATURE)


def test_processes_that_share_an_auth_token_accept_each_others_tokens() -> None:
    here, _, _ = make(derive_key("shared"))
    there, _, _ = make(derive_key("shared"))
    assert consume(there, here.issue(GRANT, 30_000)) == GRANT


def test_a_key_without_auth_token_is_random_and_none_shows_the_auth_token() -> None:
    assert derive_key(None) != derive_key(None)
    assert derive_key("") != derive_key("")
    assert b"the-auth-token" not in KEY


@pytest.mark.parametrize("token", ["", "abc", "é.x", "a" * TOKEN_CHARS_MAX + ".b", "\x00", "a,b"])
def test_what_has_not_the_shape_of_a_token_is_malformed(token: str) -> None:
    tokens, _, _ = make()
    assert consume(tokens, token) == Refusal(TokenFault.MALFORMED)


def test_no_letter_of_a_token_can_be_changed() -> None:
    """C140: whatever is altered, nothing opens and nothing is used up."""
    tokens, store, _ = make()
    token = tokens.issue(GRANT, 30_000)
    for place, letter in enumerate(token):
        other = "A" if letter != "A" else "B"
        result = consume(tokens, token[:place] + other + token[place + 1 :])
        assert isinstance(result, Refusal)
        assert result.cause in (TokenFault.BAD_SIGNATURE, TokenFault.MALFORMED)
    assert len(store) == 0


def test_a_payload_of_ones_own_is_not_even_read() -> None:
    """A stranger's JSON stands before no parser: the signature comes first."""
    tokens, _, _ = make()
    said, _, signature = tokens.issue(GRANT, 30_000).partition(".")
    payload = urlsafe_b64decode(said + "=" * (-len(said) % 4)).replace(b'",0,', b'",9,')
    forged = urlsafe_b64encode(payload).decode().rstrip("=") + "." + signature
    assert consume(tokens, forged) == Refusal(TokenFault.BAD_SIGNATURE)
    assert consume(tokens, "not base64 at all." + signature) == Refusal(TokenFault.BAD_SIGNATURE)


@given(token=st.text(max_size=420))
@settings(max_examples=300)
def test_no_text_from_a_stranger_raises_or_opens_anything(token: str) -> None:
    """C140: fuzzed."""
    tokens, store, _ = make()
    assert isinstance(consume(tokens, token), Refusal)
    assert len(store) == 0


@given(call_id=st.text(max_size=60), attempt=st.integers(0, 9))
@settings(max_examples=200)
def test_a_token_is_short_url_safe_and_never_the_same(call_id: str, attempt: int) -> None:
    """C140: it fits a stream parameter."""
    tokens, _, _ = make()
    grant = replace(GRANT, call_id=call_id.encode("utf-8", "replace").decode(), attempt=attempt)
    try:
        token = tokens.issue(grant, 30_000)
    except ValueError:
        assert len(call_id.encode("utf-8", "replace")) > 60
        return
    assert len(token) < 400
    assert re.fullmatch(r"[\w.-]+", token, re.ASCII)
    assert token != tokens.issue(grant, 30_000)
    assert consume(tokens, token) == grant


def test_a_token_that_would_not_fit_is_not_issued() -> None:
    tokens, _, _ = make()
    with pytest.raises(ValueError, match="too long"):
        tokens.issue(replace(GRANT, call_id="x" * 300), 30_000)


def test_used_tokens_are_forgotten_when_they_expire() -> None:
    """C140: memory stays as small as what was used within one lifetime."""
    tokens, store, clock = make()
    for _ in range(200):
        token = tokens.issue(GRANT, 30_000)
        assert consume(tokens, token) == GRANT
        assert len(store) <= 30
        clock.now_ms += 1_000
        assert consume(tokens, token) == Refusal(TokenFault.USED)


def test_a_clock_set_back_revives_no_used_token() -> None:
    """C140: what was forgotten after its expiry is not accepted again."""
    tokens, _, clock = make()
    first = tokens.issue(GRANT, 30_000)
    assert consume(tokens, first) == GRANT
    clock.now_ms += 60_000
    assert consume(tokens, tokens.issue(GRANT, 30_000)) == GRANT
    clock.now_ms -= 60_000
    assert consume(tokens, first) == Refusal(TokenFault.USED)


class Away:
    """A store that does not answer, when it is told to."""

    def __init__(self, clock: Clock) -> None:
        self.is_away = False
        self._store = MemoryTokenStore(clock)

    async def consume(self, nonce: str, expires_at_ms: int) -> bool:
        if self.is_away:
            raise StoreError(StoreFault.UNREACHABLE, "away")
        return await self._store.consume(nonce, expires_at_ms)


def test_with_the_store_away_only_who_issued_a_token_takes_it_and_once() -> None:
    """C156, C140: another process never accepts it unchecked."""
    clock = Clock()
    shared = Away(clock)
    here, there = (
        StreamTokens(KEY, VouchingTokenStore(shared, name, clock), clock, name)
        for name in ("here", "there")
    )
    early, late = (here.issue(GRANT, 30_000) for _ in range(2))
    assert consume(here, early) == GRANT
    shared.is_away = True
    unchecked, used = Refusal(TokenFault.UNCHECKED), Refusal(TokenFault.USED)
    for token, process, wanted in (
        (early, here, used),
        (late, there, unchecked),
        (late, here, GRANT),
        (late, here, used),
    ):
        assert consume(process, token) == wanted
    shared.is_away = False
    assert consume(here, late) == used


def test_with_the_store_there_any_process_takes_a_token_and_once() -> None:
    """C155, C140."""
    clock = Clock()
    shared = MemoryTokenStore(clock)
    here, there = (
        StreamTokens(KEY, VouchingTokenStore(shared, name, clock), clock, name)
        for name in ("here", "there")
    )
    token = here.issue(GRANT, 30_000)
    assert consume(there, token) == GRANT
    for process in (here, there):
        refused = consume(process, token)
        assert refused == Refusal(TokenFault.USED)
