"""A response from response.created to response.done, however it ends."""

from typing import Any

import pytest

from voicegate.gateway.sim.realtime.brains import Answer, FunctionCall, Speech
from voicegate.gateway.sim.realtime.dialog import PCMU, Dialog
from voicegate.gateway.sim.realtime.faults import Fault
from voicegate.gateway.sim.realtime.settings import RealtimeSettings

COUNT = Speech("one two three four five six seven eight nine ten", 10_000)
LONG = Answer((COUNT,))
SHORT = Answer((Speech("Hello there.", 1000),))


def answering(*answers: Answer, faults: tuple[Fault, ...] = (), **members: Any) -> Dialog:
    """A dialog that has just asked for a response."""
    dialog = Dialog(RealtimeSettings(faults=faults), answers or (SHORT,))
    dialog.configure(**members)
    dialog.events.clear()
    dialog.send("response.create")
    return dialog


def audio_ms(dialog: Dialog, item_id: str | None = None) -> int:
    """How much mu-law came, in all or of one item."""
    deltas = [
        d for d in dialog.of("response.output_audio.delta") if item_id in (None, d["item_id"])
    ]
    return sum(len(delta["delta"]) * 3 // 4 // 8 for delta in deltas)


def test_an_answer_comes_with_the_measured_times():
    """C171: created 50-90 ms, first delta 300-400 ms later, rate limits 7-43 ms after done."""
    for seed in range(20):
        dialog = Dialog(answers=[LONG], seed=seed)
        dialog.configure()
        asked_at = dialog.now_ms
        dialog.send("response.create")
        created = dialog.wait_for("response.created")
        delta = dialog.wait_for("response.output_audio.delta")
        done = dialog.wait_for("response.done")
        limits = dialog.wait_for("rate_limits.updated")
        assert 50 <= created["at_ms"] - asked_at <= 90
        assert 300 <= delta["at_ms"] - created["at_ms"] <= 400
        assert 1900 <= done["at_ms"] - delta["at_ms"] <= 2000
        assert 7 <= limits["at_ms"] - done["at_ms"] <= 43


def test_the_sum_of_the_deltas_is_the_item_in_either_format():
    """C171: 250 ms are 2,000 bytes of mu-law or 12,000 bytes of PCM."""
    dialog = answering(LONG)
    dialog.wait_for("response.done")
    assert {len(delta["delta"]) for delta in dialog.of("response.output_audio.delta")} == {2668}
    assert audio_ms(dialog) == 10_000
    plain = Dialog(answers=[LONG])
    plain.connect()
    plain.send("response.create")
    plain.wait_for("response.done")
    assert {len(delta["delta"]) for delta in plain.of("response.output_audio.delta")} == {16_000}


def test_thinking_takes_longer_with_more_context():
    settings = RealtimeSettings(first_item_ms=(200, 200), context_ms=80)
    times: list[int] = []
    for words in (4, 40_000):
        dialog = Dialog(settings, [SHORT])
        dialog.configure(instructions="x" * words)
        dialog.send("response.create")
        created = dialog.wait_for("response.created")
        times.append(dialog.wait_for("response.output_item.added")["at_ms"] - created["at_ms"])
    assert times == [200, 200 + 800]


def test_answers_may_set_their_own_times_and_sizes():
    own = Answer(SHORT.items, first_item_ms=10, first_audio_ms=20, delta_ms=100, speed=1.0)
    dialog = answering(own)
    created = dialog.wait_for("response.created")
    delta = dialog.wait_for("response.output_audio.delta")
    done = dialog.wait_for("response.done")
    assert delta["at_ms"] - created["at_ms"] == 30
    assert len(dialog.of("response.output_audio.delta")) == 10
    assert 900 <= done["at_ms"] - delta["at_ms"] <= 920


def test_a_completed_response_carries_its_items_and_its_usage():
    """C171: usage is computed."""
    dialog = answering(LONG)
    response = dialog.wait_for("response.done")["response"]
    assert (response["status"], response["status_details"]) == ("completed", None)
    assert [item["status"] for item in response["output"]] == ["completed"]
    assert response["output"][0]["content"] == [{"type": "output_audio", "transcript": COUNT.text}]
    assert response["usage"]["output_token_details"]["audio_tokens"] == 200
    assert response["audio"] == {"output": {"format": PCMU, "voice": "marin"}}
    assert response["conversation_id"].startswith("conv_")


def test_a_client_cancel_ends_with_the_done_family_and_counts_what_was_made():
    """C171: items incomplete, usage above zero, reason client_cancelled."""
    dialog = answering(LONG)
    dialog.wait_for("response.output_audio.delta")
    dialog.wait(500)
    dialog.events.clear()
    assert dialog.send("response.cancel") == []
    response = dialog.wait_for("response.done")["response"]
    assert response["status_details"] == {"type": "cancelled", "reason": "client_cancelled"}
    assert response["output"][0]["status"] == "incomplete"
    assert 0 < response["usage"]["output_token_details"]["audio_tokens"] < 200
    assert dialog.kinds()[-6:] == [
        "response.output_audio.done",
        "response.output_audio_transcript.done",
        "response.content_part.done",
        "conversation.item.done",
        "response.output_item.done",
        "response.done",
    ]


def test_until_it_is_done_a_cancelled_response_still_refuses_another():
    """C171: the window between cancel and done."""
    dialog = answering(LONG)
    dialog.wait_for("response.output_audio.delta")
    dialog.send("response.cancel")
    (early,) = dialog.send("response.create")
    assert early["error"]["code"] == "conversation_already_has_active_response"
    (again,) = dialog.send("response.cancel")
    assert again["error"]["code"] == "response_cancel_not_active"
    dialog.wait_for("response.done")
    assert dialog.send("response.create") == []
    assert dialog.wait_for("response.done")["response"]["status"] == "completed"


def test_a_cancel_that_crosses_the_end_is_still_a_cancel():
    """The last delta is out, the cancel came, and there is one response.done."""
    settings = RealtimeSettings(cancel_ms=(100, 100))
    dialog = Dialog(settings, [Answer(SHORT.items, delta_ms=1000)])
    dialog.configure()
    dialog.send("response.create")
    dialog.wait_for("response.output_audio.delta")
    dialog.send("response.cancel")
    dialog.wait(5000)
    (done,) = dialog.of("response.done")
    assert done["response"]["status"] == "cancelled"
    assert done["response"]["usage"]["output_token_details"]["audio_tokens"] == 20


def test_late_deltas_come_after_the_cancel_and_can_be_truncated():
    """C173: late deltas after a cancel."""
    dialog = answering(LONG, faults=(Fault("late_deltas", value=3),))
    dialog.wait_for("response.output_audio.delta")
    dialog.send("response.cancel")
    before = audio_ms(dialog)
    done = dialog.wait_for("response.done")
    assert audio_ms(dialog) - before >= 750
    item_id = done["response"]["output"][0]["id"]
    made = audio_ms(dialog, item_id)
    assert made == 50 * done["response"]["usage"]["output_token_details"]["audio_tokens"]
    (truncated,) = dialog.send(
        "conversation.item.truncate", item_id=item_id, content_index=0, audio_end_ms=made
    )
    assert truncated["type"] == "conversation.item.truncated"


def test_nothing_of_a_cancelled_response_comes_after_its_done():
    dialog = answering(LONG)
    dialog.wait_for("response.output_audio.delta")
    dialog.send("response.cancel")
    dialog.wait_for("response.done")
    assert [event["type"] for event in dialog.wait(10_000)] == ["rate_limits.updated"]


def test_speech_before_response_created_gives_a_created_and_a_cancelled_one():
    dialog = Dialog(RealtimeSettings(response_created_ms=(500, 500)))
    dialog.configure({"type": "server_vad"})
    dialog.events.clear()
    dialog.send("response.create")
    dialog.speak(100)
    dialog.wait(100)
    kinds = [kind for kind in dialog.kinds() if kind.startswith("response.")]
    assert kinds == ["response.created", "response.done"]
    assert dialog.of("response.done")[0]["response"]["status"] == "cancelled"
    dialog.wait(2000)
    assert dialog.kinds().count("response.created") == 1


def test_too_many_tokens_stop_the_audio_mid_word():
    """C171: incomplete by max_output_tokens."""
    dialog = answering(LONG, max_output_tokens=100)
    response = dialog.wait_for("response.done")["response"]
    assert response["status"] == "incomplete"
    assert response["status_details"] == {"type": "incomplete", "reason": "max_output_tokens"}
    assert response["output"][0]["status"] == "incomplete"
    assert 4000 <= audio_ms(dialog) <= 5000
    assert response["usage"]["output_token_details"]["audio_tokens"] == audio_ms(dialog) // 50


def test_what_does_not_fit_at_all_is_not_said():
    answer = Answer((COUNT, COUNT, FunctionCall("never")))
    dialog = answering(answer, max_output_tokens=215)
    response = dialog.wait_for("response.done")["response"]
    assert [item["status"] for item in response["output"]] == ["completed", "incomplete"]


@pytest.mark.parametrize("reason", ["max_output_tokens", "content_filter"])
def test_an_answer_may_end_incomplete(reason: str):
    """C173, E29 and E30."""
    dialog = answering(LONG, faults=(Fault("response_incomplete", at=1, text=reason),))
    response = dialog.wait_for("response.done")["response"]
    assert response["status_details"] == {"type": "incomplete", "reason": reason}
    assert audio_ms(dialog) == 5000


@pytest.mark.parametrize(
    ("code", "kind", "shown"),
    [
        ("server_error", "server_error", None),
        ("rate_limit_exceeded", "rate_limit_exceeded", "rate_limit_exceeded"),
        ("insufficient_quota", "insufficient_quota", "insufficient_quota"),
    ],
)
def test_a_failed_response_has_zero_usage_and_no_error_event(
    code: str, kind: str, shown: str | None
):
    """C171 and C173, E9, E27, E28."""
    dialog = answering(faults=(Fault("response_failed", at=1, text=code),))
    response = dialog.wait_for("response.done")["response"]
    assert (response["status"], response["output"]) == ("failed", [])
    error = response["status_details"]["error"]
    assert (error["type"], error["code"]) == (kind, shown)
    assert response["usage"]["total_tokens"] == 0
    assert dialog.of("error") == []
    dialog.send("response.create")
    assert dialog.wait_for("response.done")["response"]["status"] == "completed"


def test_a_used_up_token_budget_fails_responses_and_is_announced():
    """C171: rate limits; the budget refills with time."""
    dialog = Dialog(RealtimeSettings(tokens_per_minute=100), [LONG])
    dialog.configure()
    dialog.send("response.create")
    assert dialog.wait_for("response.done")["response"]["status"] == "completed"
    (limit,) = dialog.wait_for("rate_limits.updated")["rate_limits"]
    assert (limit["name"], limit["limit"], limit["remaining"]) == ("tokens", 100, 0)
    dialog.send("response.create")
    details = dialog.wait_for("response.done")["response"]["status_details"]
    assert details["error"]["code"] == "rate_limit_exceeded"
    dialog.wait(180_000)
    dialog.send("response.create")
    assert dialog.wait_for("response.done")["response"]["status"] == "completed"


def test_a_stuck_response_stays_active_until_it_is_cancelled():
    """C173, E38: an item and then nothing."""
    dialog = answering(faults=(Fault("stuck_response", at=1),))
    dialog.wait(60_000)
    assert "response.output_audio.delta" not in dialog.kinds()
    assert "response.done" not in dialog.kinds()
    dialog.send("response.cancel")
    assert dialog.wait_for("response.done")["response"]["status"] == "cancelled"


def test_a_gap_opens_in_the_middle_of_the_audio():
    """C173, E38: nothing for delta_gap inside an answer."""
    dialog = answering(LONG, faults=(Fault("delta_gap", at=1, value=6000),))
    dialog.wait_for("response.done")
    times = [delta["at_ms"] for delta in dialog.of("response.output_audio.delta")]
    gaps = [late - early for early, late in zip(times, times[1:], strict=False)]  # noqa: RUF007
    assert sorted(gaps)[-1] >= 6000
    assert sorted(gaps)[-2] < 200
    assert audio_ms(dialog) == 10_000


@pytest.mark.parametrize(("percent", "length_ms"), [(70, 13_900), (2000, 490)])
def test_the_speed_may_be_anything(percent: int, length_ms: int):
    """C173: 0.7 to 20 times real time."""
    dialog = answering(LONG, faults=(Fault("speed", at=1, value=percent),))
    dialog.wait_for("response.done", 30_000)
    times = [delta["at_ms"] for delta in dialog.of("response.output_audio.delta")]
    assert times[-1] - times[0] == pytest.approx(length_ms, abs=60)


def test_one_delta_may_hold_everything():
    """C173: one giant delta."""
    dialog = answering(LONG, faults=(Fault("one_delta", at=1),))
    dialog.wait_for("response.done")
    assert len(dialog.of("response.output_audio.delta")) == 1
    assert audio_ms(dialog) == 10_000


def test_an_answer_may_be_text_only():
    """C173: text only."""
    dialog = answering(faults=(Fault("text_only", at=1),))
    response = dialog.wait_for("response.done")["response"]
    assert response["output"][0]["content"] == [{"type": "output_text", "text": "Hello there."}]
    assert "response.output_text.done" in dialog.kinds()
    assert "response.output_audio.delta" not in dialog.kinds()


def test_usage_may_be_missing():
    """C173, E34."""
    dialog = answering(faults=(Fault("null_usage", at=1),))
    assert dialog.wait_for("response.done")["response"]["usage"] is None


def test_1x_models_neither_reason_nor_tell_a_phase():
    dialog = Dialog(answers=[SHORT], model="gpt-realtime")
    dialog.configure()
    dialog.send("response.create")
    response = dialog.wait_for("response.done")["response"]
    assert "reasoning_tokens" not in response["usage"]["output_token_details"]
    assert "phase" not in response["output"][0]


def test_context_that_does_not_fit_and_may_not_be_truncated_fails_the_response():
    dialog = Dialog(answers=[SHORT], model="gpt-realtime")
    dialog.configure(truncation="disabled")
    text = {"type": "input_text", "text": "x" * 60_000}
    for _ in range(2):
        dialog.send(
            "conversation.item.create", item={"type": "message", "role": "user", "content": [text]}
        )
    dialog.send("response.create")
    details = dialog.wait_for("response.done")["response"]["status_details"]
    assert details["error"]["code"] == "context_length_exceeded"
