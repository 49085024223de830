"""The simulated model as a whole: how it is reached, what it refuses, how it ends."""

import importlib
import random
from pathlib import Path

import pytest

import voicegate.gateway.sim.realtime.machine as realtime
from voicegate.gateway.sim.assumptions import Assumption
from voicegate.gateway.sim.outputs import Close, Note, Send
from voicegate.gateway.sim.realtime.brains import (
    Answer,
    ScriptBrain,
    Speech,
    Transcript,
)
from voicegate.gateway.sim.realtime.dialog import HELLO, Dialog
from voicegate.gateway.sim.realtime.faults import Fault
from voicegate.gateway.sim.realtime.machine import HttpRefusal, RealtimeServer
from voicegate.gateway.sim.realtime.settings import RealtimeSettings
from voicegate.gateway.sim.realtime.wire import Json

KEY = {"Authorization": "Bearer sk-test"}
PATH = "/v1/realtime?model=gpt-realtime-2.1"
LONG = Answer((Speech("This answer is so long that nobody would listen to all of it.", 8000),))


def new_server(*faults: Fault, **settings: object) -> RealtimeServer:
    return RealtimeServer(
        RealtimeSettings(faults=faults, **settings),  # pyright: ignore[reportArgumentType]
        ScriptBrain([HELLO]),
        random.Random(1),
    )


def test_session_created_comes_by_itself_a_few_milliseconds_after_the_101():
    dialog = Dialog()
    (created,) = dialog.connect()
    assert (created["type"], 3 <= created["at_ms"] <= 6) == ("session.created", True)
    assert created["session"]["expires_at"] == RealtimeSettings().epoch_s + 3600


@pytest.mark.parametrize(
    ("path", "headers", "code", "close"),
    [
        (PATH, {}, None, Close(3000, "invalid_request_error")),
        (PATH, {"authorization": "Bearer sk-wrong"}, "invalid_api_key", Close(3000, "invalid_request_error.invalid_api_key")),
        ("/v1/realtime", KEY, "missing_model", Close(4000, "invalid_request_error.missing_model")),
        ("/v1/realtime?model=gpt-nonsense", KEY, "invalid_model", Close(4000, "invalid_request_error.invalid_model")),
        (
            "/v1/realtime?model=gpt-4o-realtime-preview-2024-12-17",
            KEY,
            "model_not_found",
            Close(4004, "invalid_request_error.model_not_found"),
        ),
        (
            PATH,
            {**KEY, "OpenAI-Beta": "realtime=v1"},
            "beta_api_shape_disabled",
            Close(4000, "invalid_request_error.beta_api_shape_disabled"),
        ),
    ],
)  # fmt: skip
def test_a_bad_request_gets_an_error_and_a_close_in_the_same_millisecond(
    path: str, headers: dict[str, str], code: str | None, close: Close
):
    """C171: the refusals at connect with their texts and codes."""
    dialog = Dialog(RealtimeSettings(api_key="sk-test"))
    dialog.connect(path, headers)
    (error,) = dialog.events
    assert (error["type"], error["error"]["code"], error["at_ms"]) == ("error", code, 0)
    assert dialog.others == [close]
    assert dialog.server.deadline_ms is None


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("insufficient_quota", "insufficient_quota"),
        ("credit_balance_exhausted", "insufficient_quota.credit_balance_exhausted"),
        ("account_deactivated", "invalid_request_error.account_deactivated"),
    ],
)
def test_an_account_may_be_refused_on_demand(name: str, reason: str):
    """C173, E6-E9."""
    dialog = Dialog(RealtimeSettings(faults=(Fault("refused", text=name),)))
    dialog.connect()
    (close,) = dialog.others
    assert isinstance(close, Close)
    assert close.reason == reason


def test_http_refuses_another_path_and_what_is_scripted():
    """C173, E1-E4."""
    assert new_server().upgrade(PATH) is None
    assert new_server().upgrade("/v1/other") == HttpRefusal(404)
    scripted = new_server(Fault("http", value=429, text="2"))
    assert scripted.upgrade(PATH) == HttpRefusal(429, "2")


