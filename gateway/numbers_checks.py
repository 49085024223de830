"""What `numbers doctor` looks at outside the registry: public URL, account, clocks, Redis, zones."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from http.client import HTTPException
from importlib import metadata
from typing import Any, cast
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import orjson
import redis
from redis.exceptions import RedisError

from ..numbers.planning.webhook import VOICE_PATH
from ..numbers.serving.view import Standing
from .carriers.twilio_account import AccountFacts
from .store import OLDEST
from .terminal.examination import LIMIT_S, Finding, Health

SKEW = timedelta(seconds=2)
ZONES_LAST = timedelta(days=365)
ASK_S = LIMIT_S / 2  # two questions fit into one check
REGIONAL = ("TWILIO_REGION", "TWILIO_EDGE")
_RELEASE = re.compile(r"(20[0-9]{2})\.[0-9]+")


def public_url(url: str) -> Finding:
    """Asks it twice: is a gateway there, and does it refuse what nobody signed?"""
    check = "public URL"
    try:
        is_ours = _body(f"{url}/healthz") == b"ok"
        status = _status_unsigned(url + VOICE_PATH)
    except (OSError, HTTPException) as error:  # a certificate that is not valid is an OSError, too
        reason = getattr(error, "reason", error)
        remedy = "start voicegate serve, and lead the URL there"
        return Finding(check, Health.FAIL, f"{url}: {reason}", remedy)
    if not is_ours:
        return Finding(check, Health.FAIL, f"{url}: something else answers", "lead it to a gateway")
    if status == HTTPStatus.OK:
        remedy = "start voicegate serve without --insecure-no-signature"
        return Finding(check, Health.FAIL, f"{url} answers what nobody signed", remedy)
    return Finding(check, Health.OK, f"{url} answers, and only what is signed")


def _status_unsigned(url: str) -> int:
    question = Request(url, data=b"CallSid=CA" + b"0" * 32, method="POST")
    try:
        with urlopen(question, timeout=ASK_S) as answer:
            return answer.status
    except HTTPError as error:
        error.close()
        return error.code


def serving(url: str, version: Callable[[], int]) -> Finding:
    """Which version the gateway behind the public URL answers by; `version` is that in force."""
    check = "snapshot"
    try:
        told = orjson.loads(_body(f"{url}/readyz")).get("registry")
    except (OSError, HTTPException, ValueError, AttributeError) as error:
        return Finding(check, Health.FAIL, f"no gateway tells: {error}", "see public URL")
    if told is None:
        remedy = "give it the same REDIS_URL"
        return Finding(check, Health.FAIL, "the gateway follows no registry", remedy)
    served, standing = told["version"], told["standing"]
    value = f"version {served} is served ({standing})"
    if standing != Standing.CURRENT:
        return Finding(
            check, Health.FAIL, value, "see the gateway's log; voicegate numbers rollback"
        )
    if served != version():
        return Finding(check, Health.WARN, f"{value}, {version()} is in force", "ask again in 5 s")
    return Finding(check, Health.OK, value)


def _body(url: str) -> bytes:
    try:
        with urlopen(url, timeout=ASK_S) as answer:
            return answer.read(65_536)
    except HTTPError as error:  # it is not ready, and says why
        with error:
            return error.read(65_536)


def account(ask: Callable[[], AccountFacts], now: Callable[[], datetime]) -> Finding:
    """Is it active, and does its clock show what ours does? A second is as much as it tells."""
    before = now()
    facts = ask()
    after = now()
    if facts.status != "active":
        remedy = "see the Twilio console: no call and no change goes through until it is active"
        return Finding("account", Health.FAIL, facts.status or "of no known status", remedy)
    if facts.at + timedelta(seconds=1) < before - SKEW or facts.at > after + SKEW:
        seconds = round((after - facts.at).total_seconds())
        return Finding("account", Health.FAIL, f"our clock is {seconds} s off", "run NTP here")
    if facts.kind == "Trial":  # Twilio errors 21219, 21404
        value = "a trial: callers hear a message first, some numbers cannot be had"
        return Finding("account", Health.WARN, value, "upgrade it before customers call")
    return Finding("account", Health.OK, f"active, {facts.kind or 'of some kind'}; clocks agree")


def model(names: Sequence[str], *, has_key: bool) -> Finding:
    """What a gateway with these settings connects to; they are of the known ones, nobody is asked."""
    told = ", then ".join(names)
    if not has_key:
        remedy = "set OPENAI_API_KEY, if a gateway is to run with these settings"
        return Finding("model", Health.WARN, f"{told}; without a key here", remedy)
    return Finding("model", Health.OK, f"{told}; with a key, not tried")


def region(values: Mapping[str, str]) -> Finding:
    """Twilio's package obeys these two, and leads requests to where the numbers are not; we do not."""
    found = [f"{name}={values[name]}" for name in REGIONAL if name in values]
    if found:
        remedy = "unset it; numbers of other regions are not managed here"
        return Finding("region", Health.WARN, f"{', '.join(found)} is not obeyed", remedy)
    return Finding("region", Health.OK, "Twilio's usual one, US1")


def store(client: redis.Redis, now: Callable[[], datetime]) -> Finding:
    """Asks Redis for its settings and its clock."""
    asked = cast("Any", client)
    version = str(asked.info("server")["redis_version"])
    before = now()
    seconds, microseconds = asked.time()
    at = datetime.fromtimestamp(seconds, UTC) + timedelta(microseconds=microseconds)
    if at < before - SKEW or at > now() + SKEW:
        return Finding("Redis", Health.FAIL, f"its clock shows {at.isoformat()}", "run NTP there")
    try:
        settings = cast("Mapping[bytes | str, bytes | str]", asked.config_get("*"))
    except RedisError:
        remedy = "see that its append-only file is on and maxmemory-policy is noeviction"
        return Finding("Redis", Health.WARN, f"{version}; it does not tell its settings", remedy)
    return store_settings(version, {_text(name): _text(value) for name, value in settings.items()})


def store_settings(version: str, settings: Mapping[str, str]) -> Finding:
    """May it lose what it was told? Of several things the worst is named."""
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST:
        return Finding("Redis", Health.FAIL, version, "update it to 6.2 or newer")
    for name, wanted, health in (
        ("appendonly", "yes", Health.FAIL),
        ("maxmemory-policy", "noeviction", Health.FAIL),
        ("appendfsync", "always", Health.WARN),
    ):
        if settings.get(name) != wanted:
            value = f"{version}; {name} is {settings.get(name, 'not told')}"
            return Finding("Redis", health, value, f"set {name} to {wanted}")
    return Finding("Redis", Health.OK, f"{version}; nothing it was told can be lost")


def zones(year_now: int) -> Finding:
    """Clocks change by law, every year somewhere."""
    check, remedy = "time zones", "pip install --upgrade tzdata"
    try:
        version = metadata.version("tzdata")
    except metadata.PackageNotFoundError:
        return Finding(check, Health.FAIL, "tzdata is missing", remedy)
    release = _RELEASE.match(version)
    if release is None or int(release[1]) < year_now - 1:
        return Finding(check, Health.FAIL, f"tzdata {version} is older than a year", remedy)
    return Finding(check, Health.OK, f"tzdata {version}")


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
