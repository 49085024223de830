"""What the gateway refuses while a demo runs: told, where otherwise only its log would know."""

import logging
from collections.abc import Callable, Mapping
from typing import cast

_REFUSED = {
    "call.refused": "refused a call",
    "stream.refused": "refused a media socket",
    "webhook.refused": "refused a request",
}


class Refusals(logging.Handler):
    """Tells why something was refused, and to which path it came, if the log says so."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__(logging.WARNING)
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        """One line of the log; ours have fields instead of a text."""
        if not isinstance(record.msg, Mapping):
            return
        fields = cast("Mapping[str, object]", record.msg)
        what = _REFUSED.get(str(fields.get("event")))
        if what is not None:
            path = f" to {fields['path']}" if "path" in fields else ""
            self._tell(f"the gateway {what}{path}: {fields.get('cause', 'no cause given')}")
