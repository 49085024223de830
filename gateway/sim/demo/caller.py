"""The demo's caller: the simulated one, with a note of all that is said, heard and pressed."""

from random import Random

from ..carrier.caller import Act, Caller, HangUp, Speak
from ..carrier.playback import SILENCE, TICK_BYTES, TICK_MS
from .log import CallLog
from .script import CallerScript, Utterance
from .sound import BYTES_PER_MS, leading_silence, sounding_ms


class DemoCaller(Caller):
    """Follows a script; `zero_ms` is the beginning of the call on the carrier's clock."""

    def __init__(self, script: CallerScript, log: CallLog, zero_ms: int) -> None:
        super().__init__(script.steps(), Random(0))
        self._log = log
        self._zero_ms = zero_ms
        self._unsaid = list(script.utterances)
        self._is_sounding = False

    def frame(self, now_ms: int) -> bytes:
        """What the microphone has picked up; the first 20 ms of an utterance are noticed."""
        picked_up = super().frame(now_ms)
        at_ms = now_ms - TICK_MS - self._zero_ms
        if self._has_begun_to_speak:
            self._says(self._unsaid.pop(0), at_ms)
        self._log.caller.put(picked_up, at_ms)
        return picked_up

    def heard(self, payload: bytes, now_ms: int) -> None:
        """The phone has played these 20 ms."""
        at_ms = now_ms - TICK_MS - self._zero_ms
        self._log.agent.put(payload, at_ms)
        if self._is_sounding is (payload == SILENCE):
            self._is_sounding = not self._is_sounding
            what = "plays" if self._is_sounding else "falls silent"
            self._log.saw(at_ms + leading_silence(payload) // BYTES_PER_MS, "phone", what)
        super().heard(payload, now_ms)

    def due(self, now_ms: int) -> list[Act]:
        """What the fingers do now."""
        acts = super().due(now_ms)
        for act in acts:
            at_ms = now_ms - self._zero_ms
            if isinstance(act, HangUp):
                self._log.saw(at_ms, "caller", "hangs up")
            else:
                self._log.saw(at_ms, "caller", "presses", key=act.digit)
        return acts

    @property
    def _has_begun_to_speak(self) -> bool:
        """The last frame was the first one of an utterance."""
        is_speaking = bool(self._steps) and isinstance(self._steps[0], Speak)
        return is_speaking and self._spoken == TICK_BYTES

    def _says(self, utterance: Utterance, at_ms: int) -> None:
        first_ms, last_ms = sounding_ms(utterance.audio)
        sound_ms = last_ms - first_ms
        self._log.saw(
            at_ms + first_ms, "caller", "speaks", shown=utterance.shown, sound_ms=sound_ms
        )
