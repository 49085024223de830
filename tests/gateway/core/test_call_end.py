"""How calls end: hung up, lost, worn out, drained; and that last words are heard."""

from dataclasses import dataclass, field

import pytest

from voicegate.codecs.frames import PCM16_8K, PCMU_8K, AudioFormat
from voicegate.gateway.core.actions import (
    Action,
    CancelResponse,
    ClearAudio,
    CloseLeg,
    CloseModel,
    EndCall,
    EndReason,
    Fact,
    HearAudio,
    PlaceMark,
    PlayAudio,
    fact,
)
from voicegate.gateway.core.agent import AgentPlan
from voicegate.gateway.core.call import GARBLED_MAX, Call, CallLimits, Prompts
from voicegate.gateway.core.events import (
    CallerAudio,
    CallRang,
    CarrierEnded,
    Event,
    GatewayDraining,
    LegClosed,
    LegEnd,
    LegFault,
    LegFaultKind,
    LegOpened,
    MarkPlayed,
    ModelAudio,
    ModelAudioDone,
    ModelBlocked,
    ModelClosed,
    ModelCommitted,
    ModelConnected,
    ModelFault,
    ModelHeardSpeech,
    ModelOpened,
    ModelResponded,
    ModelResponding,
    ResponseStatus,
)
from voicegate.gateway.core.phases import Phase
from voicegate.gateway.core.uplink import Booked

OPENED = ModelOpened("audio/pcm", "audio/pcm")
PROMPTS = Prompts(
    apology=b"\x11" * 8 * 1_000, goodbye=b"\x22" * 8 * 1_000, draining=b"\x33" * 8 * 1_000
)


@dataclass(slots=True)
class Story:
    """A call in talk, the time, and everything it asked for."""

    limits: CallLimits = field(default_factory=CallLimits)
    prompts: Prompts = PROMPTS
    line: AudioFormat = PCMU_8K
    call: Call = field(init=False)
    now_ms: int = 0
    actions: list[Action] = field(default_factory=list[Action])

    def __post_init__(self) -> None:
        plan = AgentPlan(greeting=None)
        self.call = Call(plan, self.limits, self.prompts, line=self.line)
        self.at(0, CallRang(), LegOpened("MZ1"), ModelConnected(), OPENED)
        self.actions.clear()

    def at(self, now_ms: int, *events: Event) -> list[Action]:
        """The line is silent but alive until then; what the events make the call ask for."""
        while self.now_ms + 20 <= now_ms:
            self._tick(self.now_ms + 20)
            self.actions += self.call.handle(CallerAudio(b"\xff" * 160, self.now_ms), self.now_ms)
        self._tick(now_ms)
        actions = [action for event in events for action in self.call.handle(event, now_ms)]
        self.actions += actions
        return actions

    def _tick(self, now_ms: int) -> None:
        while self.call.deadline_ms is not None and self.call.deadline_ms <= now_ms:
            self.actions += self.call.wake(max(self.now_ms, self.call.deadline_ms))
        self.now_ms = now_ms

    def answers(self, at_ms: int, ms: int) -> None:
        """The model's item `a`, all of it at once."""
        self.at(at_ms, ModelCommitted("u"), ModelResponding("r1"))
        self.at(at_ms, ModelAudio("a", "r1", bytes(8 * ms)), ModelAudioDone("a", "r1"))
        self.at(at_ms, ModelResponded("r1", ResponseStatus.COMPLETED))

    @property
    def end(self) -> EndReason | None:
        ends = [action.reason for action in self.actions if isinstance(action, EndCall)]
        assert len(ends) <= 1
        return ends[0] if ends else None

    def played(self) -> list[str]:
        return [action.item_id for action in self.actions if isinstance(action, PlayAudio)]


def told(actions: list[Action]) -> list[Action]:
    return [action for action in actions if not isinstance(action, Fact)]


# -- the caller goes -------------------------------------------------------------------------------


