"""The load: many simulated calls and their model in one process, on a metronome of milliseconds."""

import asyncio
import gc
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import perf_counter, process_time

from ...socket_limits import SocketLimits
from ...sockets import accepting, connect
from ...text_socket import TextSocket
from ..carrier.messages import StreamIdentity, StreamWriter
from .caller import FRAME_MS, CallerEnd
from .entrance import ACCOUNT_SID, HOST, Entrance, NotTaken
from .meter import CallPassages, Meter, Tally
from .model import DELTA_MS, TURN_S, ModelEnd
from .relay import MEDIA_PATH
from .sound import Encoding, NumberedSound, NumberReader

_LIMITS = SocketLimits(max_message_bytes=1 << 20)
_PLACE_TIMEOUT_S = 5.0
_STRAGGLERS_S = 1.0
_SETTLED_S = 0.5  # from the settings to the first turn: by then both ends are there
_GOLDEN = 0.618_033_988_75  # its multiples spread any number of calls evenly over a cycle


class Metronome:
    """Calls each of its callers every 20 ms, in one of twenty slots, and notes how late."""

    def __init__(self, late_s: Callable[[float], None]) -> None:
        self._late_s = late_s
        self._slots: list[list[CallerEnd]] = [[] for _ in range(FRAME_MS)]
        self._slot = 0
        self._due_s = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def add(self, caller: CallerEnd, phase: float) -> None:
        """One more, at a fraction of the 20 ms."""
        self._slots[int(phase * FRAME_MS)].append(caller)

    def clear(self) -> None:
        """Nobody is called any more."""
        for slot in self._slots:
            slot.clear()

    def start(self) -> None:
        """Begin."""
        self._due_s = perf_counter()
        self._tick()

    def stop(self) -> None:
        """No more frames."""
        if self._timer is not None:
            self._timer.cancel()

    def _tick(self) -> None:
        while self._due_s <= (now_s := perf_counter()):
            for caller in self._slots[self._slot]:
                caller.frame()
                self._late_s(now_s - self._due_s)
            self._slot = (self._slot + 1) % FRAME_MS
            self._due_s += 0.001
        self._timer = asyncio.get_running_loop().call_later(0.001, self._tick)


@dataclass(frozen=True, slots=True)
class Call:
    """One call from its announcement on; `updated_s` is when its model was sent its settings."""

    passages: CallPassages
    updated_s: asyncio.Future[float]

    def updated(self, now_s: float) -> None:
        """Its model was sent settings; a second time is no news."""
        if not self.updated_s.done():
            self.updated_s.set_result(now_s)


@dataclass(frozen=True, slots=True)
class Reading:
    """One window: delays in seconds; `missing` never arrived, `load_share` is of one core."""

    up: Tally
    down: Tally
    cuts: Tally
    late_s: list[float]
    missing: int
    load_share: float


class Load:
    """Everything around one process under test; `model_port` is where its model is."""

    def __init__(self, entrance: Entrance, audio: Encoding) -> None:
        self._entrance = entrance
        self._frames = NumberedSound("pcmu", FRAME_MS)
        self._deltas = NumberedSound(audio, DELTA_MS)
        self._appended = NumberReader(audio)
        self._played = NumberReader("pcmu")
        self._meter = Meter()
        self._metronome = Metronome(lambda late_s: self._meter.late_s.append(late_s))
        self._callers: list[CallerEnd] = []
        self._passages: list[CallPassages] = []
        self._models: list[ModelEnd] = []
        self._awaited: Call | None = None
        self._placed = 0
        self.model_port = 0

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None, None]:
        """The model listens and the metronome ticks until the block ends; then all calls do."""
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: accepting(self._accept, _LIMITS), HOST, 0)
        self.model_port = server.sockets[0].getsockname()[1]
        gc.collect()
        gc.disable()  # a collection would make a dozen frames late, of which none is to blame
        self._metronome.start()
        try:
            yield
        finally:
            self._metronome.stop()
            self.hang_up()
            server.close()
            gc.enable()

    @property
    def calls(self) -> int:
        """How many there are."""
        return len(self._callers)

    async def place(self, port: int) -> float:
        """One more call; the seconds from its announcement to the model's `session.update`.

        Raises NotTaken, or OSError (TimeoutError is one).
        """
        loop = asyncio.get_running_loop()
        call = self._awaited = Call(CallPassages(self._meter), loop.create_future())
        self._placed += 1
        ids = _identity(self._placed)
        async with asyncio.timeout(_PLACE_TIMEOUT_S):
            ticket = await self._entrance.announce(port, ids)
            stream = await connect(f"ws://{HOST}:{port}{MEDIA_PATH}", ticket.headers)
            caller = CallerEnd(stream, StreamWriter(ids), self._frames, self._played, call.passages)
            stream.attach(caller)
            caller.start(ticket.parameters)
            updated_s = await call.updated_s
        phase = self.calls * _GOLDEN % 1
        self._metronome.add(caller, phase)
        self._models[-1].begin(_SETTLED_S + phase * TURN_S)
        self._callers.append(caller)
        self._passages.append(call.passages)
        return updated_s - ticket.begun_s

    async def measure(self, window_s: float) -> Reading:
        """What happens in a window, and to the messages that left in it.

        Raises NotTaken if a call has ended.
        """
        self._meter.begin()
        begun_s, cpu_s = perf_counter(), process_time()
        await asyncio.sleep(window_s)
        load_share = (process_time() - cpu_s) / (perf_counter() - begun_s)
        late_s = self._meter.late_s
        missing = await self._missing()
        if ended := sum(caller.is_over for caller in self._callers):
            raise NotTaken(f"{ended} of {self.calls} calls were ended by the process under test")
        meter = self._meter
        return Reading(
            meter.up.take(), meter.down.take(), meter.cuts.take(), late_s, missing, load_share
        )

    async def _missing(self) -> int:
        """How many of the messages under way now do not come even with patience."""
        left = [passages.left() for passages in self._passages]
        patience_s = perf_counter() + _STRAGGLERS_S
        while True:
            pairs = zip(self._passages, left, strict=True)
            missing = sum(passages.missing(of) for passages, of in pairs)
            if not missing or perf_counter() > patience_s:
                return missing
            await asyncio.sleep(0.005)

    def _accept(self, socket: TextSocket) -> ModelEnd:
        """The model of the one call that is being placed; any other leads to nothing."""
        loop = asyncio.get_running_loop()
        call = self._awaited or Call(CallPassages(Meter()), loop.create_future())
        self._awaited = None
        model = ModelEnd(
            socket, self._deltas, self._appended, call.passages, call.updated, loop.call_later
        )
        self._models.append(model)
        return model

    def hang_up(self) -> None:
        """End all calls, and forget what was counted of them."""
        self._metronome.clear()
        for model in self._models:
            model.stop()
        for caller in self._callers:
            caller.hang_up()
        self._callers, self._models, self._passages = [], [], []
        self._meter = Meter()


def _identity(number: int) -> StreamIdentity:
    return StreamIdentity(ACCOUNT_SID, f"CA{number:032x}", f"MZ{number:032x}")
