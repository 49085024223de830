"""What has to be done about one number: what file, store and provider know, to at most one step."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from ..model import Number
from .fields import PROVIDER_ID, Fields, differences, number_fields
from .known import Known, State
from .step import Action, Kind, Step, differing
from .webhook import Webhook, compared

_INERT = {"VoiceApplicationSid", "TrunkSid"}
_REASONS = {
    Action.CREATE: "not owned, and it may be bought",
    Action.ADOPT: "owned, but not known here by this id",
}


@dataclass(frozen=True, slots=True)
class Terms:
    """What a plan may do: where calls are to come, which exact numbers it may buy.

    Pruning unassigns numbers that the file does not name, and drops such pools. `only` are the
    numbers that it looks at, None for all.
    """

    webhook: Webhook
    allow_buy: Collection[str] = ()
    is_pruning: bool = False
    only: Collection[str] | None = None

    def concern(self, known: Known) -> bool:
        """Numbers of the provider that neither file nor store names are no business of ours."""
        is_seen = self.only is None or known.number in self.only
        return is_seen and known.state is not State.FOREIGN


def number_step(known: Known, terms: Terms) -> Step | None:
    """The step to `wanted_number`; None if there is nothing to do and nothing to tell."""
    wanted = wanted_number(known, terms)
    if wanted is None:
        return None
    before, after = _in_store(known.stored, wanted)
    had, will_have = _at_provider(known, wanted, terms)
    action = _action(known, wanted, {**after, **will_have}, terms)
    reason = "; ".join(_reasons(known, action, [*after, *will_have], terms))
    if action is Action.NOOP and not reason:
        return None
    return Step(
        action,
        Kind.NUMBER,
        known.number,
        {**before, **had},
        {**after, **will_have},
        reason,
        known.state,
    )


def wanted_number(known: Known, terms: Terms) -> Number | None:
    """The number as the store shall have it; None for one that is none of our business.

    One that the file does not name keeps everything, but pruning takes its routes, so that its
    calls go to the account's default route. Protection comes off in a plan of its own, before a
    route does.
    """
    file, stored = known.file, known.stored
    if file is None:
        return _pruned(stored) if stored and terms.is_pruning else stored
    provider_id = known.owned.id if known.owned else stored and stored.provider_id
    file = replace(file, provider_id=provider_id)
    if stored and _keeps_route(known, terms):
        return replace(file, shares=stored.shares, is_protected=True)
    return file


def _pruned(stored: Number) -> Number:
    return stored if stored.is_protected else replace(stored, shares=(), schedule=(), fallback=None)


def _keeps_route(known: Known, terms: Terms) -> bool:
    """A route would be taken away, and protection forbids it."""
    file, stored = known.file, known.stored
    if stored is None or not stored.shares:
        return False
    if file is None:
        return terms.is_pruning and stored.is_protected
    return not file.shares and (file.is_protected or stored.is_protected)


def _in_store(stored: Number | None, wanted: Number) -> tuple[Fields, Fields]:
    if stored == wanted:  # nearly always, and much cheaper than field by field
        return {}, {}
    if stored is None:
        return {}, number_fields(wanted)
    return differences(number_fields(stored), number_fields(wanted))


def _at_provider(known: Known, wanted: Number, terms: Terms) -> tuple[Fields, Fields]:
    """Nothing where the file does not name a number, or nobody owns it or may buy it."""
    if known.file is None or (known.owned is None and known.number not in terms.allow_buy):
        return {}, {}
    fields = terms.webhook.wanted(wanted)
    if known.owned is None:
        return {}, fields
    have = compared(known.owned)
    return differences({name: have[name] for name in fields}, fields)


def _action(known: Known, wanted: Number, after: Fields, terms: Terms) -> Action:
    if known.state is State.MISSING and known.number in terms.allow_buy:
        return Action.CREATE
    if PROVIDER_ID in after:
        return Action.ADOPT
    if wanted.shares != (known.stored.shares if known.stored else ()):
        return Action.ASSIGN if wanted.shares else Action.UNASSIGN
    return Action.UPDATE if after or known.stored is None else Action.NOOP


def _reasons(
    known: Known, action: Action, changing: Collection[str], terms: Terms
) -> Iterator[str]:
    """Why, in the operator's words; nothing if a number is as it shall be."""
    if action in _REASONS:
        yield _REASONS[action]
    elif known.stored is None:
        yield "new here"
    elif changing:
        yield differing(changing)
    if _INERT.intersection(changing) and known.owned:
        yield "an application or a trunk makes VoiceUrl inert"
    if known.file is None:
        yield "not in the file"
    if known.state is State.MISSING and action is not Action.CREATE:
        yield "the provider does not own it"
    if _keeps_route(known, terms):
        yield "protected, so its route stays"
