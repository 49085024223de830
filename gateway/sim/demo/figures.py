"""A demo call in figures: turns, the cut, what was heard of it and what the model was told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from .events import Happening
from .sound import BYTES_PER_MS, Track

_PREFIXES_MS = (200, 50)  # of an answer, by which it is found
_QUIET_START_MS = 100  # it may begin with so much silence


@dataclass(frozen=True, slots=True)
class Spoken:
    """One utterance of the caller: its first and its last sound."""

    start_ms: int
    end_ms: int
    shown: str


@dataclass(slots=True)
class Answer:
    """One utterance of the agent.

    `audio` is what the model made of it until a cut, in mu-law; `played_ms` how much of that the
    phone played, found by comparing the sounds; `told_ms` what the model was told at a cut.
    """

    item_id: str
    words: str = ""
    audio: bytearray = field(default_factory=bytearray)
    first_delta_ms: int = 0
    sent_ms: int | None = None
    start_ms: float = 0.0
    played_ms: float = 0.0
    told_ms: int | None = None

    @property
    def made_ms(self) -> float:
        """How long it would have been."""
        return len(self.audio) / BYTES_PER_MS

    @property
    def end_ms(self) -> float:
        """When it was last heard."""
        return self.start_ms + self.played_ms


@dataclass(frozen=True, slots=True)
class Turn:
    """From the caller's last sound to the agent's first, and where the time went.

    `detector_ms`: until the model noticed the end; `model_ms`: from there to its first audio.
    """

    end_of_speech_ms: int
    first_sound_ms: int
    detector_ms: int
    model_ms: int

    @property
    def total_ms(self) -> int:
        return self.first_sound_ms - self.end_of_speech_ms

    @property
    def rest_ms(self) -> int:
        """The gateway, and both ways between it and the phone."""
        return self.total_ms - self.detector_ms - self.model_ms


@dataclass(frozen=True, slots=True)
class Cut:
    """An interruption: the caller's first sound, the agent's last, and the answer that was cut.

    `clear_ms`: from `speech_started` leaving the model to `clear` reaching the carrier; None also
    where it was a key that interrupted.
    """

    began_ms: int
    at_ms: int
    answer: Answer
    clear_ms: float | None
    is_by_key: bool = False

    @property
    def silent_after_ms(self) -> int:
        """How long both spoke."""
        return round(self.answer.end_ms) - self.began_ms


@dataclass(frozen=True, slots=True)
class Figures:
    """All that was measured of one call; None for what never happened."""

    length_ms: int
    webhook_ms: int | None
    media_ms: int | None
    first_sound_ms: int | None
    spoken: tuple[Spoken, ...]
    answers: tuple[Answer, ...]
    turns: tuple[Turn, ...]
    cuts: tuple[Cut, ...]
    keys: tuple[tuple[int, str], ...]
    keys_answer_ms: int | None
    frames_in: int
    frames_forwarded: int
    reason: str
    late_ms: int


class Answers:
    """What the agent says, gathered while it happens."""

    def __init__(self) -> None:
        self._of: dict[str, Answer] = {}

    def saw(self, happening: Happening, payload: bytes = b"") -> None:
        """One thing that happened; `payload` is a delta's audio."""
        match happening.what:
            case "ModelAudio":
                answer = self._answer(happening)
                if answer.told_ms is None:  # what comes after the cut is dropped unheard
                    answer.first_delta_ms = answer.first_delta_ms or happening.at_ms
                    answer.audio += payload
            case "ModelSaid":
                self._say(self._answer(happening), happening)
            case "audio.first_sent":
                self._of[happening.text("item")].sent_ms = happening.at_ms
            case "TruncateItem":
                self._answer(happening).told_ms = happening.whole("heard_ms")
            case "DeleteItem":
                self._answer(happening).told_ms = 0
            case _:
                pass

    def heard_on(self, agent: Track) -> tuple[Answer, ...]:
        """Those that were sent, each with when and how much of it sounded."""
        sent = [answer for answer in self._of.values() if answer.sent_ms is not None]
        for answer in sent:
            _locate(answer, agent)
        return tuple(sent)

    def _answer(self, happening: Happening) -> Answer:
        item_id = happening.text("item_id")
        return self._of.setdefault(item_id, Answer(item_id))

    def _say(self, answer: Answer, happening: Happening) -> None:
        text = happening.text("text")
        answer.words = text if happening.fields.get("is_final") else answer.words + text


def _locate(answer: Answer, agent: Track) -> None:
    for prefix_ms in _PREFIXES_MS:
        prefix = bytes(answer.audio[: prefix_ms * BYTES_PER_MS])
        position = agent.find(prefix, (answer.sent_ms or 0) - 5)
        if position is not None:
            answer.start_ms = position / BYTES_PER_MS
            answer.played_ms = agent.agreed(bytes(answer.audio), position) / BYTES_PER_MS
            return
    answer.start_ms = float(answer.sent_ms or 0)


