"""A client of the simulated model on a virtual clock: for tests, and for trying things by hand."""

import random
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from ..outputs import Close, Drop, Note, Output, Send, SendBytes
from .brains import Answer, Brain, ScriptBrain, Speech, Transcript
from .machine import PATH, RealtimeServer
from .settings import RealtimeSettings
from .wire import Json

FRAME_MS = 20
SPEECH_FRAME = bytes([0x10, 0x90] * 80)  # loud mu-law
SILENT_FRAME = b"\xff" * 160
HELLO = Answer((Speech("Hello, how can I help you today?", 2000),))
PCMU: Json = {"type": "audio/pcmu"}


class Dialog:
    """Sends events, lets time pass, keeps what comes back with its time in `at_ms`."""

    def __init__(
        self,
        settings: RealtimeSettings | None = None,
        answers: Sequence[Answer] = (HELLO,),
        transcripts: Sequence[Transcript] = (),
        *,
        brain: Brain | None = None,
        seed: int | str = 1,
        model: str = "gpt-realtime-2.1",
    ) -> None:
        brain = brain or ScriptBrain(answers, transcripts)
        settings = settings or RealtimeSettings()
        self.server = RealtimeServer(settings, brain, random.Random(seed))
        self.now_ms = 0
        self.events: list[Json] = []
        self.notes: list[Note] = []
        self.others: list[Output] = []  # everything that is neither JSON nor note
        self._path = f"{PATH}?model={model}"

    def connect(self, path: str = "", headers: Mapping[str, str] | None = None) -> list[Json]:
        """The 101, and what follows within 10 ms."""
        given = {"Authorization": "Bearer sk-test"} if headers is None else headers
        self._keep(self.server.connect(path or self._path, given, self.now_ms))
        self.wait(10)
        return self.events

    def configure(
        self,
        turn_detection: Json | None = None,
        transcription: Json | None = None,
        **members: Any,
    ) -> Json:
        """Connect and ask for mu-law both ways; returns session.updated."""
        if not self.events:
            self.connect()
        hearing: Json = {"format": PCMU, "transcription": transcription}
        if turn_detection is not None:
            hearing["turn_detection"] = turn_detection
        audio = {"input": hearing, "output": {"format": PCMU}}
        session = {"type": "realtime", "audio": audio, **members}
        return self.send("session.update", session=session)[-1]

    def send(self, kind: str, **members: Any) -> list[Json]:
        """Send one event; returns what was answered in the same millisecond."""
        return self.send_text(orjson.dumps({"type": kind, **members}).decode())

    def send_text(self, message: str | bytes) -> list[Json]:
        """Send any message, bytes as a binary frame."""
        before = len(self.events)
        self._keep(self.server.receive(message, self.now_ms))
        return self.events[before:]

    def wait(self, length_ms: int) -> list[Json]:
        """Let time pass; returns what came."""
        before, until_ms = len(self.events), self.now_ms + length_ms
        while (due_ms := self.server.deadline_ms) is not None and due_ms <= until_ms:
            self.now_ms = max(self.now_ms, due_ms)
            self._keep(self.server.wake(self.now_ms))
        self.now_ms = until_ms
        return self.events[before:]

    def wait_for(self, kind: str, limit_ms: int = 20_000) -> Json:
        """Let time pass until an event of this kind comes; returns it. TimeoutError if none does."""
        until_ms, before = self.now_ms + limit_ms, len(self.events)
        while (due_ms := self.server.deadline_ms) is not None and due_ms <= until_ms:
            self.now_ms = max(self.now_ms, due_ms)
            self._keep(self.server.wake(self.now_ms))
            for event in self.events[before:]:
                if event["type"] == kind:
                    return event
            before = len(self.events)
        raise TimeoutError(f"no {kind} within {limit_ms} ms")

    def hear(self, frame: bytes, length_ms: int) -> list[Json]:
        """Append frames of 20 ms in real time; returns what came meanwhile."""
        before, audio = len(self.events), b64encode(frame).decode()
        for _ in range(length_ms // FRAME_MS):
            self.wait(FRAME_MS)
            self.send("input_audio_buffer.append", audio=audio)
        return self.events[before:]

    def speak(self, length_ms: int) -> list[Json]:
        """The caller speaks."""
        return self.hear(SPEECH_FRAME, length_ms)

    def be_silent(self, length_ms: int) -> list[Json]:
        """The caller is silent, and the line carries that."""
        return self.hear(SILENT_FRAME, length_ms)

    def kinds(self) -> list[str]:
        """The types of all events so far."""
        return [event["type"] for event in self.events]

    def of(self, kind: str) -> list[Json]:
        """All events of this type so far."""
        return [event for event in self.events if event["type"] == kind]

    def _keep(self, outputs: list[Output]) -> None:
        for output in outputs:
            match output:
                case Send(text):
                    try:
                        self.events.append({**orjson.loads(text), "at_ms": self.now_ms})
                    except orjson.JSONDecodeError:
                        self.others.append(output)
                case Note():
                    self.notes.append(output)
                case SendBytes() | Close() | Drop():
                    self.others.append(output)
                case _:
                    raise AssertionError(output)
