"""Each document is the one we mean, whatever a caller calls himself, and keeps Twilio's limits."""

from collections.abc import Callable
from xml.etree.ElementTree import Element, fromstring

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from voicegate.gateway.carriers import twiml

STREAM = "wss://voice.example.com/twilio/media"
AFTER = "https://voice.example.com/twilio/after"
STATUS = "https://voice.example.com/twilio/stream-status"
DIAL = '<Dial action="https://voice.example.com/twilio/after" method="POST">'
HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


def connect(parameters: dict[str, str]) -> bytes:
    return twiml.connect_stream(STREAM, AFTER, STATUS, parameters)


def test_the_stream_document() -> None:
    """C2: an action, absolute URLs, no track, no query, and nothing behind that holds a line."""
    assert connect({"token": "abc.def", "call": "7"}).decode() == (
        f'{HEAD}<Response><Connect action="https://voice.example.com/twilio/after" method="POST">'
        '<Stream url="wss://voice.example.com/twilio/media"'
        ' statusCallback="https://voice.example.com/twilio/stream-status">'
        '<Parameter name="token" value="abc.def" /><Parameter name="call" value="7" />'
        "</Stream></Connect></Response>"
    )


@pytest.mark.parametrize(
    ("document", "body"),
    [
        (twiml.hang_up(), "<Response><Hangup /></Response>"),
        (twiml.empty(), "<Response />"),
        (twiml.reject_busy(), '<Response><Reject reason="busy" /></Response>'),
        (
            twiml.say_and_hang_up("Bis bald, tschüß & <danke>."),
            "<Response><Say>Bis bald, tschüß &amp; &lt;danke&gt;.</Say><Hangup /></Response>",
        ),
        (
            twiml.dial("+15550100142"),
            "<Response><Dial><Number>+15550100142</Number></Dial></Response>",
        ),
        (
            twiml.dial("+15550100142", AFTER, "Wait."),
            f"<Response><Say>Wait.</Say>{DIAL}<Number>+15550100142</Number></Dial></Response>",
        ),
    ],
)
def test_the_other_documents(document: bytes, body: str) -> None:
    """C2, C3: the fallback documents and the empty answers."""
    assert document.decode() == HEAD + body


HOSTILE = [
    '"/><Dial>+15550100666</Dial><Say x="',
    "</Parameter></Stream></Connect><Hangup/>",
    "<!-- -->]]>&amp;&#0;<?xml?>",
    "'; DROP TABLE calls; --",
    "line\r\nbreak\ttab",
    "\x00\x08\x1b\ud800\ufffe",
    "\u202eevil \U0001f600",
]


def only_parameter(document: bytes) -> Element:
    (found,) = fromstring(document.decode()).findall("Connect/Stream/Parameter")
    return found


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_caller_name_stays_a_value(name: str) -> None:
    """C2, C148: From and CallerName are data, and never end an attribute or an element."""
    document = connect({"caller": name})
    assert [child.tag for child in fromstring(document.decode()).iter()] == [
        "Response",
        "Connect",
        "Stream",
        "Parameter",
    ]
    printable = [char for char in name if char >= " " and char not in "\ud800\ufffe"]
    assert [char for char in only_parameter(document).attrib["value"] if char in printable] == (
        printable
    )
    assert [child.tag for child in fromstring(twiml.say_and_hang_up(name).decode())] == [
        "Say",
        "Hangup",
    ]


@given(name=st.text(min_size=1, max_size=200), value=st.text(max_size=200))
def test_any_text_makes_a_document_that_parses(name: str, value: str) -> None:
    """C2, C148: also characters that no XML document can hold."""
    parameter = only_parameter(connect({name: value}))
    assert len(parameter.attrib["name"]) == len(name)
    assert len(parameter.attrib["value"]) == len(value)


@given(name=st.integers(1, 520), value=st.integers(0, 520))
@example(name=1, value=498)
@example(name=1, value=499)
def test_name_and_value_of_a_parameter_stay_under_500_characters(name: int, value: int) -> None:
    """C2: over the limit there is no document."""
    if name + value < 500:
        assert connect({"n" * name: "v" * value})
    else:
        with pytest.raises(ValueError, match="under 500"):
            connect({"n" * name: "v" * value})


def test_a_parameter_needs_a_name() -> None:
    with pytest.raises(ValueError, match="parameter"):
        connect({"": "value"})


@given(size=st.integers(63_000, 66_000), letter=st.sampled_from(["a", "ü", "&"]))
def test_no_document_is_larger_than_twilio_takes(size: int, letter: str) -> None:
    """C2: 64 kB as sent, escapes and encoding included."""
    try:
        document = twiml.say_and_hang_up(letter * size)
    except ValueError:
        assert size * len(letter.encode()) > 63_800 or letter == "&"
    else:
        assert len(document) <= 64_000


@pytest.mark.parametrize(
    "url",
    [
        "ws://voice.example.com/twilio/media",
        "https://voice.example.com/twilio/media",
        "wss://voice.example.com/twilio/media?call=1",
        "wss://voice.example.com/twilio/media#part",
        "wss://user:secret@voice.example.com/twilio/media",
        "wss:///twilio/media",
        "/twilio/media",
        "wss://voice.example.com/twilio/ media",
        "wss://voice.example.com/twilio/\nmedia",
        "",
    ],
)
def test_a_stream_url_is_wss_absolute_and_without_query(url: str) -> None:
    """C2: what Twilio drops, refuses or fails on never leaves."""
    with pytest.raises(ValueError, match="URL") as caught:
        twiml.connect_stream(url, AFTER, STATUS, {})
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("url", ["/after", "after", "wss://voice.example.com/x", "https://u:p@h/x"])
def test_a_webhook_url_is_absolute_and_shows_no_credentials(url: str) -> None:
    """C2: URLs are absolute; C145: no credential stands in a document."""
    builds: list[Callable[[], bytes]] = [
        lambda: twiml.connect_stream(STREAM, url, STATUS, {}),
        lambda: twiml.connect_stream(STREAM, AFTER, url, {}),
        lambda: twiml.dial("+15550100142", url),
    ]
    for build in builds:
        with pytest.raises(ValueError, match="URL"):
            build()


def test_an_action_url_may_have_a_query_and_be_on_this_machine() -> None:
    document = twiml.connect_stream(STREAM, "http://127.0.0.1:8084/after?n=1&x=2", STATUS, {})
    assert b'action="http://127.0.0.1:8084/after?n=1&amp;x=2"' in document


@pytest.mark.parametrize("number", ["5550100142", "+0550100142", "sip:a@b", "+1 555", "+1<x/>", ""])
def test_only_a_number_in_e164_form_is_dialled(number: str) -> None:
    with pytest.raises(ValueError, match=r"E\.164"):
        twiml.dial(number)
