"""What a file wants, as a version."""

from dataclasses import replace
from datetime import UTC, datetime
from random import Random

from voicegate.numbers.changes.wanted_file import wanted, warnings
from voicegate.numbers.documents import numbers as numbers_document
from voicegate.numbers.documents.numbers import NumbersDocument
from voicegate.numbers.fakes import snapshot as fake_snapshot
from voicegate.numbers.model import Agent, Number, Share, Snapshot
from voicegate.numbers.planning.number_step import Terms
from voicegate.numbers.planning.plan import plan
from voicegate.numbers.planning.webhook import Webhook
from voicegate.numbers.provider import Owned
from voicegate.numbers.route_text import parse

WEBHOOK = Webhook("https://voice.example.com")


def test_planning_what_was_exported_finds_nothing_to_do() -> None:
    """N9, for 500 drawn configurations: written as a file, read, planned."""
    for seed in range(500):
        stored = _owned_by_us(fake_snapshot.snapshot(Random(seed)))
        exported = NumbersDocument(stored.numbers, stored.pools, stored.default_route)
        read = numbers_document.parse(numbers_document.render(exported).encode())
        owned = [
            Owned(number.provider_id or "", number.number, fields=WEBHOOK.wanted(number))
            for number in stored.numbers.values()
        ]
        made = plan(wanted(read, stored), stored, owned, Terms(WEBHOOK), "p")
        assert made.changes == {}, (seed, made.changes)


def _owned_by_us(made: Snapshot) -> Snapshot:
    numbers = {
        text: replace(number, provider_id=f"PN{text[1:]:0>32}")
        for text, number in made.numbers.items()
    }
    return replace(made, numbers=numbers, made_at=datetime(2026, 11, 21, tzinfo=UTC))


def test_agents_are_another_files_matter() -> None:
    stored = Snapshot("main", 7, agents={"a": Agent("a", "Speak.")}, default_route=parse("agent/a"))
    after = wanted(NumbersDocument({}), stored)
    assert (after.agents, after.numbers, after.default_route) == (stored.agents, {}, None)


def test_flows_in_force_that_are_not_there_are_told_once() -> None:
    """One that the file brings in anew is refused, and not told twice."""
    shares = (Share(parse("agent/a"), 1), Share(parse("flow/b"), 1), Share(parse("flow/c"), 1))
    numbers = {text: Number(text, shares=shares) for text in ("+12125550142", "+12125550143")}
    document = NumbersDocument(numbers)
    desired = wanted(document, Snapshot("main"))
    assert [*warnings(document, Snapshot("main"), desired, lambda route: False)] == []
    told = [*warnings(document, desired, desired, lambda route: route.target == "c")]
    assert told == ["there is no flow/b yet: the fallback answers until there is"]
