"""What the carrier tells about a call, whichever webhook brings it (Twilio "Voice Webhooks")."""

import re
from dataclasses import dataclass

from .carriers.signature import Fields

_CALL_SID = re.compile(r"CA[0-9a-fA-F]{32}", re.ASCII)
_ACCOUNT_SID = re.compile(r"AC[0-9a-fA-F]{32}", re.ASCII)
_OVER = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})


@dataclass(frozen=True, slots=True)
class Notice:
    """The fields that matter here; "" for one that did not come."""

    call_sid: str
    account_sid: str
    caller: str = ""
    called: str = ""
    status: str = ""
    stream_event: str = ""
    stream_error: str = ""
    caller_country: str = ""
    caller_region: str = ""

    @property
    def is_over(self) -> bool:
        """The call has ended, in one way or another."""
        return self.status in _OVER


def parse(fields: Fields) -> Notice | None:
    """A form's fields; None if they do not say which call of which account they are about."""
    first = dict(reversed(fields))
    call_sid, account_sid = first.get("CallSid", ""), first.get("AccountSid", "")
    if not _CALL_SID.fullmatch(call_sid) or not _ACCOUNT_SID.fullmatch(account_sid):
        return None
    return Notice(
        call_sid,
        account_sid,
        caller=first.get("From", ""),
        called=first.get("To", ""),
        status=first.get("CallStatus", ""),
        stream_event=first.get("StreamEvent", ""),
        stream_error=first.get("StreamError", ""),
        caller_country=first.get("FromCountry", ""),
        caller_region=first.get("FromState", ""),
    )
