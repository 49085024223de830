"""A route as text: `agent/NAME`, `flow/NAME[@VERSION]`, `forward/+1…` or `sip:user@host`."""

import re
from functools import lru_cache

from .documents import value_rules as rules
from .e164 import ADVICE, PATTERN, is_e164
from .errors import NumberError
from .model import Route, RouteKind
from .yaml.fields import did_you_mean

SIP_PATTERN = (
    r"sip:[A-Za-z0-9\-_.!~*'()&=+$,%]{1,128}@([A-Za-z0-9.\-]{1,253}|\[[0-9A-Fa-f:.]+\])"
    r"(:[0-9]{1,5})?(;[A-Za-z0-9\-_.=%]+)*"
)
ROUTE_PATTERN = (
    rf"agent/{rules.NAME_PATTERN}|flow/{rules.NAME_PATTERN}(@[1-9][0-9]{{0,8}})?"
    rf"|forward/{PATTERN}|{SIP_PATTERN}"
)
FORMS = "write agent/NAME, flow/NAME, flow/NAME@VERSION, forward/+12125550142 or sip:user@host"
_SIP = re.compile(SIP_PATTERN)
_VERSION = re.compile(r"[1-9][0-9]{0,8}")


@lru_cache(maxsize=4_096)  # ten thousand numbers lead to a few routes
def parse(text: str) -> Route:
    """The route that `str(route)` wrote, or a person. Raises NumberError with what to write."""
    if text.startswith("sip:"):
        return _sip(text)
    word, slash, target = text.partition("/")
    if not slash:
        raise NumberError(FORMS)
    match word:
        case "agent":
            return Route(RouteKind.AGENT, rules.name(target))
        case "flow":
            return _flow(target)
        case "forward":
            return _forward(target)
        case _:
            raise NumberError(did_you_mean(word, list(RouteKind)))


def _flow(target: str) -> Route:
    name, at, version = target.partition("@")
    if at and not _VERSION.fullmatch(version):
        raise NumberError("write the version as a whole number, like flow/clinic-main@3")
    return Route(RouteKind.FLOW, rules.name(name), int(version) if at else None)


def _forward(target: str) -> Route:
    if not is_e164(target):
        raise NumberError(f"forward to a whole number: {ADVICE.replace('+', 'forward/+')}")
    return Route(RouteKind.FORWARD, target)


def _sip(text: str) -> Route:
    if not _SIP.fullmatch(text):
        raise NumberError("write a SIP address like sip:desk@example.com")
    return Route(RouteKind.SIP, text)
