"""The account on a virtual clock: webhooks, documents, streams, callbacks."""

from urllib.parse import urlsplit

import pytest

from voicegate.gateway.sim.carrier import account as carrier_account
from voicegate.gateway.sim.carrier import call as carrier_call
from voicegate.gateway.sim.carrier import (
    call_facts,
    document_run,
    documents,
    stream_at_call,
    webhooks,
)
from voicegate.gateway.sim.carrier import rest as carrier_rest
from voicegate.gateway.sim.carrier.exchange import Callee
from voicegate.gateway.sim.carrier.orders import (
    CallEnded,
    EndStream,
    Fetch,
    OpenStream,
    Spoken,
    WebAnswer,
    WebFailure,
)
from voicegate.gateway.sim.carrier.town import (
    ACCOUNT,
    CALLER,
    HOST,
    OTHER,
    OWN,
    STREAM,
    TOKEN,
    Town,
    xml,
)
from voicegate.gateway.sim.carrier.webhooks import signature


def test_a_call_rings_with_a_signed_webhook() -> None:
    """C170.1: the fields of an incoming call, blank ones included, and their signature."""
    town = Town({"/voice": [xml("<Hangup/>")]})
    sid = town.ring()
    (webhook, *_) = town.orders(Fetch)
    form = dict(webhook.fields)
    assert webhook.method == "POST"
    assert form.items() >= {
        ("CallSid", sid),
        ("AccountSid", ACCOUNT),
        ("From", CALLER),
        ("To", OWN),
        ("Caller", CALLER),
        ("Called", OWN),
        ("CallStatus", "ringing"),
        ("Direction", "inbound"),
        ("ApiVersion", "2010-04-01"),
        ("FromCity", ""),
        ("ToCountry", ""),
    }
    assert "CallToken" in form
    expected = signature(TOKEN, webhook.url, webhook.fields)
    assert webhook.headers["X-Twilio-Signature"] == expected


def test_a_stream_is_opened_about_350_ms_later_with_a_signed_upgrade() -> None:
    """C170.1: the query is gone, the signature covers the wss URL."""
    town = Town({"/voice": [xml(STREAM)]})
    sid = town.ring()
    town.run_to(299)
    assert town.orders(OpenStream) == []
    stream = town.open_stream()
    assert stream.url == "wss://voice.example.com/media"
    assert stream.headers == {"X-Twilio-Signature": signature(TOKEN, stream.url)}
    assert stream.parameters == {"tok": "t-1"}
    assert stream.identity.call_sid == sid
    town.run_to(2_000)
    (started,) = town.forms("/stream")
    assert started["StreamEvent"] == "stream-started"
    assert started["StreamName"] == started["StreamSid"] == stream.identity.stream_sid
    assert started["Timestamp"].endswith("Z")


def test_after_our_close_the_action_says_what_comes_next() -> None:
    """C170.5: action, stream status and status callback."""
    town = Town({"/voice": [xml(STREAM)], "/after": [xml("<Hangup/>")]})
    town.ring()
    stream = town.open_stream()
    town.run_to(5_000)
    town.close_stream(stream, 1000)
    town.run_to(9_000)
    assert town.forms("/after")[0]["CallStatus"] == "in-progress"
    assert [form["StreamEvent"] for form in town.forms("/stream")][1:] == ["stream-stopped"]
    (status,) = town.forms("/status")
    assert status["CallStatus"] == "completed"
    assert (status["CallDuration"], status["Duration"]) == ("6", "1")
    assert "SequenceNumber" not in status
    assert town.end == ("completed", "hung up by document")
    assert town.orders(EndStream) == []
    assert town.notes == []


def test_without_an_action_the_next_verb_runs_and_then_the_call_ends() -> None:
    """C170.7."""
    bare = STREAM.replace(f' action="{HOST}/after"', "")
    town = Town({"/voice": [xml(f"{bare}<Say>Bye</Say>")]})
    sid = town.ring()
    town.close_stream(town.open_stream(), 1000)
    town.run_to(9_000)
    assert town.orders(Spoken) == [Spoken(sid, "Say", "Bye")]
    assert town.end == ("completed", "end of document")


@pytest.mark.parametrize("code", [1006, 1011])
def test_a_lost_socket_continues_with_the_action(code: int) -> None:
    """C170.5: and the debugger has 31921; a second stream has a new SID."""
    town = Town({"/voice": [xml(STREAM)], "/after": [xml(STREAM), xml("<Hangup/>")]})
    town.ring()
    first = town.open_stream()
    town.close_stream(first, code)
    town.run_to(town.now_ms + 150)
    second = town.open_stream()
    assert town.notes == ["31921"]
    assert first.identity.call_sid == second.identity.call_sid
    assert first.identity.stream_sid != second.identity.stream_sid
    town.close_stream(first, 1000)  # an echo of the old stream means nothing
    assert town.account.calls[second.identity.call_sid].run.stream is not None


