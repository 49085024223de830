"""The model of a load: answers in bursts, every third one interrupted, and all as cheap as can be.

A turn takes 4 s: an answer of 2 s in ten deltas, 25 ms apart; then the caller is heard again, in
every third turn while 1 s of the answer is still to be played. Messages and their order are those
of OpenAI Realtime; `realtime.py` is the simulation that knows the rest.
"""

from collections.abc import Callable, Iterator
from time import perf_counter
from typing import Any, Protocol

import orjson

from .meter import CallPassages
from .sound import NumberedSound, NumberReader

DELTA_MS = 200
_DELTAS = 10
_BETWEEN_DELTAS_S = 0.025
_BURST_S = _DELTAS * _BETWEEN_DELTAS_S
_CUT_AT_S = 1.0
_SPEECH_AT_S, _QUIET_AT_S, TURN_S = 2.6, 3.4, 4.0
_CUT_EVERY = 3
_APPEND = b'_buffer.append"'


class Wire(Protocol):
    """What the model writes to."""

    def send(self, text: bytes | str) -> None: ...


class Timer(Protocol):
    """What can be called off."""

    def cancel(self) -> None: ...


Later = Callable[[float, Callable[[], None]], Timer]  # as a loop's `call_later`


class ModelEnd:
    """One model session: reads what is appended, speaks its turns. A receiver of its socket.

    `on_update` hears when the `session.update` came; `begin` starts the turns.
    """

    def __init__(
        self,
        wire: Wire,
        sound: NumberedSound,
        reader: NumberReader,
        passages: CallPassages,
        on_update: Callable[[float], None],
        later: Later,
    ) -> None:
        self._wire = wire
        self._sound = sound
        self._reader = reader
        self._passages = passages
        self._on_update = on_update
        self._later = later
        self._script = self._turns()
        self._said = 0
        self._timer: Timer | None = None
        self._say("session.created", session={})

    def begin(self, waits_s: float) -> None:
        """Speak the first turn then; different calls should not speak in step."""
        self._timer = self._later(waits_s, self._go_on)

    def on_text(self, data: memoryview | bytes) -> None:
        """A message of the gateway."""
        now_s = perf_counter()
        message = bytes(data)
        at = message.find(_APPEND, 0, 48)
        if at >= 0:
            start = message.index(b'"', message.index(b":", at)) + 1
            self._passages.up.arrive(self._reader.number(message, start), now_s)
        else:
            self._control(orjson.loads(message), now_s)

    def on_binary(self) -> None:
        """No gateway sends one."""

    def on_closed(self, code: int, reason: str) -> None:
        """The session is over."""
        self.stop()

    def stop(self) -> None:
        """Say no more."""
        if self._timer is not None:
            self._timer.cancel()

    def _control(self, message: dict[str, Any], now_s: float) -> None:
        match message["type"]:
            case "session.update":
                self._on_update(now_s)
                self._say("session.updated", session=message["session"])
            case "conversation.item.truncate":
                cut = {name: message[name] for name in ("item_id", "audio_end_ms")}
                self._say("conversation.item.truncated", content_index=0, **cut)
            case _:
                pass

    def _go_on(self) -> None:
        self._timer = self._later(next(self._script), self._go_on)

    def _turns(self) -> Iterator[float]:
        """The whole session; yields the seconds until its next step."""
        turn = 0
        while True:
            turn += 1
            is_cut = turn % _CUT_EVERY == 1
            yield from self._answer(f"{turn:06d}")
            yield (_CUT_AT_S if is_cut else _SPEECH_AT_S) - _BURST_S
            if is_cut:
                self._passages.cuts.leave(perf_counter())
            self._say(
                "input_audio_buffer.speech_started", item_id=f"item_c{turn}", audio_start_ms=0
            )
            yield _QUIET_AT_S - (_CUT_AT_S if is_cut else _SPEECH_AT_S)
            self._say("input_audio_buffer.speech_stopped", item_id=f"item_c{turn}", audio_end_ms=0)
            self._say("input_audio_buffer.committed", item_id=f"item_c{turn}")
            yield TURN_S - _QUIET_AT_S

    def _answer(self, name: str) -> Iterator[float]:
        response, item = f"resp_{name}", f"item_{name}"
        place = {"response_id": response, "item_id": item, "output_index": 0, "content_index": 0}
        self._say("response.created", response={"id": response, "status": "in_progress"})
        added = {"id": item, "type": "message", "role": "assistant"}
        self._say("response.output_item.added", response_id=response, item=added)
        head = orjson.dumps({"type": "response.output_audio.delta", **place})[:-1].decode()
        for _ in range(_DELTAS):
            audio = self._sound.text(self._passages.down.left)
            self._passages.down.leave(perf_counter())
            self._wire.send(f'{head},"delta":"{audio}"}}')
            yield _BETWEEN_DELTAS_S
        self._say("response.output_audio.done", **place)
        self._say("response.done", response={"id": response, "status": "completed"})

    def _say(self, kind: str, **members: object) -> None:
        self._said += 1
        event = {"type": kind, "event_id": f"event_{self._said}", **members}
        self._wire.send(orjson.dumps(event))
