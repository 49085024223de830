"""Opens Redis, the one named by REDIS_URL or a private one, and makes its clients."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self, cast
from urllib.parse import quote

import redis
import redis.asyncio
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import ExponentialWithJitterBackoff
from redis.exceptions import ConnectionError as Lost
from redis.exceptions import TimeoutError as Late
from redis.retry import Retry

from .core.errors import StoreError, StoreFault
from .embedded import join
from .settings import Settings
from .store_faults import IS_A_REPLICA, one_line, place

OLDEST = (6, 2)
FOLDER = Path(".voicegate")

# Left alone, the library repeats a command 10 times, scripts as well. All of ours may run twice.
COMMAND_RETRIES, COMMAND_CONNECT_S, COMMAND_ANSWER_S = 3, 3.0, 15.0
# Where a caller waits, only a connection that was lost is opened anew, once.
GATEWAY_RETRIES, GATEWAY_CONNECT_S, GATEWAY_ANSWER_S = 1, 0.4, 0.8


def _stay() -> None:
    """An external server is nobody's to stop."""


@dataclass(frozen=True, slots=True)
class OpenStore:
    """A Redis that was reached, and fits. `told` is one line: which one, and what was done.

    Whoever asks for a client closes it; `close` ends the use of a private server.
    """

    told: str
    prefix: str
    url: str = field(repr=False)  # it may hold a password
    leave: Callable[[], None] = field(default=_stay, repr=False)

    @property
    def where(self) -> str:
        """What errors call it."""
        return place(self.url)

    def command_client(self) -> redis.Redis:
        """For a command that a person waits for."""
        pause = ExponentialWithJitterBackoff(base=0.1, cap=1.0)
        return redis.Redis.from_url(  # pyright: ignore[reportUnknownMemberType]
            self.url,
            protocol=2,
            socket_connect_timeout=COMMAND_CONNECT_S,
            socket_timeout=COMMAND_ANSWER_S,
            retry=Retry(pause, COMMAND_RETRIES, (Lost, Late)),
        )

    def gateway_client(self) -> redis.asyncio.Redis:
        """For the event loop that is running: gives up before a caller notices."""
        pause = ExponentialWithJitterBackoff(base=0.01, cap=0.05)
        return redis.asyncio.Redis.from_url(  # pyright: ignore[reportUnknownMemberType]
            self.url,
            protocol=2,
            socket_connect_timeout=GATEWAY_CONNECT_S,
            socket_timeout=GATEWAY_ANSWER_S,
            retry=AsyncRetry(pause, GATEWAY_RETRIES, (Lost,)),
        )

    def close(self) -> None:
        """To close twice changes nothing."""
        self.leave()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_store(settings: Settings, folder: Path = FOLDER, *, is_patient: bool = False) -> OpenStore:
    """The Redis of REDIS_URL, else the private one of the folder, which starts if need be.

    `is_patient`: one that is away now may come back; whoever asks it meanwhile is told.
    Raises StoreError.
    """
    if settings.redis_url is not None:
        url = settings.redis_url.get_secret_value()
        opened = OpenStore(f"Redis at {place(url)}", settings.redis_prefix, url)
    else:
        opened = _private(settings, folder)
    try:
        _examine(opened)
    except StoreError as error:
        if is_patient and error.fault is StoreFault.UNREACHABLE:
            return replace(opened, told=f"{opened.told}, which does not answer now")
        opened.close()
        raise
    return opened


def _private(settings: Settings, folder: Path) -> OpenStore:
    share = join(folder)
    did = "started a private Redis" if share.is_new else "joined the private Redis"
    told = f"{did} in {folder}, as REDIS_URL is not set"
    url = f"unix://{quote(share.socket_path)}"
    return OpenStore(told, settings.redis_prefix, url, share.leave)


def _examine(opened: OpenStore) -> None:
    facts = _facts(opened)
    version = str(facts["redis_version"])
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST:
        text = f"Redis at {opened.where} is {version}: update it to 6.2 or newer"
        raise StoreError(StoreFault.UNSUITABLE, text)
    if facts["role"] != "master":
        raise StoreError(StoreFault.READ_ONLY, f"Redis at {opened.where} {IS_A_REPLICA}")


def _facts(opened: OpenStore) -> dict[str, object]:
    try:
        with one_line(opened.where), opened.command_client() as client:
            return cast("Any", client).info()
    except (TypeError, ValueError, AttributeError):  # what its options became
        text = f"REDIS_URL for {opened.where} has an option that the client cannot use: correct it"
        raise StoreError(StoreFault.REFUSED, text) from None
