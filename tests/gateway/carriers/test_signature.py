"""Only Twilio's requests pass: vectors, agreement with Twilio's own package, and hostile input."""

import hashlib
from collections.abc import Iterator
from typing import Protocol, cast
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twilio.request_validator import (  # pyright: ignore[reportMissingTypeStubs]
    RequestValidator,
)

from voicegate.gateway.carriers.signature import (
    FIELD_LIMIT,
    SignatureValidator,
    form_fields,
    parse_settings,
)

TOKEN = "tw_auth_token_for_tests_0123456789"
PUBLIC_URL = "https://voice.example.com"
VALIDATOR = SignatureValidator(PUBLIC_URL, [TOKEN])

VOICE = [
    ("CallSid", "CA00000000000000000000000000000001"),
    ("AccountSid", "AC00000000000000000000000000000001"),
    ("From", "+15550100001"),
    ("To", "+15550100002"),
    ("CallStatus", "ringing"),
    ("Direction", "inbound"),
    ("CallerName", ""),
    ("ApiVersion", "2010-04-01"),
]
SHA256 = "key=webhooks_sharedkey_01,algorithm=HMAC_SHA256"


def signed(signature: str, signature_settings: str | None = None) -> dict[str, str]:
    headers = {"x-twilio-signature": signature}
    if signature_settings is not None:
        headers["x-twilio-webhooks-signature-settings"] = signature_settings
    return headers


class Many:
    """Repeated fields, as Twilio's package takes them."""

    def __init__(self, fields: list[tuple[str, str]]) -> None:
        self.fields = fields

    def __iter__(self) -> Iterator[str]:
        return (name for name, _ in self.fields)

    def __len__(self) -> int:
        return len(self.fields)

    def getall(self, wanted: str) -> list[str]:
        return [value for name, value in self.fields if name == wanted]


class TheirValidator(Protocol):
    """The two methods of Twilio's validator, which comes untyped."""

    def compute_signature(self, uri: str, params: Many, /) -> str: ...
    def validate(self, uri: str, params: Many, signature: str, /) -> bool: ...


def theirs(token: str = TOKEN) -> TheirValidator:
    return cast("TheirValidator", RequestValidator(token))


def sign(url: str, fields: list[tuple[str, str]] | None = None, token: str = TOKEN) -> str:
    """What Twilio's own package says the signature is."""
    return theirs(token).compute_signature(url, Many(fields or []))


def test_the_form_vector_is_accepted() -> None:
    """C137, C139: blank fields are signed."""
    assert VALIDATOR.is_signed_form("/twilio/voice", VOICE, signed("IIGtrIntL5RuGXWlu14hgvfAf1c="))


def test_a_form_without_its_blank_field_is_not_the_one_that_was_signed() -> None:
    """C139: dropping a blank field changes the signature."""
    filled = [(name, value) for name, value in VOICE if value]
    wrong = signed("5OzMfFtjmhy4YQksNwBsD4jVlD4=")
    assert not VALIDATOR.is_signed_form("/twilio/voice", VOICE, wrong)
    assert VALIDATOR.is_signed_form("/twilio/voice", filled, wrong)


def test_the_form_vector_under_a_shared_key_is_accepted() -> None:
    """C139: HMAC-SHA256 with the shared key that the request names."""
    shared = SignatureValidator(PUBLIC_URL, ["another"], {"webhooks_sharedkey_01": TOKEN})
    headers = signed("R635i4i969tT4KpAFZFoqKLPnzBTTh2HtoMg1cYA3vk=", SHA256)
    assert shared.is_signed_form("/twilio/voice", VOICE, headers)
    assert not VALIDATOR.is_signed_form("/twilio/voice", VOICE, headers)


def test_the_get_vector_is_accepted() -> None:
    """C137: the query Twilio appended is part of the URL."""
    target = "/twilio/voice?CallSid=CA00000000000000000000000000000001&From=%2B15550100001"
    headers = signed("JuEewwSDBdx5wrPZV1wQXChY5hk=")
    assert VALIDATOR.is_signed_get(target, headers)
    assert not VALIDATOR.is_signed_get(target.replace("%2B", "+"), headers)


