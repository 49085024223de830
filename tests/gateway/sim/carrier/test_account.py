"""The account on a virtual clock: webhooks, documents, streams, callbacks, REST."""

from collections.abc import Callable, Sequence
from random import Random
from typing import Any, TypeVar
from urllib.parse import urlsplit

import orjson
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
from voicegate.gateway.sim.carrier.account import AccountSettings, CarrierAccount, OwnNumber
from voicegate.gateway.sim.carrier.documents import Target
from voicegate.gateway.sim.carrier.exchange import Callee, CallTiming
from voicegate.gateway.sim.carrier.orders import (
    CallEnded,
    CallNote,
    EndStream,
    Fetch,
    OpenStream,
    Order,
    Spoken,
    WebAnswer,
    WebFailure,
    WebResult,
)
from voicegate.gateway.sim.carrier.rest import CarrierRest
from voicegate.gateway.sim.carrier.webhooks import signature

ACCOUNT = "AC" + "1" * 32
TOKEN = "tw_auth_token_for_tests_0123456789"
HOST = "https://voice.example.com"
CALLER, OWN, OTHER = "+15550100001", "+15550100002", "+15550100009"
STREAM = (
    f'<Connect action="{HOST}/after"><Stream url="wss://voice.example.com/media?dropped=1"'
    f' statusCallback="{HOST}/stream"><Parameter name="tok" value="t-1"/></Stream></Connect>'
)
CALLS = f"/2010-04-01/Accounts/{ACCOUNT}/Calls"

Answer = WebResult | None  # None: no answer ever comes
T = TypeVar("T", bound=Order)


def xml(inside: str) -> WebAnswer:
    return WebAnswer(200, "text/xml", f"<Response>{inside}</Response>".encode())


class Town:
    """An account, a gateway that answers by path, and the clock between them."""

    def __init__(
        self,
        answers: dict[str, Sequence[Answer]],
        *,
        fallback: bool = False,
        timing: CallTiming | None = None,
        callees: Callable[[str], Callee] = lambda _: Callee(),
    ) -> None:
        self.number = OwnNumber(
            OWN,
            Target(f"{HOST}/voice"),
            Target(f"{HOST}/fallback") if fallback else None,
            Target(f"{HOST}/status"),
        )
        settings = AccountSettings(ACCOUNT, TOKEN, (self.number,), timing or CallTiming())
        self.account = CarrierAccount(settings, Random(1), callees)
        self.rest = CarrierRest(self.account)
        self.now_ms = 0
        self.log: list[tuple[int, Order]] = []
        self._answers = {path: list(results) for path, results in answers.items()}

    def ring(self) -> str:
        sid, orders = self.account.ring(self.number, CALLER, self.now_ms)
        self.obey(orders)
        return sid

    def obey(self, orders: list[Order]) -> None:
        for order in orders:
            self.log.append((self.now_ms, order))
            if isinstance(order, Fetch) and (result := self._answer(order.url)) is not None:
                self.obey(self.account.answered(order.request_id, result, self.now_ms))

    def _answer(self, url: str) -> Answer:
        results = self._answers.get(urlsplit(url).path, [WebAnswer(204)])
        return results.pop(0) if len(results) > 1 else results[0]

    def run_to(self, now_ms: int) -> None:
        while (deadline_ms := self.account.deadline_ms) is not None and deadline_ms <= now_ms:
            self.now_ms = max(self.now_ms, deadline_ms)
            self.obey(self.account.wake(self.now_ms))
        self.now_ms = now_ms

    def open_stream(self) -> OpenStream:
        """Run until a stream is wanted, and let it begin."""
        self.run_to(self.now_ms + 400)
        (*_, stream) = self.orders(OpenStream)
        self.obey(self.account.stream_opened(stream.identity.stream_sid, self.now_ms))
        return stream

    def close_stream(self, stream: OpenStream, code: int) -> None:
        sid = stream.identity.stream_sid
        self.obey(self.account.stream_closed(sid, code, self.now_ms))

    def request(self, method: str, path: str, **fields: str | list[str]) -> tuple[int, Any]:
        pairs = [
            (name, value)
            for name, values in fields.items()
            for value in (values if isinstance(values, list) else [values])
        ]
        answer, orders = self.rest.answer(method, path, tuple(pairs), self.now_ms)
        self.obey(orders)
        return answer.status, orjson.loads(answer.body) if answer.body else None

    def orders(self, kind: type[T]) -> list[T]:
        return [order for _, order in self.log if isinstance(order, kind)]

    def forms(self, path: str) -> list[dict[str, str]]:
        return [dict(each.fields) for each in self.orders(Fetch) if urlsplit(each.url).path == path]

    @property
    def paths(self) -> list[str]:
        return [urlsplit(fetch.url).path for fetch in self.orders(Fetch)]

    @property
    def notes(self) -> list[str]:
        return [note.kind for note in self.orders(CallNote)]

    @property
    def end(self) -> tuple[str, str]:
        (ended,) = self.orders(CallEnded)
        return ended.status, ended.cause


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


