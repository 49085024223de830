"""The private Redis: one for all who use a folder, there as long as one of them lives."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any, cast

import pytest
import redis
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from voicegate.gateway import embedded
from voicegate.gateway.core.errors import StoreError, StoreFault
from voicegate.gateway.embedded import PrivateRedis, find_server, join

Gone = Callable[[Path], None]
Enter = Callable[..., PrivateRedis]

USER = """
import sys
from pathlib import Path
from voicegate.gateway.embedded import join
print("ready", flush=True)
sys.stdin.readline()
share = join(Path(sys.argv[1]))
print(int(share.is_new), share.socket_path, flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def folder(tmp_path: Path, redis_server: str, redis_gone: Gone) -> Generator[Path, None, None]:
    """Where nobody was yet; what a test started there is gone before the next."""
    assert redis_server
    yield tmp_path
    if (tmp_path / "redis").exists():
        redis_gone(tmp_path)


@pytest.fixture
def enter(folder: Path) -> Generator[Enter, None, None]:
    """Joins the private Redis of a folder, that of the test if none is named; leaves in the end."""
    shares: list[PrivateRedis] = []

    def join_it(place: Path = folder) -> PrivateRedis:
        shares.append(join(place))
        return shares[-1]

    yield join_it
    for share in shares:
        share.leave()


@pytest.fixture
def start(folder: Path) -> Generator[Callable[[], "User"], None, None]:
    """Starts processes that use it; none outlives the test."""
    users: list[User] = []

    def start_it() -> User:
        users.append(User(folder))
        return users[-1]

    yield start_it
    for each in users:
        each.process.kill()
        each.process.communicate()


def client_of(path: str) -> redis.Redis:
    """Patient enough for a server that is being started again."""
    return redis.Redis(unix_socket_path=path, retry=Retry(ConstantBackoff(0.02), 500))


def pid(share: PrivateRedis) -> int:
    with client_of(share.socket_path) as client:
        return int(cast("Any", client).info("server")["process_id"])


class User:
    """A process of its own that uses the private Redis until it is told to go, or killed."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", USER, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def read(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def go_on(self) -> None:
        assert self.read() == "ready"
        assert self.process.stdin is not None
        print(file=self.process.stdin, flush=True)

    def end(self, number: int | None = None) -> None:
        if number is None:
            self.process.communicate("\n")
        else:
            self.process.send_signal(number)
            self.process.communicate()


def test_the_first_starts_it_and_the_next_join(enter: Enter) -> None:
    first, second = enter(), enter()
    assert (first.is_new, second.is_new) == (True, False)
    assert pid(first) == pid(second)
    first.leave()
    assert pid(second)


def test_it_opens_no_port_drops_nothing_and_writes_everything_down_at_once(enter: Enter) -> None:
    share = enter()
    wanted = {
        "port": "0",
        "appendonly": "yes",
        "appendfsync": "always",
        "maxmemory-policy": "noeviction",
        "unixsocketperm": "700",
    }
    with client_of(share.socket_path) as client:
        found = {name: cast("Any", client).config_get(name)[name] for name in wanted}
    assert found == wanted


def test_the_last_who_leaves_stops_it_and_what_was_stored_stays(
    folder: Path, enter: Enter, redis_gone: Gone
) -> None:
    """Leaving twice is leaving once: nobody else's share is given up."""
    first, second = enter(), enter()
    first.leave()
    first.leave()
    with client_of(second.socket_path) as client:
        client.set("kept", "yes")
    second.leave()
    redis_gone(folder)
    assert not Path(second.socket_path).exists()
    again = enter()
    assert again.is_new
    with client_of(again.socket_path) as client:
        assert client.get("kept") == b"yes"


def test_a_copy_of_the_lock_that_a_fork_has_keeps_it_for_nobody(
    folder: Path, enter: Enter, redis_gone: Gone
) -> None:
    share = enter()
    assert share.lock is not None
    inherited = os.dup(share.lock)
    share.leave()
    redis_gone(folder)
    os.close(inherited)


def test_who_comes_while_it_stops_gets_a_new_one_with_everything_in_it(enter: Enter) -> None:
    for count in range(1, 6):
        share = enter()
        with client_of(share.socket_path) as client:
            assert client.incr("visits") == count


def test_of_many_processes_that_start_at_once_one_starts_it(
    start: Callable[[], User], enter: Enter
) -> None:
    users = [start() for _ in range(4)]
    for user in users:
        user.go_on()
    told = [user.read().split() for user in users]
    share = enter()
    assert sorted(is_new for is_new, _ in told) == ["0", "0", "0", "1"]
    assert {path for _, path in told} == {share.socket_path}
    assert pid(share)
    for user in users:
        user.end()
    assert pid(share)


def test_a_user_that_is_killed_takes_it_from_nobody_and_keeps_it_for_nobody(
    folder: Path, start: Callable[[], User], enter: Enter, redis_gone: Gone
) -> None:
    killed = start()
    killed.go_on()
    assert killed.read().startswith("1 ")
    share = enter()
    before = pid(share)
    killed.end(signal.SIGKILL)
    assert pid(share) == before
    share.leave()
    redis_gone(folder)


def test_where_the_only_user_is_killed_it_stops_by_itself(
    folder: Path, start: Callable[[], User], redis_gone: Gone
) -> None:
    killed = start()
    killed.go_on()
    path = killed.read().split()[1]
    killed.end(signal.SIGKILL)
    redis_gone(folder)
    assert not Path(path).exists()


def test_a_server_that_dies_is_started_again_with_everything_in_it(enter: Enter) -> None:
    share = enter()
    before = pid(share)
    with client_of(share.socket_path) as client:
        client.set("kept", "yes")
        os.kill(before, signal.SIGKILL)
        assert client.get("kept") == b"yes"
    assert pid(share) != before


def keeper_of(server_pid: int) -> int:
    stat = Path(f"/proc/{server_pid}/stat").read_text(encoding="utf-8")
    return int(stat.rpartition(")")[2].split()[1])


@pytest.mark.skipif(sys.platform != "linux", reason="who started a process is told by /proc")
def test_a_server_whose_keeper_was_killed_is_replaced_by_the_next_who_comes(
    folder: Path, enter: Enter, redis_gone: Gone
) -> None:
    """Two servers never write one history."""
    first = enter()
    orphan = pid(first)
    with client_of(first.socket_path) as client:
        client.set("kept", "yes")
        os.kill(keeper_of(orphan), signal.SIGKILL)
        redis_gone(folder)
        assert client.get("kept") == b"yes"
        second = enter()
        assert second.is_new
        assert client.get("kept") == b"yes"
    assert pid(first) == pid(second) != orphan


@pytest.mark.skipif(sys.platform != "linux", reason="who started a process is told by /proc")
def test_an_older_server_that_does_not_end_is_told_and_no_second_one_is_started(
    folder: Path, enter: Enter, redis_gone: Gone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "ORPHAN_TIMEOUT_S", 0.05)
    orphan = pid(enter())
    os.kill(keeper_of(orphan), signal.SIGKILL)
    redis_gone(folder)
    os.kill(orphan, signal.SIGSTOP)
    try:
        with pytest.raises(StoreError, match="does not end: stop that redis-server by hand"):
            enter()
    finally:
        os.kill(orphan, signal.SIGKILL)
    assert enter().is_new


@pytest.mark.skipif(sys.platform != "linux", reason="who started a process is told by /proc")
def test_a_keeper_that_is_told_to_end_takes_the_server_with_it(
    folder: Path, enter: Enter, redis_gone: Gone
) -> None:
    share = enter()
    os.kill(keeper_of(pid(share)), signal.SIGTERM)
    share.leave()
    redis_gone(folder)
    assert not Path(share.socket_path).exists()


def test_below_a_deep_folder_the_socket_lies_elsewhere(
    folder: Path, enter: Enter, redis_gone: Gone
) -> None:
    """A socket's path has 107 bytes on Linux; where it lies is noted for those who come later."""
    deep = folder / ("d" * 100)
    first, second = enter(deep), enter(deep)
    assert len(os.fsencode(first.socket_path)) <= embedded.SOCKET_PATH_BYTES
    assert second.socket_path == first.socket_path
    assert (deep / "redis" / "socket").read_text(encoding="utf-8") == first.socket_path
    assert Path(first.socket_path).parent.stat().st_mode & 0o077 == 0
    assert pid(first) == pid(second)
    first.leave()
    second.leave()
    redis_gone(deep)


@pytest.mark.parametrize("mode", [0o755, 0o777])
def test_a_folder_for_sockets_that_others_can_enter_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch, mode: int
) -> None:
    """Whoever may go in there could stand in for Redis."""
    monkeypatch.setattr(embedded, "RUNTIME_FOLDERS", folder / "none")
    monkeypatch.setattr(embedded.tempfile, "gettempdir", lambda: str(folder))
    taken = folder / f"voicegate-{os.getuid()}"
    taken.mkdir()
    taken.chmod(mode)
    with pytest.raises(StoreError, match="is open to others: remove it"):
        join(folder / ("d" * 100))


