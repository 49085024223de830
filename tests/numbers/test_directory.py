"""Who answers a called number."""

from datetime import UTC, datetime
from types import MappingProxyType

from hypothesis import given
from hypothesis import strategies as st

from voicegate.numbers.directory import Answering, Directory, OneRoute, RegistryDirectory
from voicegate.numbers.model import (
    Agent,
    Audio,
    Number,
    Override,
    Route,
    RouteKind,
    Share,
    Snapshot,
)
from voicegate.numbers.serving.view import View

CALLED, CALLER = "+12125550142", "+15550100001"
HOUSE = Route(RouteKind.AGENT, "default")
CLINIC = Route(RouteKind.AGENT, "clinic")
DESK = Route(RouteKind.FORWARD, "+12125550177")
RECEPTION = Agent("clinic", "Be kind.")


def registry(*numbers: Number, override: Override | None = None) -> View:
    snapshot = Snapshot(
        "AC1",
        version=41,
        numbers=MappingProxyType({number.number: number for number in numbers}),
        agents=MappingProxyType({RECEPTION.name: RECEPTION}),
    )
    return View(snapshot, {} if override is None else {"*": override})


def answering(view: View) -> Answering:
    def now() -> datetime:
        return datetime(2026, 3, 1, tzinfo=UTC)

    directory: Directory = RegistryDirectory(lambda: view, now, HOUSE, lambda _route: False)
    return directory.resolve(CALLED, CALLER)


@given(st.text())
def test_with_one_agent_every_number_leads_to_it(called: str) -> None:
    directory: Directory = OneRoute(HOUSE)
    assert directory.resolve(called, "") == Answering(HOUSE)


def test_a_number_is_answered_by_its_agent_with_its_own_audio_and_limit() -> None:
    number = Number(CALLED, shares=(Share(CLINIC, 1),), audio=Audio.PCMU, max_calls=20)
    wanted = Answering(CLINIC, RECEPTION, Audio.PCMU, 41, max_calls=20)
    assert answering(registry(number)) == wanted


def test_a_number_that_is_forwarded_has_no_agent() -> None:
    assert answering(registry(Number(CALLED, shares=(Share(DESK, 1),)))) == Answering(
        DESK, version=41
    )


def test_where_nobody_would_answer_the_house_does_and_the_operator_is_told() -> None:
    """Never silence: an agent that is gone, and no fallback."""
    gone = Route(RouteKind.AGENT, "gone")
    found = answering(registry(Number(CALLED, shares=(Share(gone, 1),))))
    assert (found.route, found.agent) == (HOUSE, None)
    assert found.alarms


def test_an_agent_that_is_called_like_the_house_is_the_registry_s_own() -> None:
    view = View(Snapshot("AC1", version=1, agents={"default": RECEPTION}, default_route=HOUSE))
    assert answering(view).agent is RECEPTION


def test_a_number_that_is_closed_by_hand_has_no_route_and_no_alarm() -> None:
    closed = registry(Number(CALLED, shares=(Share(CLINIC, 1),)), override=Override(None))
    assert answering(closed) == Answering(None, version=41)


def test_an_empty_registry_leads_to_the_house_without_an_alarm() -> None:
    assert answering(View(Snapshot("AC1"))) == Answering(HOUSE)
