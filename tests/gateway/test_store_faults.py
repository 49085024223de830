"""Every way in which Redis fails has its line, with what to do and without a secret."""

import asyncio

import pytest
from redis import exceptions as fault

from voicegate.gateway import store_faults
from voicegate.gateway.core.errors import StoreError, StoreFault
from voicegate.gateway.store_faults import explain, one_line, place


@pytest.mark.parametrize(
    ("error", "said", "text"),
    [
        (fault.AuthenticationError(), StoreFault.REFUSED, "user and password"),
        (fault.AuthorizationError(), StoreFault.REFUSED, "user and password"),
        (fault.NoPermissionError(), StoreFault.REFUSED, "grant it"),
        (fault.ReadOnlyError(), StoreFault.READ_ONLY, "is a replica"),
        (fault.OutOfMemoryError(), StoreFault.REFUSED, "is full"),
        (fault.MovedError("1 host:1"), StoreFault.UNSUITABLE, "of a cluster"),
        (fault.BusyLoadingError(), StoreFault.UNREACHABLE, "loads its history"),
        (fault.TimeoutError(), StoreFault.UNREACHABLE, "does not answer in time"),
        (TimeoutError(), StoreFault.UNREACHABLE, "does not answer in time"),
        (fault.InvalidResponse(), StoreFault.REFUSED, "protocol"),
        (fault.ConnectionError(), StoreFault.UNREACHABLE, "cannot be reached"),
        (OSError(), StoreFault.UNREACHABLE, "cannot be reached"),
        (fault.ResponseError(), StoreFault.REFUSED, "ResponseError"),
    ],
)
def test_each_kind_of_failure_has_its_line(
    error: fault.RedisError | OSError, said: StoreFault, text: str
) -> None:
    """C145: what the error itself says is not repeated."""
    error.args = ("hunter2",)
    with pytest.raises(StoreError, match=text) as caught, one_line("10.0.0.1:6379"):
        raise error
    assert caught.value.fault is said
    assert str(caught.value).startswith("Redis at 10.0.0.1:6379 ")
    assert "hunter2" not in str(caught.value)
    assert caught.value.__suppress_context__
    assert str(explain(error, "10.0.0.1:6379")) == str(caught.value)


def test_other_errors_pass_as_they_are() -> None:
    with pytest.raises(KeyError), one_line("here"):
        raise KeyError


@pytest.mark.parametrize(
    ("url", "where"),
    [
        ("redis://ann:hunter2@10.0.0.1:7000/3", "10.0.0.1:7000"),
        ("rediss://cache.example.com?password=hunter2", "cache.example.com:6379"),
        ("redis://:hunter2@[::1]:7000", "[::1]:7000"),
        ("unix://:hunter2@/run/redis.sock?db=1", "/run/redis.sock"),
    ],
)
def test_a_place_is_host_and_port_or_a_path(url: str, where: str) -> None:
    """C145: nothing else of a URL is shown."""
    assert place(url) == where


def test_a_store_that_hangs_is_given_up_where_a_caller_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """C3: however many steps there are to an answer."""
    monkeypatch.setattr(store_faults, "ASK_S", 0.0)

    async def ask() -> None:
        async with store_faults.soon("here"):
            await asyncio.get_running_loop().create_future()

    with pytest.raises(StoreError, match="Redis at here does not answer in time"):
        asyncio.run(ask())
