"""Gives one number back to the provider, for good. No plan can do it: it is asked for by name."""

from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

import orjson

from ..model import Snapshot
from ..provider import NotFound, Owned, ProviderError, Unreachable
from ..registry.protocols import Conflict
from .apply import Account


def release(number: str, account: Account, who: str, at: datetime, plan_id: str) -> int:
    """Take the number out of the configuration, then give it back; returns the version in force.

    Whoever calls has made sure that a person means it. Interrupted, the same again goes on. Raises
    Conflict for a protected number or while another change is under way, NotFound for a number that
    is not ours, and whatever provider and store raise.
    """
    if not account.lock.acquire():
        raise Conflict("another change is under way: wait for its end, then ask again")
    try:
        owned = _owned(number, account)
        current = account.store.current()
        stored = current.numbers.get(number)
        if stored and stored.is_protected:
            raise Conflict("this number is protected: take `protect` off first")
        if not stored and not owned:
            raise NotFound("this number is not ours: see voicegate numbers list")
        version = _forget(number, current, account, who, at, plan_id) if stored else current.version
        if owned:
            _give_back(owned, account)
        return version
    finally:
        account.lock.release()


def forget(number: str, account: Account, who: str, at: datetime, plan_id: str) -> int:
    """Take a number that is not ours out of the configuration; returns the version in force.

    Raises Conflict if it is ours, or while another change is under way.
    """
    if not account.lock.acquire():
        raise Conflict("another change is under way: wait for its end, then ask again")
    try:
        if _owned(number, account):
            raise Conflict("the provider says that this number is ours: it stays")
        current = account.store.current()
        if number not in current.numbers:
            return current.version
        return _forget(number, current, account, who, at, plan_id)
    finally:
        account.lock.release()


def _owned(number: str, account: Account) -> Owned | None:
    return next((owned for owned in account.provider.owned() if owned.number == number), None)


def _forget(
    number: str, current: Snapshot, account: Account, who: str, at: datetime, plan_id: str
) -> int:
    numbers = {key: value for key, value in current.numbers.items() if key != number}
    made = replace(
        current,
        version=current.version + 1,
        numbers=MappingProxyType(numbers),
        plan_id=plan_id,
        author=who,
        made_at=at,
    )
    diff = orjson.dumps([{"n": 1, "action": "release", "number": number}]).decode()
    return account.store.commit(current.version, made, plan_id, who, diff)


def _give_back(owned: Owned, account: Account) -> None:
    """Asked for once; where the answer is lost, the provider is read."""
    if not account.lock.renew():
        raise Conflict("the lock was lost, so that another change may be under way: ask again")
    try:
        account.provider.release(owned.id)
    except Unreachable:
        if _owned(owned.number, account):
            raise
    if _owned(owned.number, account):
        raise ProviderError("the provider said that the number is gone, and still lists it")
