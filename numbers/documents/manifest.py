"""How every file of ours begins: which format, and what it is about."""

from ..yaml.fields import Fields, fields_of
from ..yaml.text import read
from ..yaml.tree import Faults
from ..yaml.write import Tree
from . import value_rules

API_VERSION = "voicegate/v1"


def opened(content: bytes, kind: str, faults: Faults) -> Fields | None:
    """The fields below `apiVersion` and `kind`; None if there are none to read."""
    root = read(content, faults)
    fields = None if root is None else fields_of(root, "the file", faults)
    if fields is None:
        return None
    fields.need("apiVersion", "kind")
    fields.value("apiVersion", value_rules.one_of(API_VERSION))
    fields.value("kind", value_rules.one_of(kind))
    return fields


def head(kind: str) -> dict[str, Tree]:
    """The first fields of a file."""
    return {"apiVersion": API_VERSION, "kind": kind}
