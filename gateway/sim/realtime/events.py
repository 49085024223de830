"""What a client may send: the rules of each event, and items and answers read from them."""

import functools
from binascii import Error as BadBase64
from binascii import a2b_base64
from collections.abc import Mapping
from typing import Any

from ....codecs.frames import AudioFormat
from ..assumptions import Assumption
from .items import Item, Part
from .refusals import Refused
from .schema import (
    Cases,
    Flag,
    Free,
    Many,
    Members,
    Nullable,
    Pairs,
    Rule,
    Text,
    Whole,
    check_object,
)
from .session_rules import (
    FORMAT,
    MAX_OUTPUT_TOKENS,
    OUTPUT_MODALITIES,
    REASONING,
    TOOL_CHOICE,
    TOOLS,
    VOICE,
)
from .wire import Json

SUPPORTED_TYPES = (
    "session.update",
    "session.close",
    "input_audio_buffer.append",
    "session.input_audio_buffer.append",
    "input_audio_buffer.commit",
    "input_audio_buffer.clear",
    "conversation.item.create",
    "conversation.item.truncate",
    "conversation.item.delete",
    "conversation.item.retrieve",
    "response.create",
    "response.cancel",
)
_AUDIO_BYTES_MOST = 15 << 20


@functools.cache
def event_rules(text_limit: int) -> Mapping[str, Rule]:
    """The rule of each client event, by type; an item's texts hold `text_limit` characters."""
    item = _item_rule(text_limit)
    item_id = {"item_id": Text()}
    truncate = {**item_id, "content_index": Whole(0), "audio_end_ms": Whole(0)}
    create = {"item": item, "previous_item_id": Nullable(Text())}
    return {
        "session.update": _event({"session": Free()}, required=("session",)),
        "input_audio_buffer.append": _event({"audio": Text()}, required=("audio",)),
        "input_audio_buffer.commit": _event({}),
        "input_audio_buffer.clear": _event({}),
        "conversation.item.create": _event(create, required=("item",)),
        "conversation.item.truncate": _event(truncate, required=tuple(truncate)),
        "conversation.item.delete": _event(item_id, required=("item_id",)),
        "conversation.item.retrieve": _event(item_id, required=("item_id",)),
        "response.create": _event({"response": Nullable(_response_rule(item))}),
        "response.cancel": _event({"response_id": Nullable(Text())}),
    }


def decode_audio(text: str, param: str) -> bytes:
    """Audio from base64, at most 15 MiB, or Refused."""
    try:
        audio = a2b_base64(text, strict_mode=True)
    except (BadBase64, ValueError) as problem:
        raise Refused(
            "invalid_value", f"Invalid '{param}': audio is not valid base64.", param
        ) from problem
    if len(audio) > _AUDIO_BYTES_MOST:
        raise Refused("string_above_max_length", f"Invalid '{param}': audio too long.", param)
    return audio


def read_item(json: Json, item_id: str, audio_format: AudioFormat, path: str = "item") -> Item:
    """An item that the client makes, from its checked JSON; Refused for audio that is no base64."""
    item = Item(id=json.get("id") or item_id, kind=json["type"])
    item.call_id = json.get("call_id", "")
    item.name = json.get("name", "")
    item.arguments = json.get("arguments", "")
    item.output = json.get("output", "")
    item.role = json.get("role", "")
    item.parts = [
        _read_part(part, audio_format, f"{path}.content[{index}].audio")
        for index, part in enumerate(json.get("content", ()))
    ]
    return item


def _read_part(json: Json, audio_format: AudioFormat, audio_path: str) -> Part:
    if json["type"] != "input_audio":
        return Part(json["type"], json.get("text") or json.get("image_url"))
    audio = decode_audio(json["audio"], audio_path)
    per_ms = audio_format.bytes_per_ms
    return Part("input_audio", json.get("transcript"), audio, len(audio) // per_ms, per_ms)


def _event(members: Mapping[str, Rule], required: tuple[str, ...] = ()) -> Rule:
    return Members({"type": Text(), "event_id": Text(longest=512), **members}, required)


def _item_rule(text_limit: int) -> Rule:
    text = Text(longest=text_limit)
    head = {
        "id": Text(longest=32),
        "object": Text(("realtime.item",)),
        "type": Text(),
        "status": Text(("completed", "incomplete", "in_progress")),
    }

    def message(contents: Mapping[str, Rule]) -> Rule:
        members = {"role": Text(), "content": Many(Cases("type", contents)), "phase": Text()}
        return Members({**head, **members}, required=("content",))

    kind = Text()
    input_text = Members({"type": kind, "text": text}, required=("text",))
    transcript = Nullable(text)
    input_audio = Members(
        {"type": kind, "audio": Text(), "transcript": transcript}, required=("audio",)
    )
    detail = Text(("auto", "low", "high"))
    input_image = Members(
        {"type": kind, "image_url": Text(), "detail": detail}, required=("image_url",)
    )
    user = {"input_text": input_text, "input_audio": input_audio, "input_image": input_image}
    roles = {
        "user": message(user),
        "system": message({"input_text": input_text}),
        "assistant": message({"output_text": input_text}),
    }
    call = {**head, "call_id": text, "name": text, "arguments": text}
    result = {**head, "call_id": text, "output": text}
    return Cases(
        "type",
        {
            "message": Cases("role", roles),
            "function_call": Members(call, required=("name", "arguments")),
            "function_call_output": Members(result, required=("call_id", "output")),
        },
    )


def _response_rule(item: Rule) -> Rule:
    output = Members({"format": FORMAT, "voice": VOICE})
    members: dict[str, Rule] = {
        "conversation": Text(("auto", "none")),
        "input": Many(_Context(item)),
        "instructions": Text(),
        "output_modalities": OUTPUT_MODALITIES,
        "audio": Members({"output": output}),
        "tools": TOOLS,
        "tool_choice": TOOL_CHOICE,
        "max_output_tokens": MAX_OUTPUT_TOKENS,
        "parallel_tool_calls": Flag(),
        "reasoning": REASONING,
        "prompt": Nullable(Free()),
        "metadata": Nullable(Pairs(most=16, longest_name=64, longest=512)),
    }
    return Members(members)


class _Context:
    """An item, or a reference to one."""

    def __init__(self, item: Rule) -> None:
        self._item = item
        self._reference = Members({"type": Text(), "id": Text()}, required=("id",))

    def check(self, value: Any, path: str) -> None:
        members = check_object(value, path)
        is_reference = members.get("type") == "item_reference"
        (self._reference if is_reference else self._item).check(value, path)


ASSUMPTIONS = (
    Assumption(
        "an unknown type is refused with the list of the supported ones",
        "documented",
        "recordings of the live service, July to September 2026",
    ),
    Assumption(
        "assistant audio cannot be created",
        "documented",
        'OpenAI "Realtime conversations" guide',
    ),
    Assumption(
        "session.close and session.input_audio_buffer.append are refused outside translation",
        "assumed",
        "the service lists them; no recording uses them here",
    ),
    Assumption("base64 is decoded strictly", "assumed", "the code of the refusal is not recorded"),
)
