"""An override as an answer."""

from ...gateway.terminal.answer import Answer
from ..model import Override


def override_answer(number: str, override: Override | None, *, is_changed: bool) -> Answer:
    """`override` is null once there is none; without a route it means closed."""
    shown = None
    if override is not None:
        shown = {
            "route": None if override.route is None else str(override.route),
            "until": None if override.until is None else override.until.isoformat(),
        }
    fields = {"number": number, "override": shown, "changed": is_changed}
    line = f"{number}: {override_words(override)}" if is_changed else "no changes"
    return Answer("Override", fields, ("number",), lines=[line])


def override_words(override: Override | None) -> str:
    """What becomes of the callers."""
    if override is None:
        return "no override, callers go where the configuration leads them"
    until = f" until {override.until.isoformat()}" if override.until else " until it is cleared"
    return f"{'closed' if override.route is None else override.route}{until}"
