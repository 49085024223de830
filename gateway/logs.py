"""Logs: one fact a line, JSON where nobody watches, and no secret or phone number in any of them.

Every line, ours or a library's, is made in one place. There each field is reduced to plain data and
each text in it is masked, before a renderer sees it. Ours do not take the way through `logging`,
which costs a turn of talk more than all its events.
"""

import json
import logging
import sys
import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from types import TracebackType
from typing import TextIO, cast

import orjson
import structlog
from structlog.typing import EventDict, WrappedLogger

from .core.redact import Scrub, scrubber

# These tell callers' words and carriers' URLs when they tell much.
_QUIET = ("aiohttp", "asyncio", "picows", "twilio", "urllib3", "voicegate.picows", "websockets")
_OWN_HANDLERS = ("uvicorn", "uvicorn.access", "uvicorn.error")
_CRASHED = "socket.crashed"
# What the libraries below us say in words, by a name; what we tell ourselves, by none.
TRANSLATED = {
    "Cancel %s running task(s), timeout graceful shutdown exceeded": "http.cut_off",
    "Exception in ASGI application\n": "http.crashed",
    "Initiate disconnect because of exception from WSListener.on_ws_frame": _CRASHED,
    "Initiate disconnect because of exception from WSListener.on_ws_frame: %s": _CRASHED,
    "Invalid HTTP request received.": "http.invalid",
    "Unsupported upgrade request.": "http.invalid",
    "WS parser error: %s, initiate disconnect": "",  # the end of its call or of its model
}
_KEPT_NAMES = 1_024  # masked ones: they say the same again and again, and no caller chooses one


def configure(level: str, secrets: Iterable[str], stream: TextIO | None = None) -> None:
    """Send all logs of the process to `stream` (stdout), masked; uncaught exceptions too."""
    out = sys.stdout if stream is None else stream
    lines = _Lines(scrubber(secrets), is_terminal=out.isatty())
    handler = _Output(out)
    handler.addFilter(_translate)
    handler.setFormatter(lines)
    threshold = logging.getLevelNamesMapping()[level.upper()]
    logging.basicConfig(handlers=[handler], level=threshold, force=True)
    logging.captureWarnings(capture=True)
    logging.raiseExceptions = False  # a broken log call would print its arguments, unmasked
    _leave_out_what_is_not_shown()
    for name in _OWN_HANDLERS:
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(threshold, logging.WARNING))
    structlog.configure(
        processors=[lines],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=lambda *_: handler,
    )
    sys.excepthook = _log_uncaught
    threading.excepthook = lambda args: _log_uncaught(
        args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback
    )


def _leave_out_what_is_not_shown() -> None:
    """Who logged, in which thread and process: Python "Logging HOWTO", "Optimization"."""
    logging._srcfile = None  # pyright: ignore[reportPrivateUsage]
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False


def _translate(record: logging.LogRecord) -> bool:
    """Name what a library says; whether the line is worth one at all."""
    if record.name == "uvicorn.error" and record.levelno < logging.WARNING:
        return False  # the process starts and leaves: `server.…` and `drain.…` say so
    name = TRANSLATED.get(record.msg) if isinstance(record.msg, str) else None
    if name is None:
        return True
    record.msg, record.args = name, ()
    if name == _CRASHED:  # of which picows does not always tell where
        record.exc_info = sys.exc_info()
    return bool(name)


class _Lines(logging.Formatter):
    """Makes each line: of a library's record, and as a processor of structlog of what we say."""

    def __init__(self, scrub: Scrub, *, is_terminal: bool) -> None:
        super().__init__()
        self._scrub = scrub
        self._name = lru_cache(_KEPT_NAMES)(scrub)
        plain = structlog.dev.plain_traceback
        console = structlog.dev.ConsoleRenderer(exception_formatter=plain)
        self._render = console if is_terminal else _json

    def format(self, record: logging.LogRecord) -> str:
        event: EventDict = {"event": record.getMessage()}
        if record.exc_info:
            event["exc_info"] = record.exc_info
        return self(None, record.levelname.lower(), event)

    def __call__(self, _logger: WrappedLogger, level: str, event: EventDict) -> str:
        if "exc_info" in event:
            event = structlog.processors.format_exc_info(None, level, event)
        name, scrub = self._name, self._scrub
        masked: EventDict = {name(key): _plain(value, scrub) for key, value in event.items()}
        masked["level"] = level
        masked["timestamp"] = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        return self._render(None, level, masked)


class _Output(logging.StreamHandler[TextIO]):
    """Where all lines go; to structlog it is a logger that is handed whole lines."""

    def info(self, line: str) -> None:
        """Write it now; what cannot be written is lost, and no call with it."""
        self.acquire()
        try:
            with suppress(OSError, ValueError):
                self.stream.write(line + self.terminator)
                self.stream.flush()
        finally:
            self.release()

    debug = warning = error = critical = info


def _json(_logger: WrappedLogger, _level: str, event: EventDict) -> str:
    try:
        return orjson.dumps(event).decode()
    except orjson.JSONEncodeError:  # halves of characters, numbers beyond 64 bits
        return json.dumps(event)


def _plain(value: object, scrub: Scrub) -> object:
    """Numbers as they are, everything else as masked text, in the same lists and mappings."""
    if isinstance(value, str):
        return scrub(value)
    if value is None or isinstance(value, int | float):
        return value
    match value:
        case Mapping():
            items = cast("Mapping[object, object]", value).items()
            return {scrub(str(key)): _plain(item, scrub) for key, item in items}
        case list() | tuple() | set() | frozenset():
            return [_plain(item, scrub) for item in cast("Iterable[object]", value)]
        case _:
            return scrub(repr(value))


def _log_uncaught(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    logging.getLogger("voicegate").critical("uncaught", exc_info=(kind, error, trace))
