"""Redis is found, examined and told of in one line, wherever it is; what cannot serve is refused."""

import asyncio
import socket
import subprocess
import threading
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
import redis
from redis.backoff import ConstantBackoff
from redis.exceptions import TimeoutError as Late
from redis.retry import Retry

from voicegate.gateway import store as opening
from voicegate.gateway.core.errors import StoreError, StoreFault
from voicegate.gateway.settings import load
from voicegate.gateway.store import OpenStore, open_store

Gone = Callable[[Path], None]


def refusal(url: str) -> StoreError:
    with pytest.raises(StoreError) as caught:
        open_store(load({"REDIS_URL": url}, None))
    assert "\n" not in str(caught.value)
    assert "hunter2" not in str(caught.value)
    return caught.value


def test_both_clients_reach_the_same_redis(store: OpenStore) -> None:
    """N15: the same calls for the private one and for that of REDIS_URL."""

    async def written_by_gateway() -> None:
        async with store.gateway_client() as client:
            await client.set(f"{store.prefix}from", "gateway")

    asyncio.run(written_by_gateway())
    with store.command_client() as client:
        assert client.get(f"{store.prefix}from") == b"gateway"


def test_without_a_url_the_private_one_is_started_or_joined_and_that_is_told(
    redis_server: str, tmp_path: Path, redis_gone: Gone
) -> None:
    assert redis_server
    with open_store(load({}, None), tmp_path) as first:
        with open_store(load({}, None), tmp_path) as second:
            told = [opened.told for opened in (first, second)]
        first.close()
    redis_gone(tmp_path)
    assert [line.partition(" in ")[0] for line in told] == [
        "started a private Redis",
        "joined the private Redis",
    ]
    assert all(str(tmp_path) in line and "REDIS_URL is not set" in line for line in told)


def test_of_an_external_one_the_line_names_its_place_and_no_secret(external_redis: str) -> None:
    """C145."""
    opened = open_store(
        load({"REDIS_URL": external_redis, "VOICEGATE_REDIS_PREFIX": "{here}:"}, None)
    )
    assert opened.told == f"Redis at {opened.where}"
    assert "opensesame" in opened.url
    assert "opensesame" not in opened.told + opened.where + repr(opened)
    assert opened.prefix == "{here}:"
    opened.close()


def test_a_wrong_password_and_none_at_all_are_told(
    external_redis: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "COMMAND_RETRIES", 0)
    for url in (
        external_redis.replace("opensesame", "hunter2"),
        external_redis.replace(":opensesame@", ""),
    ):
        error = refusal(url)
        assert error.fault is StoreFault.REFUSED
        assert "does not take the user and password" in str(error)


def test_a_redis_that_is_not_there_is_told_with_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "COMMAND_RETRIES", 0)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and nobody listens
        port = taken.getsockname()[1]
        error = refusal(f"redis://:hunter2@127.0.0.1:{port}/0")
    assert error.fault is StoreFault.UNREACHABLE
    assert f"Redis at 127.0.0.1:{port} cannot be reached" in str(error)
    assert refusal(f"unix://{tmp_path}/nobody").fault is StoreFault.UNREACHABLE


def test_an_option_of_the_url_that_means_nothing_is_told(external_redis: str) -> None:
    for option in ("socket_timeout=soon", "colour=red"):
        assert "has an option that the client cannot use" in str(
            refusal(f"{external_redis}&{option}")
        )


@pytest.fixture
def stranger() -> Generator[str, None, None]:
    """A server that answers everybody as a web server would: its address."""

    def answer(listener: socket.socket) -> None:
        while True:
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            with peer:
                peer.recv(1_000)
                peer.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        serving = threading.Thread(target=answer, args=[listener])
        serving.start()
        yield f"127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
    serving.join()


def test_what_is_no_redis_is_told(stranger: str) -> None:
    error = refusal(f"redis://{stranger}")
    assert "does not speak Redis' protocol" in str(error)
    assert error.fault is StoreFault.REFUSED


def test_a_replica_is_refused_as_it_takes_no_writes(redis_server: str, tmp_path: Path) -> None:
    path = tmp_path / "redis.sock"
    options = ["--port", "0", "--unixsocket", path, "--dir", tmp_path]
    command = [redis_server, *options, "--replicaof", "127.0.0.1", "1"]
    replica = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    patient = Retry(ConstantBackoff(0.02), 500)
    with redis.Redis(unix_socket_path=str(path), retry=patient) as client:
        client.exists("is it up?")
    error = refusal(f"unix://{path}")
    replica.terminate()
    replica.wait()
    assert error.fault is StoreFault.READ_ONLY
    assert "is a replica" in str(error)


def test_one_that_is_too_old_is_refused(store: OpenStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "OLDEST", (99, 0))
    error = refusal(store.url)
    assert error.fault is StoreFault.UNSUITABLE
    assert "update it to 6.2 or newer" in str(error)


def test_a_private_one_that_does_not_fit_is_left_again(
    redis_server: str, tmp_path: Path, redis_gone: Gone, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert redis_server
    monkeypatch.setattr(opening, "OLDEST", (99, 0))
    with pytest.raises(StoreError, match="update it"):
        open_store(load({}, None), tmp_path)
    redis_gone(tmp_path)


class Deaf:
    """Accepts connections and never answers; counts them."""

    def __init__(self, listener: socket.socket) -> None:
        self.listener = listener
        self.peers: list[socket.socket] = []

    def run(self) -> None:
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            self.peers.append(peer)


def test_where_a_caller_waits_a_store_that_hangs_is_asked_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """C3: another try would wait as long again."""
    monkeypatch.setattr(opening, "GATEWAY_ANSWER_S", 0.05)

    async def ask(url: str) -> None:
        async with OpenStore("", "{x}:", url).gateway_client() as client:
            await client.get("x")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        deaf = Deaf(listener)
        serving = threading.Thread(target=deaf.run)
        serving.start()
        with pytest.raises(Late):
            asyncio.run(ask(f"redis://127.0.0.1:{listener.getsockname()[1]}"))
        listener.shutdown(socket.SHUT_RDWR)
    serving.join()
    for peer in deaf.peers:
        peer.close()
    assert len(deaf.peers) == 1


def test_the_gateway_gives_up_before_the_carrier_does() -> None:
    """C3: connecting and asking, and once more after a lost connection, fit into two seconds."""
    once = opening.GATEWAY_CONNECT_S + opening.GATEWAY_ANSWER_S
    again = opening.GATEWAY_CONNECT_S * opening.GATEWAY_RETRIES
    assert once + again < 2
