"""The file of the agents: read whole or told all that is wrong, and written back the same."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicegate.numbers.documents.agents import parse, render
from voicegate.numbers.errors import DocumentError
from voicegate.numbers.fakes.snapshot import snapshot
from voicegate.numbers.model import Agent, Audio

DESK = """\
apiVersion: voicegate/v1
kind: Agents
agents:
  - name: front-desk
    instructions: |
      You answer for a dental clinic.
      Keep it short.
    model: gpt-realtime-2.1
    voice: cedar
    audio: pcmu
    language: en
    greeting: none
    interruption: "off"
    vad: {threshold: 0.6, prefix_padding_ms: 300, silence_duration_ms: 400}
    max_call_s: 900
  - {name: backup, instructions: Take a message.}
"""


def told(text: str) -> list[str]:
    with pytest.raises(DocumentError) as refused:
        parse(text.encode())
    return [str(fault) for fault in refused.value.faults]


def test_a_file_becomes_agents() -> None:
    assert parse(DESK.encode()) == {
        "front-desk": Agent(
            "front-desk",
            instructions="You answer for a dental clinic.\nKeep it short.\n",
            model="gpt-realtime-2.1",
            voice="cedar",
            audio=Audio.PCMU,
            language="en",
            greeting="none",
            interruption="off",
            vad={"threshold": 0.6, "prefix_padding_ms": 300, "silence_duration_ms": 400},
            max_call_s=900,
        ),
        "backup": Agent("backup", "Take a message."),
    }


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("kind: Agents", "kind: Agent", "2:7 kind cannot be 'Agent': did you mean Agents?"),
        ("agents:\n", "agent:\n", "1:1 the file has no agents"),
        ("name: front-desk", "nmae: x", "4:5 an entry of agents has no name"),
        ("name: front-desk", "name: Front", "4:11 name cannot be 'Front': write small letters"),
        ("name: backup", "name: front-desk", "16:5 there is an agent 'front-desk' already"),
        (", instructions: Take a message.", "", "16:5 an entry of agents has no instructions"),
        ("Take a message.", "' '", "16:34 instructions cannot be ' ': write a text"),
        ("Take a message.", '"a\\0"', "16:34 instructions cannot be"),
        ("gpt-realtime-2.1", "gpt-4", "8:12 model cannot be 'gpt-4': known are gpt-realtime-2.1"),
        ("cedar", "nova", "9:12 voice cannot be 'nova': known are alloy"),
        ("pcmu", "opus", "10:12 audio cannot be 'opus': known are"),
        ("language: en", "language: english", "11:15 language cannot be 'english': write the two"),
        ("greeting: none", "greeting: Hello", "12:15 greeting cannot be 'Hello': known are model"),
        ('"off"', "hold", "13:19 interruption cannot be 'hold': known are cut, off"),
        ("0.6", "1.5", "14:22 threshold cannot be '1.5': write a number from 0 to 1"),
        ("_ms: 300", "_ms: 2001", "14:46 prefix_padding_ms cannot be '2001': write a whole"),
        ("_ms: 400", "_ms: 99", "14:72 silence_duration_ms cannot be '99': write a whole"),
        ("threshold", "treshold", "14:11 vad has no field 'treshold': did you mean threshold?"),
        ("900", "9", "15:17 max_call_s cannot be '9': write a whole number from 10 to 86,400"),
        (
            "  - {name: backup",
            "  - front\n  - {name: backup",
            "16:5 an entry of agents is a single",
        ),
        ("apiVersion", "\tapiVersion", "1:1 a tab in the indentation"),
    ],
)
def test_a_fault_is_told_with_its_place_and_what_to_do(old: str, new: str, fault: str) -> None:
    assert old in DESK
    found = told(DESK.replace(old, new, 1))
    assert any(fault in line for line in found), found


def test_a_file_is_written_in_one_spelling() -> None:
    assert render(parse(DESK.encode())) == (
        "apiVersion: voicegate/v1\n"
        "kind: Agents\n"
        "agents:\n"
        "  - name: backup\n"
        "    instructions: Take a message.\n"
        "  - name: front-desk\n"
        "    model: gpt-realtime-2.1\n"
        "    voice: cedar\n"
        "    audio: pcmu\n"
        "    language: en\n"
        "    greeting: none\n"
        '    interruption: "off"\n'
        "    max_call_s: 900\n"
        "    vad:\n"
        "      prefix_padding_ms: 300\n"
        "      silence_duration_ms: 400\n"
        "      threshold: 0.6\n"
        "    instructions: |\n"
        "      You answer for a dental clinic.\n"
        "      Keep it short.\n"
    )


@settings(max_examples=200, deadline=None)
@given(st.integers())
def test_what_is_exported_is_read_back_the_same(seed: int) -> None:
    """N9, the half of the agents: 200 drawn configurations come back."""
    agents = snapshot(Random(seed)).agents
    again = parse(render(agents).encode())
    assert again == agents
    assert render(again) == render(agents)
