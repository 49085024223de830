"""The environment and `.env` as values: the only reader of both; it tells all faults at once."""

import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from . import setting_rules as rules
from .core.errors import ConfigError
from .core.redact import phone, scrubber
from .env_file import read

PREFIX = "VOICEGATE_"
SERVE_NEEDS = (
    "OPENAI_API_KEY",
    "TWILIO_ACCOUNT_SID",
    "TWILIO_AUTH_TOKEN",
    "VOICEGATE_PUBLIC_URL",
)
INSTRUCTIONS = "You are a friendly assistant on the telephone. Keep your answers short."

_SECRET = ("OPENAI_API_KEY", "TWILIO_AUTH_TOKEN", "REDIS_URL", "VOICEGATE_METRICS_TOKEN")
_DIGITS_OF_A_NUMBER = 10  # that many may be a caller's, whatever they were meant to set
_LIKE_A_TOKEN = re.compile(r"[0-9a-fA-F]{32,}")
# Of a URL all but secrets and what follows the host and its port.
_PLACE = re.compile(r"(\w+://)(?:.*@)?(\[[\w:.]*\]|[\w.\-]*)(:\d{1,5}(?!\w))?")


def _apart(tokens: object) -> object:
    return [token.strip() for token in tokens.split(",")] if isinstance(tokens, str) else tokens


def _hidden(rule: Callable[[str], str]) -> AfterValidator:
    """The rule for a value that is wrapped so as not to be shown."""

    def check(secret: SecretStr) -> SecretStr:
        return SecretStr(rule(secret.get_secret_value()))

    return AfterValidator(check)


_Key = Annotated[SecretStr, _hidden(rules.key)]
_HttpUrl = Annotated[str, AfterValidator(rules.http_url)]


class Settings(BaseSettings):
    """All settings, valid and frozen. Build it with `load`; secrets show in no repr."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    openai_api_key: _Key | None = Field(
        None, alias="OPENAI_API_KEY", description="the API key of your OpenAI project"
    )
    twilio_account_sid: Annotated[str, AfterValidator(rules.account_sid)] | None = Field(
        None, alias="TWILIO_ACCOUNT_SID", description="the account SID from the Twilio console"
    )
    twilio_auth_tokens: Annotated[tuple[_Key, ...], BeforeValidator(_apart)] = Field(
        (),
        alias="TWILIO_AUTH_TOKEN",
        description="the auth token from the Twilio console; while one replaces another, both, "
        "the one in force first, with a comma between",
    )
    redis_url: Annotated[SecretStr, _hidden(rules.redis_url)] | None = Field(
        None, alias="REDIS_URL", description="where Redis is; without it a private one is started"
    )
    redis_prefix: Annotated[str, AfterValidator(rules.redis_prefix)] = Field(
        "{vg}:", alias="VOICEGATE_REDIS_PREFIX", description="what our keys in Redis begin with"
    )
    port: int = Field(8084, alias="PORT", ge=1, le=65535, description="the port to listen on")
    public_url: Annotated[str, AfterValidator(rules.public_url)] | None = Field(
        None,
        alias="VOICEGATE_PUBLIC_URL",
        description="the https URL under which Twilio reaches this gateway",
    )
    fallback_url: Annotated[str, AfterValidator(rules.fallback_url)] | None = Field(
        None,
        alias="VOICEGATE_FALLBACK_URL",
        description="the https URL of the document that Twilio asks for where this gateway fails",
    )
    openai_url: Annotated[str, AfterValidator(rules.socket_url)] = Field(
        "wss://api.openai.com/v1/realtime",
        alias="VOICEGATE_OPENAI_URL",
        description="the Realtime API",
    )
    twilio_api_url: _HttpUrl = Field(
        "https://api.twilio.com",
        alias="VOICEGATE_TWILIO_API_URL",
        description="Twilio's REST API",
    )
    audio: Literal["pcm24k", "pcmu"] = Field(
        "pcm24k", alias="VOICEGATE_AUDIO", description="the audio format spoken with the model"
    )
    model: Annotated[str, AfterValidator(rules.model)] = Field(
        "gpt-realtime-2.1", alias="VOICEGATE_MODEL", description="the model that speaks"
    )
    fallback_model: Annotated[str, AfterValidator(rules.model)] | None = Field(
        None,
        alias="VOICEGATE_FALLBACK_MODEL",
        description="the model that speaks where the first one cannot be had",
    )
    voice: Annotated[str, AfterValidator(rules.voice)] = Field(
        "marin", alias="VOICEGATE_VOICE", description="its voice"
    )
    instructions: str = Field(
        INSTRUCTIONS, alias="VOICEGATE_INSTRUCTIONS", description="who it is and what it does"
    )
    greeting: Literal["model", "none"] = Field(
        "model", alias="VOICEGATE_GREETING", description="who greets the caller"
    )
    language: Annotated[str, AfterValidator(rules.language)] | None = Field(
        None, alias="VOICEGATE_LANGUAGE", description="the callers' language, for the transcript"
    )
    max_calls: int = Field(
        100,
        alias="VOICEGATE_MAX_CALLS",
        ge=1,
        le=10_000,
        description="calls at the same time in this process",
    )
    max_calls_total: int | None = Field(
        None,
        alias="VOICEGATE_MAX_CALLS_TOTAL",
        ge=1,
        le=1_000_000,
        description="calls at the same time in all processes that share a Redis",
    )
    fallback_number: Annotated[str, AfterValidator(rules.phone_number)] | None = Field(
        None,
        alias="VOICEGATE_FALLBACK_NUMBER",
        repr=False,
        description="the number dialled for a caller whom the model cannot serve",
    )
    max_call_s: int = Field(
        3_600, alias="VOICEGATE_MAX_CALL_S", ge=10, le=86_400, description="the longest call"
    )
    drain_s: int = Field(
        300, alias="VOICEGATE_DRAIN_S", ge=0, le=86_400, description="time for calls at shutdown"
    )
    interruption: Literal["cut", "off"] = Field(
        "cut", alias="VOICEGATE_INTERRUPTION", description="whether a caller may interrupt"
    )
    metrics_token: _Key | None = Field(
        None, alias="VOICEGATE_METRICS_TOKEN", description="what opens /metrics, as a bearer token"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", alias="VOICEGATE_LOG_LEVEL", description="the least weight of a line in the log"
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what `load` hands over: nothing is read behind its back."""
        return (init_settings,)

    def secrets(self) -> list[str]:
        """What no log may show."""
        kept = [
            self.openai_api_key,
            self.redis_url,
            self.metrics_token,
            *self.twilio_auth_tokens,
        ]
        return [secret.get_secret_value() for secret in kept if secret is not None]


