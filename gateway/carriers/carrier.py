"""What the gateway asks of a carrier about a call that is on the line."""

from typing import Protocol


class Carrier(Protocol):
    """Control of a call by REST, off the media path; failures are CarrierError."""

    async def hang_up(self, call_sid: str) -> None:
        """End the call; one that has already ended is no error."""
        ...

    async def redirect(self, call_sid: str, document: bytes) -> None:
        """Let the call go on with another document instead of what it is doing."""
        ...
