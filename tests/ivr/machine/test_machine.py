"""What holds in every node: limits, handlers, emergencies, opt-outs, a lost stream, the end."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from voicegate.ivr.flow import Flow
from voicegate.ivr.headless.case import AT, Breaks, HangUp, Press, Speak, Stream, Wait
from voicegate.ivr.headless.player import Player
from voicegate.ivr.machine.actions import (
    Alert,
    CancelTransfer,
    ClipKind,
    EndRecord,
    Hangup,
    Moved,
    Noted,
    Play,
    Record,
    SetDisposition,
    StartAi,
    StopAi,
    StopPlay,
    Suppress,
)
from voicegate.ivr.machine.events import (
    AiUp,
    Event,
    Fault,
    Heard,
    HungUp,
    Key,
    PromptDone,
    Sounding,
    StreamBack,
    StreamLost,
    ToolResult,
    TransferEnd,
    TransferResult,
    Who,
)
from voicegate.ivr.machine.facts import Facts
from voicegate.ivr.machine.machine import Machine
from voicegate.ivr.nodes import OptOut

Call = Callable[..., Player]
FlowOf = Callable[..., Flow]

BOX = "box: {type: voicemail, box: b, exits: {saved: end, empty: end}}\n"
AI = "first: {type: ai, agent: a, disclose: true, exits: {done: box}, unavailable: box, timeout: box}\n"
MENU = """
first:
  type: menu
  prompt: ask
  options: {"1": {next: box}, "23": {next: box}}
  noinput: {retries: 5, next: first}
  nomatch: {retries: 0, next: first}
