"""One number's entry in a file, read and written."""

from dataclasses import dataclass

from .. import route_text
from ..e164 import e164
from ..model import Audio, Number, Route
from ..yaml.fields import Fields
from ..yaml.write import Tree
from . import value_rules
from .route_entries import schedule, schedule_tree, shares, shares_tree

CALLS_MAX = 10_000  # of one number at the same time


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds for every number that says nothing else."""

    fallback: Route | None = None
    is_recorded: bool = False
    audio: Audio | None = None
    is_protected: bool = False


def read_defaults(fields: Fields) -> Defaults:
    """The file's own defaults."""
    found = Defaults(
        fallback=fields.value("fallback", route_text.parse),
        is_recorded=fields.value("record", value_rules.truth) or False,
        audio=fields.value("audio", value_rules.member_of(Audio)),
        is_protected=fields.value("protect", value_rules.truth) or False,
    )
    fields.close()
    return found


def read(fields: Fields, defaults: Defaults) -> Number | None:
    """One number; None if not even the number itself can be read."""
    fields.need("number")
    number = fields.value("number", e164)
    is_recorded = fields.value("record", value_rules.truth)
    is_protected = fields.value("protect", value_rules.truth)
    found = Number(
        number or "",
        name=fields.value("name", value_rules.title) or "",
        shares=shares(fields.take("route"), fields.faults),
        schedule=schedule(fields.items("schedule"), fields.faults),
        fallback=fields.value("fallback", route_text.parse) or defaults.fallback,
        is_recorded=defaults.is_recorded if is_recorded is None else is_recorded,
        audio=fields.value("audio", value_rules.member_of(Audio)) or defaults.audio,
        emergency_address=fields.value("emergency_address", value_rules.carrier_id),
        tags=fields.values("tags", value_rules.tag),
        is_protected=defaults.is_protected if is_protected is None else is_protected,
        max_calls=fields.value("max_calls", value_rules.whole(1, CALLS_MAX)),
    )
    fields.close()
    return None if number is None else found


def tree(number: Number) -> Tree:
    """What `read` reads, without what is so by itself. The carrier's id is not in a file."""
    wanted: dict[str, Tree | None] = {
        "number": number.number,
        "name": number.name,
        "route": shares_tree(number.shares),
        "schedule": schedule_tree(number.schedule),
        "fallback": number.fallback and str(number.fallback),
        "record": number.is_recorded,
        "audio": number.audio and str(number.audio),
        "emergency_address": number.emergency_address,
        "tags": number.tags,
        "protect": number.is_protected,
        "max_calls": number.max_calls,
    }
    return {name: value for name, value in wanted.items() if value}
