"""What an operator wrote or asked for and cannot be: one exception for a value, one for a file."""

from .yaml.tree import Fault


class NumberError(ValueError):
    """Something that cannot be; the text says what to do, and never holds a phone number."""


class DocumentError(NumberError):
    """A file that cannot be served: every fault at once, in the order of its lines."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults
