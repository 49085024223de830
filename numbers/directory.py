"""Who answers a called number, as far as a gateway has to know."""

from typing import Protocol

from .model import Route


class Directory(Protocol):
    """Knows the numbers that are served. An answer is at hand: nothing is asked over a network."""

    def resolve(self, called: str) -> Route | None:
        """The route of a called number as the carrier wrote it; None for one that is not ours."""
        ...


class OneRoute:
    """Every number leads to the same agent."""

    def __init__(self, route: Route) -> None:
        self._route = route

    def resolve(self, called: str) -> Route | None:
        """The one route."""
        return self._route
