"""Logs: one fact a line, JSON where nobody watches, and no secret or phone number in any of them.

Every line, ours or a library's, passes one handler. There each field is reduced to plain data and
each text in it is masked, before a renderer sees it.
"""

import logging
import sys
import threading
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import TracebackType
from typing import TextIO, cast

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

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
    handler = logging.StreamHandler(out)
    scrub = scrubber(secrets)
    handler.addFilter(_translate)
    handler.setFormatter(_formatter(scrub, is_terminal=out.isatty()))
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
        processors=[
            structlog.stdlib.add_log_level,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.stdlib.LoggerFactory(),
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


def _formatter(scrub: Scrub, *, is_terminal: bool) -> logging.Formatter:
    name = lru_cache(_KEPT_NAMES)(scrub)

    def masked(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        return {name(key): _plain(value, scrub) for key, value in event.items()}

    renderer: Processor = structlog.processors.JSONRenderer(ensure_ascii=False)
    if is_terminal:
        plain = structlog.dev.plain_traceback
        renderer = structlog.dev.ConsoleRenderer(exception_formatter=plain)
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.add_log_level],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            masked,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
    )


def _plain(value: object, scrub: Scrub) -> object:
    """Numbers as they are, everything else as masked text, in the same lists and mappings."""
    match value:
        case None | bool() | int() | float():
            return value
        case str():
            return scrub(value)
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
