"""What commands are told, as values: a number, a route, a time; TAB offers what is known of them."""

from datetime import datetime
from typing import Any

import click
from click.shell_completion import CompletionItem

from .. import e164, route_text
from ..errors import NumberError
from ..model import Route
from . import completion_cache


class NumberType(click.ParamType[str]):
    """A phone number as people write it, with its country code; the value is E.164."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Numbers in E.164 form are taken as they are, whether or not such can exist."""
        text = str(value).strip()
        try:
            return text if e164.is_e164(text) else e164.parse(text)
        except NumberError as error:
            self.fail(str(error), param, ctx)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Those that were listed last."""
        numbers = completion_cache.load().numbers
        return [
            CompletionItem(number, help=name or None)
            for number, name in numbers.items()
            if number.startswith(incomplete)
        ]


class RouteType(click.ParamType[Route]):
    """Where a call leads."""

    name = "route"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Route:
        """See Route."""
        if isinstance(value, Route):
            return value
        try:
            return route_text.parse(str(value))
        except NumberError as error:
            self.fail(str(error), param, ctx)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Those in force when numbers were listed last, and the other forms."""
        routes = [*completion_cache.load().routes, "agent/", "flow/", "forward/+", "sip:"]
        return [CompletionItem(route) for route in routes if route.startswith(incomplete)]


class TimeType(click.ParamType[datetime]):
    """A date and time of ISO 8601; without an offset, who asks says which zone it is of."""

    name = "time"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """With a zone only if an offset was written."""
        if isinstance(value, datetime):
            return value
        try:
            return datetime.fromisoformat(str(value))
        except ValueError:
            self.fail("write date and time, like 2026-12-24T18:00", param, ctx)


NUMBER = NumberType()
ROUTE = RouteType()
TIME = TimeType()
