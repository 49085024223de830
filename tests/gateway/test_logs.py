"""Planted secrets and numbers appear in no line, whoever writes it and however it fails."""

import ast
import inspect
import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import structlog
import uvicorn.protocols.http.httptools_impl
import uvicorn.server

from voicegate.gateway import logs

SECRET = 'tw/auth+token"0123'
NUMBER = "+15550100142"
PLANTED = (SECRET, json.dumps(SECRET)[1:-1], "tw%2Fauth", NUMBER, "15550100142")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def as_before() -> Iterator[None]:
    """Logging belongs to the process: put everything back."""
    root = logging.getLogger()
    kept = (root.handlers[:], root.level, logging.raiseExceptions)
    hooks = (sys.excepthook, threading.excepthook)
    yield
    root.handlers[:], level, logging.raiseExceptions = kept
    root.setLevel(level)
    sys.excepthook, threading.excepthook = hooks
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


@pytest.fixture
def out(as_before: None) -> io.StringIO:
    stream = io.StringIO()
    logs.configure("info", [SECRET], stream)
    return stream


@dataclass
class Caller:
    number: str


def fail() -> None:
    try:
        {}[NUMBER]
    except KeyError as cause:
        raise ValueError(f"cannot use {SECRET}") from cause


def lines(out: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def assert_clean(out: io.StringIO) -> None:
    assert out.getvalue()
    for planted in PLANTED:
        assert planted not in out.getvalue()


def test_a_fact_is_one_line_of_json_with_its_fields(out: io.StringIO) -> None:
    structlog.get_logger().info("call ended", call="c1", reason="caller_hung_up", heard_ms=740)
    (line,) = lines(out)
    assert line.pop("timestamp")
    assert line == {
        "event": "call ended",
        "level": "info",
        "call": "c1",
        "reason": "caller_hung_up",
        "heard_ms": 740,
    }


def test_secrets_and_numbers_are_masked_in_every_field(out: io.StringIO) -> None:
    """C145, C146: in values, keys, nested data and the text of objects."""
    structlog.get_logger().warning(
        f"message with {SECRET} and {NUMBER}",
        plain=NUMBER,
        inside=f"sip:{NUMBER}@example.com token={SECRET}",
        quoted="tw%2Fauth%2Btoken%220123",
        nested={"to": [NUMBER, (SECRET, {NUMBER})], NUMBER: 1},
        thing=Caller(NUMBER),
        raw=SECRET.encode(),
        error=ValueError(SECRET),
    )
    assert_clean(out)
    (line,) = lines(out)
    assert line["plain"] == "+1…42"


def test_numbers_that_are_no_phone_numbers_stay(out: io.StringIO) -> None:
    structlog.get_logger().info("tick", at_ms=1_795_000_000_000, share=0.5, ok=True, none=None)
    (line,) = lines(out)
    assert (line["at_ms"], line["share"], line["ok"], line["none"]) == (
        1_795_000_000_000,
        0.5,
        True,
        None,
    )


def test_secrets_and_numbers_are_masked_in_exceptions(out: io.StringIO) -> None:
    """C145: also after forced exceptions, with their causes."""
    try:
        fail()
    except ValueError:
        structlog.get_logger().exception("call crashed")
        logging.getLogger("library").exception("crashed for %s", NUMBER)
    assert_clean(out)
    ours, theirs = lines(out)
    assert "ValueError: cannot use [secret]" in str(ours["exception"])
    assert "ValueError: cannot use [secret]" in str(theirs["exception"])


@pytest.mark.parametrize(
    "name", ["twilio.http_client", "uvicorn.error", "websockets.client", "picows", "anything"]
)
def test_library_loggers_pass_the_same_filter(out: io.StringIO, name: str) -> None:
    """C146: arguments, URLs and headers of twilio, uvicorn, websockets and others."""
    logger = logging.getLogger(name)
    logger.warning("To=%s token=%s", NUMBER, SECRET)
    logger.error("GET %s", "/Calls?To=%2B15550100142&From=15550100142")
    logger.error("Authorization: Bearer abcdefgh12345678")
    assert_clean(out)
    assert [line["event"] for line in lines(out)] == [
        "To=+1…42 token=[secret]",
        "GET /Calls?To=+1…42&From=+1…42",
        "Authorization: [secret]",
    ]


def test_what_libraries_say_in_words_has_a_name(out: io.StringIO) -> None:
    """C145: and their news that we tell ourselves no line."""
    theirs = logging.getLogger("uvicorn.error")
    theirs.info("Started server process [%d]", 1)
    try:
        fail()
    except ValueError:
        theirs.warning("Invalid HTTP request received.")
    logging.getLogger("voicegate.picows").error("WS parser error: %s, initiate disconnect", (1009,))
    try:
        fail()
    except ValueError as error:
        text = "Initiate disconnect because of exception from WSListener.on_ws_frame: %s"
        logging.getLogger("voicegate.picows").warning(text, str(error))
    invalid, crashed = lines(out)
    assert (invalid["event"], crashed["event"]) == ("http.invalid", "socket.crashed")
    assert "ValueError" in str(crashed["exception"])
    assert "exception" not in invalid
    assert_clean(out)


def test_the_words_are_those_that_uvicorn_says() -> None:
    """Another version may say it otherwise; picows is pinned."""
    said = {
        node.value
        for library in (uvicorn.server, uvicorn.protocols.http.httptools_impl)
        for node in ast.walk(ast.parse(inspect.getsource(library)))
        if isinstance(node, ast.Constant)
    }
    assert {words for words in logs.TRANSLATED if words not in said and "WS" not in words} == set()


@pytest.mark.parametrize(
    "name", ["twilio.async_http_client", "websockets.server", "aiohttp.access"]
)
def test_libraries_that_tell_words_and_urls_keep_quiet_at_any_level(
    as_before: None, name: str
) -> None:
    """C146: frames and requests are logged below the level of a warning."""
    out = io.StringIO()
    logs.configure("debug", [], out)
    logging.getLogger(name).info('{"type":"response.output_audio_transcript.done"}')
    logging.getLogger(name).debug("> TEXT")
    assert out.getvalue() == ""


def test_a_broken_log_call_does_not_print_its_arguments(
    out: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    """C145: the standard library would show them on stderr."""
    logging.getLogger("library").warning("%d", SECRET)
    assert SECRET not in capsys.readouterr().err
    assert SECRET not in out.getvalue()


def test_warnings_and_uncaught_exceptions_pass_the_same_filter(
    out: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    """C145: nothing goes to stderr beside the log."""
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=False)
        logging.captureWarnings(capture=True)
        warnings.warn(f"deprecated {SECRET}", stacklevel=1)
    sys.excepthook(ValueError, ValueError(NUMBER), None)
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    assert_clean(out)
    assert len(lines(out)) == 3
    assert capsys.readouterr().err == ""


def test_what_is_below_the_level_is_not_written(as_before: None) -> None:
    out = io.StringIO()
    logs.configure("warning", [], out)
    structlog.get_logger().info("quiet")
    logging.getLogger("library").info("quiet")
    structlog.get_logger().warning("loud")
    assert [line["event"] for line in lines(out)] == ["loud"]


def test_a_terminal_gets_text_for_people_masked_alike(as_before: None) -> None:
    """C145, C146: the other renderer."""
    out = Terminal()
    logs.configure("info", [SECRET], out)
    try:
        fail()
    except ValueError:
        structlog.get_logger().exception("crashed", caller=NUMBER)
    assert_clean(out)
    assert not out.getvalue().startswith("{")
    assert "crashed" in out.getvalue()


def test_uvicorns_own_handlers_give_way(as_before: None) -> None:
    theirs = io.StringIO()
    logger = logging.getLogger("uvicorn.access")
    logger.addHandler(logging.StreamHandler(theirs))
    logger.propagate = False
    out = io.StringIO()
    logs.configure("info", [], out)
    logger.info('%s - "POST %s"', "127.0.0.1", f"/x?From={NUMBER}")
    assert theirs.getvalue() == ""
    assert lines(out)[0]["event"] == '127.0.0.1 - "POST /x?From=+1…42"'