def create(town: Town, **more: str | list[str]) -> tuple[int, Any]:
    fields = {"To": OTHER, "From": OWN, "Url": f"{HOST}/out"}
    return town.request("POST", f"{CALLS}.json", **(fields | more))


def test_a_created_call_reports_its_progress_in_order() -> None:
    """C170.6: 201 queued; callbacks count from 0; the document is fetched when it is answered."""
    town = Town({"/out": [xml('<Pause length="5"/>')]}, timing=CallTiming(callback_ms=(1, 1)))
    events = ["initiated", "ringing", "answered", "completed"]
    status, call = create(
        town, StatusCallback=f"{HOST}/progress", StatusCallbackEvent=events, Timeout="25"
    )
    assert (status, call["status"], call["direction"]) == (201, "queued", "outbound-api")
    town.run_to(30_000)
    forms = town.forms("/progress")
    statuses = ["initiated", "ringing", "in-progress", "completed"]
    assert [form["CallStatus"] for form in forms] == statuses
    assert [form["SequenceNumber"] for form in forms] == ["0", "1", "2", "3"]
    assert {form["CallbackSource"] for form in forms} == {"call-progress-events"}
    assert forms[-1]["CallDuration"] == "5"
    assert town.forms("/out")[0]["CallStatus"] == "in-progress"
    fetched = town.request("GET", f"{CALLS}/{call['sid']}.json")[1]
    assert (fetched["status"], fetched["duration"]) == ("completed", "5")


def test_without_a_list_of_events_only_the_end_is_reported() -> None:
    town = Town({"/out": [xml("<Hangup/>")]})
    create(town, StatusCallback=f"{HOST}/progress")
    town.run_to(30_000)
    assert [form["CallStatus"] for form in town.forms("/progress")] == ["completed"]


def test_a_misspelt_event_is_accepted_and_silences_all() -> None:
    """C170.6: 201, 21626."""
    town = Town({"/out": [xml("<Hangup/>")]})
    status, _ = create(town, StatusCallback=f"{HOST}/progress", StatusCallbackEvent="answerd")
    town.run_to(30_000)
    assert (status, town.forms("/progress"), town.notes) == (201, [], ["21626"])


@pytest.mark.parametrize("outcome", ["busy", "no-answer", "failed"])
def test_a_call_that_is_not_answered_fetches_no_document(outcome: Any) -> None:
    town = Town({}, callees=lambda _: Callee(outcome=outcome))
    create(town, StatusCallback=f"{HOST}/progress")
    town.run_to(30_000)
    assert town.paths == ["/progress"]
    assert town.end == (outcome, "callee")


def test_one_new_call_a_second_the_rest_waits() -> None:
    """C170.6."""
    town = Town({"/out": [xml("<Hangup/>")]})
    assert [create(town)[1]["queue_time"] for _ in range(3)] == ["0", "1000", "2000"]


@pytest.mark.parametrize(("mode", "fetched_ms"), [("true", 3_800), ("false", 5_900)])
def test_the_machine_verdict_comes_beside_the_document_or_before_it(
    mode: str, fetched_ms: int
) -> None:
    """C170.6: AMD verdicts."""
    town = Town(
        {"/out": [xml('<Pause length="60"/>')]},
        callees=lambda _: Callee(answered_by="machine_end_beep"),
        timing=CallTiming(callback_ms=(1, 1)),
    )
    create(town, MachineDetection="Enable", AsyncAmd=mode, AsyncAmdStatusCallback=f"{HOST}/amd")
    town.run_to(30_000)
    ((at_ms, document),) = [
        (at, each) for at, each in town.log if isinstance(each, Fetch) and each.url.endswith("/out")
    ]
    assert at_ms == fetched_ms
    form = dict(document.fields)
    verdicts = town.forms("/amd")
    if mode == "true":
        assert "AnsweredBy" not in form
        assert verdicts[0]["AnsweredBy"] == "machine_end_beep"
        assert verdicts[0]["MachineDetectionDuration"] == "2100"
    else:
        assert form["AnsweredBy"] == "machine_end_beep"
        assert verdicts == []


def test_a_time_limit_ends_the_call() -> None:
    """C23: the carrier's own limit."""
    town = Town({"/out": [xml('<Pause length="60"/>')]})
    create(town, TimeLimit="10")
    town.run_to(60_000)
    assert town.end == ("completed", "time limit")
    assert town.notes == ["32015"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"To": ""}, 21201),
        ({"To": "5550100009"}, 21211),
        ({"To": "+1555FLOWERS"}, 21211),
        ({"From": ""}, 21213),
        ({"From": "me"}, 21212),
        ({"Url": ""}, 21205),
        ({"Url": "", "Twiml": "<Response>"}, 12100),
        ({"Url": "", "Twiml": "<Response>" + " " * 4_000 + "</Response>"}, 32018),
    ],
)
def test_a_call_that_cannot_be_created_is_refused(fields: dict[str, str], code: int) -> None:
    """C170.6: 21211 and its like, in the classic body."""
    town = Town({})
    status, body = create(town, **fields)
    assert (status, body["code"], body["status"]) == (400, code, 400)
    assert body["more_info"].endswith(str(code))
    assert town.account.calls == {}