JSON_BODY = b'{"CallSid":"CA00000000000000000000000000000001"}'
JSON_TARGET = (
    "/twilio/voice?bodySHA256=8d78d1316aeba09a8a659d16ab312a648e1935de7ab7ce229d3f62eff73ef96b"
)


def test_the_json_vector_is_accepted_for_this_body_only() -> None:
    """C139: the digest in the signed URL is the body's."""
    headers = signed("7itwbsu6KVwKB7kzwWwdORTkt74=")
    assert VALIDATOR.is_signed_json(JSON_TARGET, JSON_BODY, headers)
    assert not VALIDATOR.is_signed_json(JSON_TARGET, JSON_BODY + b" ", headers)
    assert not VALIDATOR.is_signed_json(JSON_TARGET, JSON_BODY, signed("A" * 28))


def test_a_json_body_whose_digest_nobody_signed_is_refused() -> None:
    """C139: without a digest, or with two, a signed URL says nothing about the body."""
    digest = hashlib.sha256(JSON_BODY).hexdigest()
    for query in ("", f"?bodySHA256={digest.upper()}", f"?bodySHA256={digest}&bodySHA256=0"):
        target = "/twilio/voice" + query
        headers = signed(sign(PUBLIC_URL + target))
        assert not VALIDATOR.is_signed_json(target, JSON_BODY, headers)


def test_twilios_published_example_is_accepted() -> None:
    fields = [
        ("CallSid", "CA1234567890ABCDE"),
        ("Caller", "+14158675310"),
        ("Digits", "1234"),
        ("From", "+14158675310"),
        ("To", "+18005551212"),
    ]
    validator = SignatureValidator("https://example.com", ["12345"])
    headers = signed("L/OH5YylLD5NRKLltdqwSvS0BnU=")
    assert validator.is_signed_form("/myapp.php?foo=1&bar=2", fields, headers)


@pytest.mark.parametrize(
    "signature", ["8USdFHnG2WP8/Pli0eL8PM7gaxI=", "28+WZG/tZWe5ThSmoyZxmoV76h0="]
)
def test_the_upgrade_vectors_are_accepted_with_and_without_the_slash(signature: str) -> None:
    """C137, C138: the media upgrade is signed over the wss URL, maybe with a slash behind it."""
    assert VALIDATOR.is_signed_upgrade("/media", signed(signature))


def test_the_upgrade_signed_as_https_is_refused() -> None:
    """C138: https must fail."""
    assert not VALIDATOR.is_signed_upgrade("/media", signed("2f+VPwbvIG3O9rbC+vVo6kAHCB8="))


def test_the_upgrade_vector_under_a_shared_key_is_accepted() -> None:
    shared = SignatureValidator(PUBLIC_URL, [], {"webhooks_sharedkey_01": TOKEN})
    headers = signed("LYae3nxICeP/mO/gGwRLEA4Exdq7pzLTseVnQYkgXnU=", SHA256)
    assert shared.is_signed_upgrade("/media", headers)


@pytest.mark.parametrize(
    ("public_url", "signed_url", "is_ours"),
    [
        ("https://voice.example.com", "wss://voice.example.com/media", True),
        ("https://voice.example.com", "wss://voice.example.com/media/", True),
        ("https://voice.example.com/", "wss://voice.example.com/media", True),
        ("https://voice.example.com", "wss://voice.example.com:443/media", False),
        ("https://voice.example.com", "ws://voice.example.com/media", False),
        ("https://voice.example.com", "https://voice.example.com/media", False),
        ("https://voice.example.com", "wss://voice.example.com/Media", False),
        ("https://voice.example.com", "wss://voice.example.com/media//", False),
        ("https://voice.example.com", "wss://attacker.example.net/media", False),
        ("https://voice.example.com:8443", "wss://voice.example.com:8443/media", True),
        ("https://voice.example.com:8443", "wss://voice.example.com:8443/media/", True),
        ("https://voice.example.com:8443", "wss://voice.example.com/media", True),
        ("https://voice.example.com:8443", "wss://voice.example.com:443/media", False),
        ("https://u:p@voice.example.com:8443", "wss://voice.example.com:8443/media", True),
        ("https://u:p@voice.example.com:8443", "wss://voice.example.com/media", True),
        ("https://u:p@voice.example.com", "wss://u:p@voice.example.com/media", False),
        ("https://voice.example.com/gate", "wss://voice.example.com/gate/media", True),
        ("https://voice.example.com/gate", "wss://voice.example.com/media", False),
        ("http://[::1]:8084", "wss://[::1]:8084/media", True),
        ("http://[::1]:8084", "wss://[::1]/media", True),
    ],
)
def test_the_upgrade_url_is_built_from_the_configured_one(
    public_url: str, signed_url: str, *, is_ours: bool
) -> None:
    """C138: wss as configured, then with a slash, with and without a configured port."""
    validator = SignatureValidator(public_url, [TOKEN])
    assert validator.is_signed_upgrade("/media", signed(sign(signed_url))) is is_ours


