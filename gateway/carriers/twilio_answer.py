"""What an answer of Twilio's REST API says, whoever carried it here."""

from typing import cast

import orjson


def json_object(body: bytes) -> dict[str, object] | None:
    """The JSON object of an answer, None where there is none, as from a proxy in between."""
    try:
        parsed: object = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return cast("dict[str, object]", parsed) if isinstance(parsed, dict) else None


def code_of(answer: dict[str, object] | None) -> int | None:
    """Twilio's error code, in the classic body and in that of RFC 9457."""
    code = (answer or {}).get("code")
    return code if isinstance(code, int) else None


def text_of(answer: dict[str, object] | None) -> str:
    """Twilio's words for an error: `message` in the classic body, `detail` or `title` in the other."""
    words = (answer or {}).get
    return next(
        (text for name in ("message", "detail", "title") if isinstance(text := words(name), str)),
        "",
    )
