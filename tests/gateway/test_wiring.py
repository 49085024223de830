"""Out of settings comes a gateway."""

import asyncio

import pytest

from voicegate.gateway.settings import load
from voicegate.gateway.wiring import build

NEEDED = {
    "OPENAI_API_KEY": "sk-of-a-test",
    "TWILIO_ACCOUNT_SID": "AC" + "a" * 32,
    "TWILIO_AUTH_TOKEN": "0123456789abcdef",
    "VOICEGATE_PUBLIC_URL": "https://voice.example.com",
}


@pytest.mark.parametrize("is_insecure", [True, False])
def test_an_insecure_gateway_needs_no_credentials_of_the_carrier(is_insecure: bool) -> None:  # noqa: FBT001
    """C141: without them nothing can be asked of the carrier by REST."""
    given = {k: v for k, v in NEEDED.items() if not is_insecure or not k.startswith("TWILIO")}

    async def main() -> bool:
        gateway = build(load(given, env_file=None), is_insecure=is_insecure)
        return gateway.carrier is None

    assert asyncio.run(main()) is is_insecure
