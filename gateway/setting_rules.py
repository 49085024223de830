"""What the value of one setting may be; each rule returns the value or says what to do instead."""

import re
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from ..numbers.documents.agent_rules import MODELS, VOICES

# Shut down on 2026-05-07 (OpenAI "Deprecations").
RETIRED_MODELS = {
    "gpt-4o-realtime-preview": "gpt-realtime-2.1",
    "gpt-4o-mini-realtime-preview": "gpt-realtime-2.1-mini",
}

_SNAPSHOT = re.compile(r"-\d{4}-\d{2}-\d{2}$")
_E164 = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
_ACCOUNT_SID = re.compile(r"AC[0-9a-fA-F]{32}", re.ASCII)
_KEY = re.compile(r"[!-~]{8,}")  # a shorter one would mask half of every log line
_LANGUAGE = re.compile(r"[a-z]{2}")
_REDIS_PREFIX = re.compile(r"\{[\w.-]{1,32}\}:", re.ASCII)


def model(name: str) -> str:
    """A model of the Realtime API that can be connected to today, or a dated snapshot of one."""
    family = _SNAPSHOT.sub("", name)
    if family in RETIRED_MODELS:
        raise ValueError(f"this model was shut down, use {RETIRED_MODELS[family]}")
    if family not in MODELS:
        raise ValueError(f"no model of the Realtime API, use one of {', '.join(MODELS)}")
    return name


def voice(name: str) -> str:
    """A voice of the Realtime API; those of the speech API only, like nova, are noise."""
    if name not in VOICES and not name.startswith("voice_"):
        raise ValueError(
            f"the Realtime API cannot speak with it, use one of {', '.join(VOICES)}, or voice_…"
        )
    return name


def language(code: str) -> str:
    """A hint for the transcription (ISO 639-1)."""
    if not _LANGUAGE.fullmatch(code):
        raise ValueError("write the two letters of ISO 639-1, like en or de")
    return code


def phone_number(number: str) -> str:
    """A number in E.164 form."""
    if not _E164.fullmatch(number):
        raise ValueError("write it in E.164 form, like +12125550142")
    return number


def account_sid(sid: str) -> str:
    """A Twilio account."""
    if not _ACCOUNT_SID.fullmatch(sid):
        raise ValueError("an account SID is AC and 32 hexadecimal digits, copy it from the console")
    return sid


def key(secret: str) -> str:
    """An API key or a token."""
    if not _KEY.fullmatch(secret):
        raise ValueError(
            "copy it again: it is shorter than 8 characters, or holds what no key does"
        )
    return secret


def http_url(url: str) -> str:
    """An https URL, without its trailing slash; http for this machine only."""
    if _checked(url, "https", "http", "api.twilio.com").query:
        raise ValueError("leave out what follows the ?")
    return url.rstrip("/")


def public_url(url: str) -> str:
    """The URL under which the carrier reaches us: a host, as all paths below it are ours."""
    parts = _checked(url, "https", "http", "voice.example.com")
    _check_twilio_takes(parts)
    if parts.path.strip("/"):
        raise ValueError("leave out the path, give the gateway a host name of its own")
    return http_url(url)


def fallback_url(url: str) -> str:
    """The URL that the carrier asks where we do not answer: a document, whole, anywhere else."""
    parts = _checked(url, "https", "http", "handler.twilio.com/twiml/EH…")
    _check_twilio_takes(parts)
    return url


def socket_url(url: str) -> str:
    """A wss URL; ws for this machine only."""
    _checked(url, "wss", "ws", "api.openai.com/v1/realtime")
    return url


def redis_url(url: str) -> str:
    """Where Redis is: redis, rediss or unix."""
    parts = _parts(url)
    if parts.scheme not in ("redis", "rediss", "unix"):
        raise ValueError("begin it with redis://, rediss:// or unix://")
    if not (parts.path if parts.scheme == "unix" else parts.hostname):
        raise ValueError("name the host, or the path of the socket")
    return url


def redis_prefix(prefix: str) -> str:
    """What keys begin with: one hash tag, so that a cluster keeps them together (Redis docs)."""
    if not _REDIS_PREFIX.fullmatch(prefix):
        raise ValueError("write a word in braces and a colon, like {vg}: or {staging}:")
    return prefix


def _checked(url: str, secure: str, plain: str, example: str) -> SplitResult:
    parts = _parts(url)
    if parts.scheme not in (secure, plain) or not parts.hostname:
        raise ValueError(f"write a whole URL, like {secure}://{example}")
    if parts.scheme == plain and not _is_loopback(parts.hostname):
        raise ValueError(f"use {secure}, {plain} is for this machine only")
    if "@" in parts.netloc:
        raise ValueError("leave out the user and the password")
    if "#" in url:
        raise ValueError("leave out what follows the #")
    return parts


def _check_twilio_takes(parts: SplitResult) -> None:
    if "_" in (parts.hostname or ""):
        raise ValueError("Twilio takes no host name with an underscore, use another name")


def _parts(url: str) -> SplitResult:
    if not url.isprintable() or " " in url:
        raise ValueError("leave out the blanks")
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:  # its text shows the host, and with it what may stand before the @
        raise ValueError("no URL, check its host and its port") from None
    return parts


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
