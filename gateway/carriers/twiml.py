"""The few TwiML documents we answer with, as pure functions to UTF-8 bytes.

The builder of the `twilio` package is cheap to import (2 ms more than the ElementTree beneath it),
but it is untyped and turns a mistyped attribute into a broken call; six documents need no builder.
Limits come from Twilio "TwiML Voice: Stream" and its error pages 11750, 31922 and 31923.
"""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, SubElement, tostring

from ..core.redact import phone

DOCUMENT_BYTES_MAX = 64_000
PARAMETER_CHARS_MAX = 499  # name and value together

_DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>'
_SIP = re.compile(r"sips?:[^\s@<>]+@[^\s@<>]+", re.ASCII)
_E164 = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def connect_stream(
    stream_url: str, action_url: str, status_url: str, parameters: Mapping[str, str]
) -> bytes:
    """Give the call to our media socket; when that closes, Twilio asks `action_url` what now.

    The stream is `wss` without a query, which Twilio would drop: what the call needs travels in
    `parameters`. No `track`: a two-way stream has no choice. Raises ValueError over a limit.
    """
    response = Element("Response")
    connect = SubElement(response, "Connect", action=_webhook(action_url), method="POST")
    urls = {"url": _stream(stream_url), "statusCallback": _webhook(status_url)}
    stream = SubElement(connect, "Stream", urls)
    for name, value in parameters.items():
        if not name or len(name) + len(value) > PARAMETER_CHARS_MAX:
            raise ValueError(f"stream parameter {name[:40]!r}: name and value must be under 500")
        SubElement(stream, "Parameter", name=_text(name), value=_text(value))
    return _render(response)


def hang_up() -> bytes:
    """End the call."""
    response = Element("Response")
    SubElement(response, "Hangup")
    return _render(response)


def say_and_hang_up(sentence: str) -> bytes:
    """Say one sentence, then end the call."""
    response = Element("Response")
    SubElement(response, "Say").text = _text(sentence)
    SubElement(response, "Hangup")
    return _render(response)


def dial(number: str, action_url: str | None = None, sentence: str | None = None) -> bytes:
    """Connect the caller with a number in E.164 form, after a sentence if there is one."""
    if not _E164.fullmatch(number):
        raise ValueError(f"cannot dial {phone(number)}: write it in E.164 form, like +12125550142")
    response = Element("Response")
    if sentence:
        SubElement(response, "Say").text = _text(sentence)
    then = {} if action_url is None else {"action": _webhook(action_url), "method": "POST"}
    SubElement(SubElement(response, "Dial", then), "Number").text = number
    return _render(response)


def dial_sip(address: str) -> bytes:
    """Connect the caller with a SIP address, like sip:desk@example.com."""
    if not _SIP.fullmatch(address):
        raise ValueError("cannot dial this SIP address: write it like sip:desk@example.com")
    response = Element("Response")
    SubElement(SubElement(response, "Dial"), "Sip").text = _text(address)
    return _render(response)


def reject_busy() -> bytes:
    """Do not answer: the caller hears the busy tone, and nothing is charged."""
    response = Element("Response")
    SubElement(response, "Reject", reason="busy")
    return _render(response)


def empty() -> bytes:
    """Do nothing: the answer to a callback, and while another document has the call."""
    return _render(Element("Response"))


def _webhook(url: str) -> str:
    return _absolute(url, "https", "http")


def _stream(url: str) -> str:
    if "?" in url or "#" in url:
        raise ValueError("a stream URL has no query and no fragment: Twilio drops both")
    return _absolute(url, "wss")


def _absolute(url: str, *schemes: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in schemes or not parts.hostname or not url.isprintable() or " " in url:
        raise ValueError(
            f"not an absolute {' or '.join(schemes)} URL: {parts.scheme}://{parts.hostname}"
        )
    if "@" in parts.netloc:
        raise ValueError(
            f"credentials in the URL of {parts.hostname}: a document is no place for them"
        )
    return url


def _text(text: str) -> str:
    """The text, with a mark in place of each character that no XML document can hold."""
    return _NOT_IN_XML.sub("\ufffd", text)


def _render(response: Element) -> bytes:
    document = _DECLARATION + tostring(response, encoding="utf-8")
    if len(document) > DOCUMENT_BYTES_MAX:
        raise ValueError(f"a document of {len(document)} bytes: Twilio takes {DOCUMENT_BYTES_MAX}")
    return document
