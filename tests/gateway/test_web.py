"""The webhooks as HTTP: who is answered, who is refused, and what a bug leads to."""

import asyncio
import base64
import hmac
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlencode

import httpx
import pytest

from voicegate.gateway import web
from voicegate.gateway.answers import Answers
from voicegate.gateway.settings import load
from voicegate.gateway.sim.rig.loops import run
from voicegate.gateway.wiring import Gateway, build
from voicegate.numbers.directory import OneRoute

AUTH, ACCOUNT, SID = "0123456789abcdef", "AC" + "a" * 32, "CA" + "1" * 32
PUBLIC = "https://voice.example.com"
WEBHOOKS = ("/twilio/voice", "/twilio/after", "/twilio/status", "/twilio/stream-status")
FORM = {
    "CallSid": SID,
    "AccountSid": ACCOUNT,
    "From": "+15550100001",
    "To": "+15550100002",
    "CallStatus": "ringing",
    "CallerName": "",
}
STATUSES = {
    "/twilio/voice": 200,
    "/twilio/after": 200,
    "/twilio/status": 204,
    "/twilio/stream-status": 204,
}


def sign(url: str, form: dict[str, str], key: str = AUTH) -> dict[str, str]:
    text = url + "".join(name + value for name, value in sorted(form.items()))
    digest = hmac.digest(key.encode(), text.encode(), "sha1")
    return {"X-Twilio-Signature": base64.b64encode(digest).decode()}


class Client:
    """A carrier that knows the key, on a gateway without sockets."""

    def __init__(self, gateway: Gateway, http: httpx.AsyncClient) -> None:
        self.gateway = gateway
        self.http = http

    async def post(
        self,
        path: str,
        form: dict[str, str] = FORM,
        *,
        signature: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        body: bytes | AsyncIterator[bytes] | None = None,
    ) -> httpx.Response:
        signed = sign(PUBLIC + path, form) if signature is None else signature
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        content = urlencode(form).encode() if body is None else body
        return await self.http.post(path, content=content, headers=kind | signed | (headers or {}))

    def figure(self, name: str, labels: str) -> float:
        """A counter's value, 0 while it is not there."""
        lines = self.gateway.metrics.render()[0].decode().splitlines()
        found = [line for line in lines if line.startswith(f"{name}{{{labels}}}")]
        return float(found[0].rpartition(" ")[2]) if found else 0.0


