"""What is wrong with an account's numbers: each check, well and ill."""

from dataclasses import replace

import pytest

from voicegate.gateway.terminal.examination import Finding, Health
from voicegate.numbers.doctor import examine, mendable
from voicegate.numbers.examining.case import Case
from voicegate.numbers.model import Agent, Number, Pool, Route, Share, Snapshot
from voicegate.numbers.planning.webhook import Webhook
from voicegate.numbers.provider import Owned
from voicegate.numbers.route_text import parse

ONE, TWO = "+12125550142", "+12125550143"
WEBHOOK = Webhook("https://voice.example.com", "https://other.example.org/closed")
A = parse("agent/a")
KNOWN = {text: Number(text, shares=(Share(A, 1),)) for text in (ONE, TWO)}
OWNED = [Owned(f"PN{text}", text, fields=WEBHOOK.wanted(KNOWN[text])) for text in KNOWN]
STORED = Snapshot(
    "main", 7, KNOWN, pools={"p": Pool("p", (ONE,))}, agents={"a": Agent("a", "Speak.")}
)
WELL = Case(STORED, OWNED, WEBHOOK, lambda _route: False)


def edited(**fields: str) -> Case:
    """The first number, changed by hand at the provider's."""
    return replace(WELL, owned=[replace(OWNED[0], fields={**OWNED[0].fields, **fields}), OWNED[1]])


def configured(number: Number) -> Case:
    return replace(WELL, stored=replace(STORED, numbers={**KNOWN, number.number: number}))


def ill(case: Case) -> dict[str, Health]:
    return {
        finding.check: finding.health
        for finding in examine(case)
        if finding.health not in (Health.OK, Health.SKIP)
    }


def test_nothing_is_found_where_all_is_well() -> None:
    assert ill(WELL) == {}


@pytest.mark.parametrize(
    ("fields", "checks"),
    [
        ({"VoiceApplicationSid": "AP1"}, {"voice target", "drift"}),
        ({"TrunkSid": "TK1"}, {"voice target", "drift"}),
        ({"VoiceUrl": ""}, {"voice target", "drift"}),
        ({"VoiceUrl": "https://elsewhere.example.com"}, {"drift"}),
        ({"VoiceFallbackUrl": ""}, {"drift", "fallback URL"}),
    ],
)
def test_what_was_edited_at_the_provider_is_named(fields: dict[str, str], checks: set[str]) -> None:
    assert ill(edited(**fields)).keys() == checks


def test_only_numbers_that_a_marked_remedy_helps_are_written_to() -> None:
    for fields, numbers in (
        ({"TrunkSid": "TK1"}, [ONE]),
        ({"VoiceFallbackUrl": ""}, [ONE]),
        ({"VoiceUrl": "https://elsewhere.example.com"}, []),
    ):
        case = edited(**fields)
        assert mendable(case, examine(case)) == numbers


@pytest.mark.parametrize(
    ("route", "is_there"),
    [
        ("agent/b", False),
        ("flow/a", False),
        ("forward/+12125550199", True),
        ("sip:a@b.example", True),
    ],
)
def test_a_route_must_lead_to_somebody(route: str, is_there: bool) -> None:  # noqa: FBT001
    case = configured(replace(KNOWN[ONE], fallback=parse(route)))
    assert ill(case) == ({} if is_there else {"route": Health.FAIL})


def test_a_flow_that_is_there_is_a_route() -> None:
    def has_flow(route: Route) -> bool:
        return route.target == "b"

    case = replace(configured(replace(KNOWN[ONE], fallback=parse("flow/b"))), has_flow=has_flow)
    assert ill(case) == {}


def test_a_number_without_a_route_and_an_agent_without_a_number_are_warnings() -> None:
    case = replace(WELL, stored=replace(STORED, numbers={text: Number(text) for text in KNOWN}))
    assert ill(case) == {"coverage": Health.WARN, "agents": Health.WARN}


def test_a_number_that_is_not_owned_fails_and_its_pool_with_it() -> None:
    assert ill(replace(WELL, owned=OWNED[1:])) == {"owned": Health.FAIL, "pools": Health.FAIL}


