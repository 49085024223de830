"""A WebSocket that carries text, by callbacks over picows: messages in and out, and the end of it."""

import asyncio
import socket
import time
from collections import deque
from collections.abc import Callable
from typing import Protocol

from picows import WSCloseCode, WSFrame, WSListener, WSMsgType, WSTransport

from .socket_limits import (
    POLICY_VIOLATED,
    RULE_BROKEN,
    Fragments,
    LimitExceeded,
    RateLimit,
    SocketLimits,
)

_NO_CODE = 1005  # RFC 6455 7.4.1: the close frame was empty
_LOST = 1006  # RFC 6455 7.4.1: there was no close frame
_REASON_BYTES = 123  # RFC 6455 5.5: a control frame carries 125, and the code takes two of them
_UNANSWERED_PINGS = 3
_TEXT = WSMsgType.TEXT  # as it is: the look-up costs more than what it is compared with
_KERNEL_UNSENT_BYTES = 16_384  # what exceeds it waits here, where it is seen and can be dropped


class Receiver(Protocol):
    """Who listens to a socket; called in the loop, and never again after `on_closed`."""

    def on_text(self, data: memoryview | bytes) -> None:
        """One whole message, valid during the call; whether it is UTF-8 is yet to be seen."""
        ...

    def on_binary(self) -> None:
        """A binary message came, in whose content nobody here has an interest."""
        ...

    def on_closed(self, code: int, reason: str) -> None:
        """The end, once: as the first close frame of either side says, 1006 if there was none."""
        ...


Accept = Callable[["TextSocket"], Receiver]


