"""The settings that the commands of the registry use, as they may be shown: no secret among them."""

from collections.abc import Sequence

from ..numbers.desk.protocol import Setting
from .setting_sources import Source, origin_of
from .settings import Settings

SHOWN = (
    "TWILIO_ACCOUNT_SID",
    "TWILIO_AUTH_TOKEN",
    "VOICEGATE_PUBLIC_URL",
    "VOICEGATE_FALLBACK_URL",
    "REDIS_URL",
    "VOICEGATE_REDIS_PREFIX",
    "VOICEGATE_TWILIO_API_URL",
)
MASKED = "(hidden)"


def shown_settings(settings: Settings, from_where: Sequence[Source]) -> list[Setting]:
    """Each with who says so."""
    return [_shown(name, settings, from_where) for name in SHOWN]


def _shown(name: str, settings: Settings, from_where: Sequence[Source]) -> Setting:
    origin = origin_of(name, from_where)
    (attribute,) = (
        attribute for attribute, field in Settings.model_fields.items() if field.alias == name
    )
    value: object = getattr(settings, attribute)
    hidden = MASKED if value else ""
    shown = value if isinstance(value, str) else hidden
    return Setting(name, shown, origin or ("default" if shown else "unset"))
