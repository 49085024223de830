"""`voicegate numbers search`, `buy` and `import`."""

from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from click.testing import Result

from voicegate.numbers.fakes.desk import FakeDesk
from voicegate.numbers.fakes.provider import FakeProvider, Fault
from voicegate.numbers.provider import Offer, Owned

Run = Callable[..., Result]
FIRST, SECOND, OURS = "+12125550150", "+12125550151", "+12125550142"
CAN = frozenset({"Voice", "SMS"})
STOCK = [Offer(number, "US", "local", "New York", "NY", CAN) for number in (FIRST, SECOND)]
BERLIN = Offer("+4930123456", "DE", "local", "Berlin", "", CAN, address_needs="local")


@pytest.fixture
def provider(desk: FakeDesk) -> FakeProvider:
    """Two offers in New York, one in Berlin that needs an address, and a number of ours."""
    desk.provider = FakeProvider([Owned("PN1", OURS, "Clinic main")], [*STOCK, BERLIN])
    return desk.provider


@pytest.mark.usefixtures("provider")
def test_offers_are_told_with_price_and_needs(run: Run) -> None:
    done = run("numbers", "search", "--area", "212", "--sms", "-o", "json")
    items = orjson.loads(done.stdout)["items"]
    assert [item["number"] for item in items] == [FIRST, SECOND]
    assert items[0]["price_month"] == "1.15"
    berlin = orjson.loads(run("numbers", "search", "--country", "de").stdout)["items"][0]
    assert (berlin["address_needs"], berlin["price_month"]) == ("local", None)


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ([], [FIRST]),
        (["--voice"], [FIRST]),
        (["--sms"], [SECOND]),
        (["--voice", "--sms"], []),
    ],
)
def test_a_number_takes_calls_unless_messages_alone_are_asked_for(
    run: Run, desk: FakeDesk, options: list[str], found: list[str]
) -> None:
    can = [(FIRST, "voice"), (SECOND, "sms")]
    offers = [Offer(text, "US", "local", capabilities=frozenset({what})) for text, what in can]
    desk.provider = FakeProvider(offers=offers)
    assert run("numbers", "search", *options, "-o", "ids").stdout.split() == found


@pytest.mark.usefixtures("provider")
def test_what_is_searched_by_is_one_thing(run: Run) -> None:
    assert run("numbers", "search", "--area", "212", "--contains", "555").exit_code == 2


def test_the_first_offer_of_an_area_is_bought_and_leads_somewhere(
    run: Run, desk: FakeDesk, provider: FakeProvider
) -> None:
    words = ["buy", "--area", "212", "--max-price", "2.00", "--assign", "flow/a", "--yes"]
    done = run("numbers", *words)
    assert done.exit_code == 0, done.stderr
    assert "1.15 a month" in done.stderr
    assert "would answer now: flow/a" in done.stderr
    assert provider.bought == [FIRST]
    number = desk.registry.store.current().numbers[FIRST]
    assert str(number.shares[0].route) == "flow/a"
    assert number.provider_id == provider.numbers[FIRST].id
    assert OURS not in desk.registry.store.current().numbers


def test_no_other_number_is_looked_at(run: Run, provider: FakeProvider) -> None:
    run("numbers", "import", OURS, "--yes")
    provider.edit(OURS, VoiceUrl="https://elsewhere.example.com")
    run("numbers", "buy", FIRST, "--yes")
    assert provider.numbers[OURS].fields["VoiceUrl"] == "https://elsewhere.example.com"


def test_a_number_that_was_bought_is_not_bought_again(run: Run, provider: FakeProvider) -> None:
    for _ in range(2):
        assert run("numbers", "buy", SECOND, "--yes").exit_code == 0
    assert provider.bought == [SECOND]


