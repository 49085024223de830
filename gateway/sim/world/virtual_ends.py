"""The two ends of a virtual call: each a simulated far side, the network between, our adapter."""

from collections.abc import Callable, Iterator
from itertools import chain, repeat
from math import log
from random import Random
from typing import Protocol

from ...core.actions import ModelAction
from ...core.events import ModelUnreachable
from ...core.wire import Deliver
from ...legs.twilio_stream import TwilioStream, parse_start
from ...models.openai_realtime import OpenAIRealtime
from ...models.openai_setup import ModelPlan
from ...session import Session
from ..carrier.caller import Caller, HangUp, Press
from ..carrier.line import CarrierStream
from ..carrier.playback import SILENCE
from ..outputs import Close, Drop, Note, Output, Played, Send, SendBytes
from ..realtime.brains import ScriptBrain
from ..realtime.machine import RealtimeServer
from ..realtime.settings import RealtimeSettings
from .scenario import LineShape, Scenario
from .witness import CLOSES, FROM_CARRIER, FROM_MODEL, TO_CARRIER, TO_MODEL, Witness
from .world import Alarm, Line, World

MODEL_PATH = "/v1/realtime?model=gpt-realtime-2.1"
DRAWN_AT_ONCE = 64


class Host(Protocol):
    """The virtual call that both ends belong to."""

    world: World
    scenario: Scenario
    witness: Witness
    caller: Caller
    stream: CarrierStream
    session: Session

    def reaching(self, act: Callable[..., None]) -> Callable[..., None]:
        """What calls `act` in the gateway's process: at once, or when it moves again."""
        ...


class CarrierEnd:
    """The media socket: the simulated stream, the two ways, and the gateway's leg."""

    def __init__(self, call: Host) -> None:
        self._call = call
        self._world = call.world
        self._stream = call.stream
        self._witness = call.witness
        self._alarm = Alarm(call.world, self._wake)
        shape, seed = call.scenario.carrier_line, call.scenario.seed
        self._to_gateway = network(call.world, shape, f"{seed}/to gateway")
        self._to_carrier = network(call.world, shape, f"{seed}/to carrier")
        self._text_arrives = call.reaching(self._hear)
        self._binary_arrives = call.reaching(self._hear_binary)
        self._close_arrives = call.reaching(self._closed)
        self._leg: TwilioStream | None = None
        self._is_open = True

    def upgrade(self) -> None:
        """The socket opens."""
        self._take(self._stream.opened(self._world.now_ms))

    @property
    def extra_delay_ms(self) -> int:
        """The most by which either way was later than its best."""
        return max(self._to_gateway.extra_ms_max, self._to_carrier.extra_ms_max)

    # -- the gateway writes --------------------------------------------------------------------

    def send(self, text: bytes | str) -> None:
        if self._is_open:
            message = text if isinstance(text, bytes) else text.encode()
            self._witness.log.append((self._world.now_ms, TO_CARRIER, message))
            self._to_carrier.send(self._at_carrier, message)

    def drop_unsent(self) -> int:
        return 0

    def backlog_bytes(self) -> int:
        return 0

    def close(self, code: int = 1000, reason: str = "") -> None:
        del reason
        if self._is_open:
            self._is_open = False
            self._witness.log.append((self._world.now_ms, CLOSES, b"carrier %d" % code))
            self._to_carrier.send(self._hung_up)

    # -- the other ends ------------------------------------------------------------------------

    def _at_carrier(self, message: bytes) -> None:
        stream, now_ms = self._stream, self._world.now_ms
        if not stream.is_closed:
            self._take(stream.receive(message.decode(), now_ms))
            queued_ms = stream.queued_ms(now_ms)
            if queued_ms > self._witness.queued_ms_max:
                self._witness.queued_ms_max = queued_ms

    def _hung_up(self) -> None:
        if not self._stream.is_closed:
            self._take(self._stream.disconnected(self._world.now_ms))

    def _hear(self, data: bytes) -> None:
        self._witness.log.append((self._world.now_ms, FROM_CARRIER, data))
        if self._leg is not None:
            self._leg.on_text(data)
            return
        start = parse_start(data)
        if start is not None and not self._call.session.is_over:
            self._leg = TwilioStream(self, start)
            self._call.session.attach(self._leg)

    def _hear_binary(self) -> None:
        if self._leg is not None:
            self._leg.on_binary()

    def _closed(self, code: int) -> None:
        self._is_open = False
        if self._leg is not None:
            self._leg.on_closed(code, "")

    def _wake(self) -> None:
        self._take(self._stream.wake(self._world.now_ms))

    def _take(self, outputs: list[Output]) -> None:
        now_ms = self._world.now_ms
        is_heard = False
        for output in outputs:
            match output:
                case Send():
                    self._to_gateway.send(self._text_arrives, output.text.encode())
                case Played():
                    is_heard = True
                    self._call.caller.heard(output.payload, now_ms)
                    if output.payload != SILENCE:
                        self._witness.played.append((output.at_ms, output.payload))
                case SendBytes():
                    self._to_gateway.send(self._binary_arrives)
                case Close():
                    self._to_gateway.send(self._close_arrives, output.code)
                case Drop():
                    self._to_gateway.send(self._close_arrives, 1006)
                case Note(kind, detail):
                    self._witness.notes.append((now_ms, "carrier", kind, detail))
        self._alarm.set(self._stream.deadline_ms)
        if is_heard:
            self._act(now_ms)

    def _act(self, now_ms: int) -> None:
        """The caller presses and hangs up after what was due by now has left."""
        for act in self._call.caller.due(now_ms):
            match act:
                case Press(digit):
                    self._witness.keys_at.append(now_ms)
                    self._take(self._stream.press(digit, now_ms))
                case HangUp():
                    self._take(self._stream.hang_up(now_ms))


