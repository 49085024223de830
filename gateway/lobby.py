"""Where a media socket waits until it has shown which call it belongs to.

What a stranger can do here costs nothing: no model is asked, no call is touched, nothing is sent.
"""

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus

import structlog

from .answers import TOKEN_PARAMETER
from .carriers.signature import SignatureValidator
from .core.events import LegClosed, LegEnd
from .legs.twilio_stream import StreamStart, TwilioStream, parse_start
from .live_calls import LiveCall
from .metrics import Metrics
from .socket_limits import POLICY_VIOLATED
from .stream_fault import StreamFault
from .switch import UpgradeHead
from .text_socket import Accept, TextSocket
from .tokens import Grant, Refusal, StreamTokens, TokenFault

_LOG = structlog.stdlib.get_logger("voicegate.lobby")

Claim = Callable[[Grant], Awaitable[LiveCall | StreamFault]]


class Lobby:
    """Lets sockets in, hands those that prove themselves to their call, and closes the others.

    `claim` finds the call that a token is for, wherever it was announced. Without a validator every upgrade counts as signed; the token is asked for all the same.
    """

    guests_max = 64
    start_timeout_s = 5.0
    kept_messages_max = 250  # five seconds of audio, while the token is looked up

    def __init__(
        self,
        claim: Claim,
        tokens: StreamTokens,
        validator: SignatureValidator | None,
        metrics: Metrics,
    ) -> None:
        self.claim = claim
        self.tokens = tokens
        self._validator = validator
        self._metrics = metrics
        self._guests: set[Guest] = set()

    def __len__(self) -> int:
        return len(self._guests)

    def gate(self, head: UpgradeHead) -> Accept | HTTPStatus:
        """Before the 101: is there room, and did the carrier ask?"""
        if len(self._guests) >= self.guests_max:
            self.count(StreamFault.CROWDED)
            return HTTPStatus.SERVICE_UNAVAILABLE
        validator = self._validator
        if validator is not None and not validator.is_signed_upgrade(head.target, head.headers):
            self.count(StreamFault.UNSIGNED)
            return HTTPStatus.FORBIDDEN
        return self._let_in

    def _let_in(self, socket: TextSocket) -> "Guest":
        guest = Guest(self, socket)
        self._guests.add(guest)
        return guest

    def leave(self, guest: "Guest") -> None:
        """A guest has gone, one way or the other."""
        self._guests.discard(guest)

    def count(self, cause: StreamFault | TokenFault) -> None:
        """One socket was refused."""
        self._metrics.streams_refused.labels(cause).inc()
        _LOG.warning("stream.refused", cause=cause)


class Guest:
    """One socket between its upgrade and the call it belongs to.

    At most one message, the carrier's `connected`, may come before `start`. What comes behind it
    while the token is looked up is kept and heard by the call.
    """

    def __init__(self, lobby: Lobby, socket: TextSocket) -> None:
        self._lobby = lobby
        self._socket = socket
        self._is_announced = False
        self._kept: list[bytes] = []
        self._proof: asyncio.Task[None] | None = None
        loop = asyncio.get_running_loop()
        self._deadline = loop.call_later(lobby.start_timeout_s, self._refuse, StreamFault.LATE)

    def on_text(self, data: memoryview | bytes) -> None:
        """A message of the carrier."""
        if self._proof is not None:
            self._keep(bytes(data))
            return
        start = parse_start(data)
        if start is not None:
            self._begin(start)
        elif self._is_announced:
            self._refuse(StreamFault.NO_START)
        self._is_announced = True

    def on_binary(self) -> None:
        """The carrier never sends one."""
        self._refuse(StreamFault.BINARY)

    def on_closed(self, code: int, reason: str) -> None:
        """It has gone, by itself or because it was refused."""
        self._give_up()

    def _keep(self, message: bytes) -> None:
        if len(self._kept) < self._lobby.kept_messages_max:
            self._kept.append(message)
        else:
            self._refuse(StreamFault.FLOODED)

    def _begin(self, start: StreamStart) -> None:
        token = start.parameters.get(TOKEN_PARAMETER)
        if token is None:
            self._refuse(StreamFault.NO_TOKEN)
        else:
            self._proof = asyncio.get_running_loop().create_task(self._prove(start, token))

    async def _prove(self, start: StreamStart, token: str) -> None:
        proof = await self._lobby.tokens.consume(token, start.call_sid, start.account_sid)
        if isinstance(proof, Refusal):
            self._refuse(proof.cause)
            return
        found = await self._lobby.claim(proof)
        if isinstance(found, StreamFault):
            self._refuse(found)
        elif not start.is_mulaw:
            found.session.deliver(LegClosed(LegEnd.UNSUPPORTED))
            self._refuse(StreamFault.MEDIA_UNSUPPORTED)
        else:
            self._hand_over(found, start)

    def _hand_over(self, call: LiveCall, start: StreamStart) -> None:
        """From here on the call hears the socket, first what came meanwhile."""
        self._leave()
        leg = TwilioStream(self._socket, start)
        call.session.attach(leg)
        for message in self._kept:
            leg.on_text(message)
        self._socket.attach(leg)

    def _refuse(self, cause: StreamFault | TokenFault) -> None:
        self._lobby.count(cause)
        self._give_up()
        self._socket.close(POLICY_VIOLATED)

    def _give_up(self) -> None:
        self._leave()
        if self._proof is not None:
            self._proof.cancel()  # if it is what gives up, it has nothing left to do

    def _leave(self) -> None:
        self._deadline.cancel()
        self._lobby.leave(self)
