"""How the `twilio` package reaches Twilio: one request, one deadline, one kind of error.

The package's own client for asyncio never applies its timeout, repeats a POST when told to retry,
and leaves its caller three shapes of exception; this one takes its place by the package's door for
custom clients, so whatever the package can ask is answered by the rules here.
"""

import logging
from base64 import b64encode
from urllib.parse import urlencode

import aiohttp
from twilio.http import AsyncHttpClient  # pyright: ignore[reportMissingTypeStubs]
from twilio.http.response import Response  # pyright: ignore[reportMissingTypeStubs]

from ..core.errors import CarrierError
from .twilio_answer import code_of, json_object


class TwilioTransport(AsyncHttpClient):
    """Sends each request once; raises CarrierError for whatever is no success with a JSON body."""

    def __init__(self, timeout_s: float) -> None:
        super().__init__(logging.getLogger(__name__), True, timeout_s)  # noqa: FBT003
        self._timeout = aiohttp.ClientTimeout(total=timeout_s)
        self._session: aiohttp.ClientSession | None = None

    async def request(
        self,
        method: str,
        uri: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109  # never given by the package
        allow_redirects: bool = False,  # noqa: FBT001, FBT002
    ) -> Response:
        """Ask once, within the one deadline for connecting, sending and reading."""
        query = urlencode(params or {}, doseq=True)
        request = self._opened().request(
            method,
            f"{uri}?{query}" if query else uri,
            data=urlencode(data or {}, doseq=True),
            headers={**(headers or {}), **_authorization(auth)},
            allow_redirects=allow_redirects,
        )
        try:
            async with request as answer:
                return _success(method, answer.status, await answer.read())
        except aiohttp.ClientConnectorError as error:  # nothing was sent
            raise CarrierError(
                f"Twilio {method}", status=None, code=None, maybe_done=False
            ) from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise CarrierError(
                f"Twilio {method}", status=None, code=None, maybe_done=True
            ) from error

    async def close(self) -> None:
        """Give the connections back; a later request would open them anew."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _opened(self) -> aiohttp.ClientSession:
        if (
            self._session is None
        ):  # it belongs to the loop that runs, which at start there may not be
            self._session = aiohttp.ClientSession(timeout=self._timeout)
        return self._session


def _authorization(auth: tuple[str, str] | None) -> dict[str, str]:
    if auth is None:
        return {}
    return {"Authorization": "Basic " + b64encode(":".join(auth).encode()).decode()}


def _success(method: str, status: int, body: bytes) -> Response:
    answer = json_object(body)
    if 200 <= status < 300 and answer is not None:
        return Response(status, body.decode("utf-8", "replace"))
    raise CarrierError(
        f"Twilio {method}",
        status=status,
        code=code_of(answer),
        maybe_done=status < 300 or status >= 500,
    )
