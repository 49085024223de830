"""The environment becomes values, or one error with a line for each thing that is wrong."""

from pathlib import Path

import pytest

from voicegate.gateway.core.errors import ConfigError
from voicegate.gateway.settings import SERVE_NEEDS, Settings, load

ENVIRON = {
    "OPENAI_API_KEY": "sk-test-0123456789",
    "TWILIO_ACCOUNT_SID": "AC00000000000000000000000000000001",
    "TWILIO_AUTH_TOKEN": "tw_auth_token_for_tests_0123456789",
    "VOICEGATE_PUBLIC_URL": "https://voice.example.com/",
}


def problems(environ: dict[str, str], need: tuple[str, ...] = ()) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        load(environ, None, need=need)
    return caught.value.problems


def test_what_serve_needs_is_enough() -> None:
    settings = load(ENVIRON, None, need=SERVE_NEEDS)
    assert settings.openai_api_key is not None
    assert settings.openai_api_key.get_secret_value() == "sk-test-0123456789"
    assert settings.public_url == "https://voice.example.com"
    assert [token.get_secret_value() for token in settings.twilio_auth_tokens] == [
        "tw_auth_token_for_tests_0123456789"
    ]


def test_the_defaults() -> None:
    settings = load({}, None)
    assert (settings.port, settings.max_calls) == (8084, 100)
    assert (settings.max_call_s, settings.drain_s) == (3600, 300)
    assert (settings.audio, settings.greeting, settings.interruption) == ("pcm24k", "model", "cut")
    assert (settings.model, settings.voice) == ("gpt-realtime-2.1", "marin")
    assert settings.openai_url == "wss://api.openai.com/v1/realtime"
    assert settings.twilio_api_url == "https://api.twilio.com"
    assert settings.log_level == "info"
    assert settings.instructions
    assert settings.openai_api_key is None
    assert settings.twilio_auth_tokens == ()
    assert (settings.redis_url, settings.language, settings.fallback_number) == (None, None, None)


MOVES: list[tuple[str, str, str, str | int]] = [
    ("PORT", "9000", "port", 9000),
    ("TWILIO_ACCOUNT_SID", "AC" + "0" * 32, "twilio_account_sid", "AC" + "0" * 32),
    ("VOICEGATE_REDIS_PREFIX", "{staging}:", "redis_prefix", "{staging}:"),
    ("VOICEGATE_PUBLIC_URL", "http://127.0.0.1:8084", "public_url", "http://127.0.0.1:8084"),
    (
        "VOICEGATE_FALLBACK_URL",
        "https://handler.twilio.com/twiml/EH1?x=1",
        "fallback_url",
        "https://handler.twilio.com/twiml/EH1?x=1",
    ),
    ("VOICEGATE_OPENAI_URL", "ws://127.0.0.1:9/v1", "openai_url", "ws://127.0.0.1:9/v1"),
    ("VOICEGATE_TWILIO_API_URL", "http://127.0.0.1:9", "twilio_api_url", "http://127.0.0.1:9"),
    ("VOICEGATE_AUDIO", "pcmu", "audio", "pcmu"),
    ("VOICEGATE_MODEL", "gpt-realtime-2.1-mini", "model", "gpt-realtime-2.1-mini"),
    ("VOICEGATE_FALLBACK_MODEL", "gpt-realtime-1.5", "fallback_model", "gpt-realtime-1.5"),
    ("VOICEGATE_VOICE", "cedar", "voice", "cedar"),
    ("VOICEGATE_INSTRUCTIONS", "You are a pirate.", "instructions", "You are a pirate."),
    ("VOICEGATE_GREETING", "none", "greeting", "none"),
    ("VOICEGATE_LANGUAGE", "de", "language", "de"),
    ("VOICEGATE_MAX_CALLS", "7", "max_calls", 7),
    ("VOICEGATE_MAX_CALLS_TOTAL", "7", "max_calls_total", 7),
    ("VOICEGATE_FALLBACK_NUMBER", "+12125550142", "fallback_number", "+12125550142"),
    ("VOICEGATE_MAX_CALL_S", "60", "max_call_s", 60),
    ("VOICEGATE_DRAIN_S", "0", "drain_s", 0),
    ("VOICEGATE_INTERRUPTION", "off", "interruption", "off"),
    ("VOICEGATE_LOG_LEVEL", "debug", "log_level", "debug"),
]