def figures(
    happenings: Sequence[Happening],
    answers: tuple[Answer, ...],
    length_ms: int,
    late_ms: int = 0,
) -> Figures:
    """The figures of a call that is over; `late_ms`: how late timers were on this machine."""
    speech = tuple(_spoken(happenings))
    keys = tuple((h.at_ms, h.text("key")) for h in happenings if h.what == "presses")
    ended = next((h for h in happenings if h.what == "call.ended"), None)
    webhook = next((h for h in happenings if h.what == "webhook"), None)
    return Figures(
        length_ms=length_ms,
        webhook_ms=None if webhook is None else webhook.whole("took_ms"),
        media_ms=_first(happenings, "leg.started"),
        first_sound_ms=_first_sound_ms(happenings, answers[0]) if answers else None,
        spoken=speech,
        answers=answers,
        turns=tuple(_turns(happenings, speech, answers)),
        cuts=tuple(_cuts(happenings, speech, keys, answers)),
        keys=keys,
        keys_answer_ms=_keys_answer_ms(happenings, keys, answers),
        frames_in=ended.whole("frames_in") if ended else 0,
        frames_forwarded=ended.whole("frames_forwarded") if ended else 0,
        reason=ended.text("reason") if ended else "",
        late_ms=late_ms,
    )


def _first(happenings: Iterable[Happening], what: str, from_ms: int = 0) -> int | None:
    """When something first happened, from an instant on."""
    found = (h.at_ms for h in happenings if h.what == what and h.at_ms >= from_ms)
    return next(found, None)


def _spoken(happenings: Iterable[Happening]) -> Iterable[Spoken]:
    for each in happenings:
        if each.what == "speaks":
            yield Spoken(each.at_ms, each.at_ms + each.whole("sound_ms"), each.text("shown"))


def _turns(
    happenings: Sequence[Happening], speech: Sequence[Spoken], answers: Sequence[Answer]
) -> Iterable[Turn]:
    """One for each utterance that was answered before the caller spoke again."""
    for number, utterance in enumerate(speech):
        over_ms = speech[number + 1].start_ms if number + 1 < len(speech) else None
        answer = _next(answers, utterance.end_ms)
        if answer is None or (over_ms is not None and answer.start_ms >= over_ms):
            continue
        noticed_ms = _first(happenings, "ModelHeardQuiet", utterance.end_ms)
        if noticed_ms is None or noticed_ms > answer.first_delta_ms:
            continue
        yield Turn(
            utterance.end_ms,
            _first_sound_ms(happenings, answer),
            noticed_ms - utterance.end_ms,
            answer.first_delta_ms - noticed_ms,
        )


def _next(answers: Iterable[Answer], from_ms: int) -> Answer | None:
    return next((answer for answer in answers if answer.start_ms >= from_ms), None)


def _cuts(
    happenings: Sequence[Happening],
    speech: Sequence[Spoken],
    keys: Sequence[tuple[int, str]],
    answers: Sequence[Answer],
) -> Iterable[Cut]:
    of = {answer.item_id: answer for answer in answers}
    for each in happenings:
        answer = of.get(each.text("item_id"))
        if each.what == "TruncateItem" and answer is not None:
            cleared = next(
                (h for h in happenings if h.what == "cleared" and h.at_ms >= each.at_ms), None
            )
            after_ms = cleared.fields.get("after_ms") if cleared else None
            began = max((s.start_ms for s in speech if s.start_ms <= each.at_ms), default=0)
            pressed = max((at_ms for at_ms, _ in keys if at_ms <= each.at_ms), default=-1)
            if pressed > began:
                yield Cut(pressed, each.at_ms, answer, None, is_by_key=True)
            else:
                clear_ms = None if after_ms is None else float(after_ms)
                yield Cut(began, each.at_ms, answer, clear_ms)


def _keys_answer_ms(
    happenings: Iterable[Happening], keys: Sequence[tuple[int, str]], answers: Iterable[Answer]
) -> int | None:
    """From the last key to the agent's first sound."""
    answer = _next(answers, keys[-1][0]) if keys else None
    return None if answer is None else _first_sound_ms(happenings, answer) - keys[-1][0]


def _first_sound_ms(happenings: Iterable[Happening], answer: Answer) -> int:
    """When the phone, silent before, played the first sample of an answer."""
    start_ms = int(answer.start_ms)
    heard_ms = _first(happenings, "plays", start_ms)
    return start_ms if heard_ms is None or heard_ms > start_ms + _QUIET_START_MS else heard_ms
