"""A prompt that plays for a node: whether it still does, and how to say it again."""

from .actions import Action, Play, StopPlay


class Prompting:
    """At most one at a time. It knows its own `PromptDone` from any other."""

    def __init__(self) -> None:
        self._playing: Play | None = None

    @property
    def is_playing(self) -> bool:
        """Begun and not yet heard to its end."""
        return self._playing is not None

    def play(self, play: Play) -> list[Action]:
        """This plays now."""
        self._playing = play
        return [play]

    def is_done(self, tag: int) -> bool:
        """Whether this tag ends what plays; then nothing plays any more."""
        is_it = self._playing is not None and self._playing.tag == tag
        if is_it:
            self._playing = None
        return is_it

    def stop(self) -> list[Action]:
        """Cut it, if there is anything to cut."""
        if self._playing is None:
            return []
        self._playing = None
        return [StopPlay()]

    def again(self) -> list[Action]:
        """From its beginning, if it was not heard to its end."""
        return [] if self._playing is None else [self._playing]
