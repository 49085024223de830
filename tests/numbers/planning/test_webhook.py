"""What the provider must have for a number of ours."""

from voicegate.numbers.model import Number
from voicegate.numbers.planning.webhook import COMPARED, Webhook, compared
from voicegate.numbers.provider import Owned

NUMBER = Number("+12125550142")


def test_a_managed_number_leads_its_calls_to_us_and_nowhere_else() -> None:
    assert Webhook("https://voice.example.com").wanted(NUMBER) == {
        "StatusCallback": "https://voice.example.com/twilio/status",
        "TrunkSid": "",
        "VoiceApplicationSid": "",
        "VoiceMethod": "POST",
        "VoiceReceiveMode": "voice",
        "VoiceUrl": "https://voice.example.com/twilio/voice#ct=2000&rt=5000&rc=2&rp=ct,5xx",
    }


def test_a_slash_behind_the_public_url_makes_no_second_one() -> None:
    with_slash, without = (
        Webhook("https://voice.example.com/"),
        Webhook("https://voice.example.com"),
    )
    assert with_slash.wanted(NUMBER) == without.wanted(NUMBER)


def test_a_fallback_url_is_wanted_only_where_there_is_one() -> None:
    webhook = Webhook("https://voice.example.com", "https://fallback.example.net/twiml")
    assert webhook.wanted(NUMBER)["VoiceFallbackUrl"] == "https://fallback.example.net/twiml"


def test_an_emergency_address_that_nobody_names_is_left_as_it_is() -> None:
    webhook = Webhook("https://voice.example.com")
    assert "EmergencyAddressSid" not in webhook.wanted(NUMBER)
    named = Number("+12125550142", emergency_address="AD1")
    assert webhook.wanted(named)["EmergencyAddressSid"] == "AD1"


def test_whatever_is_wanted_is_compared() -> None:
    named = Number("+12125550142", emergency_address="AD1")
    webhook = Webhook("https://voice.example.com", "https://fallback.example.net/twiml")
    assert webhook.wanted(named).keys() == COMPARED.keys()


def test_what_the_provider_does_not_say_is_what_it_means_by_saying_nothing() -> None:
    owned = Owned("PN1", "+12125550142", fields={"VoiceReceiveMode": "", "SmsUrl": "https://x"})
    assert compared(owned) == {
        **dict.fromkeys(COMPARED, ""),
        "VoiceMethod": "POST",
        "VoiceReceiveMode": "voice",
    }
