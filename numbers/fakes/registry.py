"""The registry's Store, Journal and Lock in memory, one object for all three."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from ..model import Snapshot
from ..registry.protocols import Conflict, Progress


class FakeRegistry:
    """`versions` from the first to the one in force, with what was told of them in `diffs`; `jobs` by plan id.

    The `boundary` is called before and after everything takes effect: whoever raises there, kills.
    """

    def __init__(self, first: Snapshot, boundary: Callable[[], None] = lambda: None) -> None:
        self.versions = [first]
        self.jobs: dict[str, dict[int, Progress]] = {}
        self.diffs: list[str] = []
        self.is_locked = False
        self.is_lock_lost = False
        self._boundary = boundary

    def current(self) -> Snapshot:
        """See Store."""
        self._boundary()
        return self.versions[-1]

    def commit(
        self, expected_version: int, snapshot: Snapshot, plan_id: str, who: str, diff: str
    ) -> int:
        """See Store."""
        self._boundary()
        for made in self.versions:
            if made.plan_id == plan_id:
                return made.version
        if self.versions[-1].version != expected_version:
            raise Conflict("another version is in force: plan again")
        version = expected_version + 1
        self.versions.append(replace(snapshot, version=version, plan_id=plan_id, author=who))
        self.diffs.append(diff)
        self._boundary()
        return version

    def begin(self, plan_id: str, steps: Sequence[int]) -> None:
        """See Journal."""
        self._boundary()
        self.jobs[plan_id] = dict.fromkeys(steps, Progress.PENDING) | self.jobs.get(plan_id, {})
        self._boundary()

    def mark(self, plan_id: str, step: int, progress: Progress) -> None:
        """See Journal."""
        self._boundary()
        self.jobs[plan_id][step] = progress
        self._boundary()

    def read(self, plan_id: str) -> Mapping[int, Progress]:
        """See Journal."""
        self._boundary()
        return dict(self.jobs.get(plan_id, {}))

    def acquire(self) -> bool:
        """See Lock."""
        self._boundary()
        was_free, self.is_locked = not self.is_locked, True
        self._boundary()
        return was_free

    def renew(self) -> bool:
        """See Lock; what somebody else took is lost."""
        self._boundary()
        return self.is_locked and not self.is_lock_lost

    def release(self) -> None:
        """See Lock."""
        self._boundary()
        self.is_locked = False
        self._boundary()
