"""The flow's own voice: one prompt at a time, and word of when it has been heard."""

from ...gateway.core.actions import Action
from ...gateway.core.playout import Playout
from ..machine.actions import Play
from .sounds import Sounds

OVERDUE_MS = 2_000  # an echo that is later than this is not waited for


class Announcer:
    """Plays through the ledger, behind what plays already; `deadline_ms` is for echoes that fail."""

    def __init__(self, playout: Playout, sounds: Sounds) -> None:
        self._playout = playout
        self._sounds = sounds
        self._tag: int | None = None
        self.deadline_ms: int | None = None

    @property
    def is_playing(self) -> bool:
        """A prompt has begun and is not known to be heard."""
        return self._tag is not None

    def play(self, wanted: Play, now_ms: int) -> list[Action]:
        """Queue a prompt; nothing of ours may be playing."""
        sound = b"".join(self._sounds.sound(clip) for clip in wanted.clips)
        self._tag = wanted.tag
        played = self._playout.play_house(
            self._piece, sound, now_ms, is_interruptible=wanted.is_interruptible
        )
        is_echoed = bool(sound) and self._playout.has_true_marks
        heard_at_ms = self._playout.ends_at_ms(now_ms)
        self.deadline_ms = heard_at_ms + (OVERDUE_MS if is_echoed else 0)
        return played

    def stop(self) -> None:
        """Somebody clears what plays: nothing of it is waited for."""
        self._tag = self.deadline_ms = None

    def heard(self, now_ms: int) -> int | None:
        """The tag of the prompt that has been heard since this was last asked, if one has."""
        tag = self._tag
        if tag is None:
            return None
        is_late = self.deadline_ms is not None and self.deadline_ms <= now_ms
        if not is_late and not self._playout.items[self._piece].is_heard_out:
            return None
        self.stop()
        return tag

    @property
    def _piece(self) -> str:
        return f"prompt:{self._tag}"