class ModelEnd:
    """One attempt at a model session: connecting, the two ways, the simulated server."""

    def __init__(self, call: Host, number: int) -> None:
        self._call = call
        self._world = call.world
        self._witness = call.witness
        scenario = call.scenario
        self._alarm = Alarm(call.world, self._wake)
        self.adapter = OpenAIRealtime(ModelPlan(audio=scenario.audio))
        self.server = RealtimeServer(
            RealtimeSettings(faults=scenario.model_faults),
            ScriptBrain(scenario.answers, scenario.transcripts),
            Random(f"{scenario.seed}/model/{number}"),
        )
        name = f"{scenario.seed}/model {number}"
        self._to_gateway = network(call.world, scenario.model_line, f"{name}/in")
        self._to_model = network(call.world, scenario.model_line, f"{name}/out")
        self._text_arrives = call.reaching(self._hear)
        self._binary_arrives = call.reaching(self._hear_binary)
        self._close_arrives = call.reaching(self._closed)
        self._refusal_arrives = call.reaching(self._unreachable)
        self._deliver: Deliver | None = None
        self._is_open = False
        self._is_over = False

    @property
    def extra_delay_ms(self) -> int:
        """The most by which either way was later than its best."""
        return max(self._to_gateway.extra_ms_max, self._to_model.extra_ms_max)

    @property
    def is_over(self) -> bool:
        """The gateway has left this session."""
        return self._is_over or not self._is_open

    # -- session.Model -------------------------------------------------------------------------

    def start(self, deliver: Deliver) -> None:
        self._deliver = deliver
        self.adapter.start(deliver)
        round_trips_ms = 3 * 2 * self._call.scenario.model_line.delay_ms  # TCP, TLS, upgrade
        self._world.at(self._world.now_ms + round_trips_ms, self._upgrade)

    def perform(self, action: ModelAction) -> None:
        self.adapter.perform(action)

    def drop_unsent(self) -> int:
        return 0

    def backlog_bytes(self) -> int:
        return 0

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Both the session's word to the adapter and the adapter's to its wire."""
        del reason
        if not self._is_over:
            self._is_over = True
            self.adapter.close()
            self._witness.log.append((self._world.now_ms, CLOSES, b"model %d" % code))
            if self._is_open:
                self._to_model.send(self._left)

    # -- core.wire.Wire ------------------------------------------------------------------------

    def send(self, text: bytes | str) -> None:
        if not self._is_over:
            message = text if isinstance(text, bytes) else text.encode()
            self._witness.log.append((self._world.now_ms, TO_MODEL, message))
            self._to_model.send(self._at_model, message)

    # -- the server ----------------------------------------------------------------------------

    def _upgrade(self) -> None:
        if self._is_over:
            return
        if refusal := self.server.upgrade(MODEL_PATH):
            self._refusal_arrives(refusal.status)
            return
        self._is_open = True
        self.adapter.connected(self)
        headers = {"authorization": "Bearer sk-test"}
        self._take(self.server.connect(MODEL_PATH, headers, self._world.now_ms))

    def _unreachable(self, status: int) -> None:
        if not self._is_over and self._deliver is not None:
            self._deliver(ModelUnreachable(status))

    def _at_model(self, message: bytes) -> None:
        self._take(self.server.receive(message.decode(), self._world.now_ms))

    def _left(self) -> None:
        self._take(self.server.disconnected(self._world.now_ms))

    def _hear(self, data: bytes) -> None:
        if not self._is_over:
            self._witness.log.append((self._world.now_ms, FROM_MODEL, data))
            self.adapter.on_text(data)

    def _hear_binary(self) -> None:
        if not self._is_over:
            self.adapter.on_binary()

    def _closed(self, code: int, reason: str) -> None:
        if not self._is_over:
            self._is_open = False
            self.adapter.on_closed(code, reason)

    def _wake(self) -> None:
        self._take(self.server.wake(self._world.now_ms))

    def _take(self, outputs: list[Output]) -> None:
        for output in outputs:
            match output:
                case Send():
                    self._to_gateway.send(self._text_arrives, output.text.encode())
                case SendBytes():
                    self._to_gateway.send(self._binary_arrives)
                case Close(code, reason):
                    self._to_gateway.send(self._close_arrives, code, reason)
                case Drop():
                    self._to_gateway.send(self._close_arrives, 1006, "")
                case Note("spoken item", detail):
                    number, _, item_id = detail.partition(" ")
                    self._witness.numbers[item_id] = int(number)
                case Note(kind, detail):
                    self._witness.notes.append((self._world.now_ms, "model", kind, detail))
                case Played():
                    pass
        self._alarm.set(self.server.deadline_ms)


def network(world: World, shape: LineShape, name: str) -> Line:
    """One way of a network, with random numbers of its own."""
    luck = Random(name)
    line = Line(world, shape.delay_ms, _jitter(luck, shape.jitter_ms))
    for second in range(240) if shape.stall_chance else ():
        if luck.random() < shape.stall_chance:
            at_ms = world.now_ms + second * 1_000 + luck.randint(0, 999)
            world.at(at_ms, line.stall, luck.randint(*shape.stall_ms))
    return line


def _jitter(luck: Random, mean_ms: int) -> Iterator[int]:
    """Exponential extras, drawn many at once because each message takes one."""

    def drawn() -> Iterator[list[int]]:
        while True:
            yield [int(-mean_ms * log(1 - luck.random())) for _ in range(DRAWN_AT_ONCE)]

    return chain.from_iterable(drawn()) if mean_ms else repeat(0)
