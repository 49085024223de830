"""One node of a flow file: a reader for each type."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from ..numbers.yaml.fields import did_you_mean, shown
from ..numbers.yaml.tree import MappingNode, TextNode
from . import expr, expr_types, nodes, value_rules
from .fields import Fields
from .nodes import TransferMode
from .value_rules import member_of, one_of, reference, truth, whole

RETRIES_MAX = 5
CALM = "calm"

_Head = tuple[str, str, bool]


def read(name: str, fields: Fields) -> nodes.Node | None:
    """The node of that name; None if nobody knows what it should be."""
    fields.need("type")
    kind = fields.value("type", reference, "")
    reader = _READERS.get(kind)
    if reader is None:
        if kind:
            at = fields.node.values["type"]
            what = f"cannot be of the type {shown(kind)}"
            fields.report("V003", what, did_you_mean(kind, list(_READERS)), at=at)
        return None
    fields.kind = kind
    note = fields.value("note", value_rules.text, "")
    in_all_languages = fields.maybe("in", one_of("all")) is not None
    node = reader(fields, (name, note, in_all_languages))
    fields.close()
    return node


def optout(fields: Fields) -> nodes.OptOut:
    """How to say no more calls: of a whole flow, or of one node."""
    found = nodes.OptOut(
        keys=fields.maybe("keys", keys, "V008"),
        phrases=fields.values("say", value_rules.text),
        next=fields.target(),
    )
    if found.keys is None and not found.phrases:
        fields.report("V004", "has neither keys nor phrases", 'Add: keys: "9"')
    fields.close()
    return found


def keys(written: str) -> str:
    """One key or several, as they are pressed."""
    if not value_rules.are_keys(written):
        raise ValueError('write keys of a telephone, in quotes: "0" to "9", "*" and "#"')
    return written


def key(written: str) -> str:
    """A single key."""
    if len(keys(written)) > 1:
        raise ValueError('write one key, like "#"')
    return written


def _say(fields: Fields, head: _Head) -> nodes.Say:
    return nodes.Say(
        *head,
        prompt=fields.target("prompt"),
        next=fields.target(),
        interrupt=fields.value("interrupt", truth, default=True),
    )


def _menu(fields: Fields, head: _Head) -> nodes.Menu:
    return nodes.Menu(
        *head,
        prompt=fields.target("prompt"),
        options=_options(fields),
        noinput=_retry(fields, "noinput"),
        nomatch=_retry(fields, "nomatch"),
        slot=fields.maybe("set", value_rules.menu_slot, "V041"),
        first_s=fields.value("first_s", whole(1, 60), 5),
        inter_s=fields.value("inter_s", whole(1, 30), 3),
    )


def _options(fields: Fields) -> Mapping[str, nodes.Option]:
    fields.need("options")
    options = fields.mapping("options")
    found: dict[str, nodes.Option] = {}
    for pressed, at in options.entries() if options else ():
        _check_key(options or fields, pressed, at, keys)
        option = options and options.mapping(pressed, "option")
        if option:
            value = option.value("value", value_rules.text, pressed)
            found[pressed] = nodes.Option(option.target(), value)
            option.close()
    if options and not options.node.keys:
        options.report("V004", "are none", 'Add: "1": {next: …}')
    return MappingProxyType(found)


def _retry(fields: Fields, name: str) -> nodes.Retry:
    if name not in fields.node.keys:
        fields.report("V006", f"has no {name}", f"Add: {name}: {{retries: 1, next: …}}")
    retry = fields.mapping(name)
    if retry is None:
        return nodes.Retry(0, "", None)
    found = nodes.Retry(
        retry.needed("retries", whole(0, RETRIES_MAX), 0, "V007"),
        retry.target(),
        retry.maybe("prompt", reference),
    )
    retry.close()
    return found


def _collect(fields: Fields, head: _Head) -> nodes.Collect:
    digits_min, digits_max = fields.needed("digits", value_rules.span, (1, 1))
    return nodes.Collect(
        *head,
        prompt=fields.target("prompt"),
        digits_min=digits_min,
        digits_max=digits_max,
        slot=fields.needed("to", value_rules.slot, "", "V041"),
        exits=_exits(fields, "ok", "failed", "timeout"),
        finish=fields.value("finish", key, "#", "V008"),
        check=fields.value("check", value_rules.check, "none"),
        tries=fields.value("tries", whole(1, RETRIES_MAX + 1), 3, "V007"),
        first_s=fields.value("first_s", whole(1, 60), 8),
        inter_s=fields.value("inter_s", whole(1, 30), 4),
        retry_prompt=fields.maybe("retry_prompt", reference),
        is_sensitive=fields.value("sensitive", truth, default=False),
    )


def _hours(fields: Fields, head: _Head) -> nodes.Hours:
    return nodes.Hours(
        *head,
        calendar=fields.target("calendar"),
        open=fields.target("open"),
        closed=fields.target("closed"),
        holiday=fields.target("holiday"),
    )


def _branch(fields: Fields, head: _Head) -> nodes.Branch:
    fields.need("cases")
    cases: list[nodes.Case] = []
    for index, node in enumerate(fields.items("cases")):
        path = f"{fields.path}.cases.{index}"
        if isinstance(node, MappingNode):
            case = Fields(node, path, "case", fields.findings)
            cases.append(nodes.Case(_condition(case), case.target()))
            case.close()
        else:
            fields.report(
                "V004", "has a case of another shape", "Write {when: …, next: …}", at=node
            )
    return nodes.Branch(*head, cases=tuple(cases), default=fields.target("default"))


def _condition(case: Fields) -> expr.Condition | None:
    written = case.needed("when", reference, "")
    if not written:
        return None
    try:
        condition = expr.parse(written)
        expr_types.check(condition)
    except expr.ExpressionError as error:
        what = f"{error.what} (character {error.at} of the condition)"
        at = case.node.values["when"] or case.node
        case.findings.add("V028", at, case.path_of("when"), what, error.fix)
        return None
    return condition


def _ai(fields: Fields, head: _Head) -> nodes.Ai:
    if not fields.value("disclose", truth, default=False):
        path, what = fields.path_of("disclose"), "ai does not say that it is a machine"
        fields.findings.at("V013", path, what, "Write disclose: true")
    own_optout = fields.mapping("optout")
    return nodes.Ai(
        *head,
        agent=fields.target("agent"),
        exits=_ai_exits(fields),
        unavailable=fields.target("unavailable"),
        timeout=fields.target("timeout"),
        is_recorded=_recording(fields),
        keys=_ai_keys(fields),
        optout=own_optout and optout(own_optout),
        max_s=fields.value("max_s", whole(10, 14_400), 900),
        silence_s=fields.value("silence_s", whole(2, 60), 10),
        nudges=fields.value("nudges", whole(0, 10), 2),
        tells_digits=fields.value("digits", one_of("ignore", "tell"), "ignore") == "tell",
    )


def _recording(fields: Fields) -> bool:
    record = fields.mapping("record")
    if record is None:
        return False
    if not record.value("notice", truth, default=False):
        fields.findings.at("V014", record.path, "ai records without a notice", "Add: notice: true")
    record.close()
    return True


def _ai_exits(fields: Fields) -> Mapping[str, nodes.AiExit]:
    fields.need("exits")
    exits = fields.mapping("exits", "exits")
    found: dict[str, nodes.AiExit] = {}
    for name, at in exits.entries() if exits else ():
        assert exits is not None
        exits.check_name(name, at)
        if isinstance(exits.node.values[name], MappingNode):
            found[name] = _detailed_exit(exits.mapping(name, "exit"))
        else:
            found[name] = nodes.AiExit(exits.value(name, reference, ""))
    return MappingProxyType(found)


def _detailed_exit(exit_: Fields | None) -> nodes.AiExit:
    assert exit_ is not None
    slots: dict[str, str] = {}
    brought = exit_.mapping("data")
    for name, at in brought.entries() if brought else ():
        assert brought is not None
        brought.check_name(name, at)
        slots[name] = brought.value(name, one_of("text", "number", "date", "datetime"), "text")
    found = nodes.AiExit(exit_.target(), MappingProxyType(slots))
    exit_.close()
    return found


def _ai_keys(fields: Fields) -> Mapping[str, str]:
    mapped = fields.mapping("keys")
    found: dict[str, str] = {}
    for pressed, at in mapped.entries() if mapped else ():
        assert mapped is not None
        _check_key(mapped, pressed, at, key)
        found[pressed] = mapped.value(pressed, reference, "")
    return MappingProxyType(found)


def _transfer(fields: Fields, head: _Head) -> nodes.Transfer:
    mode = fields.value("mode", member_of(TransferMode), TransferMode.COLD)
    declined = ("declined",) if mode is TransferMode.WARM else ()
    return nodes.Transfer(
        *head,
        to=fields.target("to"),
        exits=_exits(fields, "completed", "no_answer", "busy", "failed", *declined),
        mode=mode,
        music=fields.value("music", reference, CALM),
        accept_key=fields.value("accept_key", key, "1", "V008"),
        accept_s=fields.value("accept_s", whole(1, 30), 5),
        whisper=fields.maybe("whisper", reference),
    )


def _queue(fields: Fields, head: _Head) -> nodes.Queue:
    offer = fields.mapping("offer")
    return nodes.Queue(
        *head,
        to=fields.target("to"),
        exits=_exits(fields, "answered", "timeout", "full"),
        music=fields.value("music", reference, CALM),
        position_every_s=fields.value("position_every_s", whole(10, 600), 45),
        offer=offer and _offer(offer),
    )


def _offer(fields: Fields) -> nodes.Offer:
    found = nodes.Offer(
        after_s=fields.needed("after_s", whole(0, 3600), 0),
        key=fields.needed("key", key, "", "V008"),
        next=fields.target(),
    )
    fields.close()
    return found


def _voicemail(fields: Fields, head: _Head) -> nodes.Voicemail:
    return nodes.Voicemail(
        *head,
        box=fields.target("box"),
        exits=_exits(fields, "saved", "empty"),
        prompt=fields.maybe("prompt", reference),
        max_s=fields.value("max_s", whole(5, 600), 120),
        silence_s=fields.value("silence_s", whole(1, 30), 5),
        finish=fields.value("finish", key, "#", "V008"),
    )


def _voicemail_drop(fields: Fields, head: _Head) -> nodes.VoicemailDrop:
    fields.value("wait", one_of("beep"), "beep")
    return nodes.VoicemailDrop(
        *head,
        prompt=fields.target("prompt"),
        next=fields.target(),
        max_wait_s=fields.value("max_wait_s", whole(1, 120), 30),
    )


def _tool(fields: Fields, head: _Head) -> nodes.Tool:
    arguments = fields.mapping("args")
    args: dict[str, str] = {}
    for name, _ in arguments.entries() if arguments else ():
        assert arguments is not None
        args[name] = arguments.value(name, value_rules.text, "")
    return nodes.Tool(
        *head,
        call=fields.needed("call", value_rules.tool_name, "", "V041"),
        exits=_exits(fields, "ok", "error", "timeout", has_more=True),
        args=MappingProxyType(args),
        uses=fields.values("uses", value_rules.slot),
        timeout_s=fields.value("timeout_s", whole(1, 60), 10),
        filler=fields.maybe("filler", reference),
    )


def _disposition(fields: Fields, head: _Head) -> nodes.Disposition:
    return nodes.Disposition(
        *head,
        code=fields.needed("code", _code, "", "V041"),
        next=fields.target(),
        prompt=fields.maybe("prompt", reference),
        at=fields.maybe("at", value_rules.slot, "V041"),
    )


def _code(written: str) -> str:
    if not value_rules.is_name(written):
        raise ValueError(value_rules.NAME_FIX)
    return written


def _hangup(fields: Fields, head: _Head) -> nodes.Hangup:
    return nodes.Hangup(*head, cause=fields.maybe("cause", _code, "V041"))


def _exits(fields: Fields, *names: str, has_more: bool = False) -> Mapping[str, str]:
    """Each of these must be there; a tool's own ones may stand beside them."""
    exits = fields.mapping("exits", f"{fields.kind} exits")
    if exits is None:
        for name in () if "exits" in fields.node.keys else names:
            fields.report("V005", f"has no exit {name}", f"Add: exits: {{{name}: …}}")
        return MappingProxyType({})
    for name in names:
        if name not in exits.node.keys:
            fields.report("V005", f"has no exit {name}", f"Add: {name}: …", at=exits.node)
    taken = [*names, *(name for name in exits.node.keys if has_more and name not in names)]
    found = {name: target for name in taken if (target := exits.value(name, reference, ""))}
    exits.close()
    return MappingProxyType(found)


def _check_key(fields: Fields, pressed: str, at: TextNode, rule: Callable[[str], str]) -> None:
    try:
        rule(pressed)
    except ValueError as error:
        what = f"{shown(pressed)} is no key"
        fields.findings.add("V008", at, fields.path, what, str(error))


_READERS: dict[str, Callable[[Fields, _Head], nodes.Node]] = {
    "say": _say,
    "menu": _menu,
    "collect": _collect,
    "hours": _hours,
    "branch": _branch,
    "ai": _ai,
    "transfer": _transfer,
    "queue": _queue,
    "voicemail": _voicemail,
    "voicemail_drop": _voicemail_drop,
    "tool": _tool,
    "disposition": _disposition,
    "hangup": _hangup,
}
