"""`voicegate numbers search`: what can be bought now."""

import click

from ...gateway.terminal.answer import Answer
from ...gateway.terminal.command import command
from ...gateway.terminal.exit_code import ExitCode
from ..changes.offers import KINDS, offer_json
from ..desk.arguments import NUMBER
from ..desk.invocation import Invocation
from ..provider import Search

COLUMNS = ("number", "type", "locality", "region", "capabilities", "address_needs", "price_month")
CODES = (ExitCode.FAILED, ExitCode.AUTH, ExitCode.NOT_FOUND, ExitCode.UNREACHABLE)
MOST = 1000


@command("voicegate numbers search --country US --area 212", codes=CODES)
@click.option("--country", default="US", show_default=True, help="Two letters, like US or DE.")
@click.option("--area", metavar="CODE", help="Only in this area code; North America only.")
@click.option("--contains", metavar="DIGITS", help="Only with these digits in it.")
@click.option("--near", type=NUMBER, help="Only near this number; North America only.")
@click.option("--type", "kind", type=click.Choice(KINDS), default=KINDS[0], show_default=True)
@click.option("--voice", "has_voice", is_flag=True, help="Only such as take calls.  [usual]")
@click.option("--sms", "has_sms", is_flag=True, help="Only such as take messages.")
@click.option("--limit", type=click.IntRange(1, MOST), default=20, show_default=True)
def search(
    invocation: Invocation,
    *,
    country: str,
    area: str | None,
    contains: str | None,
    near: str | None,
    kind: str,
    has_voice: bool,
    has_sms: bool,
    limit: int,
) -> Answer:
    """Show numbers that can be bought now; nobody keeps them until one is bought."""
    if sum(each is not None for each in (area, contains, near)) > 1:
        raise click.UsageError("--area, --contains and --near exclude each other")
    needs_voice = has_voice or not has_sms
    want = Search(country.upper(), kind, area, contains, near, needs_voice, has_sms, limit)
    provider = invocation.desk.provider
    with invocation.terminal.progress("asking the provider"):
        offers = provider.search(want)
        price = provider.price(want.country, want.kind) if offers else None
    items = [offer_json(offer, price) for offer in offers]
    step = f"Buy one: voicegate numbers buy {offers[0].number}" if offers else ""
    return Answer("Offer", {"items": items}, COLUMNS, next_step=step)