"""
COLLECT = 'first: {type: collect, prompt: ask, digits: "4", to: vars.n, exits: {ok: box, failed: end, timeout: end}}\n'
DROP = "drop: {type: voicemail_drop, prompt: bye, next: end}\n"


def said(player: Player) -> list[str]:
    return [a.clips[0].name for a in player.world.asked if isinstance(a, Play)]


def codes(player: Player) -> list[str]:
    return [a.code for a in player.world.asked if isinstance(a, SetDisposition)]


def machine_of(flow: Flow) -> Machine:
    return Machine(flow, Facts(caller_number="+12125550199"), lambda now_ms: AT)


# -- limits -------------------------------------------------------------------------------------


def test_the_longest_call_ends_through_its_handler(call_of: Call) -> None:
    player = call_of(AI.replace("timeout: box", "timeout: box, max_s: 1200") + BOX)
    player.do(Speak("and so on", 599_999))
    assert player.world.machine.node == "first"
    player.run_for(1)
    assert player.world.machine.node == "long"
    player.run_for(1000)
    assert player.world.asked[-2:] == [SetDisposition("limit"), Hangup("normal")]


def test_the_handler_gets_thirty_seconds_more_and_no_second_chance(flow_of: FlowOf) -> None:
    """Its own waits do not extend them; then there is no handler left but the end."""
    flow = flow_of(AI.replace("timeout: box", "timeout: box, max_s: 1200") + BOX)
    slow = replace(flow, handlers=replace(flow.handlers, limit="box"))
    machine = machine_of(slow)
    machine.begin(0)
    machine.handle(AiUp(), 100)
    machine.handle(Sounding(Who.CALLER, is_on=True), 200)
    tone = machine.wake(600_000)[-1]
    assert isinstance(tone, Play)
    machine.handle(PromptDone(tone.tag), 600_400)
    assert machine.deadline_ms == 605_400
    machine.handle(Sounding(Who.CALLER, is_on=True), 605_000)
    assert machine.deadline_ms == 630_000
    end = [EndRecord(is_kept=True), SetDisposition("voicemail"), Hangup("limit")]
    assert machine.wake(630_000) == end


def test_too_many_steps_are_cut_and_so_are_twenty_more(flow_of: FlowOf) -> None:
    """Two nodes that lead to each other; the rules of a flow would refuse them."""
    loop = "first: {type: branch, cases: [], default: second}\nsecond: {type: branch, cases: [], default: first}\n"
    flow = flow_of(loop)
    once = machine_of(flow).begin(0)
    assert [a.node for a in once if isinstance(a, Moved)][29:] == ["second", "long"]
    assert Noted("limit.steps", "second") in once
    twice = machine_of(replace(flow, handlers=replace(flow.handlers, limit="first"))).begin(0)
    assert sum(isinstance(a, Moved) for a in twice) == 30 + 20
    assert twice[-2:] == [SetDisposition("limit"), Hangup("limit")]


def test_an_inner_wait_never_outlives_the_call(call_of: Call) -> None:
    player = call_of(
        "first: {type: queue, to: people, exits: {answered: end, timeout: first2, full: end}}\n"
        + "".join(
            f"first{n}: {{type: queue, to: people, exits: {{answered: end, timeout: first{n + 1}, full: end}}}}\n"
            for n in range(2, 6)
        )
        + "first6: {type: hangup}\n"
    )
    player.run_for(600_000)
    assert player.world.machine.node == "long"


# -- handlers -----------------------------------------------------------------------------------


def test_an_error_leads_to_its_handler_once_and_then_to_an_apology(call_of: Call) -> None:
    player = call_of(AI + BOX)
    player.do(Breaks())
    assert said(player) == ["trouble"]
    assert StopAi(is_cut=True) in player.world.asked
    player.do(Breaks())
    last = player.world.asked[-1]
    assert isinstance(last, Play)
    assert last.clips[0].kind is ClipKind.SORRY
    player.run_for(2000)
    assert player.world.asked[-2:] == [SetDisposition("error"), Hangup("error")]


def test_an_apology_that_fails_too_hangs_up(call_of: Call) -> None:
    player = call_of(AI + BOX)
    for _ in range(3):
        player.do(Breaks())
    assert player.world.asked[-1] == Hangup("error")


def test_an_apology_that_is_never_heard_hangs_up(flow_of: FlowOf) -> None:
    machine = machine_of(flow_of(AI + BOX))
    machine.begin(0)
    machine.handle(Fault("one"), 1)
    machine.handle(Fault("two"), 2)
    assert machine.deadline_ms == 10_002
    assert machine.wake(10_002)[-1] == Hangup("error")


def test_an_error_after_the_limit_has_no_handler(flow_of: FlowOf) -> None:
    machine = machine_of(flow_of(MENU + BOX))
    machine.begin(0)
    machine.wake(600_000)
    last = machine.handle(Fault("late"), 600_100)[-1]
    assert isinstance(last, Play)
    assert last.clips[0].kind is ClipKind.SORRY


def test_an_error_beats_a_hang_up_and_a_message_beats_the_error(call_of: Call) -> None:
    hung_up, left = call_of(AI + BOX), call_of(BOX.replace("box:", "first:", 1))
    hung_up.do(Breaks())
    hung_up.do(HangUp("caller"))
    assert codes(hung_up) == ["error"]
    left.do(Wait(500))
    left.do(Speak("call me", 2000))
    left.do(Breaks())
    left.run_out()
    assert codes(left) == ["voicemail"]
    assert EndRecord(is_kept=True) in left.world.asked


# -- emergencies --------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["I need an ambulance!", "¡No puedo respirar!", "Red alert."])
def test_an_emergency_is_answered_at_once_in_each_language(words: str, call_of: Call) -> None:
    """F10: in the same turn as the transcript, the line stays open, operations are told."""
    player = call_of(AI + BOX)
    player.run_for(5000)
    before = len(player.world.asked)
    player.world.tell(Heard(words))
    alert, play = player.world.asked[before:]
    assert alert == Alert("+12125550199", "first")
    assert isinstance(play, Play)
    assert (play.clips[0].name, play.is_interruptible) == ("emergency", False)
    player.run_for(1000)
    assert player.world.machine.node == "first"
    assert not player.world.is_over


def test_the_agents_own_words_are_no_emergency(call_of: Call) -> None:
    player = call_of(AI + BOX)
    player.world.tell(Heard("In an emergency call 911.", Who.AGENT))
    assert said(player) == []


def test_a_sequence_of_keys_is_an_emergency_in_any_node(call_of: Call) -> None:
    for nodes in (AI + BOX, MENU + BOX, "first: {type: say, prompt: hello, next: box}\n" + BOX):
        player = call_of(nodes)
        player.do(Press("911"))
        assert "emergency" in said(player)
        assert not player.world.is_over


def test_keys_pressed_too_slowly_are_no_sequence(call_of: Call) -> None:
    player = call_of(AI + BOX)
    player.do(Press("911", every_ms=3001))
    assert said(player) == []


def test_digits_that_are_data_are_no_part_of_a_sequence(call_of: Call) -> None:
    number = COLLECT.replace('"4"', '"2"').replace("ok: box", "ok: menu")
    player = call_of(number + MENU.replace("first:", "menu:") + BOX)
    player.do(Press("9111"))  # 91 is the number, 1 the choice
    assert player.world.machine.node == "box"
    assert "emergency" not in said(player)


def test_after_the_emergency_prompt_a_question_is_asked_again_and_keeps_what_was_typed(
    call_of: Call,
) -> None:
    player = call_of(COLLECT + BOX)
    player.do(Press("12"))
    player.world.tell(Heard("call 911"))
    player.run_for(1000)
    assert said(player) == ["ask", "emergency", "ask"]
    player.do(Press("34"))
    assert player.world.machine.slots == {"vars.n": "1234"}


def test_what_happens_meanwhile_is_told_afterwards(call_of: Call) -> None:
    tool = "first: {type: tool, call: t, exits: {ok: box, error: end, timeout: end}}\n"
    player = call_of(tool + BOX)
    called = player.world.tool
    assert called is not None
    player.do(Press("911"))
    player.world.tell(ToolResult(called.id, "ok"))
    player.run_for(999)
    assert player.world.machine.node == "first"
    player.run_for(1)
    assert player.world.machine.node == "box"


def test_no_timer_of_the_node_runs_out_during_the_prompt(call_of: Call) -> None:
    player = call_of(COLLECT + BOX)
    player.do(Press("1"))
    player.run_for(3500)
    player.world.tell(Heard("call 911"))
    player.run_for(999)
    assert said(player) == ["ask", "emergency"]
    player.run_for(1)
    assert said(player) == ["ask", "emergency", "ask"]


def test_a_second_cry_during_the_prompt_does_not_begin_it_anew(call_of: Call) -> None:
    player = call_of(AI + BOX)
    player.world.tell(Heard("heart attack"))
    player.run_for(500)
    player.world.tell(Heard("heart attack"))
    player.do(Press("5"))
    assert said(player) == ["emergency"]


def test_the_flow_may_go_on_elsewhere_after_it(call_of: Call) -> None:
    player = call_of(AI + BOX, emergency_next="box")
    player.world.tell(Heard("heart attack"))
    assert player.world.machine.node == "first"
    player.run_for(1000)
    assert player.world.machine.node == "box"
    assert StopAi(is_cut=True) in player.world.asked


def test_an_opt_out_cuts_the_emergency_prompt(call_of: Call) -> None:
    player = call_of(AI + BOX + DROP, outbound=True)
    player.world.tell(Heard("heart attack"))
    player.world.tell(Heard("and stop calling"))
    assert player.world.machine.node == "gone"
    assert said(player) == ["emergency", "gone"]
    assert StopPlay() in player.world.asked
    player.run_for(1000)
    assert player.world.is_over


def test_the_longest_call_cuts_the_emergency_prompt(flow_of: FlowOf) -> None:
    machine = machine_of(flow_of(MENU + BOX))
    machine.begin(0)
    machine.handle(Heard("heart attack"), 599_900)
    stopped = machine.wake(600_000)
    assert stopped[0] == StopPlay()
    played = stopped[-1]
    assert isinstance(played, Play)
    assert played.clips[0].name == "long"
    assert isinstance(machine.handle(PromptDone(played.tag), 601_000)[-1], Hangup)


# -- opt-outs -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "nodes",
    [
        AI + BOX,
        MENU + BOX,
        BOX.replace("box:", "first:", 1),
        "first: {type: say, prompt: hello, interrupt: false, next: box}\n" + BOX,
        "first: {type: queue, to: people, exits: {answered: end, timeout: end, full: end}}\n",
        "first: {type: tool, call: t, exits: {ok: end, error: end, timeout: end}}\n",
    ],
)
def test_the_opt_out_holds_in_every_node(nodes: str, call_of: Call) -> None:
    player = call_of(nodes + DROP, outbound=True)
    player.do(Press("9"))
    assert player.world.machine.node == "gone"
    suppressed = player.world.asked.index(Suppress("+12125550199"))
    plays = [n for n, a in enumerate(player.world.asked) if isinstance(a, Play)]
    assert plays[-1] > suppressed
    player.do(Press("9"))
    player.run_for(1000)
    assert player.world.is_over
    assert codes(player) == ["dnc"]
    assert said(player).count("gone") == 1
    assert player.world.asked.count(Suppress("+12125550199")) == 1


def test_words_opt_out_whole_and_in_any_spelling(call_of: Call) -> None:
    for words in ("Please, um, STOP calling me!", "stop, please, calling"):
        player = call_of(AI + BOX + DROP, outbound=True)
        player.world.tell(Heard(words))
        assert player.world.machine.node == "gone"
    for words in ("Who is calling? Stop.", "stopcalling", "nonstop callings"):
        player = call_of(AI + BOX + DROP, outbound=True)
        player.world.tell(Heard(words))
        assert player.world.machine.node == "first"


def test_an_ai_node_may_have_its_own(call_of: Call) -> None:
    own = AI.replace("exits:", 'optout: {keys: "7", say: [leave me alone], next: gone}, exits:')
    by_key, by_word = call_of(own + BOX), call_of(own + BOX)
    by_key.do(Press("7"))
    by_word.world.tell(Heard("leave me alone"))
    for player in (by_key, by_word):
        assert player.world.machine.node == "gone"
        assert Moved("gone", "first", "optout.next") in player.world.asked


def test_a_number_is_suppressed_wherever_the_opt_out_leads(call_of: Call) -> None:
    own = AI.replace("exits:", 'optout: {keys: "7", next: end}, exits:')
    player = call_of(own + BOX)
    player.do(Press("7"))
    assert Suppress("+12125550199") in player.world.asked
    flow = replace(player.world.flow, optout=OptOut("end", "9"))
    machine = machine_of(flow)
    machine.begin(0)
    assert Suppress("+12125550199") in machine.handle(Key("9"), 1)


def test_a_transfer_is_called_off_by_an_opt_out(call_of: Call) -> None:
    warm = "first: {type: transfer, mode: warm, to: phone, exits: {completed: end, no_answer: end, busy: end, failed: end, declined: end}}\n"
    player = call_of(warm + DROP, outbound=True)
    player.do(Press("9"))
    assert CancelTransfer() in player.world.asked


# -- the stream ---------------------------------------------------------------------------------


def test_timers_stand_still_without_a_stream(call_of: Call) -> None:
    player = call_of(MENU + BOX)
    player.run_for(5999)
    player.do(Stream(is_back=False))
    assert player.world.machine.deadline_ms is None
    player.run_for(3_600_000)
    assert said(player) == ["ask"]
    player.do(Stream(is_back=True))
    player.run_for(5999)
    assert said(player) == ["ask", "ask"]
    player.run_for(1)
    assert said(player) == ["ask", "ask", "ask"]


def test_the_calls_own_limit_stands_still_too(flow_of: FlowOf) -> None:
    machine = machine_of(flow_of(MENU + BOX))
    machine.begin(1000)
    machine.handle(StreamLost(), 11_000)
    machine.handle(StreamLost(), 12_000)
    machine.handle(StreamBack(), 111_000)
    machine.handle(StreamBack(), 112_000)
    assert machine.deadline_ms == 1000 + 600_000 + 100_000


def test_node_slots_language_and_what_was_typed_survive_a_lost_stream(call_of: Call) -> None:
    """F8: here without a process that dies."""
    lang = "first: {type: menu, prompt: ask, set: language, options: {'1': {next: number, value: es-US}}, noinput: {retries: 0, next: end}, nomatch: {retries: 0, next: end}}\n"
    player = call_of(lang + COLLECT.replace("first:", "number:") + BOX)
    player.do(Press("1"))
    player.do(Press("12"))
    player.do(Stream(is_back=False))
    player.do(Press("7"))  # nobody hears it
    player.run_for(20_000)
    player.do(Stream(is_back=True))
    assert player.world.machine.node == "number"
    assert said(player) == ["ask", "ask", "ask"]
    player.do(Press("34"))
    assert player.world.machine.slots == {"vars.n": "1234"}
    assert player.world.machine.language == "es-US"


def test_a_voicemail_goes_on_and_a_transfer_is_left_alone(call_of: Call) -> None:
    box = call_of(BOX.replace("box:", "first:", 1))
    box.do(Wait(1000))
    cold = call_of(
        "first: {type: transfer, to: phone, exits: {completed: end, no_answer: end, busy: end, failed: end}}\n"
    )
    for player in (box, cold):
        player.world.bring_stream_back()
        before = len(player.world.asked)
        player.do(Stream(is_back=False))
        player.do(Stream(is_back=True))
        assert len(player.world.asked) == before
    box.do(Speak("call me", 2000))
    box.run_out()
    assert box.world.asked.count(Record("b")) == 1
    assert codes(box) == ["voicemail"]


def test_an_agent_that_is_up_is_not_started_again(call_of: Call) -> None:
    player = call_of(AI + BOX)
    player.run_for(5000)
    player.do(Stream(is_back=False))
    player.do(Stream(is_back=True))
    assert sum(isinstance(a, StartAi) for a in player.world.asked) == 1


def test_a_prompt_that_was_cut_off_is_said_again(call_of: Call) -> None:
    for nodes in (
        "first: {type: say, prompt: hello, next: box}\n" + BOX,
        "first: {type: disposition, code: sale, prompt: hello, next: box}\n" + BOX,
    ):
        player = call_of(nodes)
        player.run_for(500)
        player.do(Stream(is_back=False))
        player.do(Stream(is_back=True))
        assert said(player)[:2] == ["hello", "hello"]
        player.run_for(1000)
        assert player.world.machine.node == "box"


def test_the_emergency_prompt_survives_a_lost_stream(call_of: Call) -> None:
    player = call_of(AI + BOX)
    player.world.tell(Heard("heart attack"))
    player.do(Stream(is_back=False))
    player.do(Stream(is_back=True))
    assert said(player) == ["emergency", "emergency"]


def test_a_result_without_a_stream_moves_the_call_and_is_heard_later(flow_of: FlowOf) -> None:
    cold = "first: {type: transfer, to: phone, exits: {completed: end, no_answer: sorry, busy: end, failed: end}}\nsorry: {type: say, prompt: hello, next: end}\n"
    machine = machine_of(flow_of(cold))
    machine.begin(0)
    machine.handle(StreamLost(), 10)
    machine.handle(TransferResult(TransferEnd.NO_ANSWER), 20_000)
    assert machine.node == "sorry"
    again = machine.handle(StreamBack(), 20_100)
    assert [type(a) for a in again] == [Play]


# -- the end ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "event", [Key("1"), AiUp(), PromptDone(1), Heard("call 911"), StreamBack(), HungUp()]
)
def test_nothing_follows_the_end(event: Event, flow_of: FlowOf) -> None:
    machine = machine_of(flow_of("first: {type: hangup}"))
    machine.begin(0)
    assert machine.is_over
    assert machine.deadline_ms is None
    assert machine.handle(event, 1) == []
    assert machine.wake(1) == []


def test_a_wake_too_early_does_nothing(flow_of: FlowOf) -> None:
    machine = machine_of(flow_of(MENU + BOX))
    begun = machine.begin(0)
    assert isinstance(begun[-1], Play)
    machine.handle(PromptDone(begun[-1].tag), 1000)
    assert machine.deadline_ms == 6000
    assert machine.wake(5999) == []


def test_the_record_knows_every_step(call_of: Call) -> None:
    player = call_of(MENU + BOX)
    player.do(Press("23"))
    moved = [a for a in player.world.asked if isinstance(a, Moved)]
    assert moved == [Moved("first", None, "start"), Moved("box", "first", "options.23.next")]
