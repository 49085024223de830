"""What Redis, or the way to it, may do wrong: one line each, with what to do."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from urllib.parse import urlsplit

from redis import exceptions as fault

from .core.errors import StoreError, StoreFault

ASK_S = 0.8
IS_A_REPLICA = "is a replica, which takes no writes: name its master by REDIS_URL"

# The first row that fits counts: several of these are kinds of a ConnectionError.
_ROWS: tuple[tuple[tuple[type[Exception], ...], StoreFault, str], ...] = (
    (
        (fault.AuthenticationError, fault.AuthorizationError),
        StoreFault.REFUSED,
        "does not take the user and password of REDIS_URL: correct them",
    ),
    (
        (fault.NoPermissionError,),
        StoreFault.REFUSED,
        "does not let this user do that: grant it all commands on voicegate's keys, and INFO",
    ),
    ((fault.ReadOnlyError,), StoreFault.READ_ONLY, IS_A_REPLICA),
    ((fault.OutOfMemoryError,), StoreFault.REFUSED, "is full: give it more memory"),
    (
        (fault.MovedError,),
        StoreFault.UNSUITABLE,
        "is one node of a cluster, and has not our keys: name a Redis that stands alone",
    ),
    (
        (fault.BusyLoadingError,),
        StoreFault.UNREACHABLE,
        "still loads its history: try again in a while",
    ),
    (
        (fault.TimeoutError, TimeoutError),
        StoreFault.UNREACHABLE,
        "does not answer in time: see that it runs and can be reached from here",
    ),
    (
        (fault.InvalidResponse,),
        StoreFault.REFUSED,
        "does not speak Redis' protocol: correct REDIS_URL",
    ),
    (
        (fault.ConnectionError, OSError),
        StoreFault.UNREACHABLE,
        "cannot be reached: see that it runs, and that REDIS_URL names it",
    ),
)


@contextmanager
def one_line(where: str) -> Generator[None]:
    """Whatever goes wrong with the Redis at `where` becomes a StoreError."""
    try:
        yield
    except (fault.RedisError, OSError) as error:
        raise explain(error, where) from None


@asynccontextmanager
async def soon(where: str) -> AsyncGenerator[None, None]:
    """The same where a caller waits: all of it, connecting as well, may take ASK_S."""
    try:
        async with asyncio.timeout(ASK_S):
            yield
    except (fault.RedisError, OSError) as error:
        raise explain(error, where) from None


def explain(error: fault.RedisError | OSError, where: str) -> StoreError:
    """What went wrong at `where`. The error's own text stays away: a secret may stand in it."""
    for kinds, said, text in _ROWS:
        if isinstance(error, kinds):
            return StoreError(said, f"Redis at {where} {text}")
    text = f"refused a command with {type(error).__name__}: see its log"
    return StoreError(StoreFault.REFUSED, f"Redis at {where} {text}")


def place(url: str) -> str:
    """Where a URL leads, without user, password and options."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return parts.path
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{host}:{parts.port or 6379}"
