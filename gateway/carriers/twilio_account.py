"""The account itself, for whoever checks it before calls come (Twilio "Account resource")."""

from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, cast

from ...numbers.provider import Unreachable
from .twilio_client import API_URL, open_client

if TYPE_CHECKING:
    from twilio.base.api_response import ApiResponse  # pyright: ignore[reportMissingTypeStubs]
    from twilio.rest.api.v2010.account import (  # pyright: ignore[reportMissingTypeStubs]
        AccountInstance,
    )


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """`status` is `active` or why not, `kind` `Trial` or `Full`; `at` is Twilio's clock, in s."""

    status: str
    kind: str
    at: datetime


def ask_account(
    account_sid: str, auth_token: str, api_url: str = API_URL, timeout_s: float = 5.0
) -> AccountFacts:
    """Ask once; raises a ProviderError. API keys instead of the auth token cannot ask this."""
    from .twilio_requests import TwilioRequests

    transport = TwilioRequests(timeout_s)
    try:
        client = open_client(account_sid, auth_token, transport, api_url)
        ask = client.api.v2010.accounts(account_sid)
        answer = cast("ApiResponse[AccountInstance]", ask.fetch_with_http_info())  # pyright: ignore[reportUnknownMemberType]
    finally:
        transport.close()
    account = answer.data
    return AccountFacts(
        status=str(account.status or ""),
        kind=str(account.type or ""),
        at=_clock(answer.headers),
    )


def _clock(headers: dict[str, str]) -> datetime:
    told = {name.lower(): value for name, value in headers.items()}.get("date", "")
    try:
        return parsedate_to_datetime(told)
    except ValueError as error:
        raise Unreachable("Twilio's answer has no date", maybe_done=False) from error
