"""The real package against the simulated carrier's real server: each fact of Twilio's that counts."""

import subprocess
import sys
from collections.abc import Callable
from contextlib import closing

import pytest

from voicegate.gateway.carriers.twilio_numbers import PAGE_SIZE, TwilioNumbers
from voicegate.gateway.sim.rig.number_desk import NumberDesk
from voicegate.numbers.provider import NotFound, Refused, Search

APPLICATION, TRUNK = "AP" + "1" * 32, "TK" + "1" * 32
OWN = "+12125550142"
VOICE = "https://voice.example.com/twilio/voice#ct=2000&rt=5000&rc=2&rp=ct,5xx"


def test_the_filter_is_a_pattern_so_a_number_is_found_by_equality(
    carrier: NumberDesk, twilio: TwilioNumbers
) -> None:
    """N3: what was bought before a crash is found again, and nothing that resembles it."""
    longer = carrier.numbers.adopt(OWN + "9")
    sid = carrier.numbers.adopt(OWN)
    assert twilio.buy(OWN).id == sid != longer
    (asked,) = carrier.asked("GET")
    assert dict(asked) == {"PhoneNumber": OWN, "PageSize": "1000"}
    assert not carrier.asked("POST")


def test_an_update_changes_what_it_names_and_an_empty_text_clears(
    carrier: NumberDesk, twilio: TwilioNumbers
) -> None:
    sid = carrier.numbers.adopt(OWN, {"VoiceUrl": VOICE, "StatusCallback": "https://example.com/s"})
    updated = twilio.update(sid, {"StatusCallback": ""})
    assert carrier.asked("POST") == [(("StatusCallback", ""),)]
    assert (updated.fields["VoiceUrl"], updated.fields["StatusCallback"]) == (VOICE, "")


def test_what_makes_the_voice_url_inert_is_seen_and_the_other_one_is_gone(
    carrier: NumberDesk, twilio: TwilioNumbers
) -> None:
    sid = carrier.numbers.adopt(OWN, {"VoiceUrl": VOICE, "VoiceApplicationSid": APPLICATION})
    (before,) = twilio.owned()
    assert (before.fields["VoiceUrl"], before.fields["VoiceApplicationSid"]) == (VOICE, APPLICATION)
    after = twilio.update(sid, {"TrunkSid": TRUNK})
    assert (after.fields["TrunkSid"], after.fields["VoiceApplicationSid"]) == (TRUNK, "")
    cleared = twilio.update(sid, {"TrunkSid": "", "VoiceApplicationSid": ""})
    assert (cleared.fields["TrunkSid"], cleared.fields["VoiceUrl"]) == ("", VOICE)


def test_all_pages_are_walked_a_thousand_numbers_each(
    carrier: NumberDesk, twilio: TwilioNumbers
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


def test_what_cannot_stand_in_a_path_is_not_asked_for(
    carrier: NumberDesk, twilio: TwilioNumbers
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
    carrier: NumberDesk, twilio: TwilioNumbers
) -> None:
    sid = carrier.numbers.adopt(OWN)
    with pytest.raises(ValueError, match="voice_url"):
        twilio.update(sid, {"voice_url": VOICE})
    assert not carrier.rest.requests


def test_a_released_number_is_gone_for_good(carrier: NumberDesk, twilio: TwilioNumbers) -> None:
    sid = twilio.buy(OWN).id
    twilio.release(sid)
    assert not list(twilio.owned())
    with pytest.raises(NotFound):
        twilio.release(sid)
    with pytest.raises(NotFound, match="gone"):
        twilio.buy(OWN)
    assert len(carrier.asked("DELETE")) == 2


def test_the_overrides_in_a_urls_fragment_are_kept(
    carrier: NumberDesk, twilio: TwilioNumbers
) -> None:
    sid = carrier.numbers.adopt(OWN)
    assert twilio.update(sid, {"VoiceUrl": VOICE}).fields["VoiceUrl"] == VOICE
    assert next(twilio.owned()).fields["VoiceUrl"] == VOICE


def test_a_fallback_goes_with_its_voice_url_in_one_update(
    carrier: NumberDesk, twilio: TwilioNumbers
) -> None:
    sid = carrier.numbers.adopt(OWN)
    fallback = {"VoiceFallbackUrl": "https://elsewhere.example.com/fallback"}
    with pytest.raises(Refused, match=r"21405.*write both"):
        twilio.update(sid, fallback)
    updated = twilio.update(sid, {"VoiceUrl": VOICE, **fallback})
    assert updated.fields["VoiceFallbackUrl"] == fallback["VoiceFallbackUrl"]


def test_region_and_edge_of_the_environment_lead_nowhere(
    carrier: NumberDesk, monkeypatch: pytest.MonkeyPatch
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