def test_session_created_may_never_come():
    """C173, E5."""
    dialog = Dialog(RealtimeSettings(faults=(Fault("no_session_created"),)))
    assert dialog.connect() == []
    assert dialog.wait(60_000) == []


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (b"\x00\x01", "invalid_event"),
        ("{", "invalid_json"),
        ("", "invalid_json"),
        ("[]", "invalid_event"),
    ],
)
def test_frames_that_are_no_event_are_refused_and_the_session_goes_on(
    message: str | bytes, code: str
):
    dialog = Dialog()
    dialog.configure()
    (refused,) = dialog.send_text(message)
    assert refused["error"]["code"] == code
    if isinstance(message, bytes):
        words = "Expected a text WebSocket message; binary frames are not supported."
        assert refused["error"]["message"] == words
    dialog.send("response.create")
    assert dialog.wait_for("response.done")["response"]["status"] == "completed"


@pytest.mark.parametrize("is_cap_announced", [False, True])
def test_the_session_ends_at_its_cap_with_close_1001(is_cap_announced: bool):  # noqa: FBT001
    """C173: the cap after n seconds, also in the middle of an answer."""
    settings = RealtimeSettings(cap_s=2, is_cap_announced=is_cap_announced)
    dialog = Dialog(settings, [Answer(LONG.items, speed=1.0)])
    dialog.configure()
    dialog.send("response.create")
    dialog.wait(10_000)
    reason = "Your session hit the maximum duration of 60 minutes."
    assert dialog.others == [Close(1001, reason)]
    codes = [event["error"]["code"] for event in dialog.of("error")]
    assert codes == (["session_expired"] if is_cap_announced else [])
    assert dialog.send("response.create") == []
    assert dialog.server.deadline_ms is None


def test_nothing_happens_after_the_client_has_gone():
    dialog = Dialog(answers=[LONG])
    dialog.configure()
    dialog.send("response.create")
    dialog.wait_for("response.created")
    assert dialog.server.disconnected(dialog.now_ms) == []
    assert dialog.server.deadline_ms is None
    assert dialog.send("response.create") == []


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not():
    """C168, machine part: nothing but events, time and seed decides."""

    def run(seed: int) -> list[Json]:
        dialog = Dialog(answers=[HELLO, LONG], transcripts=[Transcript("hi")], seed=seed)
        dialog.configure({"type": "server_vad"}, {"model": "gpt-realtime-whisper"})
        dialog.speak(640)
        dialog.be_silent(640)
        dialog.wait(3000)
        return dialog.events

    assert run(5) == run(5)
    assert run(5) != run(6)


def test_what_is_due_comes_before_the_message_that_arrives_late():
    server = new_server()
    server.connect(PATH, KEY, 0)
    first, second, _ = server.receive('{"type":"response.cancel"}', 50)
    assert isinstance(first, Send)
    assert '"session.created"' in first.text
    assert isinstance(second, Note)


def test_wakes_come_when_they_were_announced_and_make_progress():
    """I25's means: a wake at the deadline always moves the deadline on."""
    server, now_ms = new_server(), 0
    server.connect(PATH, KEY, now_ms)
    server.wake(10)
    server.receive('{"type":"response.create"}', 10)
    for _ in range(100):
        due_ms = server.deadline_ms
        assert due_ms is not None
        assert due_ms > now_ms
        if due_ms > 10_000:
            return
        now_ms = due_ms
        server.wake(now_ms)
    raise AssertionError("still busy after 100 wakes")


def test_every_behaviour_names_its_source():
    """C169: no assumption of the simulated model without evidence and source."""
    assert realtime.__file__ is not None
    folder = Path(realtime.__file__).parent
    found: list[Assumption] = []
    for path in folder.glob("*.py"):
        module = importlib.import_module(f"voicegate.gateway.sim.realtime.{path.stem}")
        found += getattr(module, "ASSUMPTIONS", ())
    assert len(found) > 50
    assert all(one.behaviour and one.source for one in found)
    assert {one.evidence for one in found} == {"documented", "reported", "assumed"}
    assert len({one.behaviour for one in found}) == len(found)
