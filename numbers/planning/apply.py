"""Performs a plan: the store's version first, then the provider, then a look at what became of it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ..model import Snapshot
from ..provider import NotFound, Owned, Provider, ProviderError, Unreachable
from ..registry.protocols import Conflict, Journal, Lock, Progress, Store
from .fields import PROVIDER_ID
from .patch import patched
from .plan import Plan, fingerprint
from .plan_json import render_steps
from .step import Action, Kind, Step
from .webhook import compared


@dataclass(frozen=True, slots=True)
class Applied:
    """What an apply did: the version in force, and its requests that could change the provider."""

    plan_id: str
    version: int
    provider_writes: int


class PartlyApplied(Exception):
    """The version is in force, the provider is not as wanted yet; the same again goes on from here.

    `done` of `total` provider steps are; `step` is the one that failed, None if none of them did.
    """

    def __init__(self, why: str, *, done: int, total: int, step: Step | None) -> None:
        super().__init__(f"stopped after {done} of {total} steps at the provider: {why}")
        self.done = done
        self.total = total
        self.step = step


@dataclass(frozen=True, slots=True)
class Account:
    """What applying needs of one account."""

    store: Store
    journal: Journal
    lock: Lock
    provider: Provider


def apply(plan: Plan, account: Account, who: str, at: datetime) -> Applied:
    """Perform a plan once, however often it is called for; `at` goes into the version.

    Raises Conflict where store or provider moved since the plan was made, or another apply is under
    way: nothing is written then. Raises PartlyApplied if it stops later, and whatever provider or
    store raise before the version is written.
    """
    if not plan.changes:
        return Applied(plan.id, plan.base_version, 0)
    if not account.lock.acquire():
        raise Conflict("another apply is under way: wait for its end, then plan again")
    try:
        return _Run(plan, account, who, at).perform()
    finally:
        account.lock.release()


class _Run:
    """One try at one plan, while the lock is ours."""

    def __init__(self, plan: Plan, account: Account, who: str, at: datetime) -> None:
        self._plan = plan
        self._account = account
        self._who = who
        self._at = at
        self._steps = {n: step for n, step in plan.changes.items() if step.at_provider}
        self._owned: dict[str, Owned] = {}
        self._writes = 0
        self._done = 0
        self._step: Step | None = None

    def perform(self) -> Applied:
        self._list()
        version = self._commit()
        try:
            for n, step in self._steps.items():
                self._settle(n, step)
            self._verify()
            return Applied(self._plan.id, self._learn_ids(version), self._writes)
        except (ProviderError, Conflict) as error:
            total = len(self._steps)
            raise PartlyApplied(
                str(error), done=self._done, total=total, step=self._step
            ) from error

    def _list(self) -> None:
        self._owned = {owned.number: owned for owned in self._account.provider.owned()}

    def _commit(self) -> int:
        """The version of this plan, written unless an earlier try has done it."""
        plan, current = self._plan, self._account.store.current()
        if current.plan_id in (plan.id, _plan_of_ids(plan)):
            return current.version
        if current.version != plan.base_version:
            raise Conflict(
                f"version {current.version} is in force, the plan is for {plan.base_version}:"
                " plan again"
            )
        if fingerprint(self._owned.values()) != plan.fingerprint:
            raise Conflict("the provider's numbers have changed since the plan: plan again")
        self._account.journal.begin(plan.id, [*self._steps])
        return self._write(patched(current, plan.steps), plan.id, plan.steps)

    def _write(self, wanted: Snapshot, plan_id: str, steps: Sequence[Step]) -> int:
        base = wanted.version
        made = replace(
            wanted, version=base + 1, plan_id=plan_id, author=self._who, made_at=self._at
        )
        diff = render_steps(steps).decode()
        return self._account.store.commit(base, made, plan_id, self._who, diff)

    def _settle(self, n: int, step: Step) -> None:
        """Do what is left of a step. What the provider shows decides, whatever the journal says."""
        self._step = step
        self._mark(n, Progress.DOING)
        owned = self._owned.get(step.subject) or self._buy(step)
        left = _left(step, owned)
        if left:
            _check_untouched(step, owned, left)
            self._ask(step, lambda: self._account.provider.update(owned.id, left))
        self._mark(n, Progress.DONE)
        self._done += 1
        self._step = None

    def _mark(self, n: int, progress: Progress) -> None:
        self._account.journal.mark(self._plan.id, n, progress)

    def _buy(self, step: Step) -> Owned:
        """Only what a listing of this try did not show is bought, so nothing is bought twice."""
        if step.action is not Action.CREATE:
            raise NotFound("the provider does not own this number any more: plan again")
        return self._ask(step, lambda: self._account.provider.buy(step.subject))

    def _ask(self, step: Step, request: Callable[[], Owned]) -> Owned:
        """One request that changes something, never repeated; in doubt the provider is read."""
        if not self._account.lock.renew():
            raise Conflict("the lock was lost, so that another apply may be under way")
        before = self._owned.get(step.subject)
        self._writes += 1
        try:
            self._owned[step.subject] = request()
        except Unreachable as error:
            if not error.maybe_done:
                raise
            self._list()
            if self._owned.get(step.subject) == before:
                raise
        return self._owned[step.subject]

    def _verify(self) -> None:
        """Read everything back, if anything was written: an answer is less than a fact."""
        if self._writes:
            self._list()
        for n, step in self._steps.items():
            owned = self._owned.get(step.subject)
            if owned is None or _left(step, owned):
                self._step = step
                self._done -= 1
                self._mark(n, Progress.DOING)
                raise ProviderError("what was written is not there when it is read back")

    def _learn_ids(self, version: int) -> int:
        """Write down what the provider calls the numbers that were bought, as a further version."""
        bought = [step.subject for step in self._steps.values() if step.action is Action.CREATE]
        if not bought:
            return version
        current = self._account.store.current()
        if current.version != version:
            raise Conflict("another version came into force meanwhile: plan again")
        learned = [
            Step(Action.ADOPT, Kind.NUMBER, number, {}, {PROVIDER_ID: owned.id}, "bought")
            for number, owned in ((number, self._owned[number]) for number in bought)
        ]
        return self._write(patched(current, learned), _plan_of_ids(self._plan), learned)


def _plan_of_ids(plan: Plan) -> str:
    return f"{plan.id}-ids"


def _left(step: Step, owned: Owned) -> dict[str, str]:
    """The fields of a step that the provider does not show yet."""
    have = compared(owned)
    return {name: value for name, value in step.at_provider.items() if have[name] != value}


def _check_untouched(step: Step, owned: Owned, left: Iterable[str]) -> None:
    """What is to be changed must be as it was planned, or fresh from the shop."""
    have = compared(owned)
    if step.action is not Action.CREATE and any(
        have[name] != step.before.get(name) for name in left
    ):
        raise Conflict("somebody changed this number at the provider meanwhile: plan again")
