"""A test file: cases for one flow or several, read with the places of all that is wrong."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ...numbers.yaml.fields import did_you_mean
from ...numbers.yaml.text import read as read_yaml
from ...numbers.yaml.tree import Faults, MappingNode
from .. import value_rules
from ..fields import Fields, wrong_shape
from ..finding import Findings
from ..flow import Flow
from ..machine.facts import Facts
from ..value_rules import one_of, truth, whole
from . import step_entry
from .case import AT, Case, End, Step, Temper
from .step_entry import moment, seconds, texts

BYTES_MAX = 1_000_000
_BOUNDARY = re.compile(rb"^---[ \t]*\r?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Suite:
    """The cases for one flow."""

    flow: str
    cases: tuple[Case, ...]


def read(content: bytes, flows: Mapping[str, Flow], findings: Findings) -> tuple[Suite, ...]:
    """Every document of a UTF-8 text, as far as it can be read; `flows` are those it may name."""
    found = (_suite(document, flows, findings) for document in _documents(content))
    return tuple(suite for suite in found if suite is not None)


def _documents(content: bytes) -> Iterator[bytes]:
    """The documents, each with as many empty lines before it as others have, to keep its places."""
    begin = 0
    for end in [*_BOUNDARY.finditer(content), None]:
        document = content[begin : end.start() if end else len(content)]
        if document.strip():
            yield b"\n" * content.count(b"\n", 0, begin) + document
        begin = end.end() if end else begin


def _suite(document: bytes, flows: Mapping[str, Flow], findings: Findings) -> Suite | None:
    faults = Faults()
    root = read_yaml(document, faults, bytes_max=BYTES_MAX)
    for fault in faults.in_order():
        findings.of_yaml(fault.line, fault.column, fault.rule, fault.what, fault.fix)
    if root is None:
        return None
    if not isinstance(root, MappingNode):
        wrong_shape(root, "", MappingNode, findings)
        return None
    fields = Fields(root, "", "the test file", findings)
    name = fields.needed("flow", lambda written: _known(written, flows), "")
    fields.need("cases")
    cases = tuple(_cases(fields, flows[name])) if name else ()
    if not name:
        fields.take("cases")
    fields.close()
    return Suite(name, cases) if name else None


def _known(written: str, flows: Mapping[str, Flow]) -> str:
    if written not in flows:
        raise ValueError(did_you_mean(written, list(flows)))
    return written


def _cases(fields: Fields, flow: Flow) -> Iterator[Case]:
    names: set[str] = set()
    for index, node in enumerate(fields.items("cases")):
        path = f"cases.{index}"
        if not isinstance(node, MappingNode):
            wrong_shape(node, path, MappingNode, fields.findings)
            continue
        each = _case(Fields(node, path, "the case", fields.findings), flow)
        if each.name in names:
            fields.findings.add("V036", node, path, "a case has the same name", "write another")
        names.add(each.name)
        yield each


def _case(fields: Fields, flow: Flow) -> Case:
    end = fields.mapping("end")
    tempers = {"down": Temper.DOWN, "mute": Temper.MUTE}
    found = Case(
        name=fields.needed("name", value_rules.text, ""),
        at=fields.value("at", moment, AT),
        temper=tempers.get(fields.value("ai", one_of(*tempers), ""), Temper.NONE),
        up_ms=fields.maybe("slow_s", seconds),
        facts=_facts(fields, flow),
        steps=tuple(_steps(fields, flow)),
        end=_end(end, flow) if end else End(),
    )
    fields.close()
    return found


def _facts(fields: Fields, flow: Flow) -> Facts:
    """Who calls, by the names that conditions use."""
    caller, call = fields.mapping("caller"), fields.mapping("call")
    found = Facts(
        caller_number=caller.value("number", value_rules.e164, "") if caller else "",
        caller_country=caller.maybe("country", value_rules.text) if caller else None,
        caller_region=caller.maybe("region", value_rules.text) if caller else None,
        is_caller_known=caller.value("known", truth, default=False) if caller else False,
        call_number=call.value("number", value_rules.e164, "") if call else "",
        attempt=call.value("attempt", whole(1, 100), 1) if call else 1,
        language=fields.maybe("language", one_of(*flow.languages)),
        lead=texts(fields.mapping("lead")),
    )
    for each in (caller, call):
        if each:
            each.close()
    return found


def _steps(fields: Fields, flow: Flow) -> Iterator[Step]:
    fields.need("steps")
    for index, node in enumerate(fields.items("steps")):
        path = fields.path_of(f"steps.{index}")
        if not isinstance(node, MappingNode):
            wrong_shape(node, path, MappingNode, fields.findings)
            continue
        step = step_entry.read(Fields(node, path, "the step", fields.findings), flow)
        if step is not None:
            yield step


def _end(fields: Fields, flow: Flow) -> End:
    found = End(
        node=fields.maybe("node", one_of(*flow.nodes)),
        disposition=fields.maybe("disposition", value_rules.text),
        is_suppressed=fields.maybe("suppressed", truth),
        prompts_after_optout=fields.maybe("prompts_after_optout", whole(0, 100)),
        digits_seen_by_ai=fields.maybe("digits_seen_by_ai", whole(0, 100)),
    )
    fields.close()
    return found
