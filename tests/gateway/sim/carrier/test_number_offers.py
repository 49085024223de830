"""How the simulated stock is searched, filter by filter."""

import pytest

from voicegate.gateway.sim.carrier.number_offers import NumberOffer, NumberOffers
from voicegate.gateway.sim.carrier.rest_answer import Form, RequestRefused

VOICE = frozenset({"voice"})
FLOWERS = NumberOffer("+12123569377", "US", "Local", "New York", "NY")
PLAIN = NumberOffer("+14155550142", "US", "Local", "San Francisco", "CA", VOICE)
LOCAL_ADDRESS = NumberOffer("+442079460000", "GB", "Local", "London", address="local")
ANY_ADDRESS = NumberOffer("+442079460001", "GB", "Local", "London", address="any")
FOREIGN_ADDRESS = NumberOffer("+442079460002", "GB", "Local", "London", address="foreign")
FREE = NumberOffer("+442079460003", "GB", "Local", "London")
STOCK = (FLOWERS, PLAIN, LOCAL_ADDRESS, ANY_ADDRESS, FOREIGN_ADDRESS, FREE)


def search(country: str, **filters: str) -> list[NumberOffer]:
    return list(NumberOffers(STOCK).search(country, "Local", Form(filters.items())))


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, [FLOWERS, PLAIN]),
        ({"AreaCode": "212"}, [FLOWERS]),
        ({"AreaCode": "907"}, []),
        ({"NearNumber": "+14155559999"}, [PLAIN]),
        ({"InRegion": "NY"}, [FLOWERS]),
        ({"InLocality": "San Francisco"}, [PLAIN]),
        ({"VoiceEnabled": "true"}, [FLOWERS, PLAIN]),
        ({"SmsEnabled": "true"}, [FLOWERS]),
        ({"SmsEnabled": "false"}, [FLOWERS, PLAIN]),
        ({"Contains": "flowers"}, [FLOWERS]),
        ({"Contains": "0142"}, [PLAIN]),
        ({"Contains": "+1415"}, [PLAIN]),
        ({"Contains": "415*"}, [PLAIN]),
        ({"Contains": "4%42"}, [PLAIN]),
        ({"Contains": "77$"}, [FLOWERS]),
        ({"Contains": "14$"}, []),
        ({"AreaCode": "212", "Contains": "0142"}, []),
    ],
)
def test_a_filter_leaves_what_fits(filters: dict[str, str], found: list[NumberOffer]) -> None:
    assert search("US", **filters) == found


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("All", [FREE]),
        ("Local", [ANY_ADDRESS, FOREIGN_ADDRESS, FREE]),
        ("Foreign", [LOCAL_ADDRESS, ANY_ADDRESS, FREE]),
    ],
)
def test_numbers_that_need_an_address_can_be_left_out(name: str, left: list[NumberOffer]) -> None:
    assert search("GB", **{f"Exclude{name}AddressRequired": "true"}) == left


@pytest.mark.parametrize("contains", ["1", "2*5", "1" * 17, "2.5", "$12"])
def test_a_pattern_that_twilio_does_not_take_is_refused(contains: str) -> None:
    with pytest.raises(RequestRefused) as refused:
        search("US", Contains=contains)
    assert (refused.value.status, refused.value.code) == (400, 20001)


@pytest.mark.parametrize(("name", "value"), [("AreaCode", "207"), ("NearNumber", "+442079460001")])
def test_some_filters_are_for_north_america(name: str, value: str) -> None:
    with pytest.raises(RequestRefused, match=name):
        search("GB", **{name: value})


def test_an_area_code_has_three_digits() -> None:
    with pytest.raises(RequestRefused) as refused:
        search("US", AreaCode="21")
    assert refused.value.code == 21451


def test_a_country_that_is_sold_out_still_has_its_types() -> None:
    offers = NumberOffers([PLAIN])
    assert offers.withdraw(PLAIN.number) == PLAIN
    assert offers.withdraw(PLAIN.number) is None
    assert list(offers.search("US", "Local", Form(()))) == []
