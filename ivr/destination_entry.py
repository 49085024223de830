"""A destination of a flow file: a telephone number, a SIP address, or a queue of people."""

from ..numbers.yaml.fields import did_you_mean, shown
from . import value_rules
from .fields import Fields
from .flow import Destination, PhoneDestination, QueueDestination, Ring, SipDestination
from .value_rules import e164, member_of, reference, whole

_RING_S = whole(5, 60)
_TYPES = ("phone", "sip", "queue")


def read(fields: Fields) -> Destination | None:
    """The destination; None if nobody knows what it should be."""
    kind = fields.needed("type", reference, "")
    found = _read(kind, fields)
    if found is None and kind:
        what = f"has the unknown type {shown(kind)}"
        at = fields.node.values["type"]
        fields.report("V000", what, did_you_mean(kind, list(_TYPES)), at=at)
    elif found is not None:
        fields.close()
        _check_emergency(fields, found)
    return found


def _read(kind: str, fields: Fields) -> Destination | None:
    match kind:
        case "phone":
            digits = fields.maybe("digits", value_rules.sent_digits)
            number = fields.needed("number", _number, "")
            return PhoneDestination(number, fields.value("ring_s", _RING_S, 20), digits)
        case "sip":
            uri = fields.needed("uri", value_rules.sip_uri, "")
            return SipDestination(uri, fields.value("ring_s", _RING_S, 20))
        case "queue":
            return _queue(fields)
        case _:
            return None


def _queue(fields: Fields) -> QueueDestination:
    fields.need("members")
    return QueueDestination(
        fields.needed("name", reference, ""),
        fields.values("members", _number),
        fields.value("ring", member_of(Ring), Ring.LONGEST_IDLE),
        fields.value("ring_s", _RING_S, 15),
        fields.needed("max_wait_s", whole(5, 7200), 0),
        fields.value("max_len", whole(1, 1000), 20),
    )


def _number(written: str) -> str:
    return written if value_rules.is_emergency_number(written) else e164(written)


def _check_emergency(fields: Fields, destination: Destination) -> None:
    match destination:
        case PhoneDestination(number):
            called = {f"{fields.path}.number": number}
        case SipDestination(uri):
            called = {f"{fields.path}.uri": uri.partition(":")[2].partition("@")[0]}
        case QueueDestination(members=members):
            called = {f"{fields.path}.members.{i}": number for i, number in enumerate(members)}
    for path, number in called.items():
        if value_rules.is_emergency_number(number):
            what = "nobody may be transferred to an emergency number"
            fix = "Tell the caller to hang up and dial it: emergency: {prompt: …}"
            fields.findings.at("V018", path, what, fix)
