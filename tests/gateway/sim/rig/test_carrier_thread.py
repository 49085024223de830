"""The simulated carrier in a thread of its own."""

import socket

import pytest

from voicegate.gateway.sim.carrier.account import AccountSettings
from voicegate.gateway.sim.rig.carrier_thread import carrier_in_thread


def test_it_can_be_reached_by_who_blocks_until_the_block_ends() -> None:
    with carrier_in_thread(AccountSettings("AC" + "1" * 32, "0123456789abcdef")) as server:
        place = ("127.0.0.1", server.port)
        socket.create_connection(place).close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(place)
