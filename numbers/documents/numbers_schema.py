"""The JSON Schema of `numbers.yaml`, for editors: it takes what `numbers.py` takes.

It cannot tell a number that stands twice, a zone that does not exist, an hour that clocks skip.
"""

from typing import Any

from ..e164 import PATTERN
from ..local_time import TIME_PATTERN
from ..model import NAME_CHARS_MAX, Audio
from ..route_text import ROUTE_PATTERN
from . import manifest, value_rules
from .number_entry import CALLS_MAX
from .numbers import DAILY_CAP_MAX, KIND, PICKS
from .route_entries import WEIGHT_MAX

JsonSchema = dict[str, Any]


def schema() -> JsonSchema:
    """The schema, of draft 2020-12."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Numbers of a voicegate: which one leads where",
        **_object(
            {
                "apiVersion": {"const": manifest.API_VERSION},
                "kind": {"const": KIND},
                "default_route": _ref("route"),
                "defaults": _object({name: _NUMBER[name] for name in _DEFAULTS}),
                "numbers": {"type": "array", "items": _object(_NUMBER, "number")},
                "pools": {"type": "array", "items": _object(_POOL, "name", "members")},
            },
            "apiVersion",
            "kind",
            "numbers",
        ),
        "$defs": {
            "e164": _text(PATTERN, "a phone number, like +12125550142"),
            "route": _text(ROUTE_PATTERN, "who answers: agent/, flow/, forward/ or sip:"),
            "time": _text(TIME_PATTERN, "date and local time, like 2026-12-24T18:00"),
        },
    }


def _ref(name: str) -> JsonSchema:
    return {"$ref": f"#/$defs/{name}"}


def _text(pattern: str, description: str) -> JsonSchema:
    return {"type": "string", "pattern": f"^({pattern})$", "description": description}


def _object(fields: JsonSchema, *needed: str) -> JsonSchema:
    return {
        "type": "object",
        "properties": fields,
        "required": list(needed),
        "additionalProperties": False,
    }


def _whole(most: int) -> JsonSchema:
    return {"type": "integer", "minimum": 1, "maximum": most}


def _unique(items: JsonSchema) -> JsonSchema:
    return {"type": "array", "items": items, "uniqueItems": True}


_SHARE = _object({"to": _ref("route"), "weight": _whole(WEIGHT_MAX)}, "to", "weight")
_ENTRY = _object(
    {
        "at": _ref("time"),
        "tz": {"type": "string", "description": "an IANA zone, like America/New_York"},
        "route": _ref("route"),
        "until": _ref("time"),
    },
    "at",
    "tz",
    "route",
)
_NUMBER: JsonSchema = {
    "number": _ref("e164"),
    "name": {"type": "string", "maxLength": NAME_CHARS_MAX},
    "route": {"oneOf": [_ref("route"), {"type": "array", "items": _SHARE, "minItems": 1}]},
    "schedule": {"type": "array", "items": _ENTRY},
    "fallback": _ref("route"),
    "record": {"type": "boolean"},
    "audio": {"enum": [str(audio) for audio in Audio]},
    "emergency_address": _text(value_rules.ID_PATTERN, "the carrier's id of a street address"),
    "tags": _unique(_text(value_rules.TAG_PATTERN, "a mark to find numbers by")),
    "protect": {"type": "boolean"},
    "max_calls": _whole(CALLS_MAX),
}
_DEFAULTS = ("fallback", "record", "audio", "protect")
_POOL: JsonSchema = {
    "name": _text(value_rules.NAME_PATTERN, "how campaigns refer to it"),
    "members": {**_unique(_ref("e164")), "minItems": 1},
    "pick": {"enum": list(PICKS)},
    "daily_cap": _whole(DAILY_CAP_MAX),
}