@pytest.mark.parametrize(("name", "value", "field", "expected"), MOVES)
def test_each_variable_moves_its_setting(
    name: str, value: str, field: str, expected: str | int
) -> None:
    assert load({}, None).model_dump()[field] != expected
    assert load({name: value}, None).model_dump()[field] == expected


def test_a_secret_is_as_long_as_one() -> None:
    """C145, C147: a shorter one would be found, and masked, in any line of the log."""
    token = load({"VOICEGATE_METRICS_TOKEN": "12345678"}, None).metrics_token
    assert token is not None
    assert token.get_secret_value() == "12345678"
    for name in ("OPENAI_API_KEY", "TWILIO_AUTH_TOKEN", "VOICEGATE_METRICS_TOKEN"):
        (problem,) = problems({name: "1234567"})
        assert problem.startswith(f"{name}=(hidden): ")


def test_redis_may_hold_what_several_processes_share() -> None:
    redis_url = load({"REDIS_URL": "rediss://:pw@10.0.0.1/1"}, None).redis_url
    assert redis_url is not None
    assert redis_url.get_secret_value() == "rediss://:pw@10.0.0.1/1"


def test_no_variable_is_without_a_test_that_moves_it() -> None:
    tested_above = {"openai_api_key", "twilio_auth_tokens", "redis_url", "metrics_token"}
    assert {field for _, _, field, _ in MOVES} | tested_above == set(Settings.model_fields)


def test_several_auth_tokens_may_be_given_while_one_replaces_another() -> None:
    """C139: the old and the new token during a rotation."""
    settings = load({"TWILIO_AUTH_TOKEN": "new-token, old-token"}, None)
    tokens = [token.get_secret_value() for token in settings.twilio_auth_tokens]
    assert tokens == ["new-token", "old-token"]
    (problem,) = problems({"TWILIO_AUTH_TOKEN": "new-token,,old-token"})
    assert problem.startswith("TWILIO_AUTH_TOKEN=(hidden): ")


def test_everything_that_is_wrong_is_told_at_once() -> None:
    told = problems(
        {
            "PORT": "many",
            "VOICEGATE_VOICE": "nova",
            "VOICEGATE_MODEL": "gpt-4o-realtime-preview",
            "VOICEGATE_MAX_CALLS": "0",
            "VOICEGATE_VOCE": "marin",
            "VOICEGATE_PUBLIC_URL": "http://voice.example.com",
            "REDIS_URL": "localhost:6379",
        },
        need=SERVE_NEEDS,
    )
    names = {line.partition("=")[0].partition(" ")[0] for line in told}
    assert names == {
        "OPENAI_API_KEY",
        "TWILIO_ACCOUNT_SID",
        "TWILIO_AUTH_TOKEN",
        "PORT",
        "VOICEGATE_VOICE",
        "VOICEGATE_MODEL",
        "VOICEGATE_MAX_CALLS",
        "VOICEGATE_VOCE",
        "VOICEGATE_PUBLIC_URL",
        "REDIS_URL",
    }
    assert len(told) == len(names)
    assert all("\n" not in line for line in told)


def test_a_retired_model_and_an_impossible_voice_come_with_the_replacement() -> None:
    """C9: refused before any call, by name."""
    (voice,) = problems({"VOICEGATE_VOICE": "fable"})
    assert voice.startswith("VOICEGATE_VOICE='fable': ")
    assert "marin" in voice
    (model,) = problems({"VOICEGATE_MODEL": "gpt-4o-mini-realtime-preview"})
    assert model.endswith("use gpt-realtime-2.1-mini")


def test_a_mistyped_name_is_no_silent_default() -> None:
    assert problems({"VOICEGATE_MAXCALLS": "7"}) == (
        "VOICEGATE_MAXCALLS is no setting: did you mean VOICEGATE_MAX_CALLS?",
    )
    assert problems({"VOICEGATE_Q": "7"}) == ("VOICEGATE_Q is no setting: remove it",)


def test_an_empty_variable_counts_as_none() -> None:
    empty = {"OPENAI_API_KEY": "", "VOICEGATE_LANGUAGE": " ", "VOICEGATE_X": "\n"}
    assert load(empty, None).language is None
    (problem,) = problems(empty, need=("OPENAI_API_KEY",))
    assert problem == "OPENAI_API_KEY is not set: it is the API key of your OpenAI project"


