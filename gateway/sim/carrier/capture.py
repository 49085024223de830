"""The caller's voice on its way to the gateway: when a frame leaves, its timestamp, its faults."""

import binascii
from random import Random
from typing import Protocol

from ..outputs import Send
from .faults import FaultKind, Faults
from .messages import StreamWriter
from .playback import NEVER_MS, SILENCE, TICK_BYTES
from .settings import CarrierSettings

_FRAME_FAULTS: tuple[FaultKind, ...] = (
    "media_stops",
    "frame_lost",
    "frame_long",
    "frame_empty",
    "frame_short",
    "frame_doubled",
)


class Microphone(Protocol):
    """Whoever holds the phone."""

    def frame(self, now_ms: int) -> bytes:
        """The next 160 bytes of mu-law."""
        ...


class Capture:
    """Asks the microphone for a frame every 20 ms and turns it into media messages."""

    def __init__(
        self,
        settings: CarrierSettings,
        microphone: Microphone,
        writer: StreamWriter,
        faults: Faults,
        rng: Random,
    ) -> None:
        self.next_frame_ms = NEVER_MS
        self._microphone = microphone
        self._writer = writer
        self._faults = faults
        self._is_faulty = faults.any_of(_FRAME_FAULTS)
        self._random = rng.random
        self._first_media_ms = rng.randint(*settings.first_media_ms)
        self._first_timestamp_ms = rng.randint(*settings.first_timestamp_ms)
        self._frame_us = settings.frame_us
        self._wander_ms = settings.wander_ms
        self._wander_span = 2 * settings.wander_ms + 1
        self._first_ms = 0
        self._timestamp_ms = 0  # what to add to an instant to have its timestamp
        self._frames = 0
        self._carried = b""  # a frame that waits for the next one's message
        self._quiet_until_ms = 0

    def begin(self, start_ms: int) -> None:
        """Frames follow this `start`."""
        self._first_ms = start_ms + self._first_media_ms
        self._timestamp_ms = self._first_timestamp_ms - self._first_ms
        self.next_frame_ms = self._first_ms

    def end(self) -> None:
        self.next_frame_ms = NEVER_MS

    def capture(self, now_ms: int) -> list[Send]:
        """The frame that was due at `now_ms`, as messages: one, if nothing goes wrong."""
        frame = self._microphone.frame(now_ms)
        timestamp_ms = now_ms + self._timestamp_ms
        self._frames += 1
        wander_ms = int(self._random() * self._wander_span) - self._wander_ms
        self.next_frame_ms = self._first_ms + self._frames * self._frame_us // 1000 + wander_ms
        if not self._is_faulty:
            return [Send(self._writer.media(_base64(frame), timestamp_ms))]
        payloads = self._spoilt(frame, now_ms)
        return [Send(self._writer.media(_base64(each), timestamp_ms)) for each in payloads]

    def _spoilt(self, frame: bytes, now_ms: int) -> tuple[bytes, ...]:
        """The payloads that leave in place of a frame, after all that goes wrong with it."""
        struck = self._faults.struck(_FRAME_FAULTS, now_ms)
        frame, self._carried = self._carried + frame, b""
        if "media_stops" in struck:
            self._quiet_until_ms = now_ms + struck["media_stops"]
        if "frame_lost" in struck or now_ms < self._quiet_until_ms:
            return ()
        if "frame_long" in struck:
            self._carried = frame
            return ()
        if "frame_empty" in struck:
            return (b"",)
        if "frame_short" in struck:
            return (frame[: TICK_BYTES // 2],)
        return (frame, frame) if "frame_doubled" in struck else (frame,)


def _base64(frame: bytes) -> str:
    if frame == SILENCE:
        return _SILENCE_BASE64
    return binascii.b2a_base64(frame, newline=False).decode()


_SILENCE_BASE64 = binascii.b2a_base64(SILENCE, newline=False).decode()
