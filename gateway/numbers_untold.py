"""What an operator should know of an account and Twilio's REST API does not tell, and who does."""

from .terminal.examination import Finding, Health

_NOTHING_CALLS = "nothing calls out from here yet"

UNTOLD = (
    Finding(
        "calls per second",
        Health.SKIP,
        "not checked, because Twilio's API does not tell the limit, 1 unless it was raised",
        f"see the console; {_NOTHING_CALLS}",
    ),
    Finding(
        "calls at once",
        Health.SKIP,
        "not checked, because Twilio's API does not tell how many an account may have",
        "ask Twilio, and keep VOICEGATE_MAX_CALLS_TOTAL below it",
    ),
    Finding(
        "caller-ID trust",
        Health.SKIP,
        "not checked, because Twilio tells the SHAKEN/STIR level with each outgoing call only",
        f"see Trust Hub in the console; {_NOTHING_CALLS}",
    ),
    Finding(
        "emergency duty",
        Health.SKIP,
        "not checked, because Twilio's API does not tell which numbers must have an address",
        "set emergency_address where the law of the number's country wants one",
    ),
)
