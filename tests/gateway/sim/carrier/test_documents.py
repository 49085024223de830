"""TwiML as the carrier reads it."""

import pytest

from voicegate.gateway.sim.carrier.documents import (
    Connect,
    Dial,
    Document,
    DocumentError,
    Gather,
    Hangup,
    Pause,
    Play,
    Redirect,
    Reject,
    Say,
    Stream,
    Target,
    read_answer,
    read_document,
)

BASE = "https://voice.example.com/twilio/voice"


def read(inside: str) -> Document:
    return read_document(f"<Response>{inside}</Response>", BASE)


def test_a_stream_is_read_with_all_its_attributes() -> None:
    """C170.7."""
    document = read(
        '<Connect action="/after" method="GET"><Stream url="wss://voice.example.com/media"'
        ' statusCallback="https://voice.example.com/s"><Parameter name="tok" value="a&amp;b"/>'
        "</Stream></Connect>"
    )
    stream = Stream(
        "wss://voice.example.com/media",
        status=Target("https://voice.example.com/s"),
        parameters={"tok": "a&b"},
    )
    action = Target("https://voice.example.com/after", "GET")
    assert document == Document((Connect(stream, action),))
    assert stream.refusal is None


def test_every_verb_is_read() -> None:
    """C170.7: Dial, Say, Pause, Hangup, Reject, Redirect, Play, Gather."""
    document = read(
        '<Say voice="x">Hello <break/>you</Say><Pause length="2"/><Pause/><Play digits="w1"/>'
        '<Play>/a.wav</Play><Dial action="after" timeout="9">+15550100001</Dial>'
        "<Dial><Number>+15550100002</Number><Number>+15550100003</Number></Dial>"
        "<Dial><Conference>room</Conference></Dial>"
        '<Gather numDigits="4" timeout="3" action="/digits"><Say>Code?</Say></Gather>'
        '<Redirect method="GET">/next</Redirect><Reject reason="busy"/><Hangup/>'
    )
    host = "https://voice.example.com"
    assert document.verbs == (
        Say("Hello you"),
        Pause(2_000),
        Pause(1_000),
        Play(BASE, "w1"),
        Play(f"{host}/a.wav"),
        Dial(("+15550100001",), timeout_ms=9_000, action=Target(f"{host}/twilio/after")),
        Dial(("+15550100002", "+15550100003")),
        Dial(conference="room"),
        Gather((Say("Code?"),), 3_000, 4, "#", Target(f"{host}/digits")),
        Redirect(Target(f"{host}/next", "GET")),
        Reject("busy"),
        Hangup(),
    )


@pytest.mark.parametrize(
    ("content_type", "body", "code"),
    [
        ("text/xml", b"", "11770"),
        ("text/xml", b"<Response>" + b" " * 65_536 + b"</Response>", "11750"),
        ("application/json", b"<Response/>", "12300"),
        ("", b"<Response/>", "12300"),
        ("text/xml; charset=utf-8", b"<Response>", "12100"),
        ("application/xml", b"<response/>", "12102"),
    ],
)
def test_an_answer_that_is_no_document_has_its_code(
    content_type: str, body: bytes, code: str
) -> None:
    """C170.5: what sends a call to the fallback URL."""
    with pytest.raises(DocumentError) as caught:
        read_answer(content_type, body, BASE)
    assert caught.value.code == code


def test_what_is_misspelt_is_skipped() -> None:
    """C170.7: 12200, names are case-sensitive."""
    assert read("<say>x</say><Connect/><Hangup/>") == Document((Hangup(),), ("say", "Connect"))


@pytest.mark.parametrize(
    ("stream", "code"),
    [
        (Stream("ws://voice.example.com/media"), "31922"),
        (Stream("https://voice.example.com/media"), "31922"),
        (Stream("wss://voice.example.com/media", track="both_tracks"), "31941"),
        (Stream("wss://voice.example.com/media", parameters={"a": "x" * 499}), "12200"),
    ],
)
def test_some_streams_are_not_even_tried(stream: Stream, code: str) -> None:
    """C170.5."""
    assert stream.refusal is not None
    assert stream.refusal[0] == code
