"""The simulated carrier's REST API: calls, their recordings, conference participants, errors."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import orjson

from ..assumptions import Assumption
from .account import CarrierAccount
from .call import CarrierCall, Outgoing, Program
from .call_facts import API_VERSION
from .documents import Dial, DocumentError, Target, read_document
from .orders import CallNote, Fields, Order

TWIML_CHARS_MAX = 4_000
_PROGRESS = frozenset({"initiated", "ringing", "answered", "completed"})

ASSUMPTIONS = (
    Assumption("a created call is 201 and `queued`", "documented", 'Twilio "Call resource"'),
    Assumption("both `Url` and `Twiml`: `Url` wins, 32019", "documented", "Twilio error 32019"),
    Assumption(
        "a wrong StatusCallbackEvent is 201 all the same, 21626 is logged, nothing is called back",
        "reported",
        "qisoft/i-hate-making-calls#31",
    ),
    Assumption(
        "an ended call can be neither ended nor redirected: 400, 21220",
        "reported",
        "bmlt-enabled/yap#570",
    ),
    Assumption("an unknown SID is 404, 20404", "documented", "Twilio error 20404"),
    Assumption(
        "429, 20429: too many requests at once; the request was not processed",
        "documented",
        "Twilio error 20429",
    ),
)


class _Refused(Exception):
    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True)
class RestAnswer:
    """Status and JSON body; an empty body with 204."""

    status: int
    body: bytes


class _Form:
    """A request's fields."""

    def __init__(self, fields: Iterable[tuple[str, str]]) -> None:
        self._fields = tuple(fields)

    def get(self, name: str) -> str:
        return next((value for key, value in self._fields if key == name), "")

    def words(self, name: str) -> frozenset[str]:
        """All values of a repeated or space-separated field."""
        values = (value for key, value in self._fields if key == name)
        return frozenset(word for value in values for word in value.split())

    def target(self, name: str, method: str) -> Target | None:
        url = self.get(name)
        return Target(url, self.get(method) or "POST") if url else None


