"""What is on offer, at which price: found, and chosen by who buys."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from ...gateway.terminal.answer import Json
from ...gateway.terminal.exit_code import ExitCode
from ...gateway.terminal.failure import CommandError
from ..provider import NotFound, Offer, Provider, Search

KINDS = ("local", "mobile", "tollfree")
NO_ADDRESS = "none"


def offer_json(offer: Offer, price: Decimal | None) -> dict[str, Json]:
    """Money is text, in the account's currency, for a month; null where none is told."""
    return {
        "number": offer.number,
        "country": offer.country,
        "type": offer.kind,
        "locality": offer.locality,
        "region": offer.region,
        "capabilities": sorted(offer.capabilities),
        "address_needs": offer.address_needs,
        "price_month": None if price is None else str(price),
    }


def first_to_buy(offers: Sequence[Offer]) -> Offer:
    """The first that needs no address. Raises CommandError where there is none."""
    if not offers:
        what = "no such number is on offer"
        raise CommandError(ExitCode.NOT_FOUND, what, "search wider: another --area, or none")
    for offer in offers:
        if offer.address_needs == NO_ADDRESS:
            return offer
    raise _needs_address(offers[0])


def exact(provider: Provider, want: Search, number: str) -> Offer:
    """The offer of exactly this number, whatever its type. Raises CommandError if it cannot be had."""
    for kind in KINDS:
        wanted = replace(want, kind=kind, area=None, contains=number)
        offer = next((each for each in _found(provider, wanted) if each.number == number), None)
        if offer is not None and offer.address_needs != NO_ADDRESS:
            raise _needs_address(offer)
        if offer is not None:
            return offer
    what = "this number is not on offer"
    raise CommandError(ExitCode.NOT_FOUND, what, "search again: voicegate numbers search")


def _found(provider: Provider, want: Search) -> list[Offer]:
    """A type that the country does not have is on offer nowhere."""
    try:
        return provider.search(want)
    except NotFound:
        return []


def check_price(price: Decimal | None, most: Decimal | None) -> None:
    """Raises CommandError for one that is dearer than was said, or not told."""
    if most is None or (price is not None and price <= most):
        return
    told = "the provider names no price" if price is None else f"it costs {price} a month"
    raise CommandError(ExitCode.FAILED, f"{told}, and --max-price is {most}", "nothing was bought")


def _needs_address(offer: Offer) -> CommandError:
    what = f"such a number needs an address ({offer.address_needs}) at the provider's"
    return CommandError(
        ExitCode.FAILED, what, "buy it in the provider's console, then voicegate numbers import"
    )