@pytest.mark.parametrize("options", [["--dry-run"], []])
def test_nothing_is_bought_without_a_yes(
    run: Run, desk: FakeDesk, provider: FakeProvider, options: list[str]
) -> None:
    assert run("numbers", "buy", FIRST, *options).exit_code == (0 if options else 9)
    assert (provider.bought, desk.registry.store.version()) == ([], 0)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ([], 2),
        ([FIRST, "--area", "212"], 2),
        (["--area", "212"], 2),
        (["--area", "212", "--max-price", "cheap"], 2),
        (["--area", "212", "--max-price", "NaN"], 2),
        (["--area", "212", "--max-price", "1.14"], 1),
        ([FIRST, "--max-price", "1.14"], 1),
        (["--area", "999", "--max-price", "2"], 5),
        (["+12125550199"], 5),
        ([BERLIN.number, "--country", "DE"], 1),
    ],
)
def test_what_cannot_be_bought_is_not_tried(
    run: Run, desk: FakeDesk, provider: FakeProvider, words: list[str], code: int
) -> None:
    assert run("numbers", "buy", *words, "--yes").exit_code == code
    assert (provider.writes, desk.registry.store.version()) == (0, 0)


def test_a_number_that_vanished_leaves_no_trace_and_no_other_is_bought_for_it(
    run: Run, desk: FakeDesk, provider: FakeProvider
) -> None:
    provider.vanish(FIRST)
    done = run("numbers", "buy", "--area", "212", "--max-price", "2", "--yes")
    assert done.exit_code == 1
    assert f"next offer: voicegate numbers buy {SECOND}" in done.stderr
    assert provider.bought == []
    assert FIRST not in desk.registry.store.current().numbers


def test_a_purchase_whose_answer_was_lost_is_found_not_repeated(
    run: Run, desk: FakeDesk, provider: FakeProvider
) -> None:
    provider.fail("buy", Fault.UNHEARD)
    assert run("numbers", "buy", FIRST, "--yes").exit_code == 0
    assert provider.requests["buy"] == 1
    assert desk.registry.store.current().numbers[FIRST].provider_id == provider.numbers[FIRST].id


def test_all_that_the_account_owns_is_adopted_once(
    run: Run, desk: FakeDesk, provider: FakeProvider
) -> None:
    assert run("numbers", "import", "--all", "--yes").exit_code == 0
    number = desk.registry.store.current().numbers[OURS]
    assert (number.name, number.provider_id) == ("Clinic main", "PN1")
    writes = provider.writes
    again = run("numbers", "import", "--all", "--yes", "-o", "table")
    assert (again.stdout, provider.writes) == ("no changes\n", writes)


@pytest.mark.parametrize(("words", "code"), [([], 2), ([OURS, "--all"], 2), ([FIRST], 5)])
@pytest.mark.usefixtures("provider")
def test_what_cannot_be_adopted(run: Run, words: list[str], code: int) -> None:
    assert run("numbers", "import", *words, "--yes").exit_code == code


def test_a_purchase_that_stops_half_way_goes_on_and_buys_nothing_twice(
    run: Run, desk: FakeDesk, provider: FakeProvider
) -> None:
    """N3."""
    provider.fail("update", Fault.BUSY)
    assert run("numbers", "buy", FIRST, "--assign", "flow/a", "--yes").exit_code == 8
    assert run("numbers", "buy", FIRST, "--assign", "flow/a", "--yes").exit_code == 0
    assert provider.bought == [FIRST]
    wanted = desk.webhook.wanted(desk.registry.store.current().numbers[FIRST])
    assert provider.numbers[FIRST].fields["VoiceUrl"] == wanted["VoiceUrl"]


def test_a_number_that_was_configured_before_it_vanished_stays_so(
    run: Run, desk: FakeDesk, provider: FakeProvider
) -> None:
    entry = f'numbers: [{{number: "{SECOND}", route: flow/a}}]'
    Path("new.yaml").write_text(f"apiVersion: voicegate/v1\nkind: Numbers\n{entry}\n")
    assert run("numbers", "apply", "-f", "new.yaml", "--allow-buy", "--yes").exit_code == 0
    desk.provider = provider = FakeProvider(offers=STOCK)  # given back at the carrier's console
    provider.vanish(SECOND)
    assert run("numbers", "buy", SECOND, "--yes").exit_code == 1
    assert SECOND in desk.registry.store.current().numbers
