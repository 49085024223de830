"""Keeps a private Redis running for as long as anybody uses it: a program of its own.

`python -I -S redis_keeper.py FOLDER SOCKET COMMAND…` returns when the server answers, or says why
it does not. What stays behind waits for the last user to be gone, which the kernel tells however
that one ended, and then stops the server; until then a server that dies is started again.
"""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import threading
import time

READY = "ready"
START_TIMEOUT_S = 60.0  # a long history takes its time to load
STOP_TIMEOUT_S = 10.0
PAUSE_S = 0.1  # before a server that died is started again; doubled while it dies at once
LONGEST_PAUSE_S = 2.0


class Server:
    """The server's process: at most one at a time, none once it was stopped."""

    def __init__(self, command: list[str], log: str, lock: int) -> None:
        self._command = command
        self._log = log
        self._lock = lock
        self._guard = threading.Lock()
        self._is_over = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> bool:
        """False if it is not wanted any more. The lock goes with the process and its children."""
        with self._guard:
            if self._is_over.is_set():
                return False
            with open(self._log, "ab") as log:
                self._process = subprocess.Popen(
                    self._command,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    pass_fds=[self._lock],
                )
            return True

    def wait_until_it_answers(self, path: str) -> bool:
        """False if it has ended, or does not come to it."""
        give_up_at = time.monotonic() + START_TIMEOUT_S
        while not answers(path):
            if self._process is None or self._process.poll() is not None:
                return False
            if time.monotonic() > give_up_at:
                return False
            time.sleep(0.01)
        return True

    def stop(self) -> None:
        """For good."""
        with self._guard:
            self._is_over.set()
            process = self._process
        if process is None:
            return
        process.terminate()
        try:
            process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()

    def keep(self) -> None:
        """Start it again whenever it has ended, until it was stopped."""
        pause_s = PAUSE_S
        while self._process is not None:
            began_at = time.monotonic()
            self._process.wait()
            died_at_once = time.monotonic() - began_at < 1
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S) if died_at_once else PAUSE_S
            if self._is_over.wait(pause_s) or not self.start():
                return


def answers(path: str) -> bool:
    """Whether a server there takes commands; one that still loads does not."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(1)
        try:
            probe.connect(path)
            probe.sendall(b"PING\r\n")
            return probe.recv(1) == b"+"
        except OSError:
            return False


def lock(path: str) -> int:
    """The open file, which this process alone has locked; waits for whoever else has it."""
    held = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(held, fcntl.LOCK_EX)
    return held


def detach() -> int:
    """Go on as a process of its own: returns there, with the open end on which to report."""
    reader, writer = os.pipe()
    if os.fork():
        os.close(writer)
        with open(reader, encoding="utf-8") as report:
            told = report.read()
        sys.exit(None if told == READY else told or "it ended")
    os.close(reader)
    os.setsid()
    os.chdir("/")
    silence = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(silence, standard)
    return writer


def last_line(log: str) -> str:
    """What the server said last."""
    with open(log, encoding="utf-8", errors="replace") as file:
        return ([line.strip() for line in file if line.strip()] or ["it said nothing"])[-1]


def main(folder: str, path: str, *command: str) -> None:
    """See the module. Whoever starts it holds the lock under which servers are started."""
    writer = detach()
    kept = lock(f"{folder}/keeper.lock")
    log = f"{folder}/redis.log"
    server = Server([*command], log, lock(f"{folder}/server.lock"))
    stopper = threading.Thread(target=server.stop)
    signal.signal(signal.SIGTERM, lambda _number, _frame: stopper.start())
    server.start()
    is_up = server.wait_until_it_answers(path)
    os.write(writer, (READY if is_up else last_line(log)).encode())
    os.close(writer)
    if is_up:
        last_user = threading.Thread(
            target=lambda: (lock(f"{folder}/users.lock"), server.stop()), daemon=True
        )
        last_user.start()
        server.keep()
        last_user.join()
    else:
        server.stop()
    os.close(kept)


if __name__ == "__main__":
    main(*sys.argv[1:])
