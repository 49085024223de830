"""One writer at the provider's at a time: a lock in Redis, and how it is kept."""

import threading
from typing import TYPE_CHECKING

from . import scripts
from .keys import Keys
from .protocols import Lock

if TYPE_CHECKING:
    from redis import Redis

LOCK_MS = 60_000
RENEW_S = 20.0


class RedisLock:
    """See Lock. `token` tells its holders apart; nobody else has it. Raises the errors of Redis."""

    def __init__(self, client: "Redis", keys: Keys, token: str, lasts_ms: int = LOCK_MS) -> None:
        self._keys = [keys.lock]
        self._token = token
        self._lasts_ms = lasts_ms
        self._acquire = client.register_script(scripts.ACQUIRE)
        self._renew = client.register_script(scripts.RENEW)
        self._release = client.register_script(scripts.RELEASE)

    def acquire(self) -> bool:
        """See Lock; true again for who has it already."""
        return bool(self._acquire(keys=self._keys, args=[self._token, self._lasts_ms]))

    def renew(self) -> bool:
        """See Lock."""
        return bool(self._renew(keys=self._keys, args=[self._token, self._lasts_ms]))

    def release(self) -> None:
        """See Lock."""
        self._release(keys=self._keys, args=[self._token])


class KeptLock:
    """A lock that a thread renews while it is held: a step may last longer than the lock does.

    `failures` are what renewing may raise: after one, the lock counts as lost.
    """

    def __init__(
        self, lock: Lock, failures: tuple[type[Exception], ...], every_s: float = RENEW_S
    ) -> None:
        self._lock = lock
        self._failures = failures
        self._every_s = every_s
        self._is_lost = False
        self._released = threading.Event()
        self._thread: threading.Thread | None = None

    def acquire(self) -> bool:
        """See Lock."""
        if not self._lock.acquire():
            return False
        self._is_lost = False
        self._released.clear()
        self._thread = threading.Thread(target=self._keep, daemon=True)
        self._thread.start()
        return True

    def renew(self) -> bool:
        """See Lock; what was lost once is not ours again."""
        return not self._is_lost and self._lock.renew()

    def release(self) -> None:
        """See Lock."""
        self._released.set()
        if self._thread is not None:
            self._thread.join()
        self._lock.release()

    def _keep(self) -> None:
        while not self._released.wait(self._every_s):
            try:
                self._is_lost = not self._lock.renew()
            except self._failures:
                self._is_lost = True
            if self._is_lost:
                return