class CarrierRest:
    """Answers requests to `/2010-04-01/Accounts/{sid}/…`; `throttle` refuses the next n of them."""

    def __init__(self, account: CarrierAccount) -> None:
        self._account = account
        self._recordings: dict[str, dict[str, object]] = {}
        self._throttled = 0

    def throttle(self, requests: int) -> None:
        """Answer this many requests with 429."""
        self._throttled = requests

    def answer(
        self, method: str, path: str, fields: Fields, now_ms: int
    ) -> tuple[RestAnswer, list[Order]]:
        """The answer to one request, and what follows from it."""
        orders = self._account.wake(now_ms)
        try:
            answer = self._answer(method, path, _Form(fields), now_ms)
        except _Refused as refused:
            answer = _json(refused.status, _problem(refused))
        return answer, orders + self._account.take_orders()

    def _answer(self, method: str, path: str, form: _Form, now_ms: int) -> RestAnswer:
        if self._throttled:
            self._throttled -= 1
            raise _Refused(429, 20429, "Too Many Requests")
        prefix = f"/{API_VERSION}/Accounts/{self._account.settings.account_sid}/"
        if not path.startswith(prefix):
            raise _missing(path)
        match method, *path.removeprefix(prefix).removesuffix(".json").split("/"):
            case "POST", "Calls":
                return self._create(form, now_ms)
            case "GET", "Calls":
                return self._list(form)
            case "GET", "Calls", sid:
                return _json(200, self._call(sid).facts.resource())
            case "POST", "Calls", sid:
                return self._update(self._call(sid), form, now_ms)
            case "POST", "Calls", sid, "Recordings":
                return self._record(self._call(sid))
            case "POST", "Calls", sid, "Recordings", recording:
                return self._change_recording(self._call(sid), recording, form)
            case "POST", "Conferences", name, "Participants":
                return self._invite(name, form, now_ms)
            case "DELETE", "Conferences", _, "Participants", sid:
                self._call(sid).end("completed", now_ms, "rest")
                return RestAnswer(204, b"")
            case _:
                raise _missing(path)

    def _create(self, form: _Form, now_ms: int) -> RestAnswer:
        _check_numbers(form)
        detection = "none"
        if form.get("MachineDetection"):
            detection = "beside" if form.get("AsyncAmd") == "true" else "waited for"
        limit = form.get("TimeLimit")
        order = Outgoing(
            self._program(form),
            detection,
            form.target("AsyncAmdStatusCallback", "AsyncAmdStatusCallbackMethod"),
            int(limit) * 1000 if limit.isdecimal() else None,
        )
        call, wait_ms = self._dial(form, order, now_ms)
        return _json(201, call.facts.resource() | {"queue_time": str(wait_ms)})

    def _invite(self, name: str, form: _Form, now_ms: int) -> RestAnswer:
        _check_numbers(form)
        call, _ = self._dial(form, Outgoing((Dial(conference=name),)), now_ms)
        conference = {
            "conference_sid": self._account.exchange.sid("CF"),
            "label": form.get("Label"),
        }
        return _json(201, conference | {"call_sid": call.facts.sid, "status": "queued"})

    def _dial(self, form: _Form, order: Outgoing, now_ms: int) -> tuple[CarrierCall, int]:
        return self._account.dial(
            form.get("To"),
            form.get("From"),
            order,
            now_ms,
            fallback=form.target("FallbackUrl", "FallbackMethod"),
            status=form.target("StatusCallback", "StatusCallbackMethod"),
            events=self._events(form),
        )

    def _events(self, form: _Form) -> frozenset[str]:
        wanted = form.words("StatusCallbackEvent") or frozenset({"completed"})
        if wanted <= _PROGRESS:
            return wanted
        self._note("21626", f"StatusCallbackEvent {sorted(wanted - _PROGRESS)}")
        return frozenset({"none of these"})

    def _program(self, form: _Form) -> Program:
        """What `Url` or `Twiml` asks to be executed."""
        target, text = form.target("Url", "Method"), form.get("Twiml")
        if target:
            if text:
                self._note("32019", "both Url and Twiml")
            return target
        if not text:
            raise _Refused(400, 21205, "Url parameter is required.")
        if len(text) > TWIML_CHARS_MAX:
            raise _Refused(400, 32018, f"Twiml of {len(text)} characters")
        try:
            return read_document(text, "").verbs
        except DocumentError as error:
            raise _Refused(400, int(error.code), str(error)) from error

    def _update(self, call: CarrierCall, form: _Form, now_ms: int) -> RestAnswer:
        status = form.get("Status")
        if call.facts.is_ended:
            raise _Refused(400, 21220, "Call is not in-progress. Cannot redirect.")
        if status == "completed":
            call.end("completed", now_ms, "rest")
        elif status == "canceled":
            if call.facts.status in ("queued", "ringing"):
                call.end("canceled", now_ms, "rest")
        elif form.get("Url") or form.get("Twiml"):
            is_inbound = call.facts.direction == "inbound"
            if call.facts.answered_ms is None and not is_inbound:
                raise _Refused(400, 21220, "Call is not in-progress. Cannot redirect.")
            call.redirect(self._program(form), now_ms)
        return _json(200, call.facts.resource())

    def _list(self, form: _Form) -> RestAnswer:
        filters = {name.lower(): form.get(name) for name in ("To", "From", "Status")}
        resources = (call.facts.resource() for call in reversed(self._account.calls.values()))
        found = [
            resource
            for resource in resources
            if all(not value or resource[name] == value for name, value in filters.items())
        ]
        return _json(200, {"calls": found, "page": 0, "page_size": 50, "next_page_uri": None})

    def _record(self, call: CarrierCall) -> RestAnswer:
        if call.facts.status != "in-progress":
            raise _Refused(400, 21220, "Call is not in-progress.")
        recording: dict[str, object] = {
            "sid": self._account.exchange.sid("RE"),
            "call_sid": call.facts.sid,
            "status": "in-progress",
            "source": "StartCallRecordingAPI",
        }
        self._recordings[call.facts.sid] = recording
        return _json(201, recording)

    def _change_recording(self, call: CarrierCall, sid: str, form: _Form) -> RestAnswer:
        recording = self._recordings.get(call.facts.sid)
        if recording is None or sid not in ("Twilio.CURRENT", recording["sid"]):
            raise _missing(sid)
        recording["status"] = form.get("Status")
        return _json(200, recording)

    def _call(self, sid: str) -> CarrierCall:
        if sid not in self._account.calls:
            raise _missing(f"/Calls/{sid}.json")
        return self._account.calls[sid]

    def _note(self, kind: str, detail: str) -> None:
        self._account.exchange.out.append(CallNote("", kind, detail))


def _check_numbers(form: _Form) -> None:
    for name, missing, invalid in (("To", 21201, 21211), ("From", 21213, 21212)):
        value = form.get(name)
        if not value:
            raise _Refused(400, missing, f"No '{name}' number is specified")
        if not _is_dialable(value):
            raise _Refused(400, invalid, f"The '{name}' phone number is not valid.")


def _is_dialable(value: str) -> bool:
    if value.startswith(("sip:", "client:")):
        return True
    digits = value.removeprefix("+")
    return value.startswith("+") and digits.isdecimal() and 8 <= len(digits) <= 15


def _missing(what: str) -> _Refused:
    return _Refused(404, 20404, f"The requested resource {what} was not found")


def _problem(refused: _Refused) -> dict[str, object]:
    return {
        "code": refused.code,
        "message": str(refused),
        "more_info": f"https://www.twilio.com/docs/errors/{refused.code}",
        "status": refused.status,
    }


def _json(status: int, value: Mapping[str, object]) -> RestAnswer:
    return RestAnswer(status, orjson.dumps(value))