def test_the_environment_comes_before_the_file(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text('PORT=1000\nVOICEGATE_VOICE=cedar\nVOICEGATE_INSTRUCTIONS="two\nlines"\nX=1\n')
    settings = load({"PORT": "2000"}, file)
    assert (settings.port, settings.voice) == (2000, "cedar")
    assert settings.instructions == "two\nlines"


def test_a_mistake_in_the_file_is_told_like_one_in_the_environment(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("VOICEGATE_VOCE=cedar\nPORT=0\n")
    with pytest.raises(ConfigError) as caught:
        load({}, file)
    assert len(caught.value.problems) == 2


def test_a_missing_file_is_no_mistake_and_an_unreadable_one_is(tmp_path: Path) -> None:
    assert load({}, tmp_path / "none").port == 8084
    (tmp_path / "bad").write_bytes(b"PORT=\xff\xfe")
    with pytest.raises(ConfigError, match="cannot be read"):
        load({}, tmp_path / "bad")


def test_nothing_is_read_behind_the_given_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "9999")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-from-the-process")
    settings = load({}, None)
    assert (settings.port, settings.openai_api_key) == (8084, None)


def test_no_secret_shows_in_the_settings() -> None:
    """C145: repr and str of the whole."""
    environ = ENVIRON | {
        "REDIS_URL": "redis://:hunter2@10.0.0.1",
        "VOICEGATE_FALLBACK_NUMBER": "+12125550142",
    }
    settings = load(environ, None)
    for shown in (repr(settings), str(settings), repr(vars(settings))):
        for secret in ("sk-test", "tw_auth", "hunter2"):
            assert secret not in shown
    assert "+12125550142" not in repr(settings)
    assert set(settings.secrets()) == {
        "sk-test-0123456789",
        "tw_auth_token_for_tests_0123456789",
        "redis://:hunter2@10.0.0.1",
    }


def test_no_secret_or_number_shows_in_a_problem_even_in_the_wrong_place() -> None:
    """C145, C146: the value in an error is masked."""
    told = "\n".join(
        problems(
            {
                "OPENAI_API_KEY": "hunter2 hunter2",
                "TWILIO_AUTH_TOKEN": "hunter2 hunter2",
                "REDIS_URL": "http://:hunter2@10.0.0.1",
                "VOICEGATE_PUBLIC_URL": "https://u:hunter2@voice.example.com/?key=hunter2",
                "VOICEGATE_OPENAI_URL": "wss://u:hunter2@api.openai.com",
                "VOICEGATE_TWILIO_API_URL": "https://u:hunter2",
                "VOICEGATE_MODEL": "sk-proj-hunter2hunter2",
                "TWILIO_ACCOUNT_SID": "0123456789abcdef0123456789abcdef",
                "VOICEGATE_FALLBACK_NUMBER": "(555) 010-0142",
                "VOICEGATE_VOICE": "+15550100142",
            }
        )
    )
    assert len(told.splitlines()) == 10
    for secret in ("hunter2", "0123456789abcdef", "010-0142", "0100142"):
        assert secret not in told


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("VOICEGATE_PUBLIC_URL", "https://h.example:99999/x", "'https://h.example:99999'"),
        ("VOICEGATE_PUBLIC_URL", "https://h.example:hunter2", "'https://h.example'"),
        ("VOICEGATE_OPENAI_URL", "ws://[2001:db8::1]:9/x", "'ws://[2001:db8::1]:9'"),
        ("VOICEGATE_MAX_CALLS", "1000000000", "(10 digits)"),
        ("VOICEGATE_MAX_CALLS", "100000", "'100000'"),
    ],
)
def test_a_problem_shows_the_value_as_far_as_it_may(name: str, value: str, shown: str) -> None:
    """C146: a host and its port, and as many digits as no caller's number has."""
    (problem,) = problems({name: value})
    assert problem.startswith(f"{name}={shown}: ")


def test_settings_cannot_be_changed() -> None:
    settings = load({}, None)
    with pytest.raises(ValueError, match="frozen"):
        settings.port = 1  # pyright: ignore[reportAttributeAccessIssue]
