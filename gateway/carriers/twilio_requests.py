"""How a command asks Twilio: one request at a time, waiting for it, with one kind of error.

The package's own client for this would print each URL into the log, with the account's SID and
the numbers in it, and leaves its caller four shapes of exception, of which lists raise the barest.
This one takes its place by the package's door for custom clients.
"""

import logging
from urllib.parse import urlencode

import requests
from twilio.http import HttpClient  # pyright: ignore[reportMissingTypeStubs]
from twilio.http.response import Response  # pyright: ignore[reportMissingTypeStubs]
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from ...numbers.provider import Unreachable
from .twilio_answer import json_object
from .twilio_refusals import refusal


class TwilioRequests(HttpClient):
    """Sends each request once; raises a ProviderError for whatever is no success.

    `timeout_s` limits connecting, and each silence of the other side.
    """

    def __init__(self, timeout_s: float) -> None:
        super().__init__(logging.getLogger(__name__), False, timeout_s)  # noqa: FBT003
        self._timeout_s = timeout_s
        self._session = requests.Session()

    def request(
        self,
        method: str,
        uri: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,  # noqa: FBT001, FBT002
    ) -> Response:
        """Ask once and wait for the whole answer."""
        try:
            answer = self._session.request(
                method,
                uri,
                params=urlencode(params or {}, doseq=True),
                data=urlencode(data or {}, doseq=True),
                headers=headers,
                auth=auth,
                timeout=self._timeout_s,
                allow_redirects=allow_redirects,
            )
        except requests.RequestException as error:  # its text has the URL, and the SID in that
            raise self._unreachable(method, error) from None
        is_success = answer.status_code == 204 or json_object(answer.content) is not None
        if not (200 <= answer.status_code < 300 and is_success):
            error = refusal(method, answer.status_code, answer.content, auth or ())
            error.request_id = answer.headers.get("Twilio-Request-Id")
            raise error
        return Response(answer.status_code, answer.content.decode(), answer.headers)

    def close(self) -> None:
        """Give the connections back; a later request would open them anew."""
        self._session.close()

    def _unreachable(self, method: str, error: requests.RequestException) -> Unreachable:
        maybe_done = method != "GET" and not _is_unsent(error)
        if isinstance(error, requests.Timeout):
            return Unreachable(
                f"Twilio did not answer within {self._timeout_s:g} s", maybe_done=maybe_done
            )
        return Unreachable(
            f"no usable connection to Twilio ({type(error).__name__}):"
            " check the network and VOICEGATE_TWILIO_API_URL",
            maybe_done=maybe_done,
        )


def _is_unsent(error: requests.RequestException) -> bool:
    """There was no connection to send anything on."""
    reason: object = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, ConnectTimeoutError | NewConnectionError)
