"""A call drawn from a seed: the line, the caller, what the model says, and what goes wrong."""

from dataclasses import dataclass, field
from random import Random
from typing import Literal

from ...core.bargein import Interruption
from ..carrier.caller import (
    HangUp,
    HearAgent,
    HearQuiet,
    Pause,
    PressKeys,
    Speak,
    Step,
    cough,
    loud,
    mm_hm,
)
from ..carrier.faults import CarrierFault
from ..realtime.brains import Answer, Speech, Transcript
from ..realtime.faults import Fault


@dataclass(frozen=True, slots=True)
class LineShape:
    """One way of the network between two ends; `jitter_ms` is the mean of an exponential extra."""

    delay_ms: int = 30
    jitter_ms: int = 5
    stall_chance: float = 0.0  # in each second
    stall_ms: tuple[int, int] = (100, 400)


@dataclass(frozen=True, slots=True)
class Scenario:
    """Everything that decides a call, apart from the seeds of its actors."""

    seed: int
    steps: tuple[Step, ...]
    answers: tuple[Answer, ...]
    transcripts: tuple[Transcript, ...] = ()
    carrier_line: LineShape = LineShape()
    model_line: LineShape = LineShape()
    audio: Literal["pcmu", "pcm24k"] = "pcmu"  # with the model; only mu-law can be tagged
    interruption: Interruption = Interruption.CUT
    media_after_ms: int = 350  # from the webhook to the upgrade
    carrier_faults: tuple[CarrierFault, ...] = ()
    model_faults: tuple[Fault, ...] = ()
    pauses: tuple[tuple[int, int], ...] = ()  # the gateway stands still: at, for (ms)
    clock_jumps: tuple[tuple[int, int], ...] = ()  # its clock is wrong: from, by (ms)
    names: tuple[str, ...] = field(default=())  # of what goes wrong, for reports
    limit_ms: int = 240_000

    @property
    def is_faultless(self) -> bool:
        """Nothing was injected but the network's own delay."""
        return not (self.carrier_faults or self.model_faults or self.pauses or self.clock_jumps)


CARRIER_FAULTS = (
    CarrierFault("bunch", probability=0.01),
    CarrierFault("stall_out", probability=0.0005, length=(1_500, 1_500)),
    CarrierFault("stall_out", probability=0.0003, length=(6_000, 6_000)),
    CarrierFault("stall_in", probability=0.0005, length=(400, 400)),
    CarrierFault("frame_lost", probability=0.02),
    CarrierFault("frame_doubled", probability=0.01),
    CarrierFault("frame_empty", probability=0.01),
    CarrierFault("frame_short", probability=0.01),
    CarrierFault("frame_long", probability=0.02),
    CarrierFault("media_stops", probability=0.0005, length=(3_000, 3_000)),
    CarrierFault("media_stops", probability=0.0003, length=(30_000, 30_000)),
    CarrierFault("close_without_stop", probability=0.0005),
    CarrierFault("stop_without_close", probability=0.0005),
    CarrierFault("drop", probability=0.0005),
    CarrierFault("unknown_event", probability=0.005),
    CarrierFault("mark_late", probability=0.1),
    CarrierFault("mark_doubled", probability=0.1),
    CarrierFault("mark_lost", probability=0.2),
    CarrierFault("mark_reordered", probability=0.1),
    CarrierFault("start_late", probability=1.0, length=(3_000, 3_000)),
    CarrierFault("start_missing", probability=1.0),
)

MODEL_FAULTS = (
    Fault("no_session_created"),
    Fault("no_session_updated"),
    Fault("refused", text="invalid_api_key"),
    Fault("update_refused", at=1, text="unknown_parameter"),
    Fault("update_refused", text="unknown_parameter"),
    Fault("silent_turn", at=2),
    Fault("silent_turn"),
    Fault("server_error", at=2),
    Fault("stuck_response", at=2),
    Fault("delta_gap", at=2, value=6_000),
    Fault("response_failed", at=2, text="server_error"),
    Fault("response_failed", at=2, text="rate_limit_exceeded"),
    Fault("response_failed", text="insufficient_quota"),
    Fault("response_incomplete", at=2, text="max_output_tokens"),
    Fault("response_incomplete", at=2, text="content_filter"),
    Fault("late_deltas", value=3),
    Fault("one_delta"),
    Fault("null_usage"),
    Fault("cancel_unasked"),
    Fault("transcription_failed"),
    Fault("transcription_late", value=3_000),
    Fault("transcription_empty"),
    Fault("close", at=30, value=1011),
    Fault("close", at=60, value=1001, text="Your session hit the maximum duration of 60 minutes."),
    Fault("drop", at=40),
    Fault("half_dead", at=45),
    Fault("repeated_event", at=25),
    Fault("extra_fields", chance=0.1),
    Fault("missing_fields", chance=0.1),
    Fault("unknown_event", chance=0.05),
    Fault("unknown_error", chance=0.02),
    Fault("bad_json", chance=0.01),
    Fault("binary_frame", chance=0.01),
)


