"""A voice that hums instead of speaking, and a small flow to publish."""

from collections.abc import Callable, Generator, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import redis

from voicegate.gateway.store import OpenStore
from voicegate.ivr.installation import Installation
from voicegate.ivr.publishing.keys import Keys
from voicegate.ivr.publishing.rendering import Lengths, Rendered, nothing_is_there, render
from voicegate.ivr.publishing.store import FlowStore
from voicegate.ivr.sounds.encoding import RATE, Samples
from voicegate.ivr.sounds.render import Renderer
from voicegate.ivr.sounds.voice import Unspeakable, Voice
from voicegate.numbers.registry.origin import Origin

SMALL = """\
apiVersion: voicegate/v1
kind: Flow
metadata: {name: small, description: "Says goodbye"}
spec:
  start: bye
  timezone: UTC
  languages: [en-US]
  prompts:
    bye: {en-US: "Goodbye."}
  handlers: {error: bye, ai_unavailable: bye, limit: bye}
  nodes:
    bye: {type: say, prompt: bye, next: end}
    end: {type: hangup}
"""

RenderText = Callable[..., Rendered]


class Humming:
    """See Voice: a tenth of a second for each letter, its pitch by the text."""

    name = "humming"
    version = "1"
    languages: Sequence[str] = ("en-US", "es-ES")

    def __init__(self) -> None:
        self.spoken: list[str] = []

    def speak(self, text: str, language: str) -> Samples:
        self.spoken.append(text)
        if text == "Unspeakable.":
            raise Unspeakable("this is too hard", "write something else")
        pitch = 300 + sum(text.encode()) % 700
        return np.sin(np.arange(RATE // 10 * len(text)) * 2 * np.pi * pitch / RATE)


@pytest.fixture
def humming() -> Humming:
    return Humming()


@pytest.fixture
def rendered(humming: Humming, tmp_path: Path) -> RenderText:
    """A text that was examined and rendered."""
    voice: Voice = humming

    def make(text: str, lengths: Lengths = nothing_is_there) -> Rendered:
        return render(
            text.encode(),
            Renderer(voice, tmp_path),
            today=date(2026, 11, 21),
            here=Installation(music=(), has_raw_card_slots=True),
            lengths=lengths,
        )

    return make


@pytest.fixture
def small() -> str:
    """The text of a flow with one prompt."""
    return SMALL


@pytest.fixture
def keys(store: OpenStore) -> Keys:
    return Keys(store.prefix)


@pytest.fixture
def client(store: OpenStore) -> Generator[redis.Redis, None, None]:
    with store.command_client() as client:
        yield client


@pytest.fixture
def flows(client: redis.Redis, keys: Keys) -> FlowStore:
    return FlowStore(client, keys, Origin(host="desk", argv_hash="beef"))
