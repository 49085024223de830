"""Numbers by the simulated REST API, held against what Twilio documents and what people report."""

import asyncio
from base64 import b64encode
from decimal import Decimal
from random import Random
from typing import Any

import aiohttp
import orjson
import pytest

from voicegate.gateway.sim.carrier import number_offers, numbers_rest, owned_number
from voicegate.gateway.sim.carrier.account import AccountSettings, CarrierAccount, OwnNumber
from voicegate.gateway.sim.carrier.documents import Target
from voicegate.gateway.sim.carrier.number_catalogue import OFFERS, OWNED, PRICES
from voicegate.gateway.sim.carrier.rest import CarrierRest
from voicegate.gateway.sim.carrier.rest_faults import RestFault
from voicegate.gateway.sim.carrier.server import serve

ACCOUNT, TOKEN = "AC" + "1" * 32, "tw_auth_token_for_tests_0123456789"
CREDENTIALS = "Basic " + b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
BASE = f"/2010-04-01/Accounts/{ACCOUNT}"
NUMBERS, KEY = "IncomingPhoneNumbers", "incoming_phone_numbers"
ON_OFFER, OWN, VOICE = "+12125550142", "+12125550101", "https://voice.example.com/voice"


class Line:
    """An account with one number, asked as if over HTTP."""

    def __init__(self) -> None:
        own = OwnNumber(OWN, Target(VOICE), status=Target("https://voice.example.com/status"))
        settings = AccountSettings(ACCOUNT, TOKEN, (own,))
        self.rest = CarrierRest(CarrierAccount(settings, Random(1)))

    def ask(self, method: str, path: str, **fields: str) -> tuple[int, dict[str, Any]]:
        whole = path if path.startswith("/") else f"{BASE}/{path}.json"
        answer, orders = self.rest.answer(method, whole, tuple(fields.items()), 0)
        assert not orders
        return answer.status, orjson.loads(answer.body) if answer.body else {}

    def refusal(self, method: str, path: str, **fields: str) -> tuple[int, int]:
        status, body = self.ask(method, path, **fields)
        assert body.keys() == {"code", "message", "more_info", "status"}
        assert status == body["status"]
        return status, body["code"]

    def buy(self, number: str = ON_OFFER, **fields: str) -> dict[str, Any]:
        status, body = self.ask("POST", NUMBERS, PhoneNumber=number, **fields)
        assert status == 201
        return body


@pytest.fixture
def line() -> Line:
    return Line()


def test_a_search_answers_what_is_on_offer_in_twilios_shape(line: Line) -> None:
    status, body = line.ask("GET", "AvailablePhoneNumbers/US/Local", AreaCode="415")
    first = body["available_phone_numbers"][0]
    assert status == 200
    assert len(body["available_phone_numbers"]) == 40
    assert (first["phone_number"], first["locality"], first["region"]) == (
        "+14155550140",
        "San Francisco",
        "CA",
    )
    assert (first["iso_country"], first["address_requirements"]) == ("US", "none")
    assert first["capabilities"] == {"voice": True, "SMS": True, "MMS": True, "fax": False}


def test_a_search_has_fifty_results_unless_it_says_otherwise(line: Line) -> None:
    sizes = [
        len(
            line.ask("GET", "AvailablePhoneNumbers/US/Local", **asked)[1]["available_phone_numbers"]
        )
        for asked in ({}, {"PageSize": "3"}, {"PageSize": "1000"})
    ]
    assert sizes == [50, 3, 120]


@pytest.mark.parametrize("path", ["US/Mobile", "ZZ/Local", "US/local", "US/Satellite"])
def test_a_type_that_a_country_does_not_have_is_404(line: Line, path: str) -> None:
    assert line.refusal("GET", f"AvailablePhoneNumbers/{path}") == (404, 20404)


@pytest.mark.parametrize("size", ["0", "1001", "x"])
def test_a_page_has_a_thousand_entries_at_most(line: Line, size: str) -> None:
    assert line.refusal("GET", NUMBERS, PageSize=size) == (400, 20007)
    assert line.refusal("GET", "AvailablePhoneNumbers/US/Local", PageSize=size) == (400, 20007)


def test_the_accounts_own_numbers_are_there_with_their_urls(line: Line) -> None:
    _, body = line.ask("GET", NUMBERS)
    (own,) = body[KEY]
    assert (own["phone_number"], own["voice_url"], own["voice_method"]) == (OWN, VOICE, "POST")
    assert own["status_callback"] == "https://voice.example.com/status"
    assert own["trunk_sid"] is None
    assert own["capabilities"] == {"voice": True, "sms": True, "mms": True, "fax": False}
    assert line.ask("GET", f"{NUMBERS}/{own['sid']}") == (200, own)


