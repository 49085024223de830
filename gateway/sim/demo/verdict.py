"""Did the demo's call go as its script says? If not, what was different."""

from collections.abc import Iterator

from ..carrier.call_report import CallReport
from .figures import Figures
from .lines import REASONS
from .script import KEYS, Script


def differences(script: Script, figures: Figures, report: CallReport | None) -> list[str]:
    """One sentence for each; none is fine. Without a report the call never came to its end."""
    return [*_of_turns(script, figures), *_of_the_end(figures, report)]


def _of_turns(script: Script, figures: Figures) -> Iterator[str]:
    heard = sum(answer.played_ms > 0 for answer in figures.answers)
    if heard < script.agent_turns:
        yield f"the agent was heard {heard} times instead of {script.agent_turns}"
    if len(figures.spoken) != len(script.utterances):
        yield f"the caller spoke {len(figures.spoken)} times instead of {len(script.utterances)}"
    if not figures.cuts:
        yield "the agent was never interrupted"
    pressed = "".join(key for _, key in figures.keys)
    if pressed != KEYS:
        yield f"the keys {pressed or '(none)'} were pressed instead of {KEYS}"
    elif figures.keys_answer_ms is None:
        yield "the agent did not react to the keys"


def _of_the_end(figures: Figures, report: CallReport | None) -> Iterator[str]:
    if figures.reason != "caller_hung_up":
        reason = REASONS.get(figures.reason, figures.reason) or "nothing ended the call"
        yield f"the caller should have hung up, but: {reason}"
    if report is None:
        yield "the carrier saw no end of the call"
        return
    if report.end is None or (report.end.status, report.end.cause) != ("completed", "caller"):
        ended = "nothing" if report.end is None else f"{report.end.status} by {report.end.cause}"
        yield f"the carrier says how the call ended: {ended}"
    for note in report.notes:
        yield f"the carrier noted {note.kind} {note.detail}".rstrip()