def test_a_failed_handshake_is_reported_and_the_action_fetched() -> None:
    """C170.5: 31920."""
    town = Town({"/voice": [xml(STREAM)], "/after": [xml("<Hangup/>")]})
    town.ring()
    town.run_to(400)
    (stream,) = town.orders(OpenStream)
    orders = town.account.stream_refused(stream.identity.stream_sid, "31920", "HTTP 403", 400)
    town.obey(orders)
    town.run_to(5_000)
    (error,) = town.forms("/stream")
    assert error["StreamEvent"] == "stream-error"
    assert error["StreamError"].startswith("31920")
    assert len(town.forms("/after")) == 1
    assert town.notes == ["31920"]


def test_a_stream_that_is_not_wss_is_never_tried() -> None:
    town = Town({"/voice": [xml('<Connect><Stream url="ws://voice.example.com/m"/></Connect>')]})
    town.ring()
    town.run_to(5_000)
    assert town.orders(OpenStream) == []
    assert town.notes == ["31922"]
    assert town.end == ("completed", "end of document")


def test_when_the_caller_hangs_up_the_stream_ends_and_no_action_is_fetched() -> None:
    """C170.5."""
    town = Town({"/voice": [xml(STREAM)]})
    sid = town.ring()
    stream = town.open_stream()
    town.obey(town.account.hang_up(sid, town.now_ms))
    town.run_to(9_000)
    assert town.orders(EndStream) == [EndStream(stream.identity.stream_sid)]
    assert sorted(town.paths) == ["/status", "/stream", "/stream", "/voice"]
    assert town.end == ("completed", "caller")
    town.obey(town.account.hang_up(sid, town.now_ms))
    assert len(town.orders(CallEnded)) == 1


def test_a_caller_who_hangs_up_before_the_upgrade_leaves_no_stream() -> None:
    town = Town({"/voice": [xml(STREAM)]})
    sid = town.ring()
    town.run_to(100)
    town.obey(town.account.hang_up(sid, 100))
    town.run_to(5_000)
    assert town.orders(OpenStream) == []
    assert town.orders(EndStream) == []
    assert town.forms("/stream") == []


def test_a_document_that_comes_after_the_hang_up_is_not_executed() -> None:
    """C170.5."""
    town = Town({"/voice": [None]})
    sid = town.ring()
    (webhook,) = town.orders(Fetch)
    town.obey(town.account.hang_up(sid, 50))
    answer = xml("<Say>Anybody there?</Say>")
    town.obey(town.account.answered(webhook.request_id, answer, 60))
    town.run_to(5_000)
    assert town.orders(Spoken) == []
    assert town.end == ("no-answer", "caller")


def test_callbacks_overtake_each_other() -> None:
    """C170.5: in any order."""
    town = Town({"/voice": [xml(STREAM)], "/after": [xml("<Hangup/>")]})
    for _ in range(20):
        town.ring()
        town.close_stream(town.open_stream(), 1000)
        town.run_to(town.now_ms + 2_000)
    orders = set[tuple[str, ...]]()
    for sid in town.account.calls:
        mine = [
            (dict(each.fields).get("StreamEvent") or urlsplit(each.url).path)
            for each in town.orders(Fetch)
            if each.call_sid == sid
        ]
        orders.add(tuple(mine))
    assert len(orders) > 2


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (WebAnswer(500), "11200"),
        (WebAnswer(404, "text/xml", b"<Response/>"), "11200"),
        (WebAnswer(200, "application/json", b"{}"), "12300"),
        (WebAnswer(200, "text/xml", b"<Response>"), "12100"),
        (WebFailure("rt"), "11205"),
    ],
)
def test_a_bad_answer_goes_to_the_fallback_url(answer: WebAnswer | WebFailure, code: str) -> None:
    """C170.5: with ErrorCode and ErrorUrl."""
    town = Town({"/voice": [answer], "/fallback": [xml("<Say>Sorry</Say>")]}, fallback=True)
    town.ring()
    town.run_to(5_000)
    (form,) = town.forms("/fallback")
    assert (form["ErrorCode"], form["ErrorUrl"]) == (code, f"{HOST}/voice")
    assert [spoken.text for spoken in town.orders(Spoken)] == ["Sorry"]
    assert town.notes == [code]


def test_a_silent_webhook_is_given_up_after_15_s() -> None:
    """C170.5."""
    town = Town({"/voice": [None], "/fallback": [None]}, fallback=True)
    town.ring()
    town.run_to(14_999)
    assert town.paths == ["/voice"]
    town.run_to(29_999)
    assert town.paths == ["/voice", "/fallback"]
    town.run_to(30_000)
    assert town.end == ("failed", "document")


