"""Puts what was rendered into force: sounds first, then the version that needs them, in one go."""

from dataclasses import dataclass

from .rendering import Rendered
from .store import FlowStore
from .version import KeptSound


@dataclass(frozen=True, slots=True)
class Pushed:
    """The version in force now; `is_new` is False where it was there already."""

    name: str
    version: int
    is_new: bool


def push(store: FlowStore, rendered: Rendered, *, expected: int, push_id: str, who: str) -> Pushed:
    """One that breaks off leaves nothing that a call could see. Raises Conflict.

    `expected` is the version that was in force when the rendering began. `push_id` is the same when
    the same push is tried again, and never else.
    """
    name = rendered.flow.name
    if is_in_force(store, rendered, expected) and store.version(name) == expected:
        return Pushed(name, expected, is_new=False)
    kept = {hash_: store.keep_sound(hash_, sound) for hash_, sound in rendered.made.items()}
    sounds = {
        clip: KeptSound(sound.hash, kept.get(sound.hash, sound.length_ms))
        for clip, sound in rendered.sounds.items()
    }
    version = store.publish(name, expected, rendered.text, sounds, push_id=push_id, who=who)
    return Pushed(name, version, is_new=True)


def is_in_force(store: FlowStore, rendered: Rendered, version: int) -> bool:
    """Whether this version is the same text with the same sounds; one that is damaged is not."""
    try:
        found = store.at(rendered.flow.name, version) if version else None
    except ValueError:
        return False
    return found is not None and (found.text, found.sounds) == (rendered.text, rendered.sounds)
