"""The real package against the simulated carrier's real server: each fact of Twilio's that counts."""

import socket
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing
from decimal import Decimal

import pytest

from voicegate.gateway.carriers.twilio_numbers import PAGE_SIZE, PAUSES_S, TwilioNumbers
from voicegate.gateway.sim.carrier.account import AccountSettings
from voicegate.gateway.sim.carrier.number_offers import NumberOffer
from voicegate.gateway.sim.carrier.numbers_rest import NumbersRest
from voicegate.gateway.sim.carrier.orders import Fields
from voicegate.gateway.sim.carrier.rest_faults import RestFault, RestFaults
from voicegate.gateway.sim.carrier.server import CarrierServer
from voicegate.gateway.sim.rig.carrier_thread import carrier_in_thread
from voicegate.numbers.provider import (
    AuthError,
    NotFound,
    Provider,
    ProviderError,
    Refused,
    Search,
    Unreachable,
)

ACCOUNT = "AC00000000000000000000000000000001"
TOKEN = "tw_auth_token_for_tests_0123456789"
APPLICATION, TRUNK = "AP" + "1" * 32, "TK" + "1" * 32
OWN = "+12125550142"
VOICE = "https://voice.example.com/twilio/voice#ct=2000&rt=5000&rc=2&rp=ct,5xx"
SETTINGS = AccountSettings(ACCOUNT, TOKEN)


class Carrier:
    """The carrier with a fresh stock and no numbers, and the provider's pauses."""

    def __init__(self, server: CarrierServer) -> None:
        self.rest = server.rest
        self.rest.numbers = NumbersRest(ACCOUNT)
        self.rest.faults = RestFaults()
        self.rest.throttle(0)
        self.rest.requests.clear()
        self.url = f"http://127.0.0.1:{server.port}"
        self.pauses: list[float] = []

    @property
    def numbers(self) -> NumbersRest:
        return self.rest.numbers

    def asked(self, method: str) -> list[Fields]:
        return [each.fields for each in self.rest.requests if each.method == method]

    def fields(self, sid: str) -> dict[str, str]:
        return self.numbers.owned[sid].fields

    def provider(self, token: str = TOKEN, timeout_s: float = 5.0) -> TwilioNumbers:
        return TwilioNumbers(ACCOUNT, token, self.url, timeout_s, self.pauses.append)


@pytest.fixture(scope="module")
def server() -> Iterator[CarrierServer]:
    """One for all tests here, with a loop and a thread of its own: the provider blocks."""
    with carrier_in_thread(SETTINGS) as server:
        yield server


@pytest.fixture
def carrier(server: CarrierServer) -> Carrier:
    return Carrier(server)


@pytest.fixture
def twilio(carrier: Carrier) -> Iterator[TwilioNumbers]:
    with closing(carrier.provider()) as provider:
        yield provider