def test_a_failure_to_connect_is_tried_twice_then_without_fallback_the_call_fails() -> None:
    """C170.5."""
    town = Town({"/voice": [WebFailure("ct")]})
    town.ring()
    assert town.paths == ["/voice", "/voice"]
    assert town.end == ("failed", "document")


def test_a_callback_answered_with_json_is_noted() -> None:
    town = Town({"/voice": [xml("<Hangup/>")], "/status": [WebAnswer(200, "application/json")]})
    town.ring()
    town.run_to(2_000)
    assert town.notes == ["15003"]


@pytest.mark.parametrize(
    ("document", "status"),
    [
        ('<Reject reason="busy"/>', "busy"),
        ("<Reject/>", "no-answer"),
        ("<Hangup/>", "completed"),
        ("", "completed"),
        ("<Say>Hi</Say><Reject/>", "completed"),
    ],
)
def test_how_a_document_ends_a_call(document: str, status: str) -> None:
    """C170.7: Reject, Hangup, an empty document."""
    town = Town({"/voice": [xml(document)]})
    town.ring()
    town.run_to(5_000)
    assert town.end[0] == status
    assert town.forms("/status")[0]["CallStatus"] == status


def test_say_play_and_pause_take_their_time_and_redirect_fetches() -> None:
    """C170.7."""
    verbs = '<Say>0123456789</Say><Pause length="2"/><Play digits="w1w2"/><Redirect>/b</Redirect>'
    town = Town({"/voice": [xml(verbs)], "/b": [xml("<Hangup/>")]})
    town.ring()
    town.run_to(20_000)
    assert [spoken.text for spoken in town.orders(Spoken)] == ["0123456789", "w1w2"]
    ((fetched_ms, _),) = [
        each for each in town.log if isinstance(each[1], Fetch) and each[1].url.endswith("/b")
    ]
    assert fetched_ms == 600 + 2_000 + 1_500


@pytest.mark.parametrize(
    ("callee", "status", "bridged"),
    [
        (Callee(talk_ms=7_000), "completed", "true"),
        (Callee(outcome="busy"), "busy", "false"),
        (Callee(ring_ms=60_000), "no-answer", "false"),
    ],
)
def test_dial_bridges_and_tells_its_action(callee: Callee, status: str, bridged: str) -> None:
    """C170.7."""
    dial = f'<Dial action="{HOST}/dialled" timeout="20"><Number>{OTHER}</Number></Dial>'
    town = Town({"/voice": [xml(dial)], "/dialled": [xml("<Hangup/>")]}, callees=lambda _: callee)
    town.ring()
    town.run_to(60_000)
    (form,) = town.forms("/dialled")
    assert (form["DialCallStatus"], form["DialBridged"]) == (status, bridged)
    assert form["DialCallDuration"] == ("7" if bridged == "true" else "0")


@pytest.mark.parametrize(("keys", "digits"), [("1234", "1234"), ("12#", "12"), ("1", "1")])
def test_gather_collects_keys_until_enough_or_the_finish_key_or_time(
    keys: str, digits: str
) -> None:
    """C170.7."""
    gather = '<Gather numDigits="4" timeout="3" action="/digits"><Say>Code</Say></Gather>'
    town = Town({"/voice": [xml(gather)], "/digits": [xml("<Hangup/>")]})
    sid = town.ring()
    for key in keys:
        town.run_to(town.now_ms + 500)
        town.obey(town.account.press(sid, key, town.now_ms))
    town.run_to(20_000)
    (form,) = town.forms("/digits")
    assert form["Digits"] == digits


def test_gather_without_keys_goes_on_to_the_next_verb() -> None:
    """C170.7."""
    town = Town({"/voice": [xml('<Gather timeout="3"/><Say>Nothing</Say>')]})
    town.ring()
    town.run_to(2_999)
    assert town.orders(Spoken) == []
    town.run_to(9_000)
    assert [spoken.text for spoken in town.orders(Spoken)] == ["Nothing"]


def test_an_ended_account_has_nothing_left_to_do() -> None:
    town = Town({"/voice": [xml(STREAM)], "/after": [xml("<Hangup/>")]})
    town.ring()
    town.close_stream(town.open_stream(), 1000)
    town.run_to(60_000)
    assert town.account.deadline_ms is None


def test_every_behaviour_names_its_source() -> None:
    """C169."""
    modules = (
        call_facts,
        carrier_account,
        carrier_call,
        carrier_rest,
        document_run,
        documents,
        stream_at_call,
        webhooks,
    )
    known = [each for module in modules for each in module.ASSUMPTIONS]
    assert len(known) > 30
    assert all(each.behaviour and each.source for each in known)
