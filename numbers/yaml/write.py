"""A tree of texts, numbers, lists and mappings as YAML: one spelling for equal trees.

A text that any YAML reader could take for something else stands between double quotes.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence

Tree = str | int | float | Sequence["Tree"] | Mapping[str, "Tree"]

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_/@.+\-]*( [A-Za-z0-9_/@.+\-]+)*")
_TAKEN = frozenset(["y", "n", "yes", "no", "on", "off", "true", "false", "null"])
_ESCAPED = re.compile(r"[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
# Lines that a block text can hold: the first not indented, none with a blank at its end.
_BLOCK = re.compile(r"\S(?:[^\n]*\S)?(?:\n+ *\S(?:[^\n]*\S)?)*\n?")


def render(tree: Mapping[str, Tree]) -> str:
    """The text of a file."""
    return "".join(f"{line}\n" if line else "\n" for line in _mapping(tree, ""))


def _mapping(tree: Mapping[str, Tree], indent: str) -> Iterator[str]:
    for key, value in tree.items():
        yield from _value(value, f"{indent}{_scalar(key)}:", f"{indent}  ")


def _value(tree: Tree, before: str, indent: str) -> Iterator[str]:
    """The lines of a value that follows `before`, and of all below it."""
    match tree:
        case str() if "\n" in tree and (block := _block(tree)) is not None:
            yield f"{before} {block}"
            yield from (f"{indent}{line}" if line else "" for line in tree.rstrip("\n").split("\n"))
        case str() | int() | float():
            yield f"{before} {_scalar(tree)}"
        case Mapping() if tree:
            yield before
            yield from _mapping(tree, indent)
        case Mapping():
            yield f"{before} {{}}"
        case _ if all(isinstance(item, str) for item in tree):
            yield f"{before} [{', '.join(_scalar(str(item)) for item in tree)}]"
        case _:
            yield before
            yield from _list(tree, indent)


def _list(items: Sequence[Tree], indent: str) -> Iterator[str]:
    for item in items:
        assert isinstance(item, Mapping)
        first, *rest = _mapping(item, f"{indent}  ")
        yield f"{indent}- {first.lstrip(' ')}"
        yield from rest


def _scalar(value: str | float) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return repr(value)
    if _PLAIN.fullmatch(value) and value.lower() not in _TAKEN:
        return value
    quoted = json.dumps(value, ensure_ascii=False)
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)


def _block(text: str) -> str | None:
    """How a block of this text begins; None for one that has to stand in quotes."""
    is_clean = text.replace("\n", "").isprintable() and "#:" not in text
    if not is_clean or not _BLOCK.fullmatch(text):
        return None
    return "|" if text.endswith("\n") else "|-"
