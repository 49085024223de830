"""The colours and strokes of a drawing, light and dark, as a style sheet that a page may overrule."""

from collections.abc import Mapping

# Type -> hue; saturation and lightness are those of the light or the dark side.
_HUES: Mapping[str, int] = {
    "say": 210,
    "menu": 265,
    "collect": 290,
    "hours": 45,
    "branch": 70,
    "ai": 165,
    "transfer": 25,
    "queue": 10,
    "voicemail": 190,
    "voicemail_drop": 225,
    "tool": 325,
    "disposition": 110,
}
_LIGHT = {
    "paper": "#ffffff",
    "ink": "#1b1f24",
    "faint": "#59636e",
    "line": "#5b6672",
    "timeout": "#8a5a00",
    "error": "#b3261e",
    "end": "#e4e7eb",
    "lit": "#ffd60a",
}
_DARK = {
    "paper": "#12161b",
    "ink": "#eef2f6",
    "faint": "#a3adb8",
    "line": "#9aa7b4",
    "timeout": "#e3a93b",
    "error": "#ff8a80",
    "end": "#343b44",
    "lit": "#ffd60a",
}

_RULES = """\
.flow{background:var(--flow-paper);font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,\
"DejaVu Sans Mono",monospace;color:var(--flow-ink)}
.flow .paper{fill:var(--flow-paper)}
.flow .node path{stroke:var(--flow-line);stroke-width:1.5;stroke-linejoin:round}
.flow .node text{fill:var(--flow-ink);text-anchor:middle;font-size:13px}
.flow .node .name{font-weight:600}
.flow .node .type{fill:var(--flow-faint);font-size:10.5px}
"""
_RULES_OVER_FILLS = """\
.flow .node.root path{fill:var(--flow-ink);stroke:none}
.flow .node.root text{fill:var(--flow-paper);font-size:12px}
.flow .node.lit path{stroke:var(--flow-ink);stroke-width:3.5;fill:var(--flow-lit)}
.flow .node.lit text,.flow .node.lit .type{fill:#1b1f24}
.flow .line path{fill:none;stroke:var(--flow-line);stroke-width:1.5}
.flow .line .head{fill:var(--flow-line);stroke:none}
.flow .line text{fill:var(--flow-ink);text-anchor:middle;font-size:11px}
.flow .line.timeout path{stroke:var(--flow-timeout);stroke-dasharray:7 4}
.flow .line.timeout .head{fill:var(--flow-timeout);stroke:none}
.flow .line.error path{stroke:var(--flow-error);stroke-dasharray:1.5 4;stroke-linecap:round;stroke-width:2}
.flow .line.error .head{fill:var(--flow-error);stroke:none}
.flow .legend text{text-anchor:start}
"""


def style_sheet() -> str:
    """CSS: variables for both sides, then rules that use them."""
    light = _variables(_LIGHT, saturation=75, lightness=90)
    dark = _variables(_DARK, saturation=38, lightness=25)
    fills = "".join(f".flow .node.{name} path{{fill:var(--flow-{name})}}\n" for name in _HUES)
    fills += ".flow .node.hangup path{fill:var(--flow-end)}\n"
    at_night = f"@media (prefers-color-scheme:dark){{.flow{{{dark}}}}}\n"
    return f".flow{{{light}}}\n{at_night}{_RULES}{fills}{_RULES_OVER_FILLS}"


def _variables(colours: Mapping[str, str], *, saturation: int, lightness: int) -> str:
    of_types = {name: f"hsl({hue},{saturation}%,{lightness}%)" for name, hue in _HUES.items()}
    return ";".join(f"--flow-{name}:{value}" for name, value in {**colours, **of_types}.items())