@asynccontextmanager
async def client(*, is_insecure: bool = False, **more: str) -> AsyncGenerator[Client, None]:
    settings = load(
        {
            "OPENAI_API_KEY": "sk-of-a-test",
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": AUTH,
            "VOICEGATE_PUBLIC_URL": PUBLIC,
            "VOICEGATE_OPENAI_URL": "ws://127.0.0.1:1/nobody",
            **more,
        },
        env_file=None,
    )
    gateway = build(settings, is_insecure=is_insecure)
    transport = httpx.ASGITransport(gateway.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://10.0.0.1:8084") as http:
        yield Client(gateway, http)


# -- who is answered -----------------------------------------------------------------------------


def test_signed_webhooks_are_answered() -> None:
    """C2, C137: each path; documents are XML, callbacks get no content."""

    async def main() -> None:
        async with client() as carrier:
            for path in WEBHOOKS:
                answer = await carrier.post(path)
                assert answer.status_code == STATUSES[path], path
                if answer.status_code == 200:
                    assert answer.headers["Content-Type"].startswith("text/xml")
                    assert answer.text.startswith("<?xml")
                else:
                    assert answer.content == b""

    run(main())


@pytest.mark.parametrize("path", WEBHOOKS)
def test_unsigned_webhooks_are_refused_without_a_word_and_counted(path: str) -> None:
    """C137."""
    wrong = {
        "no signature": {"X-Other": "x"},
        "nonsense": {"X-Twilio-Signature": "nonsense"},
        "another key": sign(PUBLIC + path, FORM, "another"),
        "a blank field left out": sign(PUBLIC + path, {k: v for k, v in FORM.items() if v}),
        "the inner address": sign("http://10.0.0.1:8084" + path, FORM),
        "the socket's scheme": sign("wss://voice.example.com" + path, FORM),
        "another path": sign(PUBLIC + path + "/", FORM),
    }

    async def main() -> None:
        async with client() as carrier:
            for what, signature in wrong.items():
                answer = await carrier.post(path, signature=signature)
                assert (answer.status_code, answer.content) == (403, b""), what
            name, labels = "voicegate_webhooks_refused_total", f'cause="unsigned",path="{path}"'
            assert carrier.figure(name, labels) == len(wrong)
            assert len(carrier.gateway.calls) == 0

    run(main())


def test_what_a_proxy_or_a_stranger_writes_about_our_address_counts_for_nothing() -> None:
    """C138: the public URL is configured."""
    forged = {
        "Host": "evil.example.com/x",
        "X-Forwarded-Host": "evil.example.com",
        "X-Forwarded-Proto": "http",
        "Forwarded": "host=evil.example.com;proto=http",
    }

    async def main() -> None:
        async with client() as carrier:
            answer = await carrier.post("/twilio/voice", headers=forged)
            assert answer.status_code == 200
            assert "<Connect" in answer.text
            for url in ("http://evil.example.com", "https://evil.example.com"):
                signature = sign(url + "/twilio/voice", FORM)
                answer = await carrier.post("/twilio/voice", signature=signature, headers=forged)
                assert answer.status_code == 403

    run(main())


def test_blank_repeated_and_unknown_fields_are_signed_as_they_came() -> None:
    """C139."""

    async def main() -> None:
        async with client() as carrier:
            form = {**FORM, "Later": " blanks around ", "Ümlaut": "ß+&="}
            assert (await carrier.post("/twilio/status", form)).status_code == 204
            twice = urlencode([*form.items(), *form.items()]).encode()
            assert (await carrier.post("/twilio/status", form, body=twice)).status_code == 204

    run(main())


def test_a_query_is_part_of_what_was_signed() -> None:
    async def main() -> None:
        async with client() as carrier:
            path = "/twilio/status?n=1&empty=&x=%2B"
            signature = sign(PUBLIC + path, FORM)
            assert (await carrier.post(path, signature=signature)).status_code == 204
            assert (await carrier.post("/twilio/status", signature=signature)).status_code == 403

    run(main())


def test_while_tokens_are_replaced_either_signs() -> None:
    """C139."""

    async def main() -> None:
        async with client(TWILIO_AUTH_TOKEN=f"{AUTH},second-token") as carrier:
            for key in (AUTH, "second-token"):
                signature = sign(PUBLIC + "/twilio/status", FORM, key)
                answer = await carrier.post("/twilio/status", signature=signature)
                assert answer.status_code == 204

    run(main())


def test_an_insecure_gateway_asks_for_no_signature() -> None:
    """C141."""

    async def main() -> None:
        async with client(is_insecure=True) as carrier:
            answer = await carrier.post("/twilio/voice", signature={"X-Other": "x"})
            assert answer.status_code == 200
            assert (await carrier.http.get("/readyz")).json()["insecure"] is True

    run(main())


@pytest.mark.parametrize("path", WEBHOOKS)
def test_a_form_that_names_no_call_is_refused_by_name(path: str) -> None:
    async def main() -> None:
        async with client() as carrier:
            for missing in ("CallSid", "AccountSid"):
                form = {name: value for name, value in FORM.items() if name != missing}
                assert (await carrier.post(path, form)).status_code == 400
            name, labels = "voicegate_webhooks_refused_total", f'cause="no_call",path="{path}"'
            assert carrier.figure(name, labels) == 2.0

    run(main())


def test_webhooks_are_posted_and_nothing_else_is_there() -> None:
    """No page of documentation, no redirect to a path with or without a slash."""

    async def main() -> None:
        async with client() as carrier:
            for path in WEBHOOKS:
                assert (await carrier.http.get(path)).status_code == 405
                assert (await carrier.post(path + "/")).status_code == 404
            for path in ("/", "/docs", "/redoc", "/openapi.json"):
                assert (await carrier.http.get(path)).status_code == 404

    run(main())


def test_what_comes_to_a_wrong_place_or_by_a_wrong_method_is_counted() -> None:
    """By route where there is one; strangers' many paths share one label."""

    async def main() -> None:
        async with client() as carrier:
            answer = await carrier.http.get("/twilio/voice")
            assert answer.headers["Allow"] == "POST"
            await carrier.post("/twilio/voice/")
            await carrier.http.get("/%1b[2J/" + "x" * 9_000)
            for label, status, cause, count in (
                ("/twilio/voice", 405, "method_not_allowed", 1.0),
                ("other", 404, "not_found", 2.0),
            ):
                path, refused = f'path="{label}"', "voicegate_webhooks_refused_total"
                answered = f'answer="{status}",{path}'
                assert carrier.figure("voicegate_webhooks_total", answered) == count
                assert carrier.figure(refused, f'cause="{cause}",{path}') == count

    run(main())


# -- how much is read ----------------------------------------------------------------------------


def test_a_body_over_the_limit_is_refused_and_the_rest_not_read() -> None:
    """C143: 64 kB."""
    given = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal given
        while True:
            given += 1_000
            yield b"a" * 1_000

    async def main() -> None:
        async with client() as carrier:
            answer = await carrier.post("/twilio/voice", body=endless())
            assert answer.status_code == 413
            assert answer.headers["Connection"] == "close"
        assert given <= 66_000

    run(main())


def test_a_body_within_the_limit_is_read() -> None:
    """C143."""

    async def main() -> None:
        async with client() as carrier:
            form = {**FORM, "CallToken": "x" * 60_000}
            assert (await carrier.post("/twilio/status", form)).status_code == 204

    run(main())


def test_a_body_that_does_not_come_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "BODY_TIMEOUT_S", 0.05)

    async def hanging() -> AsyncIterator[bytes]:
        yield b"CallSid="
        await asyncio.Event().wait()

    async def main() -> None:
        async with client() as carrier:
            assert (await carrier.post("/twilio/voice", body=hanging())).status_code == 408

    run(main())


