"""The ear judged with strangers: who plays them, how loud, and that each of them is heard."""

import numpy as np
import pytest
from numpy.typing import NDArray

from voicegate.codecs.certificate import ear_strangers
from voicegate.codecs.certificate.ear_rows import BURSTS_S, ECHO_DB
from voicegate.codecs.certificate.ear_strangers import AGENTS_DBFS, rows, scenes, speaking_at

TONE: NDArray[np.int16] = np.rint(8_000 * np.sin(np.arange(16_000) / 5)).astype("<i2")
PAUSE: NDArray[np.int16] = np.zeros(16_000, "<i2")


def test_the_level_of_speech_is_that_of_its_words() -> None:
    for clip in (TONE, np.concatenate([PAUSE, TONE, PAUSE])):
        said = speaking_at(clip, -26.0)
        words = said[said != 0]
        assert 10 * np.log10(np.mean(words**2) / 32_768**2) == pytest.approx(-26.0, abs=0.01)


def test_every_agent_is_played_at_every_level_and_loss_and_nobody_talks_over_himself() -> None:
    callers = {name: TONE + number for number, name in enumerate(["hts1a", "hts2a", "a", "b"])}
    acted = list(scenes({"hts": [TONE], "b": [TONE]}, callers))
    assert len(acted) == 2 * len(AGENTS_DBFS) * len(ECHO_DB)
    half = len(acted) // 2
    for of_agent, others in ((acted[:half], ["a", "b"]), (acted[half:], ["hts1a", "hts2a", "a"])):
        assert {(each.agent_dbfs, each.condition.echo_db) for each in of_agent} == {
            (level, echo_db) for level in AGENTS_DBFS for echo_db in ECHO_DB
        }
        assert {each.condition.delay_ms for each in of_agent} == {60, 200, 450}
        assert {each.condition.line_dbfs for each in of_agent} == {None, -65.0}
        heard = {burst.tobytes() for each in of_agent for burst in each.bursts}
        assert heard == {callers[name].tobytes() for name in others}
        assert all(len(each.bursts) == len(BURSTS_S) for each in of_agent)


def test_strangers_are_heard_over_an_agent_of_a_telephones_level(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of the four levels the certificate takes one; no more than there may be missed."""
    monkeypatch.setattr(ear_strangers, "AGENTS_DBFS", (-26.0,))
    measured = list(rows())
    if measured[0].status == "not run":
        pytest.skip(measured[0].why)
    assert [row for row in measured if row.status != "pass"] == []
    assert [row.value for row in measured if "not heard" in row.name] == [0] * len(ECHO_DB)


def test_strangers_who_are_missing_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    (row, _) = rows()
    assert row.status == "not run"
    assert row.why == "recorded speech is not installed: Debian's codec2-examples"
