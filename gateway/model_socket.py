"""The model of one call over a socket that opens while the call goes on."""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from .core.events import ModelUnreachable
from .core.wire import Deliver
from .models.openai_realtime import OpenAIRealtime
from .sockets import ConnectRefused, connect


@dataclass(frozen=True, slots=True)
class ModelAddress:
    """Where the model is, and how it is asked to let us in."""

    url: str
    headers: Mapping[str, str] = field(repr=False)
    timeout_s: float = 5.0
    tls: ssl.SSLContext | None = None


def address(
    url: str, model: str, api_key: str, *, timeout_s: float, tls: ssl.SSLContext | None = None
) -> ModelAddress:
    """OpenAI Realtime: the model stands in the query, the key in `Authorization`, nothing else."""
    joined = f"{url}{'&' if '?' in url else '?'}{urlencode({'model': model})}"
    return ModelAddress(joined, {"Authorization": f"Bearer {api_key}"}, timeout_s, tls)


class ModelSocket:
    """Connects in the background; what comes of that is an event, never an exception."""

    def __init__(self, place: ModelAddress, speaker: OpenAIRealtime) -> None:
        self._place = place
        self._speaker = speaker
        self._opening: asyncio.Task[None] | None = None
        self.perform = speaker.perform  # as they are: 50 times a second is no place for a detour
        self.backlog_bytes = speaker.backlog_bytes

    def start(self, deliver: Deliver) -> None:
        """Begin to connect; events go to `deliver` from now on."""
        self._speaker.start(deliver)
        self._opening = asyncio.get_running_loop().create_task(self._open(deliver))

    async def _open(self, deliver: Deliver) -> None:
        place = self._place
        try:
            socket = await connect(
                place.url, place.headers, timeout_s=place.timeout_s, tls=place.tls
            )
        except ConnectRefused as refusal:
            deliver(ModelUnreachable(refusal.status, (refusal.retry_after_s or 0) * 1_000))
        except OSError:  # TimeoutError is one, and what TLS and names can raise as well
            deliver(ModelUnreachable(0))
        else:
            self._speaker.connected(socket)
            socket.attach(self._speaker)

    def close(self) -> None:
        """End the session, or the attempt to get one."""
        if self._opening is not None:
            self._opening.cancel()
        self._speaker.close()
