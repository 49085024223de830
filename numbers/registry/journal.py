"""How far each plan has come, in Redis: what a later process needs to go on after a crash."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from . import scripts
from .keys import Keys
from .protocols import Progress
from .replies import as_text

if TYPE_CHECKING:
    from redis import Redis

KEEP_S = 604_800  # a week, as long as a plan's version is known


class RedisJournal:
    """See Journal. Raises the errors of Redis."""

    def __init__(self, client: "Redis", keys: Keys) -> None:
        self._client = client
        self._keys = keys
        self._begin = client.register_script(scripts.BEGIN)
        self._mark = client.register_script(scripts.MARK)

    def begin(self, plan_id: str, steps: Sequence[int]) -> None:
        """See Journal; no steps leave no trace."""
        if steps:
            self._begin(keys=[self._keys.job(plan_id)], args=[KEEP_S, Progress.PENDING, *steps])

    def mark(self, plan_id: str, step: int, progress: Progress) -> None:
        """See Journal."""
        self._mark(keys=[self._keys.job(plan_id)], args=[KEEP_S, step, progress])

    def read(self, plan_id: str) -> Mapping[int, Progress]:
        """See Journal."""
        found = self._client.hgetall(self._keys.job(plan_id))
        return {int(step): Progress(as_text(progress)) for step, progress in found.items()}
