"""Control of calls by Twilio's REST API, through the `twilio` package (Twilio "Call resource")."""

import re

from ..core.errors import CarrierError
from .twilio_client import API_URL, open_client

TWIML_CHARS_MAX = 4000  # of a document inside a request; a fetched one may be longer

_CALL_SID = re.compile(r"CA[0-9a-fA-F]{32}", re.ASCII)
_ENDED_ALREADY = {20404, 21220}  # no such call any more; not in progress


class TwilioRest:
    """The calls of one account. No request is repeated: CarrierError says what became of it."""

    def __init__(
        self, account_sid: str, auth_token: str, api_url: str = API_URL, timeout_s: float = 5.0
    ) -> None:
        # Half a second of imports: paid once at the start of a gateway, not by every command.
        from .twilio_http import TwilioTransport

        self._transport = TwilioTransport(timeout_s)
        client = open_client(account_sid, auth_token, self._transport, api_url)
        self._calls = client.calls  # loads the package's resources now, not during a call

    async def hang_up(self, call_sid: str) -> None:
        """End the call; one that has ended already is no error."""
        try:
            await self._calls(_checked(call_sid)).update_async(status="completed")
        except CarrierError as error:
            if error.code not in _ENDED_ALREADY:
                raise

    async def redirect(self, call_sid: str, document: bytes) -> None:
        """Put another document in the place of the running one, which ends a media stream."""
        twiml = document.decode()
        if len(twiml) > TWIML_CHARS_MAX:
            raise ValueError(f"a document of {len(twiml)} characters: Twilio takes 4000 by REST")
        await self._calls(_checked(call_sid)).update_async(twiml=twiml)

    async def close(self) -> None:
        """Close the connections to Twilio."""
        await self._transport.close()


def _checked(call_sid: str) -> str:
    if not _CALL_SID.fullmatch(call_sid):  # it becomes part of a path
        raise ValueError(f"not a call SID: {call_sid[:40]!r}")
    return call_sid
