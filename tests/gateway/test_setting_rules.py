"""What each rule lets pass, and that a refusal says what to do and shows nothing."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegate.gateway import setting_rules as rules

Rule = Callable[[str], str]


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        (rules.model, "gpt-realtime-2.1"),
        (rules.model, "gpt-realtime-2.1-mini"),
        (rules.model, "gpt-realtime-mini-2025-12-15"),
        (rules.voice, "marin"),
        (rules.voice, "voice_abc123"),
        (rules.language, "de"),
        (rules.phone_number, "+12125550142"),
        (rules.account_sid, "AC00000000000000000000000000000001"),
        (rules.key, "sk-proj-abc_DEF"),
        (rules.public_url, "https://voice.example.com"),
        (rules.public_url, "https://voice.example.com:8443"),
        (rules.public_url, "http://127.0.0.1:8084"),
        (rules.public_url, "http://localhost:8084"),
        (rules.public_url, "http://[::1]:8084"),
        (rules.socket_url, "wss://api.openai.com/v1/realtime"),
        (rules.socket_url, "wss://example.com/openai/v1/realtime?deployment=x"),
        (rules.socket_url, "ws://127.0.0.1:9000/v1/realtime"),
        (rules.redis_url, "redis://:secret@10.0.0.1:6379/0"),
        (rules.redis_url, "rediss://cache.example.com"),
        (rules.redis_url, "unix:///run/redis.sock"),
    ],
)
def test_a_good_value_passes_unchanged(rule: Rule, value: str) -> None:
    assert rule(value) == value


@pytest.mark.parametrize(
    ("rule", "value", "advice"),
    [
        (rules.model, "gpt-4o-realtime-preview", "gpt-realtime-2.1"),
        (rules.model, "gpt-4o-realtime-preview-2024-12-17", "gpt-realtime-2.1"),
        (rules.model, "gpt-4o-mini-realtime-preview", "gpt-realtime-2.1-mini"),
        (rules.model, "gpt-4o", "gpt-realtime-2.1"),
        (rules.voice, "fable", "alloy, ash, ballad, cedar"),
        (rules.voice, "onyx", "marin"),
        (rules.voice, "nova", "marin"),
        (rules.voice, "Marin", "marin"),
        (rules.language, "english", "ISO 639-1"),
        (rules.language, "en-US", "ISO 639-1"),
        (rules.phone_number, "2125550142", r"\+12125550142"),
        (rules.phone_number, "+02125550142", r"E\.164"),
        (rules.account_sid, "SK00000000000000000000000000000001", "AC"),
        (rules.key, "sk-1\nsk-2", "copy it again"),
        (rules.key, "", "copy it again"),
        (rules.public_url, "http://voice.example.com", "use https"),
        (rules.public_url, "http://127.0.0.1.example.com", "use https"),
        (rules.public_url, "https://my_voice.example.com", "underscore"),
        (rules.public_url, "https://voice.example.com/?x=1", "leave out"),
        (rules.public_url, "https://voice.example.com/#rc=2", "leave out"),
        (rules.public_url, "https://voice.example.com/ x", "blanks"),
        (rules.public_url, "https://voice.example.com/base", "leave out the path"),
        (rules.public_url, "voice.example.com", "https://voice"),
        (rules.public_url, "https://", "https://voice"),
        (rules.fallback_url, "http://voice.example.com/f", "use https"),
        (rules.fallback_url, "https://my_voice.example.com/f", "underscore"),
        (rules.fallback_url, "https://voice.example.com/f#rc=2", "leave out"),
        (rules.fallback_url, "twiml/EH1", "https://handler"),
        (rules.socket_url, "http://x", "wss://api.openai.com/v1/realtime"),
        (rules.socket_url, "ws://api.openai.com/v1/realtime", "use wss"),
        (rules.http_url, "https://api.twilio.com:x", "its port"),
        (rules.http_url, "api.twilio.com", "https://api.twilio.com"),
        (rules.redis_url, "http://10.0.0.1", "redis://"),
        (rules.redis_url, "redis://", "host"),
        (rules.redis_url, "unix://", "path"),
        (rules.redis_prefix, "vg:", "{staging}:"),
        (rules.redis_prefix, "{}:", "{staging}:"),
        (rules.redis_prefix, "{a}{b}:", "{staging}:"),
        (rules.redis_prefix, "{vg}", "{staging}:"),
    ],
)
def test_a_bad_value_is_refused_with_what_to_do(rule: Rule, value: str, advice: str) -> None:
    """C9: impossible voices and retired or unknown models name what to use instead."""
    with pytest.raises(ValueError, match=advice):
        rule(value)


@pytest.mark.parametrize(
    "rule", [rules.public_url, rules.fallback_url, rules.http_url, rules.socket_url]
)
@pytest.mark.parametrize(
    "url", ["https://u:hunter2@example.com", "wss://u:hunter2@example.com", "https://u:hunter2"]
)
def test_no_refusal_repeats_a_password(rule: Rule, url: str) -> None:
    """C145: an error about a URL does not show what stands before its @."""
    with pytest.raises(ValueError, match=r".") as caught:
        rule(url)
    assert "hunter2" not in str(caught.value)


def test_a_base_url_loses_its_trailing_slash() -> None:
    assert rules.public_url("https://voice.example.com/") == "https://voice.example.com"
    assert rules.http_url("https://api.twilio.com/") == "https://api.twilio.com"


URL_RULES = [rules.public_url, rules.fallback_url, rules.socket_url, rules.redis_url]


@given(st.text(), st.sampled_from(URL_RULES))
def test_no_text_breaks_a_rule_for_urls(text: str, rule: Rule) -> None:
    for value in (text, f"https://{text}", f"wss://h{text}", f"redis://{text}"):
        with suppress(ValueError):
            assert rule(value).strip("/") == value.strip("/")
