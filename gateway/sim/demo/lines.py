"""The lines of a demo call while it goes on: one for each thing that a person cares about."""

from dataclasses import dataclass, replace
from typing import Literal

from .events import Happening

Voice = Literal["call", "caller", "agent", "gateway", "flow"]


@dataclass(frozen=True, slots=True)
class Line:
    """Who did what, when; `note` is a measurement, said more quietly."""

    at_ms: int
    voice: Voice
    text: str
    note: str = ""


REASONS = {
    "caller_hung_up": "the caller hung up",
    "agent_hung_up": "the agent hung up",
    "voicemail": "the caller left a message",
    "model_lost": "the model was lost",
    "model_unavailable": "the model could not be reached",
    "model_refused": "the model refused",
    "leg_lost": "the media was lost",
}


def seconds(ms: float) -> str:
    """As a person reads it: 1.03 s."""
    return f"{ms / 1_000:.2f} s"


def whole_ms(ms: float) -> str:
    """With a comma between thousands: 1,240 ms."""
    return f"{ms:,.0f} ms"


class Narrator:
    """Turns what happens into lines; an agent's line waits until its words are known."""

    def __init__(self) -> None:
        self._words: dict[str, str] = {}
        self._first_sent: dict[str, int] = {}  # items that sound, not yet told
        self._note = ""  # how long the caller waited for what sounds
        self._waits_since: tuple[int, str] | None = None  # whose last sound or key awaits an answer
        self._is_agent_speaking = False
        self._cut: Line | None = None  # until the carrier has cleared

    def saw(self, happening: Happening) -> list[Line]:
        """What there is to say about it, often nothing."""
        match happening.who:
            case "caller" | "phone":
                return self._caller(happening)
            case "carrier":
                return self._carrier(happening)
            case _:
                return self._gateway(happening)

    def _caller(self, happening: Happening) -> list[Line]:
        at_ms = happening.at_ms
        match happening.what:
            case "dials":
                return [Line(at_ms, "call", "the caller dials", happening.text("note"))]
            case "speaks":
                self._waits_since = (at_ms + happening.whole("sound_ms"), "the caller's last sound")
                how = "interrupts: " if self._is_agent_speaking else ""
                return [*self._late(), Line(at_ms, "caller", how + happening.text("shown"))]
            case "presses":
                self._waits_since = (at_ms, "the key")
                return [Line(at_ms, "caller", f"presses {happening.text('key')}")]
            case "hangs up":
                return [Line(at_ms, "caller", "hangs up")]
            case "plays":
                self._is_agent_speaking = True
                self._measure(at_ms)
            case "falls silent":
                self._is_agent_speaking = False
            case _:
                pass
        return []

    def _carrier(self, happening: Happening) -> list[Line]:
        match happening.what:
            case "webhook" if happening.text("path").endswith("/voice"):
                took = f"answered in {whole_ms(happening.whole('took_ms'))}"
                return [Line(happening.at_ms, "gateway", "takes the call, signature checked", took)]
            case "cleared":
                return self._cleared(happening)
            case "note":
                text = f"the carrier notes {happening.text('text')}"
                return [Line(happening.at_ms, "call", text)]
            case _:
                return []

    def _gateway(self, happening: Happening) -> list[Line]:
        at_ms = happening.at_ms
        match happening.what:
            case "model.ready":
                note = "before any media" if self._waits_since is None else ""
                return [Line(at_ms, "gateway", "the model's session is ready", note)]
            case "leg.started":
                self._waits_since = (at_ms, "the media")
                return [Line(at_ms, "gateway", "media flows both ways")]
            case "ModelSaid":
                return self._said(happening)
            case "audio.first_sent":
                self._first_sent[happening.text("item")] = at_ms
                return []
            case "bargein.cut":
                self._cut = _cut(happening)
                return self._late()
            case "ModelTruncated":
                return self._cleared(happening)
            case "dtmf.collected":
                count = happening.whole("count")
                digits = "1 digit" if count == 1 else f"{count} digits"
                return [Line(at_ms, "gateway", f"passes {digits} to the model")]
            case "RecordCaller":
                return [Line(at_ms, "gateway", f"records a message for “{happening.text('box')}”")]
            case "EndRecording":
                kept = "the message is kept" if happening.fields.get("is_kept") else "no message"
                return [Line(at_ms, "gateway", kept)]
            case what if what.startswith("flow."):
                return [*self._late(), *_of_flow(happening)]
            case "crash":
                error = happening.text("error")
                return [Line(at_ms, "gateway", f"has crashed this call: {error}")]
            case "call.ended":
                reason = happening.text("reason")
                said = REASONS.get(reason, reason.replace("_", " "))
                return [*self._late(), Line(at_ms, "call", f"over: {said}")]
            case _:
                return []

    def _said(self, happening: Happening) -> list[Line]:
        item = happening.text("item_id")
        before = "" if happening.fields.get("is_final") else self._words.get(item, "")
        self._words[item] = before + happening.text("text")
        return self._told(item) if happening.fields.get("is_final") else []

    def _measure(self, at_ms: int) -> None:
        """The phone sounds: how long did somebody wait for it?"""
        since_ms, what = self._waits_since or (at_ms, "")
        if what and self._first_sent and at_ms >= since_ms:
            self._note = f"{seconds(at_ms - since_ms)} after {what}"
            self._waits_since = None

    def _told(self, item: str) -> list[Line]:
        if item not in self._first_sent:
            return []
        at_ms, note, self._note = self._first_sent.pop(item), self._note, ""
        return [Line(at_ms, "agent", f"“{self._words[item]}”", note)]

    def _late(self) -> list[Line]:
        """The agent's lines whose words are not complete, and may never be."""
        waiting = [item for item in self._first_sent if item in self._words]
        for item in waiting:
            self._words[item] += " …"
        return [line for item in waiting for line in self._told(item)]

    def _cleared(self, happening: Happening) -> list[Line]:
        cut, self._cut = self._cut, None
        if cut is None:
            return []
        after_ms = happening.fields.get("after_ms")
        if after_ms is None:
            return [cut]
        note = f"clear at the carrier {float(after_ms):.1f} ms after speech_started"
        return [replace(cut, note=note)]


def _of_flow(happening: Happening) -> list[Line]:
    """What the flow does: where it is, and what it says itself."""
    at_ms = happening.at_ms
    match happening.what:
        case "flow.moved":
            return [Line(at_ms, "flow", happening.text("node"), happening.text("edge"))]
        case "flow.said":
            said = ", ".join(f"“{clip.partition(':')[0]}”" for clip in _clips(happening))
            languages = ", ".join(
                dict.fromkeys(clip.partition(":")[2] for clip in _clips(happening))
            )
            return [Line(at_ms, "flow", f"says {said}", languages)]
        case "flow.impossible":
            return [Line(at_ms, "flow", f"there is no {happening.text('asked')} here")]
        case _:
            return []


def _clips(happening: Happening) -> list[str]:
    return happening.text("clips").split()


def _cut(happening: Happening) -> Line:
    heard_ms, unheard_ms = happening.whole("heard_ms"), happening.whole("unheard_ms")
    text = f"cleared: heard {whole_ms(heard_ms)} of {heard_ms + unheard_ms:,}, as the model is told"
    return Line(happening.at_ms, "gateway", text)
