"""Messages that callers leave in voicemail boxes: a WAV file each, beside what is known of it."""

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import orjson
import structlog

from ..codecs.wav import CallWav

RATE = 8_000  # samples a second, of one byte
_LOG = structlog.stdlib.get_logger("voicegate.messages")


@dataclass(frozen=True, slots=True)
class Sender:
    """Who leaves a message, and on which call."""

    call_id: str
    caller: str
    called: str


class Messages:
    """The boxes of a folder: `BOX/TIME-CALL.wav` and the same as `.json`, for the owner only.

    While it is recorded a message is called `.part`; what a crash leaves so can be heard.
    """

    def __init__(self, folder: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)):
        self._folder = folder
        self._now = now

    def begin(self, sender: Sender, box: str) -> "Message":
        """A new message. Where nothing can be written, the log says so and the call goes on."""
        return Message(self._folder / box, sender, self._now())


class Message:
    """See Recording. Files are made and named in the loop's turn, frames wait in the file's buffer."""

    def __init__(self, folder: Path, sender: Sender, began_at: datetime) -> None:
        self._sender = sender
        self._began_at = began_at
        self._path = folder / f"{began_at:%Y%m%dT%H%M%SZ}-{sender.call_id}"
        self._wav: CallWav | None = None
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._wav = CallWav(self._path.with_suffix(".part"), channels=1)
        except OSError as error:
            self._fail(error)

    def write(self, payload: bytes) -> None:
        """A frame of mu-law."""
        if self._wav is None:
            return
        try:
            self._wav.write(payload)
        except OSError as error:
            self._fail(error)

    def end(self, *, is_kept: bool) -> None:
        """The message is over: there, or gone without a trace."""
        wav, self._wav = self._wav, None
        if wav is None:
            return
        part = self._path.with_suffix(".part")
        try:
            wav.close()
            if is_kept:
                self._keep(part, wav.frames)
            else:
                part.unlink()
        except OSError as error:
            self._fail(error)

    def _keep(self, part: Path, samples: int) -> None:
        """What is known of it first: a sound that stands there has its sender."""
        known = {
            "call": self._sender.call_id,
            "caller": self._sender.caller,
            "called": self._sender.called,
            "began_at": self._began_at.isoformat(timespec="seconds"),
            "length_ms": samples * 1_000 // RATE,
        }
        draft = self._path.with_suffix(".json.part")
        draft.write_bytes(orjson.dumps(known, option=orjson.OPT_APPEND_NEWLINE))
        os.chmod(draft, 0o600)
        os.chmod(part, 0o600)
        draft.replace(self._path.with_suffix(".json"))
        part.replace(self._path.with_suffix(".wav"))
        _LOG.info("message.kept", call=self._sender.call_id, box=self._path.parent.name)

    def _fail(self, error: OSError) -> None:
        if self._wav is not None:
            with suppress(OSError):
                self._wav.close()
            self._wav = None
        _LOG.error("message.lost", call=self._sender.call_id, cause=error.strerror)
