"""The simulated carrier's REST API on real sockets, as the vendor's package asks it."""

import asyncio

import aiohttp
import pytest

from voicegate.gateway.sim.rig.small_gateway import (
    ACCOUNT,
    HOST,
    OWN,
    TOKEN,
    carrier,
    gateway,
)


def test_the_vendors_client_creates_finds_and_ends_a_call() -> None:
    """C170.6: REST as the `twilio` package speaks it, also where it is refused."""
    from twilio.base.exceptions import TwilioRestException  # pyright: ignore[reportMissingTypeStubs]
    from twilio.http.http_client import TwilioHttpClient  # pyright: ignore[reportMissingTypeStubs]
    from twilio.rest import Client  # pyright: ignore[reportMissingTypeStubs]

    def act(port: int) -> list[object]:
        client = Client(ACCOUNT, TOKEN, http_client=TwilioHttpClient(pool_connections=False))
        client.api.base_url = f"http://127.0.0.1:{port}"
        made = client.calls.create(to="+15550100009", from_=OWN, url=f"{HOST}/voice")
        sid = str(made.sid)
        found = [each.sid for each in client.calls.list(to="+15550100009", limit=5)]
        ended = client.calls(sid).update(status="completed")
        seen: list[object] = [made.status, found == [sid], ended.status]
        for attempt in (
            lambda: client.calls(sid).update(status="completed"),
            lambda: client.calls("CA" + "9" * 32).fetch(),
            lambda: client.calls.create(to="5550100009", from_=OWN, url=f"{HOST}/voice"),
        ):
            with pytest.raises(TwilioRestException) as caught:
                attempt()
            seen.append((caught.value.status, caught.value.code))
        return seen

    async def play() -> list[object]:
        async with gateway() as town, carrier(town) as server:
            return await asyncio.to_thread(act, server.port)

    assert asyncio.run(play()) == [
        "queued",
        True,
        "completed",
        (400, 21220),
        (404, 20404),
        (400, 21211),
    ]


def test_rest_without_the_token_is_refused() -> None:
    async def play() -> int:
        async with gateway() as town, carrier(town) as server:
            url = f"http://127.0.0.1:{server.port}/2010-04-01/Accounts/{ACCOUNT}/Calls.json"
            async with aiohttp.ClientSession() as session, session.get(url) as response:
                return response.status

    assert asyncio.run(play()) == 401
