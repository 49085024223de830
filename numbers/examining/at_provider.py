"""What is wrong with numbers as the provider has them: one function a check."""

from urllib.parse import urlsplit

from ...gateway.terminal.examination import Finding, Health
from ..model import Number
from ..planning.webhook import compared
from ..provider import Owned
from .case import Case, Ill, finding

TARGETS = ("VoiceUrl", "VoiceApplicationSid", "TrunkSid")

# Twilio "IncomingPhoneNumbers", `emergency_address_status`.
_OTHER_ADDRESS = Ill("not as configured", "voicegate numbers drift --fix provider")
_UNREGISTERED = Ill("not registered", "have the address registered in the Twilio console")
_ON_ITS_WAY = Ill("not registered yet", "ask again later", Health.WARN)


def ownership(case: Case) -> Finding:
    """Numbers that are configured and not ours lead to nobody."""
    gone = case.stored.numbers.keys() - {each.number for each in case.owned}
    ill = Ill("not owned", "buy it, or take it out: voicegate numbers release")
    return finding("owned", ill, gone, f"{len(case.owned)} owned")


def voice_target(case: Case) -> Finding:
    """Twilio "IncomingPhoneNumbers": an application or a trunk makes the voice URL inert."""
    wrong = [number.number for number, owned in case.managed if not has_one_target(owned)]
    what = "not exactly one of voice URL, application and trunk"
    ill = Ill(what, "voicegate numbers doctor --fix, or drift --fix provider", has_fix=True)
    return finding("voice target", ill, wrong, "one each")


def drift(case: Case) -> Finding:
    """Fields of the provider that are not as this configuration wants them."""
    wrong = [
        number.number
        for number, owned in case.managed
        if any(compared(owned)[name] != text for name, text in case.webhook.wanted(number).items())
    ]
    return finding("drift", Ill("not as configured", "voicegate numbers drift"), wrong, "none")


def emergency_address(case: Case) -> Finding:
    """A caller of 911 is looked for at the address that is registered for the number."""
    wanted = [(number, owned) for number, owned in case.managed if number.emergency_address]
    for ill in (_OTHER_ADDRESS, _UNREGISTERED, _ON_ITS_WAY):
        having = {number.number for number, owned in wanted if _address_ill(number, owned) is ill}
        if having:
            return finding("emergency address", ill, having, "")
    fine = f"{len(wanted)} registered" if wanted else "none configured"
    return Finding("emergency address", Health.OK, fine)


def fallback_url(case: Case) -> Finding:
    """What the provider asks where we do not answer; it must be another house."""
    check, wanted = "fallback URL", case.webhook.fallback_url
    own = _host(case.webhook.public_url)
    if wanted and _host(wanted) == own:
        remedy = "set VOICEGATE_FALLBACK_URL to one on another host"
        return Finding(check, Health.FAIL, "VOICEGATE_FALLBACK_URL is on our own host", remedy)
    urls = {owned.number: compared(owned)["VoiceFallbackUrl"] for _, owned in case.managed}
    near = {number for number, url in urls.items() if _host(url) == own}
    lacking = {number for number, url in urls.items() if not url}
    remedy = "voicegate numbers doctor --fix" if wanted else "set VOICEGATE_FALLBACK_URL"
    lack = Ill("without one", remedy, Health.FAIL if wanted else Health.WARN, bool(wanted))
    ill = Ill("on our own host", remedy, has_fix=bool(wanted))
    return ill.finding(check, near) or finding(check, lack, lacking, "there is one elsewhere")


def has_one_target(owned: Owned) -> bool:
    """Exactly one thing answers its calls."""
    return sum(bool(compared(owned)[name]) for name in TARGETS) == 1


def has_far_fallback(owned: Owned, case: Case) -> bool:
    """Somebody else than us answers where we do not."""
    url = compared(owned)["VoiceFallbackUrl"]
    return bool(url) and _host(url) != _host(case.webhook.public_url)


def _address_ill(number: Number, owned: Owned) -> Ill | None:
    status = owned.fields.get("EmergencyAddressStatus")
    if compared(owned)["EmergencyAddressSid"] != number.emergency_address:
        return _OTHER_ADDRESS
    if status == "registered":
        return None
    return _ON_ITS_WAY if status == "pending-registration" else _UNREGISTERED


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""
