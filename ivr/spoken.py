"""How long prompts are: as rendered where that is known, else as a voice would speak the text."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from . import nodes
from .flow import Flow, Said
from .nodes import Node

CHARS_A_SECOND = 17  # of an ordinary voice at its ordinary speed
CHARS_OF_A_DIGIT = 4  # a digit is spoken as a word
_DIGIT = re.compile(r"\d")

RenderedMs = Mapping[tuple[str, str], int]  # prompt, language -> its length


@dataclass(frozen=True, slots=True)
class Spoken:
    """The prompts of a flow with their lengths."""

    flow: Flow
    rendered_ms: RenderedMs = field(default_factory=lambda: MappingProxyType({}))

    def length_ms(self, prompt: str | None, *, in_all_languages: bool = False) -> int:
        """The longest of its languages, or all of them one after the other."""
        said = self.flow.prompts.get(prompt or "", {})
        lengths = [self._length_ms(prompt or "", language, said[language]) for language in said]
        return sum(lengths) if in_all_languages else max(lengths, default=0)

    def of_node_ms(self, node: Node) -> int:
        """The prompt that a node begins with."""
        prompt = begins_with(node)
        return self.length_ms(prompt, in_all_languages=node.in_all_languages)

    def _length_ms(self, prompt: str, language: str, said: Said) -> int:
        rendered = self.rendered_ms.get((prompt, language))
        return estimate_ms(said.text or "") if rendered is None else rendered


def estimate_ms(text: str) -> int:
    """What a text takes when it is spoken; nothing for a file, whose length is not known yet."""
    digits = len(_DIGIT.findall(text))
    return (len(text) + digits * (CHARS_OF_A_DIGIT - 1)) * 1000 // CHARS_A_SECOND


def begins_with(node: Node) -> str | None:
    """The prompt a node plays when it is entered."""
    match node:
        case nodes.Say() | nodes.Menu() | nodes.Collect() | nodes.Voicemail() | nodes.Disposition():
            return node.prompt
        case _:
            return None


def prompts(node: Node) -> dict[str, str]:
    """Every prompt that a node names: field below the node -> prompt."""
    found: dict[str, str | None] = {}
    match node:
        case nodes.Menu():
            found = {
                "prompt": node.prompt,
                "noinput.prompt": node.noinput.prompt,
                "nomatch.prompt": node.nomatch.prompt,
            }
        case nodes.Collect():
            found = {"prompt": node.prompt, "retry_prompt": node.retry_prompt}
        case nodes.Say() | nodes.Voicemail() | nodes.VoicemailDrop() | nodes.Disposition():
            found = {"prompt": node.prompt}
        case nodes.Transfer(whisper=whisper) if whisper != "summary":
            found = {"whisper": whisper}
        case nodes.Tool():
            found = {"filler": node.filler}
        case _:
            pass
    return {path: prompt for path, prompt in found.items() if prompt}
