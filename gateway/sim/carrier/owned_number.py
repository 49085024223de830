"""A number of the simulated account: its fields, what may be written in them, how REST shows it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from urllib.parse import urlsplit

from ..assumptions import Assumption
from .call_facts import API_VERSION
from .number_offers import NumberOffer
from .rest_answer import RequestRefused

ASSUMPTIONS = (
    Assumption(
        "an update changes the fields that were sent and no others; empty text clears one",
        "reported",
        "twilio-claude-plugin, phone-numbers",
    ),
    Assumption(
        "VoiceApplicationSid deletes TrunkSid and the other way round; VoiceUrl stays, without effect",
        "documented",
        'Twilio "IncomingPhoneNumber resource"',
    ),
    Assumption("a fallback without a primary URL is 21405", "documented", "Twilio error 21405"),
    Assumption("a bad VoiceUrl is 21402", "reported", "twilio-claude-plugin, phone-numbers"),
    Assumption(
        "an emergency address that is set is registered at once, unless a test says otherwise",
        "assumed",
        "the statuses are documented, not how long each lasts",
    ),
    Assumption(
        "a number is bought with empty URLs",
        "assumed",
        "the console has it otherwise, REST says not",
    ),
)

_DEFAULTS = {
    "FriendlyName": "",
    "VoiceUrl": "",
    "VoiceMethod": "POST",
    "VoiceFallbackUrl": "",
    "VoiceFallbackMethod": "POST",
    "VoiceApplicationSid": "",
    "VoiceReceiveMode": "voice",
    "TrunkSid": "",
    "StatusCallback": "",
    "StatusCallbackMethod": "POST",
    "SmsUrl": "",
    "SmsMethod": "POST",
    "SmsFallbackUrl": "",
    "SmsFallbackMethod": "POST",
    "SmsApplicationSid": "",
    "AddressSid": "",
    "BundleSid": "",
    "IdentitySid": "",
    "EmergencyStatus": "Inactive",
    "EmergencyAddressSid": "",
}
# In requests `VoiceUrl`, in answers `voice_url`.
_KEYS = {name: re.sub("(?<!^)(?=[A-Z])", "_", name).lower() for name in _DEFAULTS}
_URLS = ("VoiceUrl", "VoiceFallbackUrl", "StatusCallback", "SmsUrl", "SmsFallbackUrl")
_SIDS = {"VoiceApplicationSid": ("AP", 21420), "EmergencyAddressSid": ("AD", 22109)}
_NAME_CHARS_MAX = 64


@dataclass(slots=True)
class OwnedNumber:
    """Whatever Twilio calls an IncomingPhoneNumber. Instants are Unix seconds.

    `address_status` is how far the registration of an emergency address came, if not to its end.
    """

    sid: str
    account_sid: str
    offer: NumberOffer
    created_at: float
    fields: dict[str, str] = field(default_factory=_DEFAULTS.copy)
    updated_at: float = 0.0
    address_status: str = "registered"

    @property
    def number(self) -> str:
        return self.offer.number

    def change(self, changes: Mapping[str, str], at: float) -> None:
        """Write these fields; RequestRefused leaves all as it was. Unknown ones are ignored."""
        wanted = self.fields | {name: changes[name] for name in _DEFAULTS.keys() & changes.keys()}
        if changes.get("TrunkSid"):
            wanted["VoiceApplicationSid"] = ""
        elif changes.get("VoiceApplicationSid"):
            wanted["TrunkSid"] = ""
        _check(wanted)
        self.fields, self.updated_at = wanted, at

    @property
    def _address_status(self) -> str:
        return self.address_status if self.fields["EmergencyAddressSid"] else "unregistered"

    def resource(self) -> dict[str, object]:
        """The IncomingPhoneNumber resource."""
        written: dict[str, object] = {
            _KEYS[name]: _shown(name, value) for name, value in self.fields.items()
        }
        capabilities = ("voice", "sms", "mms", "fax")
        return written | {
            "sid": self.sid,
            "account_sid": self.account_sid,
            "phone_number": self.number,
            "friendly_name": self.fields["FriendlyName"] or self.number,
            "voice_caller_id_lookup": False,
            "capabilities": {each: each in self.offer.capabilities for each in capabilities},
            "address_requirements": self.offer.address,
            "emergency_address_status": self._address_status,
            "beta": False,
            "origin": "twilio",
            "status": "in-use",
            "type": self.offer.kind.lower(),
            "api_version": API_VERSION,
            "date_created": formatdate(self.created_at, usegmt=True),
            "date_updated": formatdate(self.updated_at or self.created_at, usegmt=True),
            "uri": f"/{API_VERSION}/Accounts/{self.account_sid}/IncomingPhoneNumbers/{self.sid}.json",
        }


def _check(fields: Mapping[str, str]) -> None:
    for name in _URLS:
        if fields[name] and not _is_url(fields[name]):
            raise RequestRefused(400, 21402, f"{name} is not valid: {fields[name]}")
    for name, value in fields.items():
        if name.endswith("Method") and value not in ("", "GET", "POST"):
            raise RequestRefused(400, 21403, f"{name} is not valid: {value}")
    for kind, code in (("Voice", 21405), ("Sms", 21406)):
        if fields[f"{kind}FallbackUrl"] and not fields[f"{kind}Url"]:
            raise RequestRefused(400, code, f"{kind}FallbackUrl needs a {kind}Url")
    for name, (prefix, code) in _SIDS.items():
        if fields[name] and not re.fullmatch(prefix + "[0-9a-fA-F]{32}", fields[name]):
            raise RequestRefused(400, code, f"{name} is not accessible: {fields[name]}")
    if fields["VoiceReceiveMode"] not in ("voice", "fax"):
        raise RequestRefused(400, 20001, f"VoiceReceiveMode: {fields['VoiceReceiveMode']}")
    if len(fields["FriendlyName"]) > _NAME_CHARS_MAX:
        raise RequestRefused(400, 20001, "FriendlyName is too long")


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and "_" not in parts.netloc


def _shown(name: str, value: str) -> str | None:
    return None if name.endswith("Sid") and not value else value
