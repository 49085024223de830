"""Whether the caller speaks, by the sound of the line, while no model listens."""

from ...codecs.ear import Ear, EarSettings
from ...codecs.frames import FRAME_MS
from ...codecs.g711 import Law, level_dbfs

# As loud as this is speech whatever the ear says: on a line without any noise it has learnt from
# the speech itself what noise is, and a message must not be taken for silence.
SURE_DBFS = -30.0
TONE_FRAMES = 15
ONSET_FRAMES = EarSettings().onset_frames
RELEASE_FRAMES = EarSettings().release_frames


class Listener:
    """Fed with each frame of the caller; tells changes only."""

    def __init__(self, law: Law) -> None:
        self._law: Law = law
        self._ear = Ear()
        self._loud_frames = self._quiet_frames = 0  # in a row
        self._tone_frames = 0  # to come
        self.is_speech = False

    def hear(self, payload: bytes) -> bool | None:
        """One 20 ms frame: True where speech has begun, False where it has ended, else None."""
        if not payload:
            return None
        dbfs = level_dbfs(payload, self._law)
        hearing = self._ear.hear(dbfs)
        is_tone = self._tone_frames > 0
        self._tone_frames -= is_tone
        if not is_tone and (hearing.speech or dbfs > SURE_DBFS):
            self._loud_frames, self._quiet_frames = self._loud_frames + 1, 0
        else:
            self._loud_frames, self._quiet_frames = 0, self._quiet_frames + 1
        if not self.is_speech and self._loud_frames >= ONSET_FRAMES:
            self.is_speech = True
            return True
        if self.is_speech and self._quiet_frames >= RELEASE_FRAMES:
            self.is_speech = False
            return False
        return None

    def expect_tone(self) -> None:
        """A key was pressed: what sounds next is no speech."""
        self._ear.ignore(TONE_FRAMES * FRAME_MS)
        self._tone_frames = TONE_FRAMES
