"""Where file, store and provider disagree."""

from dataclasses import replace

from voicegate.numbers.model import Number, Route, RouteKind, Share, Snapshot
from voicegate.numbers.planning.drift import FieldDrift, drift
from voicegate.numbers.planning.known import State
from voicegate.numbers.planning.webhook import Webhook
from voicegate.numbers.provider import Owned

NUMBER = "+12125550142"
WEBHOOK = Webhook("https://voice.example.com")


def number(flow: str = "clinic", **fields: object) -> Number:
    shares = (Share(Route(RouteKind.FLOW, flow), 1),)
    return replace(Number(NUMBER, shares=shares, provider_id="PN1"), **fields)


def snapshot(*numbers: Number) -> Snapshot:
    return Snapshot("main", numbers={each.number: each for each in numbers})


def owned(**fields: str) -> Owned:
    return Owned("PN1", NUMBER, fields={**WEBHOOK.wanted(number()), **fields})


def test_where_all_agree_nothing_differs() -> None:
    file = snapshot(replace(number(), provider_id=None))  # no file names the provider's ids
    (found,) = drift(file, snapshot(number()), [owned()], WEBHOOK)
    assert found.fields == ()
    assert found.state is State.MANAGED
    assert not found.is_drifted


def test_a_number_edited_by_hand_is_told_with_the_field() -> None:
    """N10, as far as it is decided here."""
    by_hand = owned(VoiceUrl="https://elsewhere.example.com", SmsUrl="https://not.compared")
    (found,) = drift(None, snapshot(number()), [by_hand], WEBHOOK)
    wanted = WEBHOOK.wanted(number())["VoiceUrl"]
    assert found.fields == (
        FieldDrift("VoiceUrl", wanted, wanted, "https://elsewhere.example.com"),
    )
    assert found.is_drifted


def test_each_compared_field_is_watched() -> None:
    """N10: every field that a rule names; rule g."""
    addressed = number(emergency_address="AD1")
    webhook = Webhook("https://voice.example.com", "https://fallback.example.net")
    for name in webhook.wanted(addressed):
        by_hand = Owned("PN1", NUMBER, fields={**webhook.wanted(addressed), name: "by hand"})
        (found,) = drift(None, snapshot(addressed), [by_hand], webhook)
        assert [field.name for field in found.fields] == [name]


def test_three_may_say_three_things() -> None:
    file = snapshot(number(emergency_address="AD1"))
    store = snapshot(number(emergency_address="AD2"))
    (found,) = drift(file, store, [owned(EmergencyAddressSid="AD3")], WEBHOOK)
    assert found.fields == (
        FieldDrift("emergency_address", "AD1", "AD2", None),
        FieldDrift("EmergencyAddressSid", "AD1", "AD2", "AD3"),
    )


def test_the_file_may_disagree_alone() -> None:
    file = snapshot(number(emergency_address="AD1"))
    (found,) = drift(file, snapshot(number()), [owned(EmergencyAddressSid="AD3")], WEBHOOK)
    assert found.fields == (
        FieldDrift("emergency_address", "AD1", None, None),
        FieldDrift("EmergencyAddressSid", "AD1", None, "AD3"),
    )


def test_a_route_that_only_file_and_store_know_is_compared_between_them() -> None:
    (found,) = drift(snapshot(number("new")), snapshot(number("old")), [owned()], WEBHOOK)
    assert found.fields == (FieldDrift("route", "flow/new", "flow/old", None),)


def test_an_application_behind_which_the_url_is_inert_has_drifted() -> None:
    (found,) = drift(None, snapshot(number()), [owned(VoiceApplicationSid="AP1")], WEBHOOK)
    assert [(field.name, field.provider) for field in found.fields] == [
        ("VoiceApplicationSid", "AP1")
    ]


def test_a_number_that_the_provider_lacks_has_drifted() -> None:
    (found,) = drift(snapshot(number()), snapshot(number()), [], WEBHOOK)
    assert found.state is State.MISSING
    assert found.is_drifted


def test_a_number_that_nobody_but_the_provider_knows_has_not() -> None:
    (found,) = drift(None, snapshot(), [owned(VoiceUrl="https://anything.example")], WEBHOOK)
    assert found.state is State.FOREIGN
    assert not found.is_drifted


def test_a_number_that_left_the_file_is_still_compared_with_the_provider() -> None:
    by_hand = owned(VoiceUrl="")
    (found,) = drift(snapshot(), snapshot(number()), [by_hand], WEBHOOK)
    assert found.state is State.UNMANAGED
    assert [field.name for field in found.fields] == ["VoiceUrl"]
