"""The carrier's HTTP in both directions: webhooks out, the REST API in."""

import asyncio
from base64 import b64decode
from collections.abc import Callable
from itertools import count
from urllib.parse import parse_qsl, urljoin, urlsplit

import aiohttp
from aiohttp import web
from yarl import URL

from ..assumptions import Assumption
from .orders import Fetch, Fields, WebAnswer, WebFailure, WebResult
from .rest_answer import RestAnswer
from .webhooks import signature

REDIRECTS_MAX = 10

ASSUMPTIONS = (
    Assumption(
        "at most 10 redirects; 301 and 302 turn a POST into a GET and lose its form",
        "documented",
        'Twilio "TwiML for Programmable Voice"; the loss: twilio/ai',
    ),
    Assumption("a redirected request is signed for its new URL", "assumed", "not documented"),
    Assumption(
        "every answer of REST has a `Twilio-Request-Id`, RQ and 32 hexadecimal digits",
        "assumed",
        "seen in answers, not documented",
    ),
)

Rest = Callable[[str, str, Fields], RestAnswer]


class WebhookClient:
    """Sends what the account orders. `connect_to` replaces the address of every URL."""

    def __init__(self, auth_token: str, connect_to: tuple[str, int] | None) -> None:
        self._auth_token = auth_token
        self._connect_to = connect_to
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())

    async def close(self) -> None:
        await self._session.close()

    async def fetch(self, order: Fetch) -> WebResult:
        """The answer after all redirects, or why there is none."""
        method, url, fields, headers = order.method, order.url, order.fields, dict(order.headers)
        for _ in range(REDIRECTS_MAX + 1):
            answer, location = await self._ask(order, method, url, fields, headers)
            if not location:
                return answer
            url = urljoin(url, location)
            if isinstance(answer, WebAnswer) and answer.status < 307:
                method, fields = "GET", ()
            headers["X-Twilio-Signature"] = signature(self._auth_token, url, fields)
        return WebFailure("redirects", f"more than {REDIRECTS_MAX}")

    async def _ask(
        self, order: Fetch, method: str, url: str, fields: Fields, headers: dict[str, str]
    ) -> tuple[WebResult, str]:
        limits = aiohttp.ClientTimeout(
            total=None,
            sock_connect=order.connect_timeout_ms / 1000,
            sock_read=order.read_timeout_ms / 1000,
        )
        request = self._session.request(
            method,
            URL(self._address(url), encoded=True),
            data=aiohttp.FormData(list(fields)) if method == "POST" else None,
            headers=headers | {"Host": urlsplit(url).netloc.rpartition("@")[2]},
            allow_redirects=False,
            timeout=limits,
        )
        try:
            async with request as response:
                content_type = response.headers.get("Content-Type", "")
                answer = WebAnswer(response.status, content_type, await response.read())
                is_moved = response.status in (301, 302, 303, 307, 308)
                return answer, response.headers.get("Location", "") if is_moved else ""
        except (aiohttp.ConnectionTimeoutError, aiohttp.ClientConnectorError) as error:
            return WebFailure("ct", str(error)), ""
        except (aiohttp.ClientError, TimeoutError) as error:
            return WebFailure("rt", str(error) or type(error).__name__), ""

    def _address(self, url: str) -> str:
        if self._connect_to is None:
            return url
        host, port = self._connect_to
        return urlsplit(url)._replace(scheme="http", netloc=f"{host}:{port}").geturl()


def rest_app(account_sid: str, auth_token: str, rest: Rest) -> web.Application:
    """The REST API as an application; any other credentials are 401, 20003."""
    requests = count(1)

    async def handle(request: web.Request) -> web.Response:
        request_id = f"RQ{next(requests):032x}"
        if _credentials(request.headers.get("Authorization", "")) != (account_sid, auth_token):
            refused = RestAnswer(401, b'{"code":20003,"message":"Authenticate","status":401}')
            return _response(refused, request_id)
        text = request.query_string if request.method == "GET" else await request.text()
        fields = tuple(parse_qsl(text, keep_blank_values=True))
        answer = rest(request.method, request.path, fields)
        if answer.late_ms:
            await asyncio.sleep(answer.late_ms / 1000)
        return _response(answer, request_id)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    return app


def _response(answer: RestAnswer, request_id: str) -> web.Response:
    headers = {"Twilio-Concurrent-Requests": "1", "Twilio-Request-Id": request_id}
    return web.Response(
        status=answer.status, body=answer.body, content_type="application/json", headers=headers
    )


def _credentials(header: str) -> tuple[str, str]:
    try:
        user, _, password = b64decode(header.removeprefix("Basic ")).decode().partition(":")
    except ValueError:
        return "", ""
    return user, password
