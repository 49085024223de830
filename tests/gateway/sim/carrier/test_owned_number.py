"""What may be written in the fields of a simulated number, and what REST shows of them."""

import pytest

from voicegate.gateway.sim.carrier.number_offers import NumberOffer
from voicegate.gateway.sim.carrier.owned_number import OwnedNumber
from voicegate.gateway.sim.carrier.rest_answer import RequestRefused

APPLICATION, TRUNK = "AP" + "1" * 32, "TK" + "1" * 32
URL = "https://voice.example.com/voice#rc=2"


@pytest.fixture
def number() -> OwnedNumber:
    offer = NumberOffer("+12125550142", "US", "Local")
    return OwnedNumber("PN" + "1" * 32, "AC" + "1" * 32, offer, 1_795_255_200.0)


def changed(number: OwnedNumber, **changes: str) -> dict[str, object]:
    number.change(changes, number.created_at + 60)
    return number.resource()


def test_only_what_is_sent_changes_and_empty_clears(number: OwnedNumber) -> None:
    changed(number, VoiceUrl=URL, FriendlyName="Clinic")
    shown = changed(number, VoiceUrl="")
    assert (shown["voice_url"], shown["friendly_name"]) == ("", "Clinic")


def test_an_emergency_address_is_registered_once_there_is_one(number: OwnedNumber) -> None:
    assert number.resource()["emergency_address_status"] == "unregistered"
    address = "AD" + "1" * 32
    shown = changed(number, EmergencyAddressSid=address)
    assert shown["emergency_address_status"] == "registered"
    number.address_status = "pending-registration"
    assert number.resource()["emergency_address_status"] == "pending-registration"


def test_application_and_trunk_delete_each_other_and_the_url_stays(number: OwnedNumber) -> None:
    changed(number, VoiceUrl=URL)
    shown = changed(number, VoiceApplicationSid=APPLICATION)
    assert (shown["voice_application_sid"], shown["trunk_sid"]) == (APPLICATION, None)
    shown = changed(number, TrunkSid=TRUNK)
    assert (shown["voice_application_sid"], shown["trunk_sid"]) == (None, TRUNK)
    shown = changed(number, VoiceApplicationSid=APPLICATION)
    assert (shown["voice_application_sid"], shown["trunk_sid"]) == (APPLICATION, None)
    assert shown["voice_url"] == URL


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"VoiceUrl": "voice.example.com"}, 21402),
        ({"VoiceUrl": "ftp://voice.example.com"}, 21402),
        ({"VoiceUrl": "https://[broken"}, 21402),
        ({"VoiceUrl": "https://my_voice.example.com"}, 21402),
        ({"StatusCallback": "nowhere"}, 21402),
        ({"VoiceMethod": "PUT"}, 21403),
        ({"VoiceFallbackUrl": URL}, 21405),
        ({"SmsFallbackUrl": URL}, 21406),
        ({"VoiceApplicationSid": "AP1"}, 21420),
        ({"EmergencyAddressSid": "AD1"}, 22109),
        ({"VoiceReceiveMode": "telex"}, 20001),
        ({"FriendlyName": "x" * 65}, 20001),
    ],
)
def test_what_cannot_be_written_is_refused_and_nothing_is(
    number: OwnedNumber, changes: dict[str, str], code: int
) -> None:
    before = number.resource()
    with pytest.raises(RequestRefused) as refused:
        changed(number, StatusCallbackMethod="GET", **changes)
    assert (refused.value.status, refused.value.code) == (400, code)
    assert number.resource() == before


def test_a_fallback_goes_with_its_url_and_cannot_outlive_it(number: OwnedNumber) -> None:
    assert changed(number, VoiceUrl=URL, VoiceFallbackUrl=URL)["voice_fallback_url"] == URL
    with pytest.raises(RequestRefused, match="VoiceFallbackUrl"):
        changed(number, VoiceUrl="")


def test_what_twilio_does_not_know_is_ignored(number: OwnedNumber) -> None:
    assert changed(number, Sid="PN2", Nonsense="x")["sid"] == "PN" + "1" * 32


def test_the_dates_tell_when_it_was_made_and_changed(number: OwnedNumber) -> None:
    assert number.resource()["date_updated"] == "Sat, 21 Nov 2026 10:00:00 GMT"
    shown = changed(number, FriendlyName="Clinic")
    assert shown["date_created"] == "Sat, 21 Nov 2026 10:00:00 GMT"
    assert shown["date_updated"] == "Sat, 21 Nov 2026 10:01:00 GMT"
