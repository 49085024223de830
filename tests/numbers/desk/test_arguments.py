"""Numbers, routes and times as a person writes them on a command line, and what TAB makes of them."""

from datetime import datetime
from pathlib import Path

import click
import pytest
from click.shell_completion import CompletionItem

from voicegate.numbers import route_text
from voicegate.numbers.desk import completion_cache
from voicegate.numbers.desk.arguments import NUMBER, ROUTE, TIME, NumberType, RouteType
from voicegate.numbers.model import Agent, Number, Snapshot

HERE = click.Context(click.Command("c"))
SOME = click.Argument(["some"])


def offered(kind: NumberType | RouteType, begun: str) -> list[str]:
    items: list[CompletionItem] = kind.shell_complete(HERE, SOME, begun)
    return [str(item.value) for item in items]


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("+12125550142", "+12125550142"),
        (" +1 (212) 555-0142 ", "+12125550142"),
        ("0044 20 7946 0958", "+442079460958"),
    ],
)
def test_a_number_is_e164(written: str, number: str) -> None:
    assert NUMBER.convert(written, None, None) == number


@pytest.mark.parametrize("written", ["2125550142", "", "+", "+1212", "call me", "+1212555014212"])
def test_what_is_no_number_is_wrong_use(written: str) -> None:
    with pytest.raises(click.BadParameter):
        NUMBER.convert(written, None, None)


def test_a_route_is_one_of_its_forms() -> None:
    route = route_text.parse("flow/clinic-main@3")
    assert ROUTE.convert("flow/clinic-main@3", None, None) == route
    assert ROUTE.convert(route, None, None) is route
    for written in ("", "flow", "flow/", "fluw/a", "forward/1", "sip:"):
        with pytest.raises(click.BadParameter):
            ROUTE.convert(written, None, None)


def test_a_time_has_a_zone_only_if_it_was_written() -> None:
    assert TIME.convert("2026-12-24T18:00", None, None) == datetime(2026, 12, 24, 18, 0)
    assert TIME.convert("2026-12-24T18:00Z", None, None).tzinfo is not None
    assert TIME.convert(datetime(2026, 12, 24), None, None) == datetime(2026, 12, 24)
    with pytest.raises(click.BadParameter):
        TIME.convert("soon", None, None)


def test_tab_offers_what_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    snapshot = Snapshot(
        "AC",
        numbers={each: Number(each) for each in ("+12125550142", "+442079460958")},
        agents={"clinic": Agent("clinic", "Be brief.")},
    )
    completion_cache.save(completion_cache.FOLDER, snapshot)
    assert offered(NUMBER, "+44") == ["+442079460958"]
    assert offered(ROUTE, "agent/") == ["agent/clinic", "agent/"]
    assert offered(ROUTE, "f") == ["flow/", "forward/+"]
