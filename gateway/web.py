"""HTTP: the carrier's webhooks, health, figures. It reads and writes; others decide."""

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from .answers import AFTER_PATH, STATUS_PATH, STREAM_STATUS_PATH, VOICE_PATH
from .carriers.signature import Fields, SignatureValidator, form_fields
from .metrics import Metrics
from .notice import Notice, parse
from .reception import Reception, Reply

BODY_BYTES_MAX = 64_000
BODY_TIMEOUT_S = 5.0

_ELSEWHERE = "other"  # the label of all paths that are no webhook's: strangers think of many
_SHOWN_CHARS = 100

_LOG = structlog.stdlib.get_logger("voicegate.web")

Decide = Callable[[Notice], Awaitable[Reply]]


class Webhooks:
    """Whatever the carrier posts: read within bounds, proven to be the carrier's, then answered.

    Without a validator everything counts as proven.
    """

    def __init__(
        self, reception: Reception, validator: SignatureValidator | None, metrics: Metrics
    ) -> None:
        self._validator = validator
        self._metrics = metrics
        self.routes: Mapping[str, Decide] = {
            VOICE_PATH: reception.voice,
            AFTER_PATH: reception.after,
            STATUS_PATH: reception.status,
            STREAM_STATUS_PATH: reception.stream_status,
        }

    async def answer(self, request: Request) -> Response:
        """The endpoint of every webhook."""
        path: str = request.scope["path"]
        response = await self._answer(path, request)
        self._metrics.webhooks.labels(path, response.status_code).inc()
        return response

    async def misdirected(self, request: Request, error: Exception) -> Response:
        """Not found, or not posted: where the carrier was told another address or method."""
        assert isinstance(error, HTTPException)
        path: str = request.scope["path"]
        status, label = HTTPStatus(error.status_code), path if path in self.routes else _ELSEWHERE
        self._metrics.webhooks.labels(label, status.value).inc()
        self._metrics.webhooks_refused.labels(label, _cause(status)).inc()
        shown = _target(request).partition("?")[0][:_SHOWN_CHARS]
        _LOG.warning("webhook.refused", path=shown, method=request.method, cause=_cause(status))
        return Response(status_code=status, headers=error.headers)

    async def _answer(self, path: str, request: Request) -> Response:
        body = await _read(request)
        if isinstance(body, HTTPStatus):
            return self._refuse(path, body, _cause(body))
        fields = _fields(body)
        if fields is None or not self._is_proven(request, fields):
            return self._refuse(path, HTTPStatus.FORBIDDEN, "unsigned")
        notice = parse(fields)
        if notice is None:
            return self._refuse(path, HTTPStatus.BAD_REQUEST, "no_call")
        return _render(await self.routes[path](notice))

    def _is_proven(self, request: Request, fields: Fields) -> bool:
        if self._validator is None:
            return True
        return self._validator.is_signed_form(_target(request), fields, request.headers)

    def _refuse(self, path: str, status: HTTPStatus, cause: str) -> Response:
        self._metrics.webhooks_refused.labels(path, cause).inc()
        _LOG.warning("webhook.refused", path=path, cause=cause)
        return Response(status_code=status, headers={"Connection": "close"})


class Health:
    """What a load balancer and an operator may know.

    `failing` names the parts that fail now. `registry` says which version answers calls: one that
    was refused, or a store that is away, keeps no call out.
    """

    def __init__(
        self,
        failing: Callable[[], list[str]],
        registry: Callable[[], dict[str, str | int]] | None = None,
        *,
        is_insecure: bool,
    ) -> None:
        self._failing = failing
        self._registry = registry
        self._is_insecure = is_insecure

    async def live(self, _request: Request) -> Response:
        """The loop turns."""
        return Response("ok", media_type="text/plain")

    async def ready(self, _request: Request) -> Response:
        """Whether new calls may come here."""
        failing = self._failing()
        status = HTTPStatus.SERVICE_UNAVAILABLE if failing else HTTPStatus.OK
        told: dict[str, object] = {"failing": failing, "insecure": self._is_insecure}
        if self._registry is not None:
            told["registry"] = self._registry()
        return JSONResponse(told, status)


class Figures:
    """The metrics, for whoever brings the token; without a token for nobody, unless `is_open`."""

    def __init__(self, metrics: Metrics, token: str | None, *, is_open: bool) -> None:
        self._metrics = metrics
        self._wanted = None if token is None else f"Bearer {token}".encode()
        self._is_open = is_open and token is None

    async def show(self, request: Request) -> Response:
        """The exposition text."""
        if self._is_open or self._is_known(request.headers.get("Authorization", "")):
            text, content_type = self._metrics.render()
            return Response(text, headers={"Content-Type": content_type})
        return Response(status_code=HTTPStatus.UNAUTHORIZED, headers={"WWW-Authenticate": "Bearer"})

    def _is_known(self, given: str) -> bool:
        return self._wanted is not None and hmac.compare_digest(given.encode(), self._wanted)


def build_app(
    webhooks: Webhooks, health: Health, figures: Figures, fallback: Callable[[], bytes]
) -> FastAPI:
    """The application. Where a bug keeps the carrier from its answer, `fallback` takes the call."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    for path in webhooks.routes:
        app.add_route(path, webhooks.answer, methods=["POST"])
    app.add_route("/healthz", health.live)
    app.add_route("/readyz", health.ready)
    app.add_route("/metrics", figures.show)

    async def stand_in(request: Request, _bug: Exception) -> Response:
        """The framework calls this, then raises the bug further, into the log."""
        if request.scope["path"] in (VOICE_PATH, AFTER_PATH):
            return _document(fallback())
        return Response(status_code=HTTPStatus.INTERNAL_SERVER_ERROR)

    for status in (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED):
        app.add_exception_handler(status, webhooks.misdirected)
    app.add_exception_handler(Exception, stand_in)
    return app


async def _read(request: Request) -> bytes | HTTPStatus:
    """The whole body, or what is wrong with it."""
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            async for chunk in request.stream():
                body += chunk
                if len(body) > BODY_BYTES_MAX:
                    return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    except TimeoutError:
        return HTTPStatus.REQUEST_TIMEOUT
    except ClientDisconnect:  # nobody will read this
        return HTTPStatus.BAD_REQUEST
    return bytes(body)


def _cause(status: HTTPStatus) -> str:
    return status.phrase.lower().replace(" ", "_")


def _fields(body: bytes) -> Fields | None:
    try:
        return form_fields(body)
    except ValueError:
        return None


def _target(request: Request) -> str:
    """Path and query as they stood on the request line: that is what was signed."""
    path: bytes = request.scope["raw_path"]
    query: bytes = request.scope["query_string"]
    return (path + b"?" + query if query else path).decode("latin-1")


def _render(reply: Reply) -> Response:
    if reply.status is HTTPStatus.OK:
        return _document(reply.document)
    return Response(status_code=reply.status)


def _document(document: bytes) -> Response:
    return Response(document, media_type="text/xml")