def test_an_emergency_address_must_stand_at_the_provider() -> None:
    case = configured(replace(KNOWN[ONE], emergency_address="AD1"))
    assert ill(case) == {"emergency address": Health.FAIL, "drift": Health.FAIL}


ADDRESS = "AD" + "1" * 32


@pytest.mark.parametrize(
    ("status", "health"),
    [
        ("registered", None),
        ("pending-registration", Health.WARN),
        ("unregistered", Health.FAIL),
        ("registration-failure", Health.FAIL),
        ("pending-unregistration", Health.FAIL),
        ("", Health.FAIL),
    ],
)
def test_an_emergency_address_must_be_registered(status: str, health: Health | None) -> None:
    stored = configured(replace(KNOWN[ONE], emergency_address=ADDRESS)).stored
    shown = {"EmergencyAddressSid": ADDRESS, "EmergencyAddressStatus": status}
    case = replace(edited(**shown), stored=stored)
    assert ill(case) == ({"emergency address": health} if health else {})


@pytest.mark.parametrize(
    ("wanted", "url", "health", "is_mended"),
    [
        (None, "", Health.WARN, False),
        (None, "https://voice.example.com/sorry", Health.FAIL, False),
        (None, "https://other.example.org/x", None, False),
        ("https://other.example.org/x", "", Health.FAIL, True),
        ("https://other.example.org/x", "https://VOICE.example.com:443/x", Health.FAIL, True),
        ("https://voice.example.com/x", "https://other.example.org/x", Health.FAIL, False),
    ],
)
def test_the_fallback_url_is_another_house(
    wanted: str | None,
    url: str,
    health: Health | None,
    is_mended: bool,  # noqa: FBT001
) -> None:
    """One on our own host would be away whenever we are; only what is configured can be written."""
    case = edited(VoiceFallbackUrl=url)
    owned = [
        case.owned[0],
        replace(
            case.owned[1], fields={**case.owned[1].fields, "VoiceFallbackUrl": "https://e.example"}
        ),
    ]
    case = replace(case, owned=owned, webhook=replace(WEBHOOK, fallback_url=wanted))
    found = {one.check: one for one in examine(case)}["fallback URL"]
    assert found.health is (health or Health.OK)
    assert found.has_fix is is_mended
    assert bool(found.remedy) is (health is not None)
    assert mendable(case, [found]) == ([ONE] if is_mended else [])


@pytest.mark.parametrize(
    ("model", "is_known"),
    [
        (None, True),
        ("gpt-realtime-2.1", True),
        ("gpt-realtime-2.1-2026-05-01", True),
        ("gpt-4o-realtime-preview", False),
        ("gpt-4o", False),
    ],
)
def test_an_agents_model_must_be_one_that_can_be_had(model: str | None, is_known: bool) -> None:  # noqa: FBT001
    agents = {"a": Agent("a", "Speak.", model=model)}
    found = ill(replace(WELL, stored=replace(STORED, agents=agents)))
    assert found == ({} if is_known else {"models of agents": Health.FAIL})


def test_what_nobody_here_can_tell_is_said_with_why() -> None:
    """A campaign would name the number for opt-outs; where nobody is called, none is needed."""
    for pools, health in ((STORED.pools, Health.SKIP), (dict[str, Pool](), Health.OK)):
        case = replace(WELL, stored=replace(STORED, pools=pools))
        found = {one.check: one for one in examine(case)}["opt-out number"]
        assert found.health is health
        assert ("because" in found.value) is (health is Health.SKIP)


def test_of_many_numbers_a_few_are_named() -> None:
    many = {f"+1212555{n:04d}": Number(f"+1212555{n:04d}") for n in range(10)}
    (owned, *_) = examine(replace(WELL, stored=replace(STORED, numbers=many)))
    assert owned == Finding(
        "owned",
        Health.FAIL,
        "not owned: +12125550000, +12125550001, +12125550002 and 7 more",
        "buy it, or take it out: voicegate numbers release",
    )
