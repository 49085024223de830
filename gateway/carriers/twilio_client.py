"""The `twilio` package's client, led to one place and by nothing in the environment."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from twilio.http import HttpClient  # pyright: ignore[reportMissingTypeStubs]
    from twilio.rest import Client  # pyright: ignore[reportMissingTypeStubs]

API_URL = "https://api.twilio.com"


def open_client(
    account_sid: str, auth_token: str, transport: "HttpClient", api_url: str = API_URL
) -> "Client":
    """A client that asks through `transport`; any other URL than Twilio's answers for all hosts."""
    # A quarter of a second of imports: not for every command.
    from twilio.rest import Client  # pyright: ignore[reportMissingTypeStubs]

    # An environment of its own: TWILIO_REGION or TWILIO_EDGE would lead the requests elsewhere.
    no_environment = {"": ""}
    client = Client(account_sid, auth_token, http_client=transport, environment=no_environment)
    client.api.base_url = api_url
    if api_url != API_URL:
        client.pricing.base_url = api_url
    return client