class TextSocket(WSListener):
    """One WebSocket, either side. Nothing is awaited, and no message makes a task or a timer.

    Its verbs are `attach`, `send`, `drop_unsent`, `close` and `abort`; what is named `on_ws_…`,
    `pause_writing` and `resume_writing` is for picows. A socket that was let in gets its receiver
    from `accept`; one that we opened reads nothing before `attach`. After `close` or `abort` the
    receiver hears `on_closed` and nothing else.
    """

    __slots__ = (  # beside a C base a dict is slow
        "_accept",
        "_fragments",
        "_is_leaving",
        "_is_over",
        "_is_stalled",
        "_limits",
        "_on_ended",
        "_rate",
        "_receiver",
        "_silent_pings",
        "_timer",
        "_transport",
        "_unsent",
        "_unsent_bytes",
    )
    _transport: WSTransport  # there before anybody is handed this socket

    def __init__(
        self,
        limits: SocketLimits,
        accept: Accept | None = None,
        on_ended: "Callable[[TextSocket], None] | None" = None,
    ) -> None:
        self._limits = limits
        self._accept = accept
        self._on_ended = on_ended
        rate = limits.frames_per_s
        self._rate = RateLimit(rate, limits.burst) if rate else None
        self._fragments = Fragments(limits.max_message_bytes)
        self._receiver: Receiver = _Early()
        self._unsent: deque[bytes] = deque()  # whole messages, and only while the peer stalls us
        self._unsent_bytes = 0
        self._is_stalled = False
        self._is_leaving = False
        self._is_over = False
        self._silent_pings = 0
        self._timer: asyncio.TimerHandle | None = None  # of the next ping; when leaving, of the end

    def attach(self, receiver: Receiver) -> None:
        """Let `receiver` hear everything from now on, first what came while there was none."""
        early, self._receiver = self._receiver, receiver
        if isinstance(early, _Early):
            early.replay(receiver)
        if not self._is_leaving:
            self._transport.underlying_transport.resume_reading()

    def send(self, text: bytes | str) -> None:
        """Write one text message now; while the peer stalls us, behind those that wait."""
        if self._is_stalled and not self._is_leaving:
            message = text.encode() if isinstance(text, str) else text
            self._unsent.append(message)
            self._unsent_bytes += len(message)
        elif not self._is_leaving:
            self._transport.send(_TEXT, text)

    def backlog_bytes(self) -> int:
        """Bytes the kernel has not taken; TLS of our own HTTP server may hide 64 KiB more of them."""
        if not self._is_stalled:
            return 0
        return self._transport.underlying_transport.get_write_buffer_size() + self._unsent_bytes

    def drop_unsent(self) -> int:
        """Forget the messages of which no byte has been written; answers how many these were."""
        dropped = len(self._unsent)
        self._unsent.clear()
        self._unsent_bytes = 0
        return dropped

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Say goodbye. The peer's answer ends the socket, the grace does if there is none."""
        if not self._is_leaving:
            self._leave(code, reason)

    def abort(self) -> None:
        """End it without a word."""
        self._is_leaving = True
        self.drop_unsent()
        self._transport.disconnect(graceful=False)

    def on_ws_connected(self, transport: WSTransport) -> None:
        self._transport = transport
        stream = transport.underlying_transport
        stream.set_write_buffer_limits(high=1, low=0)
        _keep_little_in_the_kernel(stream)
        if self._limits.ping_every_s is not None:
            self._arm(self._limits.ping_every_s, self._ping)
        if self._accept is None:
            stream.pause_reading()
        else:
            self.attach(self._accept(self))

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if self._is_leaving or transport.is_close_frame_sent:
            self._take_after_goodbye(frame)
            return
        self._silent_pings = 0
        if self._rate is not None and not self._rate.admits(time.monotonic_ns()):
            self._refuse(POLICY_VIOLATED, "too many messages")
        elif frame.rsv1 or frame.rsv2 or frame.rsv3:
            self._refuse(RULE_BROKEN, "no extension was agreed upon")
        elif frame.msg_type is _TEXT and frame.fin and not self._fragments.is_pending:
            self._receiver.on_text(frame.get_payload_as_bytes())
        else:
            self._take_rare(frame)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self._is_leaving = True
        self.drop_unsent()
        if self._timer is not None:
            self._timer.cancel()
        farewell = transport.close_handshake
        if farewell and farewell.sent:
            self._tell_end(farewell.sent.code.value, farewell.sent.reason)
        else:
            self._tell_end(_LOST, "")
        if self._on_ended is not None:
            self._on_ended(self)

    def pause_writing(self) -> None:
        self._is_stalled = True

    def resume_writing(self) -> None:
        self._is_stalled = False
        while self._unsent and not self._is_stalled:
            message = self._unsent.popleft()
            self._unsent_bytes -= len(message)
            self._transport.send(WSMsgType.TEXT, message)

    def _take_rare(self, frame: WSFrame) -> None:
        kind, payload = frame.msg_type, frame.get_payload_as_bytes()
        if kind is WSMsgType.PING:
            if not self._is_stalled:  # who does not read needs no answer
                self._transport.send_pong(payload)
        elif kind is WSMsgType.CLOSE:
            self._take_goodbye(payload)
        elif kind is not WSMsgType.PONG:
            self._take_fragment(kind, payload, is_last=bool(frame.fin))

    def _take_fragment(self, kind: WSMsgType, payload: bytes, *, is_last: bool) -> None:
        try:
            message = self._fragments.add(kind, payload, is_last=is_last)
        except LimitExceeded as limit:
            self._refuse(limit.code, limit.reason)
            return
        if message is None:
            return
        if message[0] is WSMsgType.TEXT:
            self._receiver.on_text(message[1])
        else:
            self._receiver.on_binary()

    def _take_goodbye(self, payload: bytes) -> None:
        code = int.from_bytes(payload[:2], "big")
        self._leave(code or 1000, "")
        self._transport.disconnect()
        self._tell_end(code or _NO_CODE, payload[2:].decode(errors="replace"))

    def _take_after_goodbye(self, frame: WSFrame) -> None:
        if frame.msg_type is WSMsgType.CLOSE:
            self._transport.disconnect()

    def _refuse(self, code: int, reason: str) -> None:
        """End a socket whose peer went too far: what it still sends is not even read."""
        self._leave(code, reason)
        self._transport.underlying_transport.pause_reading()
        self._tell_end(code, reason)

    def _leave(self, code: int, reason: str) -> None:
        self._is_leaving = True
        self.drop_unsent()
        short = reason.encode()[:_REASON_BYTES].decode(errors="ignore")
        self._transport.send_close(WSCloseCode(code), short.encode())
        self._arm(self._limits.close_grace_s, self.abort)

    def _tell_end(self, code: int, reason: str) -> None:
        if not self._is_over:
            self._is_over = True
            self._receiver.on_closed(code, reason)

    def _ping(self) -> None:
        self._silent_pings += 1
        if self._silent_pings > _UNANSWERED_PINGS:
            self.abort()
            return
        self._transport.send_ping()
        assert self._limits.ping_every_s is not None
        self._arm(self._limits.ping_every_s, self._ping)

    def _arm(self, delay_s: float, then: Callable[[], None]) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(delay_s, then)


class _Early:
    """Stands in for a receiver that is not attached yet, and tells it everything once it is."""

    def __init__(self) -> None:
        self._heard: list[Callable[[Receiver], None]] = []

    def on_text(self, data: memoryview | bytes) -> None:
        held = bytes(data)
        self._heard.append(lambda receiver: receiver.on_text(held))

    def on_binary(self) -> None:
        self._heard.append(lambda receiver: receiver.on_binary())

    def on_closed(self, code: int, reason: str) -> None:
        self._heard.append(lambda receiver: receiver.on_closed(code, reason))

    def replay(self, receiver: Receiver) -> None:
        for tell in self._heard:
            tell(receiver)


def _keep_little_in_the_kernel(stream: asyncio.Transport) -> None:
    """Let the kernel hold back no seconds of speech, which nobody could count or take back."""
    unsent: int | None = getattr(socket, "TCP_NOTSENT_LOWAT", None)
    wire: socket.socket | None = stream.get_extra_info("socket")
    if unsent is not None and wire is not None:
        wire.setsockopt(socket.IPPROTO_TCP, unsent, _KERNEL_UNSENT_BYTES)