def test_a_form_of_a_thousand_fields_is_nobody_we_know() -> None:
    async def main() -> None:
        async with client() as carrier:
            form = FORM | {f"name{number}": "" for number in range(1_000)}
            assert (await carrier.post("/twilio/voice", form)).status_code == 403

    run(main())


def test_bytes_that_are_no_text_are_refused_and_nothing_breaks() -> None:
    async def main() -> None:
        async with client() as carrier:
            for body in (b"\xff\xfe\x00", b"%ff%00=&&==", b""):
                assert (await carrier.post("/twilio/voice", body=body)).status_code == 403

    run(main())


# -- bugs ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/twilio/voice", "/twilio/after"])
@pytest.mark.parametrize("number", ["", "+13125550199"])
def test_a_bug_while_answering_still_gives_the_caller_somebody_to_talk_to(
    path: str, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C3: 200 and the fallback document, whatever broke."""

    def broken(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(OneRoute, "resolve", broken)
    monkeypatch.setattr(Answers, "after", broken)

    async def main() -> None:
        async with client(VOICEGATE_FALLBACK_NUMBER=number) as carrier:
            answer = await carrier.post(path)
            assert answer.status_code == 200
            assert ("<Dial><Number>" if number else "<Say>") in answer.text

    run(main())


def test_a_bug_in_a_callback_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a bug")

    async def main() -> None:
        async with client() as carrier:
            monkeypatch.setattr(type(carrier.gateway.calls), "find", broken)
            over = FORM | {"CallStatus": "completed"}
            assert (await carrier.post("/twilio/status", over)).status_code == 500

    run(main())


# -- health --------------------------------------------------------------------------------------


def test_a_gateway_that_is_well_says_so() -> None:
    """C161."""

    async def main() -> None:
        async with client() as carrier:
            assert (await carrier.http.get("/healthz")).text == "ok"
            answer = await carrier.http.get("/readyz")
            assert (answer.status_code, answer.json()) == (200, {"failing": [], "insecure": False})

    run(main())


def test_a_gateway_that_leaves_or_is_full_says_why_and_still_lives() -> None:
    """C157, C161: 503 at once, each failing part by its name."""

    async def main() -> None:
        async with client(VOICEGATE_MAX_CALLS="1") as carrier:
            await carrier.post("/twilio/voice")
            carrier.gateway.drain.signal()
            answer = await carrier.http.get("/readyz")
            assert answer.status_code == 503
            assert answer.json()["failing"] == ["draining", "max_calls"]
            assert (await carrier.http.get("/healthz")).status_code == 200

    run(main())


def test_answers_are_counted_by_route_and_status() -> None:
    async def main() -> None:
        async with client() as carrier:
            for _ in range(2):
                await carrier.post("/twilio/voice")
            await carrier.post("/twilio/voice", signature={"X-Other": "x"})
            name, path = "voicegate_webhooks_total", 'path="/twilio/voice"'
            assert carrier.figure(name, f'answer="200",{path}') == 2.0
            assert carrier.figure(name, f'answer="403",{path}') == 1.0
            lines = carrier.gateway.metrics.render()[0].decode()
            assert "voicegate_calls_live 1.0" in lines

    run(main())


@pytest.mark.parametrize("is_insecure", [True, False])
def test_figures_are_for_whoever_brings_the_token(*, is_insecure: bool) -> None:
    """C147: others are told what is missing, and nothing else."""

    async def main() -> None:
        async with client(is_insecure=is_insecure, VOICEGATE_METRICS_TOKEN="a-metrics-token") as it:
            for given in ("Bearer a-metrics-token", "Bearer a-metrics-toke", "Bearer ü", ""):
                answer = await it.http.get("/metrics", headers={b"Authorization": given.encode()})
                is_right = given == "Bearer a-metrics-token"
                assert answer.status_code == (200 if is_right else 401)
                assert ("voicegate_calls_live" in answer.text) is is_right

    run(main())


@pytest.mark.parametrize(("is_insecure", "status"), [(True, 200), (False, 401)])
def test_without_a_token_figures_are_for_trials_only(status: int, *, is_insecure: bool) -> None:
    """C147: an insecure gateway listens on loopback, and no proxy stands before it."""

    async def main() -> None:
        async with client(is_insecure=is_insecure) as it:
            assert (await it.http.get("/metrics")).status_code == status

    run(main())


def test_an_admission_that_is_closed_leaves_the_webhooks_open() -> None:
    """C157: calls under way still need their answers."""

    async def main() -> None:
        async with client() as carrier:
            carrier.gateway.drain.signal()
            for path in WEBHOOKS:
                assert (await carrier.post(path)).status_code == STATUSES[path]
            assert len(carrier.gateway.calls) == 0

    run(main())