def test_pages_lead_to_each_other_with_their_filters(line: Line) -> None:
    for number in range(3):
        line.rest.numbers.adopt(f"+1415555019{number}")
    _, first = line.ask("GET", NUMBERS, PageSize="2", PhoneNumber="415")
    assert first["previous_page_uri"] is None
    assert first["next_page_uri"] == f"{BASE}/{NUMBERS}.json?PhoneNumber=415&PageSize=2&Page=1"
    _, second = line.ask("GET", NUMBERS, PhoneNumber="415", PageSize="2", Page="1")
    assert second["next_page_uri"] is None
    assert second["previous_page_uri"] == f"{BASE}/{NUMBERS}.json?PhoneNumber=415&PageSize=2&Page=0"
    found = [each["phone_number"] for page in (first, second) for each in page[KEY]]
    assert found == [f"+1415555019{number}" for number in range(3)]
    assert (second["start"], second["end"], second["page"], second["page_size"]) == (2, 2, 1, 2)


@pytest.mark.parametrize(
    ("pattern", "count"), [("", 2), ("+1212", 2), ("0101", 1), ("+1212555*10*", 1), ("9", 1)]
)
def test_the_number_filter_is_a_pattern(line: Line, pattern: str, count: int) -> None:
    line.rest.numbers.adopt("+12125559999")
    assert len(line.ask("GET", NUMBERS, PhoneNumber=pattern)[1][KEY]) == count


def test_the_name_filter_is_exact(line: Line) -> None:
    line.buy(FriendlyName="Clinic")
    assert len(line.ask("GET", NUMBERS, FriendlyName="Clinic")[1][KEY]) == 1
    assert not line.ask("GET", NUMBERS, FriendlyName="Clin")[1][KEY]


def test_a_number_that_is_bought_is_ours_and_on_offer_no_more(line: Line) -> None:
    bought = line.buy(VoiceUrl=VOICE)
    assert bought["sid"].startswith("PN")
    assert len(bought["sid"]) == 34
    assert (bought["voice_url"], bought["status"], bought["origin"]) == (VOICE, "in-use", "twilio")
    assert bought["friendly_name"] == ON_OFFER
    _, found = line.ask("GET", "AvailablePhoneNumbers/US/Local", Contains=ON_OFFER)
    assert not found["available_phone_numbers"]


def test_buying_what_is_ours_already_is_an_update(line: Line) -> None:
    bought = line.buy()
    again = line.buy(FriendlyName="Clinic")
    assert (again["sid"], again["friendly_name"]) == (bought["sid"], "Clinic")
    assert len(line.rest.numbers.owned) == 2


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"PhoneNumber": "+12125559999"}, 21422),
        ({"PhoneNumber": "2125550142"}, 21421),
        ({"AreaCode": "907"}, 21452),
        ({"AreaCode": "21"}, 21451),
        ({}, 21451),
        ({"PhoneNumber": "+442079460000"}, 21631),
        ({"PhoneNumber": "+493023125000"}, 21615),
        ({"PhoneNumber": "+447700900000", "AddressSid": "AD" + "1" * 32}, 21649),
        ({"PhoneNumber": ON_OFFER, "VoiceUrl": "voice.example.com"}, 21402),
    ],
)
def test_what_cannot_be_bought_is_refused_with_its_code(
    line: Line, fields: dict[str, str], code: int
) -> None:
    assert line.refusal("POST", NUMBERS, **fields) == (400, code)
    assert [each.number for each in line.rest.numbers.owned.values()] == [OWN]
    assert line.rest.numbers.offers.get(ON_OFFER)


def test_with_its_papers_a_number_can_be_had(line: Line) -> None:
    papers = {"AddressSid": "AD" + "1" * 32, "BundleSid": "BU" + "1" * 32}
    assert line.buy("+447700900000", **papers)["bundle_sid"] == papers["BundleSid"]


def test_of_an_area_code_the_carrier_chooses(line: Line) -> None:
    status, body = line.ask("POST", NUMBERS, AreaCode="312")
    assert (status, body["phone_number"]) == (201, "+13125550140")


def test_an_offer_can_vanish_between_search_and_buy(line: Line) -> None:
    line.rest.numbers.offers.withdraw(ON_OFFER)
    assert line.refusal("POST", NUMBERS, PhoneNumber=ON_OFFER) == (400, 21422)


def test_a_released_number_is_gone(line: Line) -> None:
    sid = line.buy()["sid"]
    assert line.ask("DELETE", f"{NUMBERS}/{sid}") == (204, {})
    for method in ("GET", "POST", "DELETE"):
        assert line.refusal(method, f"{NUMBERS}/{sid}") == (404, 20404)
    assert line.refusal("POST", NUMBERS, PhoneNumber=ON_OFFER) == (400, 21422)


