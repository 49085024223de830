"""What an agent's fields may be: the Realtime API's models and voices, the gateway's bounds."""

import re

from ..errors import NumberError
from .value_rules import one_of

MODELS = (
    "gpt-realtime-2.1",
    "gpt-realtime-2.1-mini",
    "gpt-realtime-2",
    "gpt-realtime-1.5",
    "gpt-realtime",
    "gpt-realtime-mini",
)
VOICES = (
    "alloy",
    "ash",
    "ballad",
    "cedar",
    "coral",
    "echo",
    "marin",
    "sage",
    "shimmer",
    "verse",
)
GREETINGS = ("model", "none")
INTERRUPTIONS = ("cut", "off")
CALL_S = (10, 86_400)
PADDING_MS = (0, 2_000)
SILENCE_MS = (100, 5_000)
INSTRUCTIONS_CHARS_MAX = 100_000

_DATED = re.compile(r"-\d{4}-\d{2}-\d{2}$")
_OWN_VOICE = re.compile(r"voice_[A-Za-z0-9_\-]{1,64}")
_LANGUAGE = re.compile(r"[a-z]{2}")
_THRESHOLD = re.compile(r"0(\.[0-9]{1,3})?|1(\.0{1,3})?")


def model(text: str) -> str:
    """A model of the Realtime API, or a dated snapshot of one."""
    one_of(*MODELS)(_DATED.sub("", text))
    return text


def voice(text: str) -> str:
    """A voice of the Realtime API, or one of the account's own."""
    return text if _OWN_VOICE.fullmatch(text) else one_of(*VOICES)(text)


def language(text: str) -> str:
    """A hint for the transcription (ISO 639-1)."""
    if not _LANGUAGE.fullmatch(text):
        raise NumberError("write the two letters of ISO 639-1, like en or de")
    return text


def instructions(text: str) -> str:
    """Who the agent is and what it does."""
    is_clean = all(char.isprintable() or char.isspace() for char in text)
    if not text.strip() or not is_clean or len(text) > INSTRUCTIONS_CHARS_MAX:
        raise NumberError(f"write a text of {INSTRUCTIONS_CHARS_MAX:,} characters at most")
    return text


def threshold(text: str) -> float:
    """How loud speech has to be for the model to hear it as speech."""
    if not _THRESHOLD.fullmatch(text):
        raise NumberError("write a number from 0 to 1, like 0.55")
    return float(text)