def draw(seed: int, *, has_faults: bool = True, carrier_line: LineShape | None = None) -> Scenario:
    """The call of this seed, or the same over another line to the carrier.

    Each part has its own random numbers, so that none shifts another.
    """
    carrier_faults, model_faults, pauses, jumps = (), (), (), ()
    luck = Random(f"{seed}/faults")
    if has_faults and luck.random() < 0.6:
        carrier_faults = tuple(luck.sample(CARRIER_FAULTS, luck.randint(0, 2)))
        model_faults = tuple(luck.sample(MODEL_FAULTS, luck.randint(0, 2)))
        pauses = tuple((luck.randint(500, 30_000), 250) for _ in range(luck.choice((0, 0, 0, 2))))
        jumps = ((luck.randint(500, 30_000), -luck.randint(1, 5_000)),) * luck.choice((0, 0, 0, 1))
    names = (
        *(fault.kind for fault in carrier_faults),
        *(fault.name for fault in model_faults),
        *("pause" for _ in pauses),
        *("clock_jump" for _ in jumps),
    )
    policy = Random(f"{seed}/policy").choices(list(Interruption), (9, 1))[0]
    return Scenario(
        seed,
        steps=_steps(Random(f"{seed}/caller")),
        answers=_answers(Random(f"{seed}/answers")),
        carrier_line=carrier_line or _line(Random(f"{seed}/carrier line"), (20, 150), (0, 15)),
        model_line=_line(Random(f"{seed}/model line"), (10, 160), (0, 10)),
        interruption=policy,
        media_after_ms=Random(f"{seed}/upgrade").randint(100, 1_500),
        carrier_faults=carrier_faults,
        model_faults=model_faults,
        pauses=pauses,
        clock_jumps=jumps,
        names=names,
    )


def _line(luck: Random, delay_ms: tuple[int, int], jitter_ms: tuple[int, int]) -> LineShape:
    return LineShape(
        luck.randint(*delay_ms), luck.randint(*jitter_ms), luck.choice((0.0, 0.0, 0.0, 0.02))
    )


def _answers(luck: Random) -> tuple[Answer, ...]:
    return tuple(
        Answer(
            tuple(
                Speech("so", audio_ms=luck.randint(6, 160) * 50) for _ in range(luck.randint(1, 4))
            ),
            delta_ms=luck.choice((20, 100, 250, 250, 250, 1_000)),
            speed=luck.choice((0.7, 1.0, 2.0, 5.0, 5.0, 5.0, 20.0)),
            overlap=luck.random() < 0.2,
        )
        for _ in range(8)
    )


def _steps(luck: Random) -> tuple[Step, ...]:
    steps: list[Step] = []
    if luck.random() < 0.3:
        steps += [Pause(luck.randint(0, 1_000)), Speak(loud(luck.randint(300, 1_000)))]
    for _ in range(luck.randint(2, 6)):
        steps += luck.choice(
            (_listens, _listens, _interrupts, _interrupts, _coughs, _presses, _interrupts_twice)
        )(luck)
    return (*steps, Pause(luck.randint(0, 3_000)), HangUp())


def _says(luck: Random) -> Speak:
    return Speak(loud(luck.randint(400, 3_000)))


def _listens(luck: Random) -> tuple[Step, ...]:
    wait = HearAgent(200, patience_ms=12_000)
    return (wait, HearQuiet(luck.randint(300, 1_500), patience_ms=20_000), _says(luck))


def _interrupts(luck: Random) -> tuple[Step, ...]:
    return (HearAgent(100, 4_000, patience_ms=12_000), _says(luck))


def _interrupts_twice(luck: Random) -> tuple[Step, ...]:
    return (*_interrupts(luck), Pause(luck.randint(50, 900)), _says(luck))


def _coughs(luck: Random) -> tuple[Step, ...]:
    sound = luck.choice((cough, mm_hm))()
    return (HearAgent(100, 3_000, patience_ms=12_000), sound, Pause(1_000))


def _presses(luck: Random) -> tuple[Step, ...]:
    keys = "".join(luck.choice("0123456789#*") for _ in range(luck.randint(1, 4)))
    return (HearAgent(100, 3_000, patience_ms=12_000), PressKeys(keys, luck.randint(150, 800)))