def test_a_caller_who_hangs_up_stops_everything_at_once() -> None:
    """C16: response cancelled, model closed, nothing for the leg that is gone."""
    story = Story()
    story.at(100, ModelCommitted("u"), ModelResponding("r1"), ModelAudio("a", "r1", bytes(8_000)))
    assert told(story.at(400, LegClosed(LegEnd.STOPPED))) == [
        CancelResponse("cancel-1", "r1"),
        CloseModel(),
        EndCall(EndReason.CALLER_HUNG_UP),
    ]


def test_the_summary_tells_what_was_received_and_heard() -> None:
    """C49, C60."""
    story = Story()
    story.answers(100, 1_000)
    actions = story.at(400, LegClosed(LegEnd.STOPPED))
    assert actions[-2] == fact(
        "call.ended",
        reason="caller_hung_up",
        detail="caller_hung_up",
        frames_in=20,
        frames_forwarded=20,
        booked_before_ready=0,
        booked_stale=0,
        booked_after_end=0,
        booked_malformed=0,
        padded_ms=0,
        filled_ms=0,
        items=1,
        cut_items=1,
        received_ms=1_000,
        heard_ms=300,
        stale_echoes=0,
        holes=0,
        round_trip_ms=0,
    )


def test_the_summary_counts_in_the_lines_own_format() -> None:
    story = Story(line=PCM16_8K)
    story.at(0, ModelCommitted("u"), ModelResponding("r1"), ModelAudio("a", "r1", bytes(16_000)))
    *_, summary = [a for a in story.at(400, CarrierEnded()) if isinstance(a, Fact)]
    assert (summary.fields["received_ms"], summary.fields["heard_ms"]) == (1_000, 400)


@pytest.mark.parametrize("first", [LegClosed(LegEnd.STOPPED), LegClosed(LegEnd.CLOSED)])
@pytest.mark.parametrize("second", [LegClosed(LegEnd.STOPPED), LegClosed(LegEnd.CLOSED)])
def test_stop_and_close_in_any_order_and_doubled_are_one_end(first: Event, second: Event) -> None:
    """C15, X26, X30."""
    story = Story()
    story.at(100, first)
    assert story.at(100, second) == []
    assert story.end is EndReason.CALLER_HUNG_UP


@pytest.mark.parametrize(
    ("why", "reason"),
    [
        (LegEnd.STOPPED, EndReason.CALLER_HUNG_UP),
        (LegEnd.CLOSED, EndReason.CALLER_HUNG_UP),
        (LegEnd.LOST, EndReason.LEG_LOST),
        (LegEnd.SLOW, EndReason.SLOW_LEG),
        (LegEnd.MISBEHAVED, EndReason.PROTOCOL_ERROR),
    ],
)
def test_each_end_of_a_leg_has_its_reason(why: LegEnd, reason: EndReason) -> None:
    """C20, C58."""
    story = Story()
    story.at(100, LegClosed(why))
    assert story.end is reason


def test_what_the_carrier_says_of_the_call_closes_a_leg_that_still_stands() -> None:
    """C22: the unheard rest is taken back first."""
    story = Story()
    story.answers(0, 1_000)
    assert told(story.at(400, CarrierEnded())) == [
        ClearAudio(),
        CloseLeg(1000),
        CloseModel(),
        EndCall(EndReason.CALLER_HUNG_UP),
    ]


def test_a_wire_without_media_is_a_lost_leg() -> None:
    """C34."""
    story = Story()
    story.at(1_000)
    silent = story.call
    while silent.deadline_ms is not None:
        story.actions += silent.wake(silent.deadline_ms)
    assert story.end is EndReason.LEG_LOST


def test_of_two_deadlines_that_are_due_the_first_cause_stands() -> None:
    """C1, C20: the wire is dead, and the longest call is over, when a paused gateway looks."""
    story = Story(CallLimits(max_call_ms=10_000))
    actions = story.call.wake(20_000)
    assert actions[-1] == EndCall(EndReason.LEG_LOST)
    assert not any(action == fact("call.ending", reason="max_duration") for action in actions)


