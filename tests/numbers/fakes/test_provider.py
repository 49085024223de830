"""The provider in memory behaves as its protocol says, and fails as it is told to."""

from dataclasses import replace
from decimal import Decimal

import pytest

from voicegate.numbers.fakes.provider import FakeProvider, Fault
from voicegate.numbers.provider import (
    AuthError,
    NotFound,
    Offer,
    Owned,
    Provider,
    Refused,
    Search,
    Unreachable,
)

OFFER = Offer("+12125550142", "US", "local", capabilities=frozenset({"voice", "SMS"}))


def owned(count: int) -> list[Owned]:
    return [Owned(f"PN{n}", f"+1212555{n:04d}") for n in range(count)]


def test_it_is_a_provider() -> None:
    provider: Provider = FakeProvider()
    assert list(provider.owned()) == []
    assert provider.price("US", "local") == Decimal("1.15")
    assert provider.price("DE", "local") is None


@pytest.mark.parametrize(("count", "pages"), [(0, 1), (5, 1), (10, 2), (25, 3)])
def test_all_pages_are_walked(count: int, pages: int) -> None:
    provider = FakeProvider(owned(count), page_size=10)
    assert [*provider.owned()] == owned(count)
    assert provider.requests == {"page": pages}


def test_capabilities_are_in_lower_case_however_an_offer_writes_them() -> None:
    provider = FakeProvider(offers=[OFFER, replace(OFFER, number="+13125550142", kind="mobile")])
    (found,) = provider.search(Search("US", has_sms=True))
    assert found.capabilities == {"voice", "sms"}
    assert provider.buy(OFFER.number).capabilities == {"voice", "sms"}


@pytest.mark.parametrize(
    ("want", "fits"),
    [
        (Search("US"), True),
        (Search("DE"), False),
        (Search("US", area="212"), True),
        (Search("US", area="312"), False),
        (Search("US", contains="5550"), True),
        (Search("US", contains="999"), False),
        (Search("US", limit=0), False),
    ],
)
def test_only_offers_that_fit_are_found(want: Search, fits: bool) -> None:  # noqa: FBT001
    assert bool(FakeProvider(offers=[OFFER]).search(want)) is fits


def test_a_bought_number_is_ours_and_no_longer_on_offer() -> None:
    provider = FakeProvider(offers=[OFFER])
    bought = provider.buy(OFFER.number)
    assert [*provider.owned()] == [bought]
    assert provider.search(Search("US")) == []
    assert provider.buy(OFFER.number) == bought


def test_a_number_that_vanishes_between_search_and_buy_is_refused() -> None:
    provider = FakeProvider(offers=[OFFER])
    provider.vanish(OFFER.number)
    assert provider.search(Search("US")) == [
        replace(OFFER, capabilities=frozenset(["voice", "sms"]))
    ]
    with pytest.raises(Refused) as refusal:
        provider.buy(OFFER.number)
    assert refusal.value.code == 21422
    assert not provider.numbers


def test_an_update_changes_what_it_names_and_an_empty_text_clears() -> None:
    provider = FakeProvider([Owned("PN1", "+12125550142", fields={"A": "1", "B": "2", "C": "3"})])
    assert provider.update("PN1", {"A": "", "B": "4"}).fields == {"A": "", "B": "4", "C": "3"}


def test_a_trunk_and_an_application_drive_each_other_out() -> None:
    provider = FakeProvider([Owned("PN1", "+12125550142", fields={"TrunkSid": "TK1"})])
    assert provider.update("PN1", {"VoiceApplicationSid": "AP1"}).fields["TrunkSid"] == ""
    assert provider.update("PN1", {"TrunkSid": "TK1"}).fields["VoiceApplicationSid"] == ""


def test_a_fallback_without_a_primary_url_is_refused() -> None:
    provider = FakeProvider([Owned("PN1", "+12125550142")])
    with pytest.raises(Refused, match="21405"):
        provider.update("PN1", {"VoiceFallbackUrl": "https://x"})
    provider.update("PN1", {"VoiceFallbackUrl": "https://x", "VoiceUrl": "https://y"})


def test_a_released_number_is_gone() -> None:
    provider = FakeProvider([Owned("PN1", "+12125550142")])
    provider.release("PN1")
    assert not provider.numbers
    with pytest.raises(NotFound):
        provider.update("PN1", {})
    assert provider.requests == {"release": 1, "update": 1}


@pytest.mark.parametrize(
    ("fault", "error", "is_done"),
    [
        (Fault.BUSY, Unreachable, False),
        (Fault.UNHEARD, Unreachable, True),
        (Fault.LOST, Unreachable, False),
        (Fault.DENIED, AuthError, False),
        (Fault.REFUSED, Refused, False),
    ],
)
def test_a_fault_takes_one_request_and_the_next_one_passes(
    fault: Fault,
    error: type[Exception],
    is_done: bool,  # noqa: FBT001
) -> None:
    provider = FakeProvider([Owned("PN1", "+12125550142")])
    provider.fail("update", None, fault)
    provider.update("PN1", {"A": "1"})
    with pytest.raises(error):
        provider.update("PN1", {"A": "2"})
    assert provider.numbers["+12125550142"].fields["A"] == ("2" if is_done else "1")
    provider.update("PN1", {"A": "3"})
    assert provider.writes == 3


@pytest.mark.parametrize(
    ("fault", "maybe_done"), [(Fault.BUSY, False), (Fault.UNHEARD, True), (Fault.LOST, True)]
)
def test_what_may_have_been_done_says_so(fault: Fault, maybe_done: bool) -> None:  # noqa: FBT001
    provider = FakeProvider(offers=[OFFER])
    provider.fail("buy", fault)
    with pytest.raises(Unreachable) as error:
        provider.buy(OFFER.number)
    assert error.value.maybe_done is maybe_done


def test_a_page_may_fail_behind_good_ones() -> None:
    provider = FakeProvider(owned(25), page_size=10)
    provider.fail("page", None, None, Fault.BUSY)
    with pytest.raises(Unreachable):
        list(provider.owned())


def test_whoever_raises_at_a_boundary_kills_before_or_after_the_effect() -> None:
    passed: list[bool] = []

    def boundary() -> None:
        passed.append(True)
        if len(passed) == 2:
            raise KeyboardInterrupt

    provider = FakeProvider(offers=[OFFER], boundary=boundary)
    with pytest.raises(KeyboardInterrupt):
        provider.buy(OFFER.number)
    assert OFFER.number in provider.numbers


def test_an_edit_by_hand_is_no_request() -> None:
    provider = FakeProvider([Owned("PN1", "+12125550142", fields={"A": "1"})])
    provider.edit("+12125550142", B="2")
    assert provider.numbers["+12125550142"].fields == {"A": "1", "B": "2"}
    assert not provider.requests
