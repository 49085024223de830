"""Calls by REST on a virtual clock: made, reported, redirected, ended, found again."""

from typing import Any
from urllib.parse import urlsplit

import pytest

from voicegate.gateway.sim.carrier.exchange import Callee, CallTiming
from voicegate.gateway.sim.carrier.orders import (
    CallEnded,
    CallNote,
    EndStream,
    Fetch,
)
from voicegate.gateway.sim.carrier.town import ACCOUNT, CALLS, HOST, OTHER, OWN, STREAM, Town, xml


def test_a_created_call_reports_its_progress_in_order() -> None:
    """C170.6: 201 queued; callbacks count from 0; the document is fetched when it is answered."""
    town = Town({"/out": [xml('<Pause length="5"/>')]}, timing=CallTiming(callback_ms=(1, 1)))
    events = ["initiated", "ringing", "answered", "completed"]
    status, call = town.create(
        StatusCallback=f"{HOST}/progress", StatusCallbackEvent=events, Timeout="25"
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
    town.create(StatusCallback=f"{HOST}/progress")
    town.run_to(30_000)
    assert [form["CallStatus"] for form in town.forms("/progress")] == ["completed"]


def test_a_misspelt_event_is_accepted_and_silences_all() -> None:
    """C170.6: 201, 21626."""
    town = Town({"/out": [xml("<Hangup/>")]})
    status, _ = town.create(StatusCallback=f"{HOST}/progress", StatusCallbackEvent="answerd")
    town.run_to(30_000)
    assert (status, town.forms("/progress"), town.notes) == (201, [], ["21626"])


@pytest.mark.parametrize("outcome", ["busy", "no-answer", "failed"])
def test_a_call_that_is_not_answered_fetches_no_document(outcome: Any) -> None:
    town = Town({}, callees=lambda _: Callee(outcome=outcome))
    town.create(StatusCallback=f"{HOST}/progress")
    town.run_to(30_000)
    assert town.paths == ["/progress"]
    assert town.end == (outcome, "callee")


def test_one_new_call_a_second_the_rest_waits() -> None:
    """C170.6."""
    town = Town({"/out": [xml("<Hangup/>")]})
    assert [town.create()[1]["queue_time"] for _ in range(3)] == ["0", "1000", "2000"]


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
    town.create(MachineDetection="Enable", AsyncAmd=mode, AsyncAmdStatusCallback=f"{HOST}/amd")
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
    town.create(TimeLimit="10")
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
    status, body = town.create(**fields)
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
    status, body = town.create()
    assert (status, body["code"], town.account.calls) == (429, 20429, {})
    assert town.create()[0] == 201


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
    _, call = town.create()
    path = f"{CALLS}/{call['sid']}.json"
    assert town.request("POST", path, Url=f"{HOST}/next")[1]["code"] == 21220
    assert town.request("POST", path, Status="canceled")[1]["status"] == "canceled"
    town.run_to(20_000)
    assert town.paths == []


def test_calls_are_listed_by_number() -> None:
    """C170.6: how a lost answer is found again."""
    town = Town({"/voice": [xml(STREAM)]})
    _, call = town.create()
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