# -- a peer that misbehaves ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind",
    [
        LegFaultKind.UNDECODABLE,
        LegFaultKind.BAD_MEDIA,
        LegFaultKind.NOT_JSON,
        LegFaultKind.BINARY,
    ],
)
def test_fifty_messages_in_a_row_that_cannot_be_read_end_the_call(kind: LegFaultKind) -> None:
    """C31."""
    story = Story()
    for _ in range(GARBLED_MAX - 1):
        assert story.call.handle(LegFault(kind), 0) == []
    assert EndCall(EndReason.PROTOCOL_ERROR) in story.call.handle(LegFault(kind), 0)
    assert story.call.leg_faults[kind] == 50
    is_media = kind is LegFaultKind.BAD_MEDIA
    assert story.call.uplink.booked[Booked.MALFORMED] == 50 * is_media, "only a frame is one"


def test_one_good_frame_begins_the_count_anew() -> None:
    """C31."""
    story = Story()
    for n in range(200):
        story.at(20 * n, *[LegFault(LegFaultKind.BAD_MEDIA)] * 49)
    assert story.end is None
    assert story.call.uplink.booked[Booked.MALFORMED] == 49 * 200


@pytest.mark.parametrize("kind", [LegFaultKind.UNKNOWN_EVENT, LegFaultKind.WRONG_STREAM])
def test_what_is_not_for_us_is_ignored_and_counted(kind: LegFaultKind) -> None:
    """C31, C40."""
    story = Story()
    for _ in range(200):
        assert story.call.handle(LegFault(kind), 0) == []
    assert story.call.leg_faults[kind] == 200


def test_a_hole_in_the_numbers_of_the_media_is_told_once_and_counted() -> None:
    """C40: lost, doubled, or beginning in the midst; a leg without numbers has no holes."""
    for chunks, holes in (((1, 2, 3), 0), ((2, 3), 1), ((1, 3, 3, 4), 2), ((0, 0, 0), 0)):
        call = Call(AgentPlan(), CallLimits(), PROMPTS)
        call.handle(LegOpened("MZ1"), 0)
        told = [
            action
            for at, chunk in enumerate(chunks, start=1)
            for action in call.handle(CallerAudio(b"\xff" * 160, 20 * at, chunk), 20 * at)
        ]
        assert [action.name for action in told if isinstance(action, Fact)] == ["leg.hole"] * (
            holes > 0
        )
        assert call.holes == holes


# -- the model goes --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (ModelClosed(1006), EndReason.MODEL_LOST),
        (ModelClosed(1001), EndReason.MODEL_LOST),
        (ModelFault("session_expired"), EndReason.MODEL_LOST),
        (ModelFault("insufficient_quota"), EndReason.MODEL_REFUSED),
        (
            ModelResponded("r1", ResponseStatus.FAILED, "insufficient_quota"),
            EndReason.MODEL_REFUSED,
        ),
    ],
)
def test_a_caller_whose_model_is_gone_hears_an_apology(event: Event, reason: EndReason) -> None:
    """C12, E9, E23, E24: what was said before plays on."""
    story = Story()
    story.answers(0, 500)
    story.at(200, event)
    assert story.call.phase is Phase.ENDING
    assert story.played()[-1] == f"prompt:{reason}"
    story.at(1_500, MarkPlayed("0.9"))
    story.at(1_800)
    assert story.end is reason


def test_two_answers_that_do_not_come_are_a_lost_model() -> None:
    """C84."""
    story = Story()
    story.at(100, ModelCommitted("u"))
    story.at(4_200)
    assert story.call.reason is EndReason.MODEL_LOST
    assert story.played()[-1] == "prompt:model_lost"


def test_a_model_that_does_not_read_for_five_seconds_is_lost() -> None:
    """C35: the caller's frames wait meanwhile."""
    story = Story()
    story.at(100, ModelBlocked(is_blocked=True))
    heard = len([a for a in story.actions if isinstance(a, HearAudio)])
    story.at(5_099)
    assert len([a for a in story.actions if isinstance(a, HearAudio)]) == heard
    story.at(5_100)
    assert story.call.reason is EndReason.MODEL_LOST


def test_a_model_that_reads_again_gets_what_waited() -> None:
    """C35."""
    story = Story()
    story.at(100, ModelBlocked(is_blocked=True))
    story.at(1_100)
    actions = story.at(1_100, ModelBlocked(is_blocked=False))
    assert len(actions) == 50
    story.at(8_000)
    assert story.call.phase is Phase.TALKING


