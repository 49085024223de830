"""What became of a call: one code, set by the flow or else by what happened."""

from enum import StrEnum

from .actions import SetDisposition


class Ending(StrEnum):
    """What may happen to a call that a flow says nothing about; the first that did counts."""

    VOICEMAIL = "voicemail"
    TRANSFERRED = "transferred"
    MACHINE_LEFT = "machine_left"
    LIMIT = "limit"
    ERROR = "error"
    CALLER_HANGUP = "caller_hangup"
    NO_DISPOSITION = "no_disposition"


class Outcome:
    """Exactly one disposition a call: the flow's first, or the first ending of the list above."""

    def __init__(self) -> None:
        self.disposition: str | None = None
        self._endings = {Ending.NO_DISPOSITION}

    def happened(self, ending: Ending) -> None:
        """This counts if the flow sets nothing."""
        self._endings.add(ending)

    def set_by_flow(self, code: str, at: str | None) -> list[SetDisposition]:
        """Nothing if there is one already."""
        return [] if self.disposition is not None else [self._set(code, at)]

    def close(self) -> list[SetDisposition]:
        """The call is over."""
        if self.disposition is not None:
            return []
        first = next(ending for ending in Ending if ending in self._endings)
        return [self._set(first.value, None)]

    def _set(self, code: str, at: str | None) -> SetDisposition:
        self.disposition = code
        return SetDisposition(code, at)
