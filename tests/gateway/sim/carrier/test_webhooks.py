"""Signatures against published and independently made values; time limits and repeats."""

from random import Random
from typing import Any

import pytest
from twilio.request_validator import RequestValidator  # pyright: ignore[reportMissingTypeStubs]

from voicegate.gateway.sim.agenda import Agenda
from voicegate.gateway.sim.carrier.documents import Target
from voicegate.gateway.sim.carrier.orders import Fetch, Order, WebAnswer, WebFailure, WebResult
from voicegate.gateway.sim.carrier.webhooks import Webhooks, signature, signed_url

TOKEN = "tw_auth_token_for_tests_0123456789"
URL = "https://voice.example.com/twilio/voice"
FIELDS = (
    ("CallSid", "CA00000000000000000000000000000001"),
    ("AccountSid", "AC00000000000000000000000000000001"),
    ("From", "+15550100001"),
    ("To", "+15550100002"),
    ("CallStatus", "ringing"),
    ("Direction", "inbound"),
    ("CallerName", ""),
    ("ApiVersion", "2010-04-01"),
)


@pytest.mark.parametrize(
    ("url", "fields", "expected"),
    [
        (URL, FIELDS, "IIGtrIntL5RuGXWlu14hgvfAf1c="),
        (
            f"{URL}?CallSid=CA00000000000000000000000000000001&From=%2B15550100001",
            (),
            "JuEewwSDBdx5wrPZV1wQXChY5hk=",
        ),
        ("wss://voice.example.com/media", (), "8USdFHnG2WP8/Pli0eL8PM7gaxI="),
        ("wss://voice.example.com/media/", (), "28+WZG/tZWe5ThSmoyZxmoV76h0="),
        ("https://voice.example.com/media", (), "2f+VPwbvIG3O9rbC+vVo6kAHCB8="),
    ],
)
def test_signatures_match_those_of_the_vendors_package(
    url: str, fields: tuple[tuple[str, str], ...], expected: str
) -> None:
    """C137, C142: the simulated carrier signs as the real one does."""
    assert signature(TOKEN, url, fields) == expected
    validator: Any = RequestValidator(TOKEN)
    assert validator.validate(url, dict(fields), expected)


def test_the_published_example_is_reproduced() -> None:
    """C137: Twilio "Security"."""
    fields = (
        ("CallSid", "CA1234567890ABCDE"),
        ("Caller", "+14158675310"),
        ("Digits", "1234"),
        ("From", "+14158675310"),
        ("To", "+18005551212"),
    )
    url = "https://example.com/myapp.php?foo=1&bar=2"
    assert signature("12345", url, fields) == "L/OH5YylLD5NRKLltdqwSvS0BnU="


def test_repeated_fields_are_signed_once_per_value() -> None:
    once, twice = (("A", "1"), ("B", "2")), (("B", "2"), ("A", "1"), ("A", "1"))
    assert signature(TOKEN, URL, once) == signature(TOKEN, URL, twice)
    assert signature(TOKEN, URL, (*once, ("A", "2"))) != signature(TOKEN, URL, once)


@pytest.mark.parametrize(
    ("url", "signed"),
    [
        ("https://u:p@voice.example.com:8443/x?y=1#rc=2", "https://voice.example.com/x?y=1"),
        ("http://u:p@127.0.0.1:8080/x", "http://127.0.0.1:8080/x"),
        ("https://voice.example.com/x/", "https://voice.example.com/x/"),
        ("wss://voice.example.com:8443/x", "wss://voice.example.com:8443/x"),
    ],
)
def test_the_spelling_that_is_signed(url: str, signed: str) -> None:
    assert signed_url(url) == signed


class Post:
    """A bundle of requests under way, with the time."""

    def __init__(self, url: str, method: str = "POST") -> None:
        self.out: list[Order] = []
        self.results: list[tuple[int, WebResult]] = []
        self.agenda = Agenda()
        self.webhooks = Webhooks(TOKEN, self.agenda, self.out, Random(1))
        self.webhooks.send(Target(url, method), "CA1", FIELDS, 0, self._keep)

    def _keep(self, result: WebResult, now_ms: int) -> None:
        self.results.append((now_ms, result))

    @property
    def fetches(self) -> list[Fetch]:
        return [order for order in self.out if isinstance(order, Fetch)]

    def answer(self, result: WebResult, now_ms: int) -> None:
        self.webhooks.answered(self.fetches[-1].request_id, result, now_ms)


def test_a_failure_to_connect_is_repeated_once_with_the_same_token() -> None:
    """C170.5: the retry rule of webhooks."""
    post = Post(URL)
    post.answer(WebFailure("ct"), 5_000)
    first, second = post.fetches
    assert first.headers == second.headers
    assert first.fields == second.fields == FIELDS
    assert "I-Twilio-Idempotency-Token" in first.headers
    post.answer(WebFailure("ct"), 10_000)
    assert len(post.fetches) == 2
    assert post.results == [(10_000, WebFailure("ct"))]


@pytest.mark.parametrize("result", [WebFailure("rt"), WebAnswer(500), WebAnswer(404)])
def test_nothing_else_is_repeated_unless_the_url_says_so(result: WebResult) -> None:
    """C170.5."""
    plain = Post(URL)
    plain.answer(result, 100)
    assert plain.results == [(100, result)]
    eager = Post(f"{URL}#rc=2&rp=rt,4xx,5xx")
    eager.answer(result, 100)
    eager.answer(result, 200)
    assert eager.results == []
    eager.answer(WebAnswer(200), 300)
    assert eager.results == [(300, WebAnswer(200))]
    assert {fetch.url for fetch in eager.fetches} == {URL}


def test_after_fifteen_seconds_the_answer_is_not_waited_for() -> None:
    """C170.5: the 15 s limit holds for all attempts together."""
    post = Post(URL)
    post.answer(WebFailure("ct"), 10_000)
    post.agenda.run(14_999)
    assert post.results == []
    post.agenda.run(15_000)
    assert post.results == [(15_000, WebFailure("total", "15000 ms"))]
    post.answer(WebAnswer(200), 15_001)
    assert len(post.results) == 1


def test_the_fragment_changes_limits_and_stays_at_home() -> None:
    post = Post(f"{URL}?a=b#ct=2000&rt=5000&tt=9000&rc=0")
    (fetch,) = post.fetches
    assert fetch.url == f"{URL}?a=b"
    assert (fetch.connect_timeout_ms, fetch.read_timeout_ms) == (2_000, 5_000)
    post.answer(WebFailure("ct"), 2_000)
    assert post.results == [(2_000, WebFailure("ct"))]


def test_a_get_has_its_fields_in_the_signed_query() -> None:
    (fetch,) = Post(f"{URL}?a=b", "GET").fetches
    assert fetch.fields == ()
    assert fetch.url.startswith(f"{URL}?a=b&CallSid=CA0")
    assert "CallerName=&" in fetch.url
    assert fetch.headers["X-Twilio-Signature"] == signature(TOKEN, fetch.url)
