"""Which addresses the world can reach."""

import pytest

from voicegate.numbers.changes.public_address import why_private


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST",
        "box",
        "voice.localhost",
        "voice.local",
        "gate.internal",
        "voice.test.",
        "127.0.0.1",
        "10.1.2.3",
        "192.168.0.5:8084",
        "172.16.0.1",
        "169.254.1.1",
        "0.0.0.0",
        "100.64.0.1",
        "[::1]",
        "[fd00::1]",
        "[fe80::1]:8084",
        "",
    ],
)
def test_an_address_of_this_house_is_refused(host: str) -> None:
    assert why_private(f"https://{host}")


@pytest.mark.parametrize(
    "host", ["voice.example.com", "voice.example.com:8443", "8.8.8.8", "[2606:4700::1111]"]
)
def test_an_address_of_the_worlds_is_taken(host: str) -> None:
    assert why_private(f"https://{host}") == ""
