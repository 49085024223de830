"""The simulated carrier's numbers, and the real provider at them."""

import socket
from collections.abc import Iterator
from contextlib import closing

import pytest

from voicegate.gateway.carriers.twilio_numbers import TwilioNumbers
from voicegate.gateway.sim.carrier.account import AccountSettings
from voicegate.gateway.sim.carrier.server import CarrierServer
from voicegate.gateway.sim.rig.carrier_thread import carrier_in_thread
from voicegate.gateway.sim.rig.number_desk import NumberDesk

ACCOUNT = "AC00000000000000000000000000000001"
TOKEN = "tw_auth_token_for_tests_0123456789"


@pytest.fixture(scope="session")
def number_server() -> Iterator[CarrierServer]:
    """One for all tests here, with a loop and a thread of its own: the provider blocks."""
    with carrier_in_thread(AccountSettings(ACCOUNT, TOKEN)) as server:
        yield server


@pytest.fixture
def carrier(number_server: CarrierServer) -> NumberDesk:
    """Nothing is owned, nothing was asked."""
    return NumberDesk(number_server)


@pytest.fixture
def twilio(carrier: NumberDesk) -> Iterator[TwilioNumbers]:
    """The provider of that account."""
    with closing(carrier.provider()) as provider:
        yield provider


@pytest.fixture
def deaf_url() -> Iterator[str]:
    """A port that is taken, and where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"