@pytest.mark.parametrize(
    ("public_url", "signed_url", "is_ours"),
    [
        ("https://voice.example.com", "https://voice.example.com/twilio/voice", True),
        ("https://voice.example.com", "http://voice.example.com/twilio/voice", False),
        ("https://voice.example.com", "wss://voice.example.com/twilio/voice", False),
        ("https://voice.example.com", "https://voice.example.com/twilio/voice/", False),
        ("https://voice.example.com:8443", "https://voice.example.com/twilio/voice", True),
        ("https://voice.example.com:8443", "https://voice.example.com:8443/twilio/voice", True),
        ("https://u:p@voice.example.com:8443", "https://voice.example.com/twilio/voice", True),
        ("http://127.0.0.1:8084", "http://127.0.0.1:8084/twilio/voice", True),
        ("http://127.0.0.1:8084", "https://127.0.0.1:8084/twilio/voice", False),
    ],
)
def test_the_webhook_url_is_built_from_the_configured_one(
    public_url: str, signed_url: str, *, is_ours: bool
) -> None:
    """C138: scheme, host and port are the configured ones, credentials are stripped."""
    validator = SignatureValidator(public_url, [TOKEN])
    headers = signed(sign(signed_url, VOICE))
    assert validator.is_signed_form("/twilio/voice", VOICE, headers) is is_ours


def test_forged_forwarding_headers_change_nothing() -> None:
    """C138: Host and X-Forwarded-* are never read."""
    forged = {
        "host": "attacker.example.net",
        "x-forwarded-host": "attacker.example.net",
        "x-forwarded-proto": "http",
        "x-forwarded-port": "8080",
        "forwarded": "host=attacker.example.net;proto=http",
    }
    for url, is_ours in (
        ("https://voice.example.com/twilio/voice", True),
        ("https://attacker.example.net/twilio/voice", False),
        ("http://attacker.example.net:8080/twilio/voice", False),
    ):
        headers = forged | signed(sign(url, VOICE))
        assert VALIDATOR.is_signed_form("/twilio/voice", VOICE, headers) is is_ours


def test_any_of_several_tokens_may_have_signed() -> None:
    """C139: the old and the new token during a rotation."""
    validator = SignatureValidator(PUBLIC_URL, ["new", "old"])
    url = PUBLIC_URL + "/twilio/voice"
    for token, is_ours in (("new", True), ("old", True), ("older", False)):
        headers = signed(sign(url, VOICE, token))
        assert validator.is_signed_form("/twilio/voice", VOICE, headers) is is_ours


def test_unknown_fields_count_too() -> None:
    """C139: a field that nobody knows is signed like any other."""
    fields = [*VOICE, ("NewInNovember", "x")]
    headers = signed(sign(PUBLIC_URL + "/twilio/voice", fields))
    assert VALIDATOR.is_signed_form("/twilio/voice", fields, headers)
    assert not VALIDATOR.is_signed_form("/twilio/voice", VOICE, headers)


@pytest.mark.parametrize(
    "signature_settings",
    [
        "key=webhooks_sharedkey_02,algorithm=HMAC_SHA1",
        "key=webhooks_sharedkey_01,algorithm=HMAC_MD5",
        "key=webhooks_sharedkey_01,algorithm=none",
        "algorithm=HMAC_SHA256",
    ],
)
def test_a_key_or_digest_that_is_not_ours_opens_nothing(signature_settings: str) -> None:
    validator = SignatureValidator(PUBLIC_URL, [TOKEN], {"webhooks_sharedkey_01": TOKEN})
    headers = signed("8USdFHnG2WP8/Pli0eL8PM7gaxI=", signature_settings)
    assert not validator.is_signed_upgrade("/media", headers)


