"""What the real package reads of the simulated carrier's account."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from aiohttp import web

from voicegate.gateway.carriers.twilio_account import AccountFacts, ask_account
from voicegate.gateway.sim.carrier.account import AccountSettings
from voicegate.gateway.sim.carrier.server import serve_carrier
from voicegate.numbers.provider import AuthError, Unreachable

ACCOUNT = "AC00000000000000000000000000000001"
TOKEN = "tw_auth_token_for_tests_0123456789"


def asked(ask: Callable[[str], AccountFacts]) -> AccountFacts:
    async def scenario() -> AccountFacts:
        async with serve_carrier("127.0.0.1", 0, AccountSettings(ACCOUNT, TOKEN)) as carrier:
            return await asyncio.to_thread(ask, f"http://127.0.0.1:{carrier.port}")

    return asyncio.run(scenario())


def test_an_account_tells_its_state_and_the_time() -> None:
    facts = asked(lambda url: ask_account(ACCOUNT, TOKEN, url))
    assert (facts.status, facts.kind) == ("active", "Full")
    assert facts.at.utcoffset() is not None


def test_wrong_credentials_are_wrong_here_too() -> None:
    with pytest.raises(AuthError):
        asked(lambda url: ask_account(ACCOUNT, "wrong", url))


async def answered_with(date: str) -> AccountFacts:
    """What a server says whose clock shows this."""

    async def answer(_: web.Request) -> web.Response:
        body = {"sid": ACCOUNT, "status": "suspended", "type": "Trial"}
        return web.json_response(body, headers={"Date": date})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        return await asyncio.to_thread(ask_account, ACCOUNT, TOKEN, url)
    finally:
        await runner.cleanup()


def test_the_clock_is_that_of_the_answer() -> None:
    facts = asyncio.run(answered_with("Sat, 21 Nov 2026 10:00:00 GMT"))
    assert facts == AccountFacts("suspended", "Trial", datetime(2026, 11, 21, 10, tzinfo=UTC))


def test_an_answer_without_a_readable_date_cannot_be_used() -> None:
    with pytest.raises(Unreachable, match="no date"):
        asyncio.run(answered_with("today"))
