"""A mapping read field by field: wrong shapes, missing and unknown fields are all told."""

from voicegate.numbers.documents.value_rules import name, whole
from voicegate.numbers.yaml.fields import Fields, shown
from voicegate.numbers.yaml.text import read
from voicegate.numbers.yaml.tree import Faults, MappingNode, Rule


def fields(text: str) -> Fields:
    faults = Faults()
    node = read(text.encode(), faults)
    assert isinstance(node, MappingNode)
    return Fields(node, "the thing", faults)


def told(of: Fields) -> list[str]:
    return [str(fault) for fault in of.faults.in_order()]


def test_a_field_is_taken_by_its_rule() -> None:
    of = fields("size: 7\ntags: [a, b]\ninside: {size: 8}\n")
    of.need("size")
    assert of.value("size", whole(1, 9)) == 7
    assert of.values("tags", name) == ("a", "b")
    inside = of.mapping("inside")
    assert inside is not None
    assert inside.value("size", whole(1, 9)) == 8
    inside.close()
    of.close()
    assert told(of) == []


def test_what_is_not_there_is_none() -> None:
    of = fields("{}")
    assert of.value("size", whole(1, 9)) is None
    assert of.values("tags", name) == ()
    assert of.mapping("inside") is None
    assert told(of) == []


def test_every_fault_of_a_mapping_is_told_with_its_place() -> None:
    of = fields(
        "size: ten\ntags: [a, A, a, [b]]\ninside: 3\nlist: {}\nempty: # 1\nlost:\ntgas: 1\nxyzzy: 2"
    )
    of.need("size", "id")
    of.value("size", whole(1, 9))
    of.values("tags", name)
    of.mapping("inside")
    of.items("list")
    of.value("empty", name)
    of.items("lost")
    of.close()
    assert told(of) == [
        "1:1 the thing has no id: add id: …",
        "1:7 size cannot be 'ten': write a whole number from 1 to 9",
        "2:11 an item of tags cannot be 'A': write small letters, digits, - and _, 64 at most, like clinic-main",
        "2:14 it stands twice in tags: remove one",
        "2:17 an item of tags is a list: write a single value",
        "3:9 inside is a single value: write a mapping",
        "4:7 list is a mapping: write a list",
        '5:7 empty is empty: write a value or leave the field out; one that begins with # needs quotes: "#"',
        "6:6 lost is empty: write a list or leave it out",
        "7:1 the thing has no field 'tgas': did you mean tags?",
        "8:1 the thing has no field 'xyzzy': known are size, tags, inside, list, empty, lost",
    ]
    assert of.faults.in_order()[-1].rule is Rule.UNKNOWN_FIELD


def test_a_refused_value_is_told_once() -> None:
    of = fields("size: *x")
    of.need("size")
    assert of.value("size", whole(1, 9)) is None
    of.close()
    assert len(told(of)) == 1


def test_a_value_is_shown_short_and_without_a_phone_number() -> None:
    assert shown("ten") == "'ten'"
    assert shown("x" * 50) == f"'{'x' * 40}…'"
    assert shown("(212) 555-0142") == "(14 characters)"
    assert shown("2026-03-08T02:30") == "'2026-03-08T02:30'"
