"""One writer at the provider's at a time."""

import threading
from collections.abc import Callable, Generator

import pytest
import redis

from voicegate.gateway.store import OpenStore
from voicegate.numbers.registry.keys import Keys
from voicegate.numbers.registry.lock import KeptLock, RedisLock
from voicegate.numbers.registry.protocols import Lock


@pytest.fixture
def client(store: OpenStore) -> Generator[redis.Redis, None, None]:
    with store.command_client() as client:
        yield client


@pytest.fixture
def keys(store: OpenStore) -> Keys:
    return Keys(store.prefix, "AC1")


@pytest.fixture
def lock(client: redis.Redis, keys: Keys) -> Callable[[str], Lock]:
    return lambda token: RedisLock(client, keys, token)


def test_one_has_it_at_a_time(lock: Callable[[str], Lock]) -> None:
    ann, bob = lock("ann"), lock("bob")
    assert ann.acquire()
    assert not bob.acquire()
    assert ann.renew()
    assert not bob.renew()
    bob.release()
    assert ann.renew()
    ann.release()
    ann.release()
    assert bob.acquire()


def test_to_acquire_it_twice_is_to_acquire_it_once(lock: Callable[[str], Lock]) -> None:
    """The client may repeat a command whose answer was lost."""
    assert lock("ann").acquire()
    assert lock("ann").acquire()
    lock("ann").release()
    assert lock("bob").acquire()


def test_it_runs_out_and_a_lost_one_is_left_to_who_has_it(
    client: redis.Redis, keys: Keys, lock: Callable[[str], Lock]
) -> None:
    ann, bob = lock("ann"), lock("bob")
    ann.acquire()
    assert 0 < client.pttl(keys.lock) <= 60_000
    client.delete(keys.lock)  # its time is over
    assert bob.acquire()
    assert not ann.renew()
    ann.release()
    assert bob.renew()


def test_to_renew_it_makes_it_last_as_long_as_at_first(
    client: redis.Redis, keys: Keys, lock: Callable[[str], Lock]
) -> None:
    ann = lock("ann")
    ann.acquire()
    client.pexpire(keys.lock, 5_000)
    assert ann.renew()
    assert client.pttl(keys.lock) > 50_000


class Watched:
    """A lock in this process that counts, and can be lost or out of reach."""

    def __init__(self) -> None:
        self.is_free = True
        self.fails = False
        self.renewed = threading.Semaphore(0)

    def acquire(self) -> bool:
        is_free, self.is_free = self.is_free, False
        return is_free

    def renew(self) -> bool:
        self.renewed.release()
        if self.fails:
            raise ConnectionError
        return not self.is_free

    def release(self) -> None:
        self.is_free = True

    def wait_for_renewals(self, count: int) -> None:
        for _ in range(count):
            assert self.renewed.acquire(timeout=10)


def test_a_kept_lock_is_renewed_while_a_long_step_goes_on() -> None:
    watched, before = Watched(), threading.enumerate()
    kept = KeptLock(watched, (ConnectionError,), every_s=0.001)
    assert kept.acquire()
    watched.wait_for_renewals(3)
    assert kept.renew()
    kept.release()
    assert watched.is_free
    assert threading.enumerate() == before


def test_a_lock_that_was_given_back_or_lost_is_kept_again_when_it_is_had_again() -> None:
    watched = Watched()
    kept = KeptLock(watched, (ConnectionError,), every_s=0.001)
    for fails in (False, True, False):
        assert kept.acquire()
        watched.fails = fails
        watched.wait_for_renewals(3 if not fails else 1)
        watched.fails = False
        kept.release()
    assert kept.acquire()
    watched.wait_for_renewals(3)
    assert kept.renew()
    kept.release()


def test_a_lock_that_another_has_is_not_kept() -> None:
    watched, before = Watched(), threading.enumerate()
    watched.is_free = False
    kept = KeptLock(watched, (ConnectionError,), every_s=0.001)
    assert not kept.acquire()
    assert threading.enumerate() == before
    kept.release()


@pytest.mark.parametrize("how", ["is_free", "fails"])
def test_a_kept_lock_that_was_lost_stays_lost(how: str) -> None:
    """Or may have been: who cannot ask does not write on."""
    watched, before = Watched(), threading.enumerate()
    kept = KeptLock(watched, (ConnectionError,), every_s=0.001)
    kept.acquire()
    setattr(watched, how, True)
    for thread in set(threading.enumerate()) - set(before):
        thread.join(10)
    setattr(watched, how, False)
    assert not kept.renew()
    kept.release()
