"""What is done about one number, rule by rule."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from voicegate.numbers.model import Number, Route, RouteKind, ScheduleEntry, Share
from voicegate.numbers.planning.known import Known, State
from voicegate.numbers.planning.number_step import Terms, number_step, wanted_number
from voicegate.numbers.planning.step import Action, Step
from voicegate.numbers.planning.webhook import Webhook
from voicegate.numbers.provider import Owned

NUMBER = "+12125550142"
WEBHOOK = Webhook("https://voice.example.com")
TERMS = Terms(WEBHOOK)
PRUNING = Terms(WEBHOOK, is_pruning=True)
BUYING = Terms(WEBHOOK, allow_buy={NUMBER})


def route(name: str) -> Route:
    return Route(RouteKind.FLOW, name)


def in_file(flow: str | None = "clinic", **fields: object) -> Number:
    shares = (Share(route(flow), 1),) if flow else ()
    return replace(Number(NUMBER, shares=shares), **fields)


def stored(flow: str | None = "clinic", **fields: object) -> Number:
    return replace(in_file(flow, provider_id="PN1"), **fields)


def owned(**fields: str) -> Owned:
    return Owned("PN1", NUMBER, fields={**WEBHOOK.wanted(in_file()), **fields})


def step(
    file: Number | None, store: Number | None, provider: Owned | None, terms: Terms = TERMS
) -> Step:
    found = number_step(Known(NUMBER, file, store, provider), terms)
    assert found
    return found


def test_a_number_that_is_as_wanted_needs_no_step() -> None:
    assert number_step(Known(NUMBER, in_file(), stored(), owned()), TERMS) is None


def test_a_number_that_only_the_provider_knows_is_no_business_of_ours() -> None:
    for terms in (TERMS, PRUNING, BUYING):
        assert number_step(Known(NUMBER, None, None, owned(VoiceUrl="")), terms) is None


def test_another_route_is_assigned_in_the_store_alone() -> None:
    """Rule c: action, before, after and the reason."""
    found = step(in_file("new"), stored("old"), owned())
    assert found.action is Action.ASSIGN
    assert (found.before, found.after) == ({"route": "flow/old"}, {"route": "flow/new"})
    assert found.reason == "route differs"
    assert found.at_provider == {}


def test_a_split_stands_there_with_its_weights() -> None:
    split = (Share(route("a"), 90), Share(route("b"), 10))
    found = step(in_file(shares=split), stored("a"), owned())
    assert found.after == {
        "route": [{"to": "flow/a", "weight": 90}, {"to": "flow/b", "weight": 10}]
    }


def test_a_route_that_the_file_takes_away_is_unassigned_and_the_webhook_stays() -> None:
    found = step(in_file(None), stored(), owned())
    assert found.action is Action.UNASSIGN
    assert found.after == {"route": None}


def test_another_field_of_ours_is_an_update() -> None:
    found = step(in_file(name="Main"), stored(), owned())
    assert found.action is Action.UPDATE
    assert (found.before, found.after) == ({"name": None}, {"name": "Main"})


def test_what_differs_at_the_provider_is_set_right_and_nothing_else_is_sent() -> None:
    found = step(in_file(), stored(), owned(VoiceUrl="https://elsewhere", VoiceMethod="GET"))
    wanted = WEBHOOK.wanted(in_file())
    assert found.action is Action.UPDATE
    assert found.before == {"VoiceUrl": "https://elsewhere", "VoiceMethod": "GET"}
    assert found.at_provider == {name: wanted[name] for name in ("VoiceUrl", "VoiceMethod")}
    assert found.in_store == {}


def test_exactly_one_thing_answers_a_call() -> None:
    """An application or a trunk is cleared, with a warning that the URL was inert."""
    for name in ("VoiceApplicationSid", "TrunkSid"):
        found = step(in_file(), stored(), owned(**{name: "XX1"}))
        assert found.after == {name: ""}
        assert "makes VoiceUrl inert" in found.reason


def test_route_and_webhook_change_in_one_step() -> None:
    found = step(in_file("new"), stored("old"), owned(VoiceMethod="GET"))
    assert found.action is Action.ASSIGN
    assert found.after == {"route": "flow/new", "VoiceMethod": "POST"}
    assert found.reason == "route, VoiceMethod differ"


def test_a_number_that_is_owned_and_new_here_is_adopted() -> None:
    found = step(in_file(name="Main"), None, owned(VoiceUrl="https://elsewhere"))
    assert found.action is Action.ADOPT
    assert found.before == {"VoiceUrl": "https://elsewhere"}
    assert found.in_store == {"name": "Main", "route": "flow/clinic", "provider_id": "PN1"}


def test_a_number_that_has_another_id_by_now_is_adopted_again() -> None:
    found = step(in_file(), stored(provider_id="PN0"), owned())
    assert found.action is Action.ADOPT
    assert (found.before, found.after) == ({"provider_id": "PN0"}, {"provider_id": "PN1"})


def test_a_number_that_nobody_owns_is_not_bought_by_a_file_alone() -> None:
    found = step(in_file(), None, None)
    assert found.action is Action.ASSIGN
    assert found.state is State.MISSING
    assert found.reason == "new here; the provider does not own it"
    assert found.at_provider == {}


def test_a_number_that_went_missing_keeps_its_configuration_and_says_so() -> None:
    found = step(in_file(), stored(), None)
    assert found.action is Action.NOOP
    assert found.reason == "the provider does not own it"


def test_an_empty_entry_is_a_number_all_the_same() -> None:
    found = step(in_file(None), None, None)
    assert found.action is Action.UPDATE
    assert found.after == {}


def test_a_number_that_may_be_bought_is_created_with_its_whole_webhook() -> None:
    found = step(in_file(), None, None, BUYING)
    assert found.action is Action.CREATE
    assert found.at_provider == WEBHOOK.wanted(in_file())
    assert found.in_store == {"route": "flow/clinic"}
    assert found.reason == "not owned, and it may be bought"


def test_a_number_that_is_owned_is_not_bought_though_it_may_be() -> None:
    assert number_step(Known(NUMBER, in_file(), stored(), owned()), BUYING) is None


def test_no_other_number_than_the_one_named_is_bought() -> None:
    terms = Terms(WEBHOOK, allow_buy={"+12125550143"})
    assert step(in_file(), None, None, terms).action is Action.ASSIGN


def test_a_number_that_only_the_store_knows_is_not_bought() -> None:
    assert step(None, stored(), None, BUYING).action is Action.NOOP


def test_absence_changes_nothing_and_is_told() -> None:
    """Rule a."""
    found = step(None, stored(), owned(VoiceUrl="https://elsewhere"))
    assert found.action is Action.NOOP
    assert found.state is State.UNMANAGED
    assert found.reason == "not in the file"
    assert (found.before, found.after) == ({}, {})


def test_pruning_at_most_unassigns() -> None:
    """Rule a: whatever leads calls elsewhere than to the default route goes, the rest stays."""
    clinic = stored(name="Main", fallback=route("backup"))
    found = step(None, clinic, owned(VoiceUrl="https://elsewhere"), PRUNING)
    assert found.action is Action.UNASSIGN
    assert found.after == {"route": None, "fallback": None}
    assert found.reason == "route, fallback differ; not in the file"


def test_pruning_takes_a_schedule_too() -> None:
    entry = ScheduleEntry(datetime(2026, 12, 24, tzinfo=UTC), route("holiday"))
    known = Known(NUMBER, None, stored(schedule=(entry,)), owned())
    assert wanted_number(known, PRUNING) == stored(None)


def test_what_was_pruned_once_is_left_alone() -> None:
    found = step(None, stored(None), owned(), PRUNING)
    assert (found.action, found.after) == (Action.NOOP, {})


def test_protection_keeps_a_number_from_being_pruned() -> None:
    """Rule f."""
    found = step(None, stored(is_protected=True, fallback=route("b")), owned(), PRUNING)
    assert (found.action, found.after) == (Action.NOOP, {})
    assert found.reason == "not in the file; protected, so its route stays"


@pytest.mark.parametrize("still_protected", [True, False])
def test_protection_keeps_a_route_that_the_file_takes_away(
    still_protected: bool,  # noqa: FBT001
) -> None:
    """Rule f: taking both away at once takes neither, so that it is done in two plans."""
    file = in_file(None, is_protected=still_protected)
    found = step(file, stored(is_protected=True), owned())
    assert (found.action, found.after) == (Action.NOOP, {})
    assert found.reason == "protected, so its route stays"


def test_protection_that_the_file_brings_keeps_the_route_that_it_takes() -> None:
    """Rule f."""
    found = step(in_file(None, is_protected=True), stored(), owned())
    assert found.after == {"protect": True}
    assert found.reason == "protect differs; protected, so its route stays"


def test_protection_comes_off_where_the_route_stays() -> None:
    found = step(in_file(), stored(is_protected=True), owned())
    assert found.after == {"protect": None}


def test_protection_is_no_hindrance_to_another_route() -> None:
    protected = stored("old", is_protected=True)
    assert step(in_file("new", is_protected=True), protected, owned()).action is Action.ASSIGN
