"""A flow as a Mermaid flowchart, which many places that show Markdown draw by themselves."""

from collections.abc import Iterator, Mapping, Sequence

from .figure import Figure, Item, Line, LineKind

# Type -> what opens and closes its shape.
_SHAPES: Mapping[str, tuple[str, str]] = {
    "root": ("((", "))"),
    "say": ("(", ")"),
    "menu": ("{{", "}}"),
    "collect": ("[/", "/]"),
    "hours": ("[\\", "/]"),
    "branch": ("{", "}"),
    "ai": ("([", "])"),
    "transfer": (">", "]"),
    "queue": ("[[", "]]"),
    "voicemail": ("[(", ")]"),
    "voicemail_drop": ("[\\", "\\]"),
    "tool": ("[", "]"),
    "disposition": ("[/", "\\]"),
    "hangup": ("(((", ")))"),
}
_DASHES = {
    LineKind.TIMEOUT: "stroke-dasharray:7 4",
    LineKind.ERROR: "stroke-dasharray:1.5 4,stroke-width:2px",
}
_LIT = "fill:#ffd60a,stroke:#1b1f24,stroke-width:3px,color:#1b1f24"
_ESCAPES = str.maketrans({char: f"#{ord(char)};" for char in '#&"<>`|;\\'})


def draw(figure: Figure, *, lit: str | None = None) -> str:
    """The text of the chart; `lit` is the node to stand out."""
    return "".join(f"{line}\n" for line in _lines(figure, lit))


def _lines(figure: Figure, lit: str | None) -> Iterator[str]:
    yield "flowchart TD"
    for item in figure.items:
        yield f"  {_id(item.key)}{_shape(item)}"
    for line in figure.lines:
        yield f"  {_id(line.source)} {_arrow(line)} {_id(line.target)}"
    for kind, dashes in _DASHES.items():
        places = [str(index) for index, line in enumerate(figure.lines) if line.kind is kind]
        if places:
            yield f"  linkStyle {','.join(places)} {dashes}"
    if lit is not None:
        yield f"  classDef lit {_LIT}"
        yield f"  class {_id(lit)} lit"


def _id(key: str) -> str:
    """A word of Mermaid for each key: `end` alone would break it, and so would two hyphens.

    Names of nodes have no capital letter, which therefore can stand for a hyphen.
    """
    prefix = "r_" if key.startswith("@") else "n_"
    return prefix + key.removeprefix("@").replace(".", "_").replace("-", "H")


def _shape(item: Item) -> str:
    opening, closing = _SHAPES[item.type]
    words = (item.name,) if item.is_root else (item.name, item.type)
    return f'{opening}"{_label(words)}"{closing}'


def _label(words: Sequence[str]) -> str:
    return "<br/>".join(_text(word) for word in words)


def _arrow(line: Line) -> str:
    return f'-->|"{_text(line.label)}"|' if line.label else "-->"


def _text(written: str) -> str:
    """Within quotes Mermaid reads `#35;` as the character of that number."""
    return " ".join(written.split()).translate(_ESCAPES)
