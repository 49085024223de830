"""Against a real server on loopback: what is sent, what counts as done, and what may have been."""

import asyncio
from base64 import b64decode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

import pytest

from voicegate.gateway.carriers.carrier import Carrier
from voicegate.gateway.carriers.twilio_rest import TwilioRest
from voicegate.gateway.core.errors import CarrierError

ACCOUNT = "AC00000000000000000000000000000001"
CALL = "CA00000000000000000000000000000001"
PATH = f"/2010-04-01/Accounts/{ACCOUNT}/Calls/{CALL}.json"

Reply = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Request:
    line: str
    headers: dict[str, str]
    form: list[tuple[str, str]]


@dataclass
class FakeTwilio:
    """An HTTP server that notes each request and gives each the same reply."""

    reply: Reply
    requests: list[Request] = field(default_factory=list[Request])

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                line, *rest = head.decode().strip().split("\r\n")
                headers = {name.lower(): value for name, value in (h.split(": ") for h in rest)}
                body = await reader.readexactly(int(headers["content-length"]))
                self.requests.append(Request(line, headers, parse_qsl(body.decode())))
                await self.reply(writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


def answer(status: int, body: str) -> Reply:
    async def write(writer: asyncio.StreamWriter) -> None:
        raw = body.encode()
        writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: {len(raw)}\r\n\r\n".encode() + raw)
        await writer.drain()

    return write


def error(status: int, code: int) -> Reply:
    return answer(status, f'{{"code": {code}, "message": "no", "status": {status}}}')


async def nothing(_writer: asyncio.StreamWriter) -> None:
    """Take the request and never answer."""


async def a_drop_at_a_time(writer: asyncio.StreamWriter) -> None:
    """Begin an answer that never ends."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
    await writer.drain()


async def hanging_up(writer: asyncio.StreamWriter) -> None:
    """Close instead of answering."""
    writer.close()


def talk(
    reply: Reply, act: Callable[[TwilioRest], Awaitable[None]], timeout_s: float = 5.0
) -> list[Request]:
    """Run `act` against a server with this reply; the requests it saw."""

    async def scenario() -> list[Request]:
        twilio = FakeTwilio(reply)
        async with await asyncio.start_server(twilio.serve, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            rest = TwilioRest(ACCOUNT, "the-token", f"http://127.0.0.1:{port}", timeout_s)
            try:
                async with asyncio.timeout(10):  # ours must come first
                    await act(rest)
            finally:
                await rest.close()
        return twilio.requests

    return asyncio.run(scenario())


def refused(
    reply: Reply, act: Callable[[TwilioRest], Awaitable[None]], timeout_s: float = 5.0
) -> tuple[CarrierError, int]:
    """The error, and how many requests it took."""
    errors: list[CarrierError] = []

    async def catching(rest: TwilioRest) -> None:
        with pytest.raises(CarrierError) as caught:
            await act(rest)
        errors.append(caught.value)

    requests = talk(reply, catching, timeout_s)
    return errors[0], len(requests)


async def hang_up(rest: Carrier) -> None:
    await rest.hang_up(CALL)


async def redirect(rest: Carrier) -> None:
    await rest.redirect(CALL, "<Response><Say>Grüße & mehr</Say></Response>".encode())


async def elsewhere(writer: asyncio.StreamWriter) -> None:
    """Lead to the same place again."""
    writer.write(f"HTTP/1.1 307 X\r\nLocation: {PATH}\r\nContent-Length: 2\r\n\r\n{{}}".encode())
    await writer.drain()


OK = answer(200, f'{{"sid": "{CALL}", "status": "completed"}}')


def test_hanging_up_posts_completed_once_with_the_accounts_credentials() -> None:
    """C17: REST Status=completed."""
    (request,) = talk(OK, hang_up)
    assert request.line == f"POST {PATH} HTTP/1.1"
    assert request.form == [("Status", "completed")]
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    scheme, credentials = request.headers["authorization"].split()
    assert (scheme, b64decode(credentials).decode()) == ("Basic", f"{ACCOUNT}:the-token")


def test_redirecting_posts_the_document() -> None:
    (request,) = talk(OK, redirect)
    assert request.line == f"POST {PATH} HTTP/1.1"
    assert request.form == [("Twiml", "<Response><Say>Grüße & mehr</Say></Response>")]


@pytest.mark.parametrize(("status", "code"), [(404, 20404), (400, 21220)])
def test_a_call_that_has_ended_already_is_hung_up(status: int, code: int) -> None:
    """C17: 20404 and 21220 mean done."""
    assert len(talk(error(status, code), hang_up)) == 1


def test_a_call_that_has_ended_cannot_be_redirected() -> None:
    caught, _ = refused(error(400, 21220), redirect)
    assert (caught.status, caught.code, caught.maybe_done) == (400, 21220, False)


RFC_9457 = '{"type": "x", "title": "t", "status": 400, "code": 20001, "detail": "d"}'


@pytest.mark.parametrize(
    ("reply", "status", "code", "maybe_done"),
    [
        (error(401, 20003), 401, 20003, False),
        (error(429, 20429), 429, 20429, False),
        (error(500, 20500), 500, 20500, True),
        (answer(503, "<html>busy</html>"), 503, None, True),
        (answer(404, "<html>not Twilio</html>"), 404, None, False),
        (answer(400, RFC_9457), 400, 20001, False),
        (answer(400, '{"code": "20404"}'), 400, None, False),
        (answer(400, '["code"]'), 400, None, False),
        (elsewhere, 307, None, False),
        (answer(200, "<html>a proxy</html>"), 200, None, True),
        (hanging_up, None, None, True),
    ],
)
def test_any_other_answer_is_an_error_that_was_asked_for_once(
    reply: Reply, status: int | None, code: int | None, *, maybe_done: bool
) -> None:
    """C17: status, code and fate are told; no POST is ever repeated."""
    caught, requests = refused(reply, hang_up)
    assert (caught.status, caught.code, caught.maybe_done) == (status, code, maybe_done)
    assert requests == 1


@pytest.mark.parametrize("reply", [nothing, a_drop_at_a_time])
def test_a_server_that_does_not_answer_in_time_is_given_up(reply: Reply) -> None:
    """C17: the deadline is real, for the whole answer, and the request may have been done."""
    caught, requests = refused(reply, hang_up, timeout_s=0.05)
    assert (caught.status, caught.code, caught.maybe_done) == (None, None, True)
    assert requests == 1


def test_a_connection_lost_between_two_requests_costs_no_repetition() -> None:
    """Twice in a row on a server that answers the first and drops the second."""
    replies = iter([OK, hanging_up])

    async def next_reply(writer: asyncio.StreamWriter) -> None:
        await next(replies)(writer)

    async def twice(rest: TwilioRest) -> None:
        await rest.hang_up(CALL)
        with pytest.raises(CarrierError):
            await rest.hang_up(CALL)

    assert len(talk(next_reply, twice)) == 2


def test_a_request_that_never_left_was_not_done() -> None:
    async def scenario() -> CarrierError:
        async with await asyncio.start_server(FakeTwilio(OK).serve, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
        rest = TwilioRest(ACCOUNT, "the-token", f"http://127.0.0.1:{port}")
        with pytest.raises(CarrierError) as caught:
            await rest.hang_up(CALL)
        await rest.close()
        return caught.value

    caught = asyncio.run(scenario())
    assert (caught.status, caught.code, caught.maybe_done) == (None, None, False)


def test_the_process_environment_leads_no_request_elsewhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """C149: regions, edges and proxies of the environment do not count."""
    monkeypatch.setenv("TWILIO_REGION", "ie1")
    monkeypatch.setenv("TWILIO_EDGE", "dublin")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    (request,) = talk(OK, hang_up)
    assert request.line == f"POST {PATH} HTTP/1.1"


@pytest.mark.parametrize("sid", ["", "CA1", "../Messages", f"{CALL}/Recordings", f"MZ{CALL[2:]}"])
def test_what_is_no_call_sid_becomes_no_path(sid: str) -> None:
    async def act(rest: TwilioRest) -> None:
        with pytest.raises(ValueError, match="not a call SID"):
            await rest.hang_up(sid)

    assert talk(OK, act) == []


def test_a_document_too_long_for_a_request_is_not_sent() -> None:
    async def act(rest: TwilioRest) -> None:
        with pytest.raises(ValueError, match="4000"):
            await rest.redirect(CALL, b"x" * 4001)
        await rest.redirect(CALL, b"x" * 4000)

    assert len(talk(OK, act)) == 1
