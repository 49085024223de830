"""A journal that also tells whoever waits: one line for each step that is done."""

from collections.abc import Callable, Mapping, Sequence

from ..planning.step import Step
from ..registry.protocols import Journal, Progress


class ToldJournal:
    """See Journal. `steps` are all of one plan, in order."""

    def __init__(
        self, journal: Journal, steps: Sequence[Step], tell: Callable[[str], None]
    ) -> None:
        self._journal = journal
        self._steps = steps
        self._tell = tell

    def begin(self, plan_id: str, steps: Sequence[int]) -> None:
        """See Journal."""
        self._journal.begin(plan_id, steps)

    def mark(self, plan_id: str, step: int, progress: Progress) -> None:
        """See Journal."""
        self._journal.mark(plan_id, step, progress)
        if progress is Progress.DONE:
            done = self._steps[step - 1]
            self._tell(f"done at the provider: {done.action} {done.subject}")

    def read(self, plan_id: str) -> Mapping[int, Progress]:
        """See Journal."""
        return self._journal.read(plan_id)
