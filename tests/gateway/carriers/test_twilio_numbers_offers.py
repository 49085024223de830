"""Offers by the real package: what is searched for, what it costs, who may buy."""

from decimal import Decimal

import pytest

from voicegate.gateway.carriers.twilio_numbers import TwilioNumbers
from voicegate.gateway.sim.carrier.number_offers import NumberOffer
from voicegate.gateway.sim.carrier.numbers_rest import NumbersRest
from voicegate.gateway.sim.rig.number_desk import NumberDesk
from voicegate.numbers.provider import NotFound, Provider, Refused, Search

ACCOUNT = "AC00000000000000000000000000000001"
OWN = "+12125550142"


def test_a_number_that_only_resembles_ours_is_bought(
    carrier: NumberDesk, twilio: TwilioNumbers
) -> None:
    carrier.numbers.adopt(OWN + "9")
    provider: Provider = twilio
    assert provider.buy(OWN).number == OWN
    assert carrier.asked("POST") == [(("PhoneNumber", OWN),)]


def test_capabilities_are_lower_case_wherever_they_come_from(twilio: TwilioNumbers) -> None:
    (offer,) = twilio.search(Search("US", area="212", limit=1))
    assert offer.capabilities == {"voice", "sms", "mms"} == twilio.buy(offer.number).capabilities


def test_a_search_asks_for_no_more_than_it_wants_and_for_a_thousand_at_most(
    carrier: NumberDesk, twilio: TwilioNumbers
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
    carrier: NumberDesk, twilio: TwilioNumbers, want: Search, filters: dict[str, str]
) -> None:
    assert twilio.search(want)
    (asked,) = carrier.asked("GET")
    assert dict(asked) == {**filters, "PageSize": "20"}


@pytest.mark.parametrize(("kind", "path"), [("local", "Local"), ("mobile", "Mobile")])
def test_the_type_of_a_number_is_in_the_path(
    carrier: NumberDesk, twilio: TwilioNumbers, kind: str, path: str
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


def test_an_offer_that_somebody_else_took_is_gone_and_no_other_is_bought(
    carrier: NumberDesk, twilio: TwilioNumbers
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
    carrier: NumberDesk, twilio: TwilioNumbers, kind: str, country: str, code: int, hint: str
) -> None:
    address = {21631: "any", 21615: "local"}.get(code, "none")
    offer = NumberOffer("+15550100009", country, kind, address=address, needs_bundle=code == 21649)
    carrier.rest.numbers = NumbersRest(ACCOUNT, offers=[offer])
    with pytest.raises(Refused) as caught:
        twilio.buy(offer.number)
    assert caught.value.code == code
    assert hint in caught.value.hint
    assert caught.value.text