@pytest.fixture
def deaf_url() -> Iterator[str]:
    """A port that is taken, and where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


def test_the_filter_is_a_pattern_so_a_number_is_found_by_equality(
    carrier: Carrier, twilio: TwilioNumbers
) -> None:
    """N3: what was bought before a crash is found again, and nothing that resembles it."""
    longer = carrier.numbers.adopt(OWN + "9")
    sid = carrier.numbers.adopt(OWN)
    assert twilio.buy(OWN).id == sid != longer
    (asked,) = carrier.asked("GET")
    assert dict(asked) == {"PhoneNumber": OWN, "PageSize": "1000"}
    assert not carrier.asked("POST")


def test_a_number_that_only_resembles_ours_is_bought(
    carrier: Carrier, twilio: TwilioNumbers
) -> None:
    carrier.numbers.adopt(OWN + "9")
    provider: Provider = twilio
    assert provider.buy(OWN).number == OWN
    assert carrier.asked("POST") == [(("PhoneNumber", OWN),)]


def test_an_update_changes_what_it_names_and_an_empty_text_clears(
    carrier: Carrier, twilio: TwilioNumbers
) -> None:
    sid = carrier.numbers.adopt(OWN, {"VoiceUrl": VOICE, "StatusCallback": "https://example.com/s"})
    updated = twilio.update(sid, {"StatusCallback": ""})
    assert carrier.asked("POST") == [(("StatusCallback", ""),)]
    assert (updated.fields["VoiceUrl"], updated.fields["StatusCallback"]) == (VOICE, "")


def test_what_makes_the_voice_url_inert_is_seen_and_the_other_one_is_gone(
    carrier: Carrier, twilio: TwilioNumbers
) -> None:
    sid = carrier.numbers.adopt(OWN, {"VoiceUrl": VOICE, "VoiceApplicationSid": APPLICATION})
    (before,) = twilio.owned()
    assert (before.fields["VoiceUrl"], before.fields["VoiceApplicationSid"]) == (VOICE, APPLICATION)
    after = twilio.update(sid, {"TrunkSid": TRUNK})
    assert (after.fields["TrunkSid"], after.fields["VoiceApplicationSid"]) == (TRUNK, "")
    cleared = twilio.update(sid, {"TrunkSid": "", "VoiceApplicationSid": ""})
    assert (cleared.fields["TrunkSid"], cleared.fields["VoiceUrl"]) == ("", VOICE)


def test_capabilities_are_lower_case_wherever_they_come_from(twilio: TwilioNumbers) -> None:
    (offer,) = twilio.search(Search("US", area="212", limit=1))
    assert offer.capabilities == {"voice", "sms", "mms"} == twilio.buy(offer.number).capabilities


def test_all_pages_are_walked_a_thousand_numbers_each(
    carrier: Carrier, twilio: TwilioNumbers
) -> None:
    """N12: no number is overlooked."""
    numbers = [f"+1212{5_550_000 + line}" for line in range(2 * PAGE_SIZE + 1)]
    for number in numbers:
        carrier.numbers.adopt(number)
    assert [each.number for each in twilio.owned()] == numbers
    pages = [dict(fields) for fields in carrier.asked("GET")]
    assert [(page["PageSize"], page.get("Page", "0")) for page in pages] == [
        ("1000", "0"),
        ("1000", "1"),
        ("1000", "2"),
    ]


def test_a_page_that_fails_is_asked_for_again_and_no_other(
    carrier: Carrier, twilio: TwilioNumbers
) -> None:
    for line in range(PAGE_SIZE + 1):
        carrier.numbers.adopt(f"+1212{5_550_000 + line}")
    owned = twilio.owned()
    next(owned)
    carrier.rest.throttle(1)
    assert len(list(owned)) == PAGE_SIZE
    assert [dict(each).get("Page") for each in carrier.asked("GET")] == [None, "1", "1"]
    assert carrier.pauses == [PAUSES_S[0]]


def test_a_search_asks_for_no_more_than_it_wants_and_for_a_thousand_at_most(
    carrier: Carrier, twilio: TwilioNumbers
) -> None:
    assert len(twilio.search(Search("US", limit=5))) == 5
    assert len(twilio.search(Search("US", limit=5_000))) == 120
    sizes = [dict(each)["PageSize"] for each in carrier.asked("GET")]
    assert sizes == ["5", "1000"]


@pytest.mark.parametrize(
    ("want", "filters"),
    [
        (Search("US", area="212"), {"AreaCode": "212", "VoiceEnabled": "true"}),
        (Search("US", near="+14155550142"), {"NearNumber": "+14155550142", "VoiceEnabled": "true"}),
        (
            Search("US", contains="55501", has_voice=False, has_sms=True),
            {"Contains": "55501", "SmsEnabled": "true"},
        ),
        (Search("US", has_voice=False), {}),
    ],
    ids=["area", "near", "contains", "anything"],
)
def test_a_search_sends_the_filters_that_were_given(
    carrier: Carrier, twilio: TwilioNumbers, want: Search, filters: dict[str, str]
) -> None:
    assert twilio.search(want)
    (asked,) = carrier.asked("GET")
    assert dict(asked) == {**filters, "PageSize": "20"}


@pytest.mark.parametrize(("kind", "path"), [("local", "Local"), ("mobile", "Mobile")])
def test_the_type_of_a_number_is_in_the_path(
    carrier: Carrier, twilio: TwilioNumbers, kind: str, path: str
) -> None:
    offers = twilio.search(Search("GB", kind))
    assert {(each.country, each.kind, each.address_needs) for each in offers} == {
        ("GB", kind, "any")
    }
    assert carrier.rest.requests[-1].path.endswith(f"/AvailablePhoneNumbers/GB/{path}.json")


def test_toll_free_numbers_have_a_list_and_a_price_of_their_own(twilio: TwilioNumbers) -> None:
    assert twilio.search(Search("US", "tollfree"))[0].number == "+18005550140"
    assert twilio.price("US", "tollfree") == Decimal("2.15")


def test_a_price_is_exact_and_none_where_none_is_told(twilio: TwilioNumbers) -> None:
    assert str(twilio.price("US", "local")) == "1.15"
    assert twilio.price("US", "mobile") is None
    assert twilio.price("FR", "local") is None


def test_a_type_that_a_country_does_not_have_is_not_found(twilio: TwilioNumbers) -> None:
    with pytest.raises(NotFound, match="no mobile numbers in US"):
        twilio.search(Search("US", "mobile"))


def test_what_cannot_stand_in_a_path_is_not_asked_for(
    carrier: Carrier, twilio: TwilioNumbers
) -> None:
    acts: tuple[Callable[[], object], ...] = (
        lambda: twilio.search(Search("../US")),
        lambda: twilio.search(Search("US", "satellite")),
        lambda: twilio.price("us", "local"),
        lambda: twilio.update("PN1/../PN2", {}),
        lambda: twilio.release(OWN),
    )
    for act in acts:
        with pytest.raises(NotFound):
            act()
    assert not carrier.rest.requests


def test_a_field_that_no_number_has_is_a_mistake_of_ours(
    carrier: Carrier, twilio: TwilioNumbers
) -> None:
    sid = carrier.numbers.adopt(OWN)
    with pytest.raises(ValueError, match="voice_url"):
        twilio.update(sid, {"voice_url": VOICE})
    assert not carrier.rest.requests


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


@REPEATABLE
def test_reads_and_updates_are_repeated_after_429_six_tries_in_all(
    carrier: Carrier, twilio: TwilioNumbers, act: Act
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
    carrier: Carrier, twilio: TwilioNumbers, act: Act
) -> None:
    sid = carrier.numbers.adopt(OWN)
    faults = (RestFault("refused", "GET"), RestFault("lost", "GET"))
    carrier.rest.faults.script(*faults, RestFault("refused"), RestFault("lost"))
    assert act(twilio, sid)
    assert carrier.pauses == [0.5, 1.0]


def test_an_update_that_failed_to_the_end_may_have_been_done(
    carrier: Carrier, twilio: TwilioNumbers
) -> None:
    sid = carrier.numbers.adopt(OWN)
    carrier.rest.faults.script(*[RestFault("lost")] * 6)
    with pytest.raises(Unreachable) as caught:
        update(twilio, sid)
    assert caught.value.maybe_done
    assert carrier.fields(sid)["VoiceUrl"] == VOICE


def test_a_buy_is_sent_once_and_may_have_been_done_after_500(
    carrier: Carrier, twilio: TwilioNumbers
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


def test_a_buy_whose_answer_does_not_come_in_time_may_have_been_done(carrier: Carrier) -> None:
    carrier.rest.faults.script(RestFault("late", late_ms=600))
    with (
        closing(carrier.provider(timeout_s=0.2)) as twilio,
        pytest.raises(Unreachable, match=r"within 0\.2 s") as caught,
    ):
        twilio.buy(OWN)
    assert caught.value.maybe_done
    assert [each.number for each in carrier.numbers.owned.values()] == [OWN]


def test_a_buy_that_meets_429_was_never_done_and_is_not_repeated(
    carrier: Carrier, twilio: TwilioNumbers
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


def test_an_offer_that_somebody_else_took_is_gone_and_no_other_is_bought(
    carrier: Carrier, twilio: TwilioNumbers
) -> None:
    first, second = twilio.search(Search("US", area="212", limit=2))
    carrier.numbers.offers.withdraw(first.number)
    with pytest.raises(NotFound, match=r"gone.*next offer"):
        twilio.buy(first.number)
    assert not carrier.numbers.owned
    assert twilio.buy(second.number).number == second.number


@pytest.mark.parametrize(
    ("kind", "country", "code", "hint"),
    [
        ("Local", "GB", 21631, "address"),
        ("Local", "DE", 21615, "local"),
        ("Mobile", "FR", 21649, "bundle"),
    ],
)
def test_papers_that_a_country_wants_are_told_with_what_to_do(
    carrier: Carrier, twilio: TwilioNumbers, kind: str, country: str, code: int, hint: str
) -> None:
    address = {21631: "any", 21615: "local"}.get(code, "none")
    offer = NumberOffer("+15550100009", country, kind, address=address, needs_bundle=code == 21649)
    carrier.rest.numbers = NumbersRest(ACCOUNT, offers=[offer])
    with pytest.raises(Refused) as caught:
        twilio.buy(offer.number)
    assert caught.value.code == code
    assert hint in caught.value.hint
    assert caught.value.text


def test_a_released_number_is_gone_for_good(carrier: Carrier, twilio: TwilioNumbers) -> None:
    sid = twilio.buy(OWN).id
    twilio.release(sid)
    assert not list(twilio.owned())
    with pytest.raises(NotFound):
        twilio.release(sid)
    with pytest.raises(NotFound, match="gone"):
        twilio.buy(OWN)
    assert len(carrier.asked("DELETE")) == 2


def test_a_release_is_sent_once_and_may_have_been_done_after_500(
    carrier: Carrier, twilio: TwilioNumbers
) -> None:
    """N3: nothing is released twice."""
    sid = carrier.numbers.adopt(OWN)
    carrier.rest.faults.script(RestFault("lost", "DELETE"))
    with pytest.raises(Unreachable) as caught:
        twilio.release(sid)
    assert caught.value.maybe_done
    assert len(carrier.asked("DELETE")) == 1


def test_the_overrides_in_a_urls_fragment_are_kept(carrier: Carrier, twilio: TwilioNumbers) -> None:
    sid = carrier.numbers.adopt(OWN)
    assert twilio.update(sid, {"VoiceUrl": VOICE}).fields["VoiceUrl"] == VOICE
    assert next(twilio.owned()).fields["VoiceUrl"] == VOICE


def test_a_fallback_goes_with_its_voice_url_in_one_update(
    carrier: Carrier, twilio: TwilioNumbers
) -> None:
    sid = carrier.numbers.adopt(OWN)
    fallback = {"VoiceFallbackUrl": "https://elsewhere.example.com/fallback"}
    with pytest.raises(Refused, match=r"21405.*write both"):
        twilio.update(sid, fallback)
    updated = twilio.update(sid, {"VoiceUrl": VOICE, **fallback})
    assert updated.fields["VoiceFallbackUrl"] == fallback["VoiceFallbackUrl"]


def test_region_and_edge_of_the_environment_lead_nowhere(
    carrier: Carrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWILIO_REGION", "ie1")
    monkeypatch.setenv("TWILIO_EDGE", "dublin")
    with closing(carrier.provider()) as twilio:
        assert not list(twilio.owned())
    assert len(carrier.rest.requests) == 1


def test_loading_the_provider_does_not_load_the_package() -> None:
    """It costs a fifth of a second: only commands that reach the provider may pay that."""
    code = (
        "import sys; import voicegate.gateway.carriers.twilio_numbers;"
        "sys.exit(any(name in sys.modules for name in ('twilio', 'requests')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_wrong_credentials_are_told_at_once_and_not_shown(carrier: Carrier) -> None:
    """N14: no secret in an error."""
    with closing(carrier.provider(token="wrong-token")) as twilio:
        for act in (read, search, price, update):
            with pytest.raises(AuthError, match="TWILIO_AUTH_TOKEN") as caught:
                act(twilio, "PN" + "1" * 32)
            assert "wrong-token" not in str(caught.value)
    assert not carrier.pauses


def test_no_error_of_a_lost_connection_names_the_account(carrier: Carrier, deaf_url: str) -> None:
    """N14: the transport's own words have the whole URL."""
    with (
        closing(TwilioNumbers(ACCOUNT, TOKEN, deaf_url, 1.0, carrier.pauses.append)) as twilio,
        pytest.raises(ProviderError) as caught,
    ):
        list(twilio.owned())
    said = "".join(traceback.format_exception(caught.value))
    assert ACCOUNT not in said
    assert TOKEN not in said


def test_a_success_that_says_nothing_is_no_success(carrier: Carrier, twilio: TwilioNumbers) -> None:
    sid = carrier.numbers.adopt(OWN)
    carrier.rest.faults.script(*[RestFault("empty", "GET")] * 6, RestFault("empty"))
    with pytest.raises(Unreachable, match="cannot be read") as caught:
        list(twilio.owned())
    assert not caught.value.maybe_done
    with pytest.raises(Unreachable, match="names no number") as caught:
        update(twilio, sid)
    assert caught.value.maybe_done
