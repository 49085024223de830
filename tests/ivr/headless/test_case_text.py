"""A case as text, and back."""

from collections.abc import Callable
from datetime import datetime

from voicegate.ivr.finding import Findings
from voicegate.ivr.flow import Flow
from voicegate.ivr.headless import case
from voicegate.ivr.headless.case import Act, Case, Temper
from voicegate.ivr.headless.case_text import render
from voicegate.ivr.headless.suite import read
from voicegate.ivr.machine.events import Answerer, QueueState, TransferEnd
from voicegate.ivr.machine.facts import Facts

ACTS: tuple[Act, ...] = (
    case.Press("12*#", 80),
    case.Speak('say "now": {x}'),
    case.Speak("¡No puedo!", 1500),
    case.Wait(12_345),
    case.Answer(Answerer.SCREENING),
    case.BeepSounds(),
    case.AgentLeaves("pay"),
    case.AgentLeaves("ask", {"note": "# blue", "count": "3"}),
    case.AgentSwitches("de-DE"),
    case.AgentIs(Temper.NONE),
    case.AgentIs(Temper.MUTE, 2400),
    case.AgentIs(None, 300),
    case.TransferEnds(TransferEnd.DECLINED),
    case.QueueTells(QueueState.POSITION, 7),
    case.QueueTells(QueueState.ANSWERED),
    case.ToolEnds("sold"),
    case.Stream(is_back=False),
    case.Stream(is_back=True),
    case.Clock(datetime(2026, 12, 1, 8, 30)),
    case.Breaks(),
    case.HangUp("caller"),
)


def test_every_act_comes_back_as_it_was(flow_named: Callable[[str], Flow]) -> None:
    whole = Case(
        name='seed 1, call 2: "odd"',
        at=datetime(2026, 11, 27, 10, 5),
        temper=Temper.DOWN,
        up_ms=2600,
        facts=Facts(language="es-US"),
        steps=ACTS,
    )
    plain = Case(name="plain", steps=())
    text = "\n".join(["flow: everything", "cases:", render(whole), render(plain)])
    findings = Findings()
    (suite,) = read(text.encode(), {"everything": flow_named("everything")}, findings)
    assert findings.in_order() == ()
    assert suite.cases == (whole, plain)
