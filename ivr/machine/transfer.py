"""Transfer: to a person."""

from ..flow import PhoneDestination, QueueDestination, SipDestination
from ..nodes import Transfer, TransferMode
from . import actions
from .actions import Action, CancelTransfer, Clip, ClipKind
from .events import Bridged, Event, TransferEnd, TransferResult
from .memory import Memory
from .outcome import Ending
from .state import Leave, Turn

SUMMARY = "summary"


class TransferState:
    """Warm: the person has `ring_s` to answer and `accept_s` to accept, then the caller is back.

    Cold: the carrier rings and tells; meanwhile there is no stream, and no time passes here.
    """

    def __init__(self, node: Transfer, call: Memory) -> None:
        self._node = node
        self._call = call
        self._is_over = False
        self.deadline_ms: int | None = None

    def enter(self, now_ms: int) -> Turn:
        node, to = self._node, self._call.flow.destinations[self._node.to]
        assert not isinstance(to, QueueDestination)
        if node.mode is TransferMode.WARM:
            self.deadline_ms = now_ms + (to.ring_s + node.accept_s) * 1000
        return [self._transfer(to)]

    def handle(self, event: Event, now_ms: int) -> Turn:
        match event:
            case Bridged():
                self._call.outcome.happened(Ending.TRANSFERRED)
                self.deadline_ms = None
                return []
            case TransferResult(end):
                self._is_over = True
                if end is TransferEnd.COMPLETED:
                    self._call.outcome.happened(Ending.TRANSFERRED)
                return [self._leave(end)]
            case _:
                return []

    def wake(self, now_ms: int) -> Turn:
        return [self._leave(TransferEnd.NO_ANSWER)]

    def resume(self, now_ms: int) -> Turn:
        return []

    def leave(self, now_ms: int) -> list[Action]:
        return [] if self._is_over else [CancelTransfer()]

    def _transfer(self, to: PhoneDestination | SipDestination) -> actions.Transfer:
        node = self._node
        is_prompt = node.whisper is not None and node.whisper != SUMMARY
        language = self._call.flow.languages[0]  # the person's, not the caller's
        whisper = Clip(ClipKind.PROMPT, node.whisper or "", language) if is_prompt else None
        return actions.Transfer(
            destination=to,
            mode=node.mode,
            music=node.music,
            accept_key=node.accept_key,
            accept_s=node.accept_s,
            whisper=whisper,
            has_summary=node.whisper == SUMMARY,
        )

    def _leave(self, end: TransferEnd) -> Leave:
        name = end.value if end.value in self._node.exits else TransferEnd.FAILED.value
        return Leave(f"exits.{name}", self._node.exits[name])
