"""Single-use tokens that bind a media stream to the call its webhook announced.

A signed upgrade can be replayed, as nothing in it is used up; the token in its `<Parameter>` can
not. Form: base64url of what is granted, a dot, base64url of its HMAC-SHA256.
"""

import heapq
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import astuple, dataclass
from enum import StrEnum
from typing import Protocol

import orjson

from .core.errors import StoreError

TOKEN_CHARS_MAX = 399

Now = Callable[[], int]  # wall clock in whole milliseconds: other processes check our tokens


@dataclass(frozen=True, slots=True)
class Grant:
    """What a valid token says: this stream is that call's, in its n-th attempt (0 the first)."""

    call_id: str
    call_sid: str
    account_sid: str
    attempt: int


class TokenFault(StrEnum):
    """Why a token was refused; also the label under which refusals are counted."""

    MALFORMED = "malformed"
    BAD_SIGNATURE = "bad_signature"
    EXPIRED = "expired"
    FOREIGN_CALL = "foreign_call"
    USED = "used"
    UNCHECKED = "unchecked"  # the store does not answer: nobody knows whether it was used


@dataclass(frozen=True, slots=True)
class Refusal:
    """A token that opens nothing."""

    cause: TokenFault


class TokenStore(Protocol):
    """Remembers which tokens were used."""

    async def consume(self, nonce: str, expires_at_ms: int) -> bool:
        """Use a nonce up, atomically: True for the first caller only, never after its expiry.

        Raises StoreError where that cannot be told.
        """
        ...


class MemoryTokenStore:
    """The tokens used in one process; each is forgotten when it expires."""

    def __init__(self, now: Now) -> None:
        self._now = now
        self._latest_ms = 0
        self._used: set[str] = set()
        self._expiries: list[tuple[int, str]] = []

    def __len__(self) -> int:
        return len(self._used)

    async def consume(self, nonce: str, expires_at_ms: int) -> bool:
        """See TokenStore; without an await inside, nothing can come between."""
        # A clock that is set back must not revive what has been forgotten.
        self._latest_ms = max(self._latest_ms, self._now())
        while self._expiries and self._expiries[0][0] <= self._latest_ms:
            self._used.discard(heapq.heappop(self._expiries)[1])
        if nonce in self._used or expires_at_ms <= self._latest_ms:
            return False
        self._used.add(nonce)
        heapq.heappush(self._expiries, (expires_at_ms, nonce))
        return True


class VouchingTokenStore:
    """A store that all processes share; where it is away each vouches for its own tokens.

    A nonce begins with the name of the process that issued it, and only there it is known whether
    it was used. A token of another process is never accepted unchecked.
    """

    def __init__(self, shared: TokenStore, process: str, now: Now) -> None:
        self._shared = shared
        self._process = process
        self._own = MemoryTokenStore(now)

    async def consume(self, nonce: str, expires_at_ms: int) -> bool:
        """See TokenStore."""
        is_ours = nonce.startswith(self._process)
        if is_ours and not await self._own.consume(nonce, expires_at_ms):
            return False
        try:
            return await self._shared.consume(nonce, expires_at_ms)
        except StoreError:
            if not is_ours:
                raise
            return True


def derive_key(auth_token: str | None) -> bytes:
    """The key of our tokens: the same in all processes that share an auth token, else random."""
    if not auth_token:
        return secrets.token_bytes(32)
    return hmac.digest(auth_token.encode(), b"voicegate stream token 1", "sha256")


class StreamTokens:
    """Issues and consumes the tokens of one key; `process` is whose the issued ones are."""

    def __init__(self, key: bytes, store: TokenStore, now: Now, process: str = "") -> None:
        self._process = process
        self._key = key
        self._store = store
        self._now = now

    def issue(self, grant: Grant, ttl_ms: int) -> str:
        """A new token, opaque and URL-safe, at most TOKEN_CHARS_MAX long."""
        nonce = self._process + secrets.token_urlsafe(12)
        said = _render(grant, self._now() + ttl_ms, nonce)
        token = f"{said}.{self._sign(said)}"
        if len(token) > TOKEN_CHARS_MAX:
            raise ValueError(f"a stream token of {len(token)} characters: its ids are too long")
        return token

    async def consume(self, token: str, call_sid: str, account_sid: str) -> Grant | Refusal:
        """Use the token up for the call that brought it; one that is refused stays unused."""
        said, dot, signature = token.partition(".")
        if not dot or not token.isascii() or len(token) > TOKEN_CHARS_MAX:
            return Refusal(TokenFault.MALFORMED)
        if not hmac.compare_digest(signature, self._sign(said)):
            return Refusal(TokenFault.BAD_SIGNATURE)
        grant, expires_at_ms, nonce = _parse(said)
        if expires_at_ms <= self._now():
            return Refusal(TokenFault.EXPIRED)
        if (call_sid, account_sid) != (grant.call_sid, grant.account_sid):
            return Refusal(TokenFault.FOREIGN_CALL)
        try:
            is_first = await self._store.consume(nonce, expires_at_ms)
        except StoreError:
            return Refusal(TokenFault.UNCHECKED)
        return grant if is_first else Refusal(TokenFault.USED)

    def _sign(self, said: str) -> str:
        return _encode(hmac.digest(self._key, said.encode(), "sha256"))


def _render(grant: Grant, expires_at_ms: int, nonce: str) -> str:
    return _encode(orjson.dumps([*astuple(grant), expires_at_ms, nonce]))


def _parse(said: str) -> tuple[Grant, int, str]:
    """Only ever given what we signed ourselves, so there is nothing to distrust."""
    call_id, call_sid, account_sid, attempt, expires_at_ms, nonce = orjson.loads(_decode(said))
    return Grant(call_id, call_sid, account_sid, attempt), expires_at_ms, nonce


def _encode(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
