"""What a test of sockets runs in: a loop of its own, for seconds at most."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

MOST_S = 20

T = TypeVar("T")
Main = Callable[[], Coroutine[Any, Any, None]]
Run = Callable[[Main], None]


def run_in(new_loop: Callable[[], asyncio.AbstractEventLoop]) -> Run:
    """What runs in such a loop. Raises TimeoutError when it takes too long."""

    def run_main(main: Main) -> None:
        with asyncio.Runner(loop_factory=new_loop) as runner:
            runner.run(asyncio.wait_for(main(), MOST_S))

    return run_main


def run(main: Coroutine[Any, Any, None]) -> None:
    """The same in the standard loop, with what was called already."""
    asyncio.run(asyncio.wait_for(main, MOST_S))


async def turn() -> None:
    """One turn of the loop, in which a transport may write."""
    turned = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(turned.set_result, None)
    await turned


def at_once(asked: Coroutine[Any, Any, T]) -> T:
    """What a coroutine returns that has nothing to wait for. One that has is a fault."""
    try:
        asked.send(None)
    except StopIteration as answer:
        return answer.value
    asked.close()
    raise AssertionError("it waits for something")
