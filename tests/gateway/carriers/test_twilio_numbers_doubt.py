"""Requests that fail, by the real package: which are repeated, which may have been done."""

import traceback
from collections.abc import Callable
from contextlib import closing

import pytest

from voicegate.gateway.carriers.twilio_numbers import PAGE_SIZE, PAUSES_S, TwilioNumbers
from voicegate.gateway.sim.carrier.rest_faults import RestFault
from voicegate.gateway.sim.rig.number_desk import NumberDesk
from voicegate.numbers.provider import AuthError, ProviderError, Search, Unreachable

ACCOUNT = "AC00000000000000000000000000000001"
TOKEN = "tw_auth_token_for_tests_0123456789"
OWN = "+12125550142"
VOICE = "https://voice.example.com/twilio/voice#ct=2000&rt=5000&rc=2&rp=ct,5xx"


def read(twilio: TwilioNumbers, _sid: str) -> object:
    return list(twilio.owned())


def search(twilio: TwilioNumbers, _sid: str) -> object:
    return twilio.search(Search("US"))


def price(twilio: TwilioNumbers, _sid: str) -> object:
    return twilio.price("US", "local")


def update(twilio: TwilioNumbers, sid: str) -> object:
    return twilio.update(sid, {"VoiceUrl": VOICE})


REPEATABLE = pytest.mark.parametrize("act", [read, search, price, update])


Act = Callable[[TwilioNumbers, str], object]


def test_a_page_that_fails_is_asked_for_again_and_no_other(
    carrier: NumberDesk, twilio: TwilioNumbers
) -> None:
    for line in range(PAGE_SIZE + 1):
        carrier.numbers.adopt(f"+1212{5_550_000 + line}")
    owned = twilio.owned()
    next(owned)
    carrier.rest.throttle(1)
    assert len(list(owned)) == PAGE_SIZE
    assert [dict(each).get("Page") for each in carrier.asked("GET")] == [None, "1", "1"]
    assert carrier.pauses == [PAUSES_S[0]]


@REPEATABLE
def test_reads_and_updates_are_repeated_after_429_six_tries_in_all(
    carrier: NumberDesk, twilio: TwilioNumbers, act: Act
) -> None:
    """A list raises the package's barest exception here; it must not get through."""
    sid = carrier.numbers.adopt(OWN)
    carrier.rest.throttle(6)
    with pytest.raises(Unreachable, match=r"429.*6 tries") as caught:
        act(twilio, sid)
    assert not caught.value.maybe_done
    assert carrier.pauses == [0.5, 1.0, 2.0, 4.0, 8.0]
    carrier.rest.throttle(5)
    assert act(twilio, sid)


@REPEATABLE
def test_reads_and_updates_are_repeated_after_500(
    carrier: NumberDesk, twilio: TwilioNumbers, act: Act
) -> None:
    sid = carrier.numbers.adopt(OWN)
    faults = (RestFault("refused", "GET"), RestFault("lost", "GET"))
    carrier.rest.faults.script(*faults, RestFault("refused"), RestFault("lost"))
    assert act(twilio, sid)
    assert carrier.pauses == [0.5, 1.0]


def test_an_update_that_failed_to_the_end_may_have_been_done(
    carrier: NumberDesk, twilio: TwilioNumbers
) -> None:
    sid = carrier.numbers.adopt(OWN)
    carrier.rest.faults.script(*[RestFault("lost")] * 6)
    with pytest.raises(Unreachable) as caught:
        update(twilio, sid)
    assert caught.value.maybe_done
    assert carrier.fields(sid)["VoiceUrl"] == VOICE


def test_a_buy_is_sent_once_and_may_have_been_done_after_500(
    carrier: NumberDesk, twilio: TwilioNumbers
) -> None:
    """N3: nothing is bought twice."""
    carrier.rest.faults.script(RestFault("lost"))
    with pytest.raises(Unreachable) as caught:
        twilio.buy(OWN)
    assert caught.value.maybe_done
    assert len(carrier.asked("POST")) == 1
    assert not carrier.pauses
    assert twilio.buy(OWN).number == OWN
    assert len(carrier.asked("POST")) == len(carrier.numbers.owned) == 1


def test_a_buy_whose_answer_does_not_come_in_time_may_have_been_done(carrier: NumberDesk) -> None:
    carrier.rest.faults.script(RestFault("late", late_ms=600))
    with (
        closing(carrier.provider(timeout_s=0.2)) as twilio,
        pytest.raises(Unreachable, match=r"within 0\.2 s") as caught,
    ):
        twilio.buy(OWN)
    assert caught.value.maybe_done
    assert [each.number for each in carrier.numbers.owned.values()] == [OWN]


def test_a_buy_that_meets_429_was_never_done_and_is_not_repeated(
    carrier: NumberDesk, twilio: TwilioNumbers
) -> None:
    carrier.rest.faults.script(RestFault("busy"))
    with pytest.raises(Unreachable) as caught:
        twilio.buy(OWN)
    assert not caught.value.maybe_done
    assert len(carrier.asked("POST")) == 1


def test_a_buy_without_a_connection_was_not_done(deaf_url: str) -> None:
    pauses: list[float] = []
    with (
        closing(TwilioNumbers(ACCOUNT, TOKEN, deaf_url, 1.0, pauses.append)) as twilio,
        pytest.raises(Unreachable, match="connection") as caught,
    ):
        twilio.buy(OWN)
    assert not caught.value.maybe_done
    assert pauses == list(PAUSES_S)


def test_a_release_is_sent_once_and_may_have_been_done_after_500(
    carrier: NumberDesk, twilio: TwilioNumbers
) -> None:
    """N3: nothing is released twice."""
    sid = carrier.numbers.adopt(OWN)
    carrier.rest.faults.script(RestFault("lost", "DELETE"))
    with pytest.raises(Unreachable) as caught:
        twilio.release(sid)
    assert caught.value.maybe_done
    assert len(carrier.asked("DELETE")) == 1


def test_wrong_credentials_are_told_at_once_and_not_shown(carrier: NumberDesk) -> None:
    """N14: no secret in an error."""
    with closing(carrier.provider(token="wrong-token")) as twilio:
        for act in (read, search, price, update):
            with pytest.raises(AuthError, match="TWILIO_AUTH_TOKEN") as caught:
                act(twilio, "PN" + "1" * 32)
            assert "wrong-token" not in str(caught.value)
    assert not carrier.pauses


def test_no_error_of_a_lost_connection_names_the_account(
    carrier: NumberDesk, deaf_url: str
) -> None:
    """N14: the transport's own words have the whole URL."""
    with (
        closing(TwilioNumbers(ACCOUNT, TOKEN, deaf_url, 1.0, carrier.pauses.append)) as twilio,
        pytest.raises(ProviderError) as caught,
    ):
        list(twilio.owned())
    said = "".join(traceback.format_exception(caught.value))
    assert ACCOUNT not in said
    assert TOKEN not in said


def test_a_success_that_says_nothing_is_no_success(
    carrier: NumberDesk, twilio: TwilioNumbers
) -> None:
    sid = carrier.numbers.adopt(OWN)
    carrier.rest.faults.script(*[RestFault("empty", "GET")] * 6, RestFault("empty"))
    with pytest.raises(Unreachable, match="cannot be read") as caught:
        list(twilio.owned())
    assert not caught.value.maybe_done
    with pytest.raises(Unreachable, match="names no number") as caught:
        update(twilio, sid)
    assert caught.value.maybe_done
