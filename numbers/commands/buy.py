"""`voicegate numbers buy`: one exact number, found first, at a price that was seen."""

from decimal import Decimal, InvalidOperation
from typing import Any

import click

from ...gateway.terminal.answer import Answer
from ...gateway.terminal.command import command
from ...gateway.terminal.exit_code import ExitCode
from ...gateway.terminal.failure import CommandError
from ..changes.adoption import bought
from ..changes.offers import KINDS, check_price, exact, first_to_buy
from ..changes.proposal import CODES, Found, carry_out, look, propose
from ..desk.arguments import NUMBER, ROUTE
from ..desk.invocation import Invocation
from ..desk.protocol import account_of
from ..model import Route
from ..planning.apply import PartlyApplied
from ..planning.plan import new_plan_id
from ..planning.release import forget
from ..provider import Offer, Refused, Search
from .assign import foretell

GLANCE = 20


class PriceType(click.ParamType[Decimal]):
    """An amount of money."""

    name = "price"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Decimal:
        """Digits and a point, nothing that a float would make of them."""
        try:
            amount = Decimal(str(value))
        except InvalidOperation:
            amount = Decimal("NaN")
        if not amount.is_finite() or amount < 0:
            self.fail("write an amount like 2.00", param, ctx)
        return amount


@command(
    "voicegate numbers buy +12125550142 --assign flow/clinic-main",
    "voicegate numbers buy --area 212 --max-price 2.00",
    codes=CODES,
)
@click.argument("number", type=NUMBER, required=False)
@click.option("--area", metavar="CODE", help="The first that is on offer in this area code.")
@click.option("--max-price", "most", type=PriceType(), help="Refuse what costs more a month.")
@click.option("--assign", "route", type=ROUTE, help="Where its callers come at once.")
@click.option("--country", default="US", show_default=True, help="Where to look for it.")
@click.option("--type", "kind", type=click.Choice(KINDS), default=KINDS[0], show_default=True)
def buy(
    invocation: Invocation,
    *,
    number: str | None,
    area: str | None,
    most: Decimal | None,
    route: Route | None,
    country: str,
    kind: str,
) -> Answer:
    """Buy NUMBER, or the first offer of an area code, and lead its callers somewhere.

    A number that is ours already is not bought again.
    """
    if (number is None) is (area is None):
        raise click.UsageError("say which number, or --area CODE, one of the two")
    if area is not None and most is None:
        raise click.UsageError("--area buys what it finds: say --max-price too")
    want = Search(country.upper(), kind, area, limit=GLANCE)
    found = look(invocation)
    if any(each.number == number for each in found.owned):
        return _set_right(invocation, found, number or "", route)
    offer, price = _offer(invocation, want, number)
    check_price(price, most)
    desired = bought(found.stored, offer.number, route)
    chosen = {offer.number}
    made = propose(invocation.desk, found, desired, allow_buy=chosen, only=chosen)
    invocation.terminal.tell(f"{offer.number}: {_told(offer)}, {_amount(price)}")
    if route is not None:
        foretell(invocation, desired, offer.number)
    question = f"Buy {offer.number} for {_amount(price)}?"
    try:
        return carry_out(invocation, made, question, _next_step(offer.number))
    except PartlyApplied as error:
        if not isinstance(error.__cause__, Refused):
            raise
        raise _gone(invocation, found, offer, want, error.__cause__) from error


def _set_right(invocation: Invocation, found: Found, number: str, route: Route | None) -> Answer:
    """It is ours already, perhaps from a try that was interrupted: nothing is left to buy."""
    made = propose(invocation.desk, found, bought(found.stored, number, route), only={number})
    question = "It is ours already. Have its calls come here?"
    return carry_out(invocation, made, question, _next_step(number))


def _next_step(number: str) -> str:
    return f"Look at it: voicegate numbers show {number}"


def _offer(
    invocation: Invocation, want: Search, number: str | None
) -> tuple[Offer, Decimal | None]:
    provider = invocation.desk.provider
    with invocation.terminal.progress("asking what is on offer"):
        offer = (
            first_to_buy(provider.search(want)) if number is None else exact(provider, want, number)
        )
        return offer, provider.price(offer.country, offer.kind)


def _gone(
    invocation: Invocation, found: Found, offer: Offer, want: Search, why: Refused
) -> CommandError:
    """It was refused, for sure: it leaves the configuration again, and the next one is named."""
    desk = invocation.desk
    if offer.number not in found.stored.numbers:
        plan_id = new_plan_id(desk.now(), desk.chance)
        forget(offer.number, account_of(desk), desk.who, desk.now(), plan_id)
    others = [each for each in desk.provider.search(want) if each.number != offer.number]
    for other in others[:1]:
        invocation.terminal.tell(f"next offer: voicegate numbers buy {other.number}")
    return CommandError(ExitCode.FAILED, f"not bought: {why.text} (code {why.code})", why.hint)


def _told(offer: Offer) -> str:
    place = ", ".join(filter(None, (offer.locality, offer.region)))
    return ", ".join(filter(None, (offer.kind, place)))


def _amount(price: Decimal | None) -> str:
    return "a price that is not told" if price is None else f"{price} a month"