def test_rest_ends_a_call_once() -> None:
    """C170.6: 21220 for an ended call, 20404 for an unknown one."""
    town = Town({"/voice": [xml(STREAM)]})
    sid = town.ring()
    stream = town.open_stream()
    status, call = town.request("POST", f"{CALLS}/{sid}.json", Status="completed")
    assert (status, call["status"]) == (200, "completed")
    assert town.orders(EndStream) == [EndStream(stream.identity.stream_sid)]
    town.run_to(5_000)
    assert "/after" not in town.paths
    again = town.request("POST", f"{CALLS}/{sid}.json", Status="completed")
    assert (again[0], again[1]["code"]) == (400, 21220)
    unknown = town.request("POST", f"{CALLS}/CA{'9' * 32}.json", Status="completed")
    assert (unknown[0], unknown[1]["code"]) == (404, 20404)
    elsewhere = town.request("GET", f"/2010-04-01/Accounts/AC{'9' * 32}/Calls.json")
    assert (elsewhere[0], elsewhere[1]["code"]) == (404, 20404)


def test_too_many_requests_are_refused_and_not_processed() -> None:
    """C170.6: 429, 20429."""
    town = Town({"/out": [xml("<Hangup/>")]})
    town.rest.throttle(1)
    status, body = create(town)
    assert (status, body["code"], town.account.calls) == (429, 20429, {})
    assert create(town)[0] == 201


def test_a_redirect_by_url_fetches_the_interrupted_action_and_then_the_target() -> None:
    """C170.6: two documents, only the second takes control."""
    town = Town({"/voice": [xml(STREAM)], "/after": [xml("<Hangup/>")], "/next": [xml(STREAM)]})
    sid = town.ring()
    first = town.open_stream()
    at_ms = town.now_ms
    status, _ = town.request("POST", f"{CALLS}/{sid}.json", Url=f"{HOST}/next")
    assert status == 200
    assert town.orders(EndStream) == [EndStream(first.identity.stream_sid)]
    town.run_to(at_ms + 700)
    times = {urlsplit(each.url).path: at for at, each in town.log if isinstance(each, Fetch)}
    assert (times["/after"], times["/next"]) == (at_ms + 300, at_ms + 650)
    second = town.open_stream()
    assert second.identity.stream_sid != first.identity.stream_sid
    assert town.orders(CallEnded) == []


def test_a_redirect_by_text_needs_no_fetch() -> None:
    """C170.6."""
    town = Town({"/voice": [xml(STREAM)]})
    sid = town.ring()
    town.open_stream()
    twiml = "<Response><Dial><Conference>xfer</Conference></Dial></Response>"
    town.request("POST", f"{CALLS}/{sid}.json", Twiml=twiml)
    town.run_to(5_000)
    assert [note.detail for note in town.orders(CallNote)] == ["xfer"]
    assert town.account.calls[sid].facts.status == "in-progress"


def test_a_call_that_is_not_answered_yet_cannot_be_redirected_but_canceled() -> None:
    """C170.6."""
    town = Town({})
    _, call = create(town)
    path = f"{CALLS}/{call['sid']}.json"
    assert town.request("POST", path, Url=f"{HOST}/next")[1]["code"] == 21220
    assert town.request("POST", path, Status="canceled")[1]["status"] == "canceled"
    town.run_to(20_000)
    assert town.paths == []


def test_calls_are_listed_by_number() -> None:
    """C170.6: how a lost answer is found again."""
    town = Town({"/voice": [xml(STREAM)]})
    _, call = create(town)
    town.ring()
    status, page = town.request("GET", f"{CALLS}.json", To=OTHER)
    assert status == 200
    assert [each["sid"] for each in page["calls"]] == [call["sid"]]
    assert len(town.request("GET", f"{CALLS}.json")[1]["calls"]) == 2


def test_recordings_and_conference_participants() -> None:
    """C170.6."""
    town = Town({"/voice": [xml(STREAM)]})
    sid = town.ring()
    assert town.request("POST", f"{CALLS}/{sid}/Recordings.json")[0] == 201
    path = f"{CALLS}/{sid}/Recordings/Twilio.CURRENT.json"
    assert town.request("POST", path, Status="paused")[1]["status"] == "paused"
    room = f"/2010-04-01/Accounts/{ACCOUNT}/Conferences/xfer/Participants"
    status, person = town.request("POST", f"{room}.json", To=OTHER, From=OWN, Label="human")
    assert (status, person["label"]) == (201, "human")
    town.run_to(10_000)
    assert [note.detail for note in town.orders(CallNote)] == ["xfer"]
    assert town.request("DELETE", f"{room}/{person['call_sid']}.json")[0] == 204
    assert [ended.call_sid for ended in town.orders(CallEnded)] == [person["call_sid"]]


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
