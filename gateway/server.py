"""Runs the gateway on its port, from the first request to the last call."""

import asyncio
import contextlib
import gc
import signal
import socket
from collections.abc import Generator
from ipaddress import ip_address

import structlog
import uvicorn

from .core.errors import ConfigError, StoreError
from .http_head import PunctualHttp
from .settings import Settings
from .store import OpenStore, open_store
from .wiring import Gateway, build

_LOG = structlog.stdlib.get_logger("voicegate.server")
_BACKLOG = 2_048


def serve(settings: Settings, host: str, port: int, *, is_insecure: bool) -> None:
    """Serve until a signal has ended it and the last call is over.

    Raises ConfigError if the port cannot be had, an insecure gateway would be reachable from other
    machines, or there is no store and none can be started.
    """
    listener = listen(host, port, is_insecure=is_insecure)
    fastest_loop = uvicorn.Config("", log_config=None).get_loop_factory()
    with (
        listener,
        _opened(settings) as store,
        asyncio.Runner(loop_factory=fastest_loop) as runner,
    ):
        runner.run(_serve(settings, listener, store, is_insecure=is_insecure))


def _opened(settings: Settings) -> OpenStore:
    """A store that is away may come back: until then the last good configuration answers."""
    try:
        return open_store(settings, is_patient=True)
    except StoreError as error:
        raise ConfigError((str(error),)) from None


def listen(host: str, port: int, *, is_insecure: bool) -> socket.socket:
    """The socket that takes connections; `host` is a name or an address."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        raise ConfigError((f"--host {host}: no such host",)) from None
    family, _, _, _, place = min(found, key=lambda one: one[0] != socket.AF_INET)
    if is_insecure and not ip_address(place[0]).is_loopback:
        raise ConfigError(
            (f"--insecure-no-signature with --host {host}: use a loopback host, like 127.0.0.1",)
        )
    try:
        return socket.create_server(place[:2], family=family, backlog=_BACKLOG)
    except OSError as error:
        raise ConfigError(
            (f"--host {host} --port {port}: cannot listen there, {error.strerror}",)
        ) from None


async def _serve(
    settings: Settings, listener: socket.socket, store: OpenStore, *, is_insecure: bool
) -> None:
    _LOG.info("store.opened", store=store.told)
    gateway = build(settings, is_insecure=is_insecure, store=store)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, gateway.drain.signal)
    host, port = listener.getsockname()[:2]
    _LOG.info("server.started", host=host, port=port, url=settings.public_url)
    if is_insecure:
        _LOG.warning("server.insecure", signatures="not checked")
    gc.collect()
    gc.freeze()  # what is here now stays: no later collection has to look at it
    await run(gateway, listener)
    _LOG.info("server.stopped")


async def run(gateway: Gateway, listener: socket.socket) -> None:
    """Serve there until the gateway has drained."""
    server = _Server(_config(gateway))
    gateway.lag.start()
    gateway.pauses.start()
    await gateway.shared.start()
    if gateway.registry is not None:
        await gateway.registry.start()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(server.serve([listener]))
        await gateway.drain.leave()
        server.should_exit = True
    gateway.pauses.stop()
    gateway.lag.stop()
    await gateway.shared.close()
    if gateway.registry is not None:
        await gateway.registry.close()
    if gateway.carrier is not None:
        await gateway.carrier.close()


def _config(gateway: Gateway) -> uvicorn.Config:
    return uvicorn.Config(
        gateway.app,
        http=PunctualHttp,
        ws=gateway.media.protocol_class(),
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=5,
    )


class _Server(uvicorn.Server):
    """uvicorn's server, but what a signal means is not for it to say."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Leave the signals to the loop."""
        yield
