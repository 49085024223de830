"""What a provider must have written down for a number of ours, so that its calls come to us."""

from dataclasses import dataclass

from ..model import Number
from ..provider import Owned

VOICE_PATH = "/twilio/voice"
STATUS_PATH = "/twilio/status"
# Twilio "Webhooks: Connection Overrides": connect within 2 s, answer within 5 s, two more tries, so
# that the fallback is asked while the caller still waits. A fragment is neither sent nor signed.
PATIENCE = "#ct=2000&rt=5000&rc=2&rp=ct,5xx"

# What plan, drift and the fingerprint look at, with what the provider means where it says nothing.
COMPARED = {
    "EmergencyAddressSid": "",
    "StatusCallback": "",
    "TrunkSid": "",
    "VoiceApplicationSid": "",
    "VoiceFallbackUrl": "",
    "VoiceMethod": "POST",
    "VoiceReceiveMode": "voice",
    "VoiceUrl": "",
}


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where calls are answered: our URL without a path, and another house for when we do not."""

    public_url: str
    fallback_url: str | None = None

    def wanted(self, number: Number) -> dict[str, str]:
        """The fields of a managed number; one that does not stand here is left as it is.

        Twilio "IncomingPhoneNumbers": an application or a trunk makes the URL inert, so there is
        none of either; only POST brings a `CallToken`.
        """
        url = self.public_url.rstrip("/")
        fields = {
            "StatusCallback": url + STATUS_PATH,
            "TrunkSid": "",
            "VoiceApplicationSid": "",
            "VoiceMethod": "POST",
            "VoiceReceiveMode": "voice",
            "VoiceUrl": url + VOICE_PATH + PATIENCE,
        }
        if self.fallback_url:
            fields["VoiceFallbackUrl"] = self.fallback_url
        if number.emergency_address:
            fields["EmergencyAddressSid"] = number.emergency_address
        return fields


def compared(owned: Owned) -> dict[str, str]:
    """The provider's truth about a number, as far as we look at it."""
    return {name: owned.fields.get(name) or default for name, default in COMPARED.items()}