@pytest.mark.parametrize("signature_settings", ["", "key=webhooks_sharedkey_09", "nonsense"])
def test_settings_without_an_algorithm_mean_the_auth_token(signature_settings: str) -> None:
    headers = signed("8USdFHnG2WP8/Pli0eL8PM7gaxI=", signature_settings)
    assert VALIDATOR.is_signed_upgrade("/media", headers)


@pytest.mark.parametrize("signature", ["", "\x00", "é", "A" * 28, "8USdFHnG2WP8/Pli0eL8PM7gaxI"])
def test_no_or_another_signature_opens_nothing(signature: str) -> None:
    """C137: a missing, cut or odd signature is refused and is no error."""
    assert not VALIDATOR.is_signed_upgrade("/media", signed(signature))
    assert not VALIDATOR.is_signed_upgrade("/media", {})


def test_an_empty_key_is_refused_since_anybody_could_sign_with_it() -> None:
    for tokens, keys in (([], {}), ([""], {}), (["a", ""], {}), (["a"], {"k": ""})):
        with pytest.raises(ValueError, match="anybody could sign"):
            SignatureValidator(PUBLIC_URL, tokens, keys)


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
FIELDS = st.lists(st.tuples(TEXT, TEXT), max_size=8)


@given(fields=FIELDS, token=TEXT.filter(bool))
@settings(max_examples=300)
def test_we_agree_with_twilios_package_on_any_form(
    fields: list[tuple[str, str]], token: str
) -> None:
    """C139: blank, repeated and unknown fields in any order, also after their way over the wire."""
    validator = SignatureValidator(PUBLIC_URL, [token])
    headers = signed(sign(PUBLIC_URL + "/twilio/voice", fields, token))
    received = form_fields(urlencode(fields).encode())
    assert received == fields
    assert validator.is_signed_form("/twilio/voice", received, headers)


FEW = st.text("ab", max_size=2)
ALIKE = st.lists(st.tuples(FEW, FEW), max_size=3)


@given(fields=ALIKE, changed=ALIKE)
@settings(max_examples=300)
def test_we_and_twilios_package_refuse_the_same_forms(
    fields: list[tuple[str, str]], changed: list[tuple[str, str]]
) -> None:
    """C137: what another form's signature opens, it opens for Twilio's package, too."""
    url = PUBLIC_URL + "/twilio/voice"
    signature = sign(url, fields)
    opened = VALIDATOR.is_signed_form("/twilio/voice", changed, signed(signature))
    assert opened is theirs().validate(url, Many(changed), signature)


def test_a_form_of_more_fields_than_twilio_ever_sends_is_no_form() -> None:
    assert len(form_fields(b"&".join([b"a=1"] * FIELD_LIMIT))) == FIELD_LIMIT
    with pytest.raises(ValueError, match="fields"):
        form_fields(b"&".join([b"a=1"] * (FIELD_LIMIT + 1)))


def test_the_first_key_and_algorithm_of_the_settings_count() -> None:
    assert parse_settings("key=a, algorithm=b,key=c,algorithm=d") == ("a", "b")
    assert parse_settings("algorithm=,algorithm=HMAC_SHA256") == ("", "HMAC_SHA256")
    assert parse_settings("key=a=b,,=,x") == ("a=b", "")


@settings(max_examples=2_000, deadline=None)
@given(requests=st.lists(st.binary(max_size=64), min_size=10, max_size=10))
def test_no_bytes_from_a_stranger_raise_or_open_anything(requests: list[bytes]) -> None:
    """C137, C139: form, headers, target and body of 20,000 requests, ten to an example."""
    for raw in requests:
        text = raw.decode("latin-1")
        fields = form_fields(raw)
        headers = signed(text, text)
        assert all(len(name + value) <= len(raw) for name, value in fields)
        assert not VALIDATOR.is_signed_form(text, fields, headers)
        assert not VALIDATOR.is_signed_json(text, raw, headers)
        assert not VALIDATOR.is_signed_upgrade(text, headers)