def test_an_update_answers_the_whole_number(line: Line) -> None:
    sid = line.buy(VoiceUrl=VOICE)["sid"]
    status, body = line.ask("POST", f"{NUMBERS}/{sid}", FriendlyName="Clinic")
    assert (status, body["friendly_name"], body["voice_url"]) == (200, "Clinic", VOICE)


def test_prices_are_texts_by_type(line: Line) -> None:
    status, body = line.ask("GET", "/v1/PhoneNumbers/Countries/US")
    assert status == 200
    assert body["price_unit"] == "USD"
    assert body["phone_number_prices"] == [
        {"number_type": "local", "base_price": "1.15", "current_price": "1.15"},
        {"number_type": "toll free", "base_price": "2.15", "current_price": "2.15"},
    ]
    assert line.refusal("GET", "/v1/PhoneNumbers/Countries/ZZ") == (404, 20404)


def test_every_type_in_stock_has_a_price() -> None:
    for offer in OFFERS:
        kind = "toll free" if offer.kind == "TollFree" else offer.kind.lower()
        assert Decimal(PRICES[offer.country][kind]) > 0


def test_too_many_requests_at_once_are_429_and_not_done(line: Line) -> None:
    line.rest.throttle(1)
    assert line.refusal("POST", NUMBERS, PhoneNumber=ON_OFFER) == (429, 20429)
    assert line.buy()


@pytest.mark.parametrize(
    ("kind", "status", "is_done"),
    [("busy", 429, False), ("refused", 500, False), ("lost", 500, True), ("empty", 200, True)],
)
def test_a_fault_strikes_the_next_request_of_its_method_once(
    line: Line, kind: Any, status: int, *, is_done: bool
) -> None:
    line.rest.faults.script(RestFault(kind))
    assert line.ask("GET", NUMBERS)[0] == 200
    assert line.ask("POST", NUMBERS, PhoneNumber=ON_OFFER)[0] == status
    assert (len(line.rest.numbers.owned) == 2) == is_done
    assert line.buy()


def test_a_late_answer_was_done_in_time(line: Line) -> None:
    line.rest.faults.script(RestFault("late", late_ms=700))
    answer, _ = line.rest.answer("POST", f"{BASE}/{NUMBERS}.json", (("PhoneNumber", ON_OFFER),), 0)
    assert (answer.status, answer.late_ms) == (201, 700)
    assert len(line.rest.numbers.owned) == 2


def test_a_path_that_is_nowhere_is_404(line: Line) -> None:
    assert line.refusal("GET", "Numbers") == (404, 20404)
    assert line.refusal("PATCH", NUMBERS) == (404, 20404)


def test_what_was_asked_is_kept(line: Line) -> None:
    line.buy()
    (asked,) = line.rest.requests
    assert (asked.method, asked.path, asked.fields) == (
        "POST",
        f"{BASE}/{NUMBERS}.json",
        (("PhoneNumber", ON_OFFER),),
    )


def test_an_account_on_show_has_numbers_that_lead_elsewhere_and_nowhere() -> None:
    """What `voicegate sim carrier` serves without a call."""

    async def scenario() -> list[dict[str, Any]]:
        told: asyncio.Queue[str] = asyncio.Queue()
        settings = AccountSettings(ACCOUNT, TOKEN)
        serving = asyncio.create_task(serve(settings, told.put_nowait, host="127.0.0.1", port=0))
        url = (await asyncio.wait_for(told.get(), 10)).partition("=")[2].split()[0]
        try:
            async with (
                aiohttp.ClientSession(headers={"Authorization": CREDENTIALS}) as client,
                client.get(f"{url}{BASE}/{NUMBERS}.json") as answer,
            ):
                return (await answer.json())[KEY]
        finally:
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)

    numbers = asyncio.run(scenario())
    assert {each["phone_number"]: bool(each["voice_url"]) for each in numbers} == {
        "+12125550101": True,
        "+18005550101": False,
    }
    assert OWNED.keys() == {each["phone_number"] for each in numbers}


def test_no_number_in_stock_is_anybodys() -> None:
    """North America keeps 555-01xx for fiction, Ofcom and the Bundesnetzagentur ranges of theirs."""
    fiction = ("55501", "+442079460", "+447700900", "+493023125")
    assert all(any(part in offer.number for part in fiction) for offer in OFFERS)
    assert len({offer.number for offer in OFFERS}) == len(OFFERS)


@pytest.mark.parametrize("module", [number_offers, numbers_rest, owned_number])
def test_every_behaviour_says_how_well_it_is_known(module: Any) -> None:
    assert module.ASSUMPTIONS
    assert all(each.behaviour and each.source for each in module.ASSUMPTIONS)