def load(
    environ: Mapping[str, str] = os.environ,
    env_file: Path | None = Path(".env"),
    *,
    need: Collection[str] = (),
) -> Settings:
    """Settings from the environment, which comes first, and from `env_file` if there is one.

    An empty value counts as none. `need` names the variables that this command cannot do without.
    Raises ConfigError with one line for each problem.
    """
    values = {**_filled(read(env_file)), **_filled(environ)}
    known = {str(field.alias): field.description for field in Settings.model_fields.values()}
    problems = [*_unknown(values, known)]
    problems += [f"{name} is not set: it is {known[name]}" for name in need if name not in values]
    try:
        settings = Settings.model_validate({name: values[name] for name in known if name in values})
    except ValidationError as error:
        raise ConfigError((*problems, *_wrong(values, error))) from None
    if problems:
        raise ConfigError(tuple(problems))
    return settings


def _filled(variables: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value.strip() for name, value in variables.items() if value and value.strip()}


def _unknown(values: Mapping[str, str], known: Collection[str]) -> Iterator[str]:
    ours = [name.removeprefix(PREFIX) for name in known if name.startswith(PREFIX)]
    for name in sorted(values.keys() - known):
        if name.startswith(PREFIX):
            near = get_close_matches(name.removeprefix(PREFIX), ours, n=1)
            advice = f"did you mean {PREFIX}{near[0]}?" if near else "remove it"
            yield f"{name} is no setting: {advice}"


def _wrong(values: Mapping[str, str], error: ValidationError) -> Iterator[str]:
    for fault in error.errors():
        name = str(fault["loc"][0])
        advice = fault["msg"].removeprefix("Value error, ").removeprefix("Input ")
        yield f"{name}={_shown(name, values[name])}: {advice}"


def _shown(name: str, value: str) -> str:
    """A value as an error may show it: no secret, not even one that stands in the wrong place."""
    if name in _SECRET:
        return "(hidden)"
    if name == "VOICEGATE_FALLBACK_NUMBER":
        return phone(value)
    if value.isdecimal() and len(value) >= _DIGITS_OF_A_NUMBER:
        return f"({len(value)} digits)"
    text = _LIKE_A_TOKEN.sub("…", scrubber(())(value))
    place = _PLACE.match(text)
    return repr("".join(place.groups("")) if place else text[:60])
