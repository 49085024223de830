"""A flow file: its text to values, and all that is wrong with its shape at once."""

from collections.abc import Mapping
from types import MappingProxyType

from ..numbers.yaml.text import read as read_yaml
from ..numbers.yaml.tree import Faults, ListNode, MappingNode
from . import calendar_entry, destination_entry, node_entry, value_rules
from .fields import Fields, wrong_shape
from .finding import Findings
from .flow import CALLEE, Direction, Emergency, Flow, Handlers, Limits, Prompt, Said
from .hours import Calendar
from .nodes import Node
from .value_rules import member_of, one_of, reference, whole

BYTES_MAX = 1_000_000
API_VERSION = "voicegate/v1"
KIND = "Flow"


def read(content: bytes, findings: Findings) -> Flow | None:
    """The flow of a UTF-8 text, as far as it can be read; None if there is hardly any.

    Breaches go to `findings`, which know from then on where paths lead.
    """
    faults = Faults()
    root = read_yaml(content, faults, bytes_max=BYTES_MAX)
    for fault in faults.in_order():
        findings.of_yaml(fault.line, fault.column, fault.rule, fault.what, fault.fix)
    if root is None:
        return None
    if not isinstance(root, MappingNode):
        wrong_shape(root, "", MappingNode, findings)
        return None
    return _document(Fields(root, "", "the file", findings))


def _document(fields: Fields) -> Flow | None:
    fields.needed("apiVersion", one_of(API_VERSION), "")
    fields.needed("kind", one_of(KIND), "")
    fields.need("metadata", "spec")
    metadata, spec = fields.mapping("metadata"), fields.mapping("spec")
    fields.close()
    name = description = ""
    if metadata:
        name = metadata.needed("name", _name, "", "V041")
        description = metadata.value("description", value_rules.text, "")
        metadata.close()
    if spec is None:
        return None
    fields.findings.spec = spec.node
    return _flow(name, description, Fields(spec.node, "", "the flow", fields.findings))


def _flow(name: str, description: str, spec: Fields) -> Flow:
    spec.need("nodes")
    spec.need("handlers", rule="V002")
    optout = spec.mapping("optout")
    limits = spec.mapping("limits")
    emergency = spec.mapping("emergency")
    flow = Flow(
        name=name,
        description=description,
        direction=spec.value("direction", member_of(Direction), Direction.INBOUND),
        start=spec.target("start"),
        timezone=spec.needed("timezone", value_rules.zone, "UTC"),
        languages=_languages(spec),
        limits=_limits(limits) if limits else Limits(),
        calendars=_calendars(spec),
        prompts=_prompts(spec),
        destinations=_destinations(spec),
        emergency=emergency and _emergency(emergency),
        optout=optout and node_entry.optout(optout),
        handlers=_handlers(spec),
        nodes=_nodes(spec),
        spec=spec.node,
    )
    if flow.timezone == CALLEE and flow.direction is Direction.INBOUND:
        what = "an inbound call has no callee whose zone could count"
        spec.findings.at("V047", "timezone", what, "write a zone like America/New_York")
    spec.close()
    return flow


def _name(written: str) -> str:
    if not value_rules.is_name(written):
        raise ValueError(value_rules.NAME_FIX)
    return written


def _languages(spec: Fields) -> tuple[str, ...]:
    spec.need("languages")
    found = spec.values("languages", value_rules.language)
    node = spec.node.values.get("languages")
    if isinstance(node, ListNode) and not node.items:
        spec.report("V004", "has no language", "Add: languages: [en-US]", at=node)
    if len(set(found)) < len(found):
        spec.findings.at("V036", "languages", "a language stands twice", "keep one of the two")
    return tuple(dict.fromkeys(found))


def _limits(fields: Fields) -> Limits:
    found = Limits(
        fields.value("call_s", whole(10, 14_400), Limits().call_s),
        fields.value("steps", whole(1, 10_000), Limits().steps),
    )
    fields.close()
    return found


def _calendars(spec: Fields) -> Mapping[str, Calendar]:
    calendars = spec.mapping("calendars")
    named = calendars.named("calendar") if calendars else ()
    return MappingProxyType({name: calendar_entry.read(fields) for name, fields in named})


def _prompts(spec: Fields) -> Mapping[str, Prompt]:
    prompts = spec.mapping("prompts")
    named = prompts.named("prompt") if prompts else ()
    return MappingProxyType({name: _prompt(fields) for name, fields in named})


def _prompt(fields: Fields) -> Prompt:
    found = {language: _said(language, fields) for language, _ in fields.entries()}
    return MappingProxyType(found)


def _said(language: str, fields: Fields) -> Said:
    """Nothing is said if that could not be read, which was told."""
    if not isinstance(fields.node.values[language], MappingNode):
        return Said(fields.maybe(language, value_rules.text))
    clip = fields.mapping(language, "prompt")
    assert clip is not None
    file = clip.needed("file", value_rules.wav_path, "")
    clip.close()
    return Said(file=file)


def _destinations(spec: Fields) -> Mapping[str, destination_entry.Destination]:
    destinations = spec.mapping("destinations")
    named = destinations.named("destination") if destinations else ()
    read_ones = ((name, destination_entry.read(fields)) for name, fields in named)
    return MappingProxyType({name: each for name, each in read_ones if each is not None})


def _emergency(fields: Fields) -> Emergency:
    found = Emergency(
        fields.target("prompt"),
        fields.needed("number", value_rules.emergency_number, ""),
        fields.values("say", value_rules.text),
        fields.maybe("keys", node_entry.keys, "V008"),
        fields.maybe("next", reference),
    )
    fields.close()
    return found


def _handlers(spec: Fields) -> Handlers:
    handlers = spec.mapping("handlers")
    if handlers is None:
        return Handlers()
    for name in ("error", "ai_unavailable", "limit"):
        if name not in handlers.node.keys:
            what = f"there is no handler for {name}"
            findings = handlers.findings
            findings.add("V002", handlers.node, handlers.path, what, f"Add: {name}: …")
    found = Handlers(
        handlers.value("error", reference, ""),
        handlers.value("ai_unavailable", reference, ""),
        handlers.value("limit", reference, ""),
        handlers.maybe("machine", reference),
    )
    handlers.close()
    return found


def _nodes(spec: Fields) -> Mapping[str, Node]:
    nodes = spec.mapping("nodes")
    named = nodes.named("node") if nodes else ()
    read_ones = ((name, node_entry.read(name, fields)) for name, fields in named)
    return MappingProxyType({name: each for name, each in read_ones if each is not None})
