"""Where file, store and provider disagree about a number, field by field."""

from collections.abc import Iterable
from dataclasses import dataclass

from ..model import Snapshot
from ..provider import Owned
from .fields import PROVIDER_ID, Field, differences, number_fields
from .known import Known, State, known_numbers
from .webhook import Webhook, compared


@dataclass(frozen=True, slots=True)
class FieldDrift:
    """A field that is not the same everywhere; None where it is unknown, or nothing is wanted."""

    name: str
    file: Field
    store: Field
    provider: Field


@dataclass(frozen=True, slots=True)
class NumberDrift:
    """A number, who knows it, and its fields that differ."""

    number: str
    state: State
    is_owned: bool
    fields: tuple[FieldDrift, ...]

    @property
    def is_drifted(self) -> bool:
        """A number that nobody but the provider knows has not drifted, one that it lacks has."""
        return bool(self.fields) or not self.is_owned


def drift(
    file: Snapshot | None, store: Snapshot, owned: Iterable[Owned], webhook: Webhook
) -> list[NumberDrift]:
    """Every number that file, store or provider knows, by number.

    Without a file the store stands for it. File and store are compared with each other, the
    provider's fields with what each of them wants there.
    """
    return [
        NumberDrift(
            known.number,
            known.state,
            known.owned is not None,
            (*_ours(known), *_provider(known, webhook)),
        )
        for known in known_numbers(store if file is None else file, store, owned)
    ]


def _ours(known: Known) -> list[FieldDrift]:
    """A number that only one of the two names differs in no field: its state tells that."""
    if known.file is None or known.stored is None:
        return []
    file, store = differences(number_fields(known.file), number_fields(known.stored))
    return [FieldDrift(name, file[name], store[name], None) for name in file if name != PROVIDER_ID]


def _provider(known: Known, webhook: Webhook) -> list[FieldDrift]:
    if known.owned is None:
        return []
    file, store = (
        webhook.wanted(number) if number else {} for number in (known.file, known.stored)
    )
    return [
        FieldDrift(name, file.get(name), store.get(name), have)
        for name, have in compared(known.owned).items()
        if file.get(name, have) != have or store.get(name, have) != have
    ]