def test_paths_with_blanks_and_quotes_are_as_good_as_others(
    folder: Path, enter: Enter, redis_gone: Gone
) -> None:
    odd = folder / "a 'b' \"c\" %20"
    share = enter(odd)
    assert pid(share)
    share.leave()
    redis_gone(odd)


def nothing(_name: str) -> None:
    """No package of this name."""


def test_where_there_is_no_server_the_error_says_what_to_install(
    folder: Path, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(embedded, "find_spec", nothing)
    with pytest.raises(StoreError, match=r"install redis-server .* REDIS_URL") as caught:
        enter()
    assert caught.value.fault is StoreFault.MISSING


def test_a_folder_that_cannot_be_written_is_told(folder: Path) -> None:
    (folder / "file").write_bytes(b"")
    with pytest.raises(StoreError, match=r"cannot hold a Redis .*set REDIS_URL"):
        join(folder / "file")


def test_the_one_on_the_path_comes_before_the_packages(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = folder / "redis-server"
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o700)
    monkeypatch.setenv("PATH", str(folder))
    assert find_server() == str(program)


def test_a_history_that_cannot_be_read_is_named_and_nothing_stays_behind(
    folder: Path, enter: Enter
) -> None:
    history = folder / "redis" / "appendonly.aof"
    history.parent.mkdir()
    history.write_bytes(b"no history of Redis\n" * 10)
    with pytest.raises(StoreError, match=r"does not start, see .*redis\.log: .*ppend only file"):
        enter()
    shutil.rmtree(history.parent)  # from Redis 7 on the file lies in a folder of its own
    share = enter()
    assert share.is_new


def test_a_program_that_is_no_server_is_named(folder: Path) -> None:
    with pytest.raises(StoreError, match=r"does not start.*it said nothing"):
        join(folder, server="/bin/false")
    with pytest.raises(StoreError, match="does not start"):
        join(folder, server=str(folder / "missing"))
