"""The flows that were served last, on disk: for a start without the store. One file each."""

import os
from collections.abc import Iterator
from pathlib import Path

import orjson

from .ready import ReadyFlow, ready
from .version import FlowVersion, hashes, parse_sounds, render_sounds

_SUFFIX = ".flow"


class Copies:
    """A file is a line of JSON, then the sounds in its order. It is replaced at once, or not at all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def save(self, kept: ReadyFlow) -> None:
        """Raises OSError where it cannot be written."""
        published = kept.published
        head = {
            "name": published.name,
            "version": published.version,
            "text": published.text.decode(),
            "sounds": orjson.Fragment(render_sounds(published.sounds)),
            "sizes": [len(kept.audio[hash_]) for hash_ in hashes(published.sounds)],
        }
        self._folder.mkdir(parents=True, exist_ok=True)
        draft = self._folder / f"{published.name}.{os.getpid()}.new"
        with draft.open("wb") as file:
            file.write(orjson.dumps(head) + b"\n")
            file.writelines(kept.audio[hash_] for hash_ in hashes(published.sounds))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._folder / f"{published.name}{_SUFFIX}")

    def load(self) -> Iterator[ReadyFlow]:
        """Those that can be read."""
        for path in sorted(self._folder.glob(f"*{_SUFFIX}")):
            try:
                yield _parse(path.read_bytes())
            except (OSError, ValueError, KeyError, TypeError):
                continue


def _parse(content: bytes) -> ReadyFlow:
    line, _, audio = content.partition(b"\n")
    head = orjson.loads(line)
    sounds = parse_sounds(orjson.dumps(head["sounds"]))
    published = FlowVersion(head["name"], head["version"], head["text"].encode(), sounds)
    by_hash: dict[str, bytes] = {}
    begin = 0
    for hash_, size in zip(hashes(sounds), head["sizes"], strict=True):
        by_hash[hash_] = audio[begin : begin + size]
        begin += size
    return ready(published, by_hash)
