"""Items keep their order, and truncates, deletes and retrieves are refused as the service does."""

import pytest

from voicegate.gateway.sim.realtime.items import Conversation, Item, Part, generated_ms
from voicegate.gateway.sim.realtime.refusals import Refused


def text(item_id: str, role: str = "user", words: str = "hi") -> Item:
    kind = "output_text" if role == "assistant" else "input_text"
    return Item(item_id, "message", role=role, parts=[Part(kind, words)])


def spoken(item_id: str = "a", length_ms: int = 3700) -> Item:
    part = Part("output_audio", "hello there", b"\x01" * length_ms * 8, length_ms)
    return Item(item_id, "message", role="assistant", parts=[part], is_generated=True)


def ids(conversation: Conversation) -> list[str]:
    return [item.id for item in conversation.items]


def test_items_go_to_the_end_the_root_or_behind_another():
    conversation = Conversation()
    assert conversation.insert(text("a"), None) is None
    assert conversation.insert(text("b"), None) == "a"
    assert conversation.insert(text("r"), "root") is None
    assert conversation.insert(text("m"), "a") == "a"
    assert ids(conversation) == ["r", "a", "m", "b"]


def test_an_unknown_previous_item_and_a_double_id_add_nothing():
    conversation = Conversation()
    conversation.add(text("a"))
    with pytest.raises(Refused) as unknown:
        conversation.insert(text("b"), "nobody")
    with pytest.raises(Refused) as double:
        conversation.insert(text("a"), None)
    assert (unknown.value.param, double.value.param) == ("previous_item_id", "item.id")
    assert ids(conversation) == ["a"]


@pytest.mark.parametrize("verb", ["truncate", "delete", "retrieve"])
def test_an_unknown_item_has_the_code_of_its_verb(verb: str):
    conversation = Conversation()
    calls = {
        "truncate": lambda: conversation.truncate("x", 0, 0),
        "delete": lambda: conversation.delete("x"),
        "retrieve": lambda: conversation.retrieve("x"),
    }
    with pytest.raises(Refused) as caught:
        calls[verb]()
    assert (caught.value.code, caught.value.param) == (f"item_{verb}_invalid_item_id", "item_id")


def test_a_truncate_shortens_the_audio_and_forgets_the_words():
    """C171: what retrieve shows afterwards is what the model still knows."""
    conversation = Conversation()
    conversation.add(spoken())
    conversation.truncate("a", 0, 1850)
    shown = conversation.retrieve("a").render(has_audio=True)["content"][0]
    assert shown["transcript"] is None
    assert len(shown["audio"]) == -(-1850 * 8 // 3) * 4


def test_a_truncate_beyond_the_audio_is_refused_with_both_lengths():
    conversation = Conversation()
    conversation.add(spoken())
    with pytest.raises(Refused) as caught:
        conversation.truncate("a", 0, 3760)
    assert (caught.value.code, caught.value.param) == ("invalid_value", "audio_end_ms")
    assert caught.value.message == "Audio content of 3700ms is already shorter than 3760ms"
    conversation.truncate("a", 0, 3700)


def test_a_truncate_to_nothing_is_allowed_and_then_nothing_longer():
    conversation = Conversation()
    conversation.add(spoken())
    conversation.truncate("a", 0, 0)
    conversation.truncate("a", 0, 0)
    with pytest.raises(Refused):
        conversation.truncate("a", 0, 1)


@pytest.mark.parametrize(
    "item", [spoken(length_ms=0), text("a"), text("a", "assistant"), Item("a", "function_call")]
)
def test_only_the_models_audio_can_be_truncated_once_there_is_some(item: Item):
    conversation = Conversation()
    conversation.add(item)
    with pytest.raises(Refused) as caught:
        conversation.truncate("a", 0, 0)
    assert caught.value.code == "unsupported_content_type"
    assert caught.value.message == "Only model output audio messages can be truncated"


def test_there_is_no_second_content_part_to_truncate():
    conversation = Conversation()
    conversation.add(spoken())
    with pytest.raises(Refused) as caught:
        conversation.truncate("a", 1, 100)
    assert caught.value.param == "content_index"


def test_audio_is_shown_only_on_request_and_as_far_as_it_exists():
    item = spoken(length_ms=100)
    item.parts[0].audio_ms = 50
    assert "audio" not in item.render()["content"][0]
    assert len(item.render(has_audio=True)["content"][0]["audio"]) == -(-400 // 3) * 4


def test_each_kind_of_item_has_its_recorded_shape():
    call = Item("f", "function_call", name="get", call_id="call_1", arguments="{}")
    result = Item("o", "function_call_output", call_id="call_1", output="7")
    image = Item("i", "message", role="user", parts=[Part("input_image", "data:x")])
    final = Item("m", "message", role="assistant", phase="final_answer")
    assert list(call.render()) == ["id", "type", "status", "name", "call_id", "arguments"]
    assert list(result.render()) == ["id", "type", "call_id", "output"]
    assert image.render()["content"] == [{"type": "input_image", "image_url": "data:x"}]
    assert final.render()["phase"] == "final_answer"
    assert "phase" not in text("a").render()


def test_an_unfinished_item_is_as_long_as_its_last_audio_token():
    assert [generated_ms(ms) for ms in (0, 1, 50, 130)] == [0, 50, 50, 150]