def test_an_error_in_talk_reaches_the_agent_and_the_call_goes_on() -> None:
    """E13, E14."""
    story = Story()
    actions = story.at(100, ModelFault("invalid_event"))
    assert actions == [fact("error.model", row="E13", code="invalid_event", alarm=True)]
    assert story.call.phase is Phase.TALKING


def test_what_exceeds_the_lead_follows_as_playback_advances() -> None:
    """C43."""
    story = Story(CallLimits(lead_limit_ms=1_000))
    story.answers(0, 3_000)
    assert story.call.playout.unheard_ms(0) == 3_000
    story.at(3_000)
    assert story.call.playout.items["a"].sent == 3_000 * 8


# -- last words ------------------------------------------------------------------------------------


def ending(prompts: Prompts = PROMPTS) -> Story:
    """A call that says goodbye from 1,000 to 2,000."""
    story = Story(CallLimits(max_call_ms=1_000), prompts)
    story.at(1_000)
    assert story.call.phase is Phase.ENDING
    return story


def test_the_longest_call_ends_with_a_goodbye_that_is_heard() -> None:
    """C17, C23: its last mark, and the tail of 300 ms."""
    story = ending()
    assert "prompt:max_duration" in story.played()
    last = [a.name for a in story.actions if isinstance(a, PlaceMark)][-1]
    story.at(2_060, MarkPlayed(last))
    story.at(2_359)
    assert story.end is None
    story.at(2_360)
    assert story.end is EndReason.MAX_DURATION


def test_last_words_whose_mark_is_lost_end_two_seconds_late_at_most() -> None:
    """C17."""
    story = ending()
    story.at(3_999)
    assert story.end is None
    story.at(4_000)
    assert story.end is EndReason.MAX_DURATION


def test_with_all_heard_and_nothing_to_say_only_the_tail_remains() -> None:
    """C17: no mark is awaited that will never come."""
    story = Story(CallLimits(max_call_ms=1_000), Prompts())
    story.answers(0, 200)
    story.at(260, MarkPlayed("0.2"))
    story.at(1_300)
    assert story.end is EndReason.MAX_DURATION


def test_what_the_agent_was_saying_is_heard_before_the_last_words() -> None:
    """C12, C17."""
    story = Story(CallLimits(max_call_ms=1_000))
    story.answers(900, 600)
    story.at(1_000)
    assert story.played()[-1] == "prompt:max_duration"
    assert story.call.playout.ends_at_ms(1_000) == 2_500


def test_while_last_words_play_nothing_new_is_accepted() -> None:
    """C1, C27: the caller's frames are booked, the model is gone."""
    story = ending()
    booked = story.call.uplink.booked[Booked.AFTER_END]
    events = [
        CallerAudio(bytes(160), 1_020),
        ModelHeardSpeech("u", 0),
        ModelCommitted("u"),
        ModelAudio("b", "r2", bytes(1_600)),
        ModelConnected(),
        OPENED,
        ModelFault("invalid_api_key"),
        ModelBlocked(is_blocked=False),
        GatewayDraining(9_000),
        CallRang(),
        LegOpened("MZ2"),
    ]
    for event in events:
        assert story.call.handle(event, 1_020) == []
    assert story.call.uplink.booked[Booked.AFTER_END] == booked + 1
    assert story.call.deadline_ms == 4_000


def test_a_caller_who_hangs_up_during_the_last_words_changes_no_reason() -> None:
    """C20: later signals are details."""
    story = ending()
    actions = story.at(1_500, LegClosed(LegEnd.STOPPED))
    assert story.end is EndReason.MAX_DURATION
    (summary,) = [a for a in actions if isinstance(a, Fact)]
    assert (summary.fields["reason"], summary.fields["detail"]) == (
        "max_duration",
        "caller_hung_up",
    )


def test_the_last_words_wait_no_longer_than_a_watchdog_of_the_agent() -> None:
    """C21, C84: what the agent waited for is of no interest any more."""
    story = Story(CallLimits(max_call_ms=1_000))
    story.at(100, ModelCommitted("u"), ModelResponding("r1"))
    story.at(1_000)
    assert story.call.deadline_ms == 4_000
