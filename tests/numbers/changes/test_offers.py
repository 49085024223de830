"""What can be bought, and what is refused before anybody pays."""

from decimal import Decimal

import pytest

from voicegate.gateway.terminal.exit_code import ExitCode
from voicegate.gateway.terminal.failure import CommandError
from voicegate.numbers.changes.offers import check_price, exact, first_to_buy, offer_json
from voicegate.numbers.fakes.provider import FakeProvider
from voicegate.numbers.provider import NotFound, Offer, Search

PRICE = Decimal("1.15")
ONE, TWO = "+12125550142", "+18005550143"
PLAIN = Offer(ONE, "US", "local", "New York", "NY", frozenset({"voice", "sms"}))
FREE = Offer(TWO, "US", "tollfree", capabilities=frozenset({"voice"}))
BERLIN = Offer(
    "+4930123456", "DE", "local", capabilities=frozenset({"voice"}), address_needs="local"
)


def code_of(caught: pytest.ExceptionInfo[CommandError]) -> ExitCode:
    return caught.value.failure.exit_code


def test_the_first_that_needs_no_address_is_bought() -> None:
    assert first_to_buy([BERLIN, PLAIN, FREE]) is PLAIN


@pytest.mark.parametrize(
    ("offers", "code"), [([], ExitCode.NOT_FOUND), ([BERLIN], ExitCode.FAILED)]
)
def test_without_such_an_offer_nothing_is_bought(offers: list[Offer], code: ExitCode) -> None:
    with pytest.raises(CommandError) as caught:
        first_to_buy(offers)
    assert code_of(caught) is code


def test_an_exact_number_is_found_whatever_its_type_and_never_one_that_is_like_it() -> None:
    longer = Offer(f"{ONE}9", "US", "local", capabilities=frozenset({"voice"}))
    provider = FakeProvider(offers=[longer, PLAIN, FREE])
    assert exact(provider, Search("US"), ONE) == PLAIN
    assert exact(provider, Search("US"), TWO) == FREE


class WithoutMobile(FakeProvider):
    """A country that does not have such a type, as the provider tells it."""

    def search(self, want: Search) -> list[Offer]:
        if want.kind == "mobile":
            raise NotFound("no mobile numbers there")
        return super().search(want)


def test_a_type_that_a_country_does_not_have_is_passed_over() -> None:
    assert exact(WithoutMobile(offers=[FREE]), Search("US"), TWO) == FREE


@pytest.mark.parametrize(
    ("number", "country", "code"),
    [("+12125550199", "US", ExitCode.NOT_FOUND), (BERLIN.number, "DE", ExitCode.FAILED)],
)
def test_an_exact_number_that_cannot_be_had_is_told(
    number: str, country: str, code: ExitCode
) -> None:
    provider = FakeProvider(offers=[PLAIN, BERLIN])
    with pytest.raises(CommandError) as caught:
        exact(provider, Search(country), number)
    assert code_of(caught) is code


@pytest.mark.parametrize(("price", "most"), [(PRICE, PRICE), (PRICE, None), (None, None)])
def test_a_price_is_taken_up_to_what_was_said(price: Decimal | None, most: Decimal | None) -> None:
    check_price(price, most)


@pytest.mark.parametrize(("price", "most"), [(Decimal("1.16"), PRICE), (None, PRICE)])
def test_what_is_dearer_or_not_told_is_refused(price: Decimal | None, most: Decimal) -> None:
    with pytest.raises(CommandError):
        check_price(price, most)


def test_money_is_text() -> None:
    assert offer_json(PLAIN, Decimal("1.10"))["price_month"] == "1.10"
