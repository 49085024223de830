"""Which document for which situation."""

from xml.etree.ElementTree import fromstring

import pytest

from voicegate.gateway.answers import APOLOGY, Answers
from voicegate.gateway.core.actions import EndReason
from voicegate.gateway.live_calls import EndedCall

URL = "https://voice.example.com"
NUMBER = "+12125550142"

ALONE, WITH_FALLBACK = Answers(URL, None), Answers(URL, NUMBER)

# What is done after each end, of a call that could hear us and of one that could not: with nobody
# to ask, and with a fallback number.
HANG_UP, APOLOGISE, DIAL, LEAVE = "hang up", "apologise", "dial", "leave"
SETTLED = (HANG_UP, HANG_UP)
HELPED = (APOLOGISE, DIAL)
AFTER = {
    EndReason.CALLER_HUNG_UP: (SETTLED, SETTLED),
    EndReason.AGENT_HUNG_UP: (SETTLED, SETTLED),
    EndReason.OPERATOR_ENDED: (SETTLED, SETTLED),
    EndReason.TRANSFERRED: ((LEAVE, LEAVE), (LEAVE, LEAVE)),
    EndReason.REDIRECTED: ((LEAVE, LEAVE), (LEAVE, LEAVE)),
    EndReason.CALLER_SILENT: (SETTLED, SETTLED),
    EndReason.VOICEMAIL: (SETTLED, SETTLED),
    EndReason.OPTED_OUT: (SETTLED, SETTLED),
    EndReason.MAX_DURATION: (SETTLED, SETTLED),
    EndReason.COST_CAP: (SETTLED, SETTLED),
    EndReason.SECURITY_REFUSED: (SETTLED, SETTLED),
    EndReason.DRAINED: (SETTLED, HELPED),
    EndReason.MODEL_UNAVAILABLE: ((HANG_UP, DIAL), HELPED),
    EndReason.MODEL_LOST: ((HANG_UP, DIAL), HELPED),
    EndReason.MODEL_REFUSED: ((HANG_UP, DIAL), HELPED),
    EndReason.LEG_LOST: (HELPED, HELPED),
    EndReason.SLOW_LEG: (HELPED, HELPED),
    EndReason.MEDIA_UNSUPPORTED: (HELPED, HELPED),
    EndReason.PROTOCOL_ERROR: (HELPED, HELPED),
    EndReason.OVERLOAD_REFUSED: (HELPED, HELPED),
    EndReason.INTERNAL_ERROR: (HELPED, HELPED),
}


def done(document: bytes) -> str:
    """What the carrier does when it gets this."""
    verbs = " ".join(verb.tag for verb in fromstring(document))
    return {"": LEAVE, "Hangup": HANG_UP, "Say Hangup": APOLOGISE, "Dial": DIAL}[verbs]


def test_a_stream_asks_for_the_media_and_leaves_nothing_behind_it() -> None:
    """C2: golden document; nothing follows that could hold a dead line."""
    assert ALONE.stream("the.token") == (
        b'<?xml version="1.0" encoding="UTF-8"?>'
        b'<Response><Connect action="https://voice.example.com/twilio/after" method="POST">'
        b'<Stream url="wss://voice.example.com/twilio/media"'
        b' statusCallback="https://voice.example.com/twilio/stream-status">'
        b'<Parameter name="token" value="the.token" />'
        b"</Stream></Connect></Response>"
    )


def test_a_public_url_with_port_and_path_stands_before_every_path() -> None:
    """C2."""
    document = Answers("https://example.com:8443/voice", None).stream("t")
    stream = fromstring(document).find("./Connect/Stream")
    assert stream is not None
    assert stream.get("url") == "wss://example.com:8443/voice/twilio/media"
    assert stream.get("statusCallback") == "https://example.com:8443/voice/twilio/stream-status"


def test_who_cannot_be_served_is_connected_or_told_so() -> None:
    """C3."""
    assert fromstring(WITH_FALLBACK.fallback()).findtext("./Dial/Number") == NUMBER
    assert fromstring(ALONE.fallback()).findtext("./Say") == APOLOGY
    assert done(ALONE.fallback()) == APOLOGISE


@pytest.mark.parametrize("reason", EndReason)
def test_each_end_has_its_answer_and_the_same_one_every_time(reason: EndReason) -> None:
    """C18: by the reason, by whether the caller could hear us, by whether somebody else can help."""
    for had_started, wanted in zip((True, False), AFTER[reason], strict=True):
        ended = EndedCall("one", reason, had_started)
        for _ in range(2):
            assert (done(ALONE.after(ended)), done(WITH_FALLBACK.after(ended))) == wanted


def test_an_unknown_call_is_hung_up() -> None:
    """C18."""
    assert done(ALONE.after(None)) == done(WITH_FALLBACK.after(None)) == HANG_UP
