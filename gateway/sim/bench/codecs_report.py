"""The audio certificate as a table, each row with its gate."""

from rich.console import Console
from rich.table import Table

from ....codecs.certificate.certificate import Certificate, processor
from ....codecs.certificate.row import Row, Value

_STYLES = {"pass": "green", "fail": "bold red", "not run": "yellow"}
_LIMITS = (
    "Samples in, samples out, on one thread; a telephone network and a model's voice come on top. "
    "Microseconds are this machine's, ratios are what counts."
)


def show(certificate: Certificate) -> None:
    """On standard output, in colour and as wide as it is if that is a terminal."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=110)
    table = Table(title="Audio certificate of the codec core", title_style="bold")
    for name in ("id", "what", "found", "gate", ""):
        table.add_column(name, justify="right" if name == "found" else "left")
    for row in certificate.rows:
        style = _STYLES[row.status]
        table.add_row(
            row.id, row.name or row.why, _found(row), row.gate, f"[{style}]{row.status}[/]"
        )
    console.print(table)
    console.print(f"{_LIMITS} Processor: {processor()}.", style="dim")


def _found(row: Row) -> str:
    return f"{_value(row.value)} {row.unit}".strip()


def _value(value: Value) -> str:
    if isinstance(value, float):
        return f"{value:.3g}" if abs(value) < 1 else f"{value:.2f}"
    return "" if value is None else str(value)
