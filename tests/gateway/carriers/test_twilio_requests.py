"""One request on real sockets: what is sent, what counts as success, what may have been done."""

import re
import socket
from base64 import b64encode
from collections.abc import Generator
from contextlib import closing, contextmanager
from threading import Thread

import pytest

from voicegate.gateway.carriers.twilio_requests import TwilioRequests
from voicegate.numbers.provider import ProviderError, Unreachable

AUTH = ("AC00000000000000000000000000000001", "tw_auth_token_for_tests_0123456789")


class Peer:
    """Takes one connection, reads a request, answers these bytes, and closes."""

    def __init__(self, listener: socket.socket, answer: bytes) -> None:
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self.request = b""
        self._listener = listener
        self._answer = answer

    def serve(self) -> None:
        connection, _ = self._listener.accept()
        with connection:
            while not self._is_whole():
                self.request += connection.recv(65_536)
            connection.sendall(self._answer)

    def _is_whole(self) -> bool:
        head, end, body = self.request.partition(b"\r\n\r\n")
        length = re.search(rb"Content-Length: (\d+)", head)
        return bool(end) and len(body) >= (int(length[1]) if length else 0)


@contextmanager
def answering(answer: bytes) -> Generator[Peer]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        peer = Peer(listener, answer)
        thread = Thread(target=peer.serve)
        thread.start()
        try:
            yield peer
        finally:
            thread.join(10)


def http(status: int, body: bytes) -> bytes:
    return f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def ask(method: str, url: str) -> str:
    with closing(TwilioRequests(5.0)) as transport:
        return transport.request(method, url, {"a": [1, 2]}, {"b": "x y"}, {}, AUTH).text


def fault(method: str, url: str) -> Unreachable:
    with pytest.raises(Unreachable) as caught:
        ask(method, url)
    assert AUTH[0] not in str(caught.value)
    return caught.value


def test_query_form_and_credentials_are_sent() -> None:
    with answering(http(200, b'{"x": 1}')) as peer:
        assert ask("POST", f"{peer.url}/path") == '{"x": 1}'
    head, _, body = peer.request.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /path?a=1&a=2 HTTP/1.1\r\n")
    assert b"Basic " + b64encode(":".join(AUTH).encode()) in head
    assert body == b"b=x+y"


def test_a_deletion_is_answered_with_nothing() -> None:
    with answering(http(204, b"")) as peer:
        assert ask("DELETE", peer.url) == ""


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_what_could_not_be_sent_was_not_done(method: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        assert not fault(method, f"http://127.0.0.1:{taken.getsockname()[1]}").maybe_done


@pytest.mark.parametrize(
    ("method", "maybe_done"), [("GET", False), ("POST", True), ("DELETE", True)]
)
@pytest.mark.parametrize(
    "answer",
    [b"", b"HTTP/1.1 200 X\r\nContent-Length: 100\r\n\r\n{", b"SSH-2.0\r\n", http(200, b"<html>")],
    ids=["closed", "cut off", "no HTTP", "no JSON"],
)
def test_what_was_sent_and_not_answered_may_have_been_done(
    answer: bytes, method: str, *, maybe_done: bool
) -> None:
    with answering(answer) as peer:
        assert fault(method, peer.url).maybe_done == maybe_done


def test_nobody_is_sent_elsewhere_with_our_credentials() -> None:
    elsewhere = b"HTTP/1.1 307 X\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 2\r\n\r\n{}"
    with answering(elsewhere) as peer:
        assert not fault("POST", peer.url).maybe_done


@pytest.mark.parametrize("head", [b"", b"Twilio-Request-Id: RQ1\r\n"], ids=["none", "named"])
def test_a_refused_request_is_named_as_twilio_names_it(head: bytes) -> None:
    answer = b"HTTP/1.1 404 X\r\n" + head + b"Content-Length: 0\r\n\r\n"
    with answering(answer) as peer, pytest.raises(ProviderError) as caught:
        ask("GET", peer.url)
    assert caught.value.request_id == ("RQ1" if head else None)
