"""The simulated carrier's REST API: calls, their recordings, conference participants, numbers."""

from collections import deque

from ..assumptions import Assumption
from .account import CarrierAccount
from .call import CarrierCall, Outgoing, Program
from .call_facts import API_VERSION
from .documents import Dial, DocumentError, read_document
from .numbers_rest import PRICES_PATH, NumbersRest
from .orders import CallNote, Fields, Order
from .rest_answer import (
    Form,
    RequestRefused,
    RestAnswer,
    RestRequest,
    json_answer,
    not_found,
)
from .rest_faults import RestFaults

TWIML_CHARS_MAX = 4_000
_REQUESTS_KEPT = 10_000
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


class CarrierRest:
    """Answers requests to `/2010-04-01/Accounts/{sid}/…`; `throttle` refuses the next n of them.

    `numbers` are the account's and the stock; `faults` strike the requests to come, `requests`
    are the latest that came.
    """

    def __init__(self, account: CarrierAccount) -> None:
        settings = account.settings
        self.numbers = NumbersRest(settings.account_sid, settings.numbers, at=settings.began_at)
        self.faults = RestFaults()
        self.requests: deque[RestRequest] = deque(maxlen=_REQUESTS_KEPT)
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
        self.requests.append(RestRequest(method, path, fields))
        orders = self._account.wake(now_ms)
        try:
            form = Form(fields)
            answer = self.faults.around(method, lambda: self._answer(method, path, form, now_ms))
        except RequestRefused as refused:
            answer = refused.answer()
        return answer, orders + self._account.take_orders()

    def _answer(self, method: str, path: str, form: Form, now_ms: int) -> RestAnswer:
        if self._throttled:
            self._throttled -= 1
            raise RequestRefused(429, 20429, "Too Many Requests")
        if method == "GET" and path.startswith(PRICES_PATH):
            return self.numbers.price(path.removeprefix(PRICES_PATH))
        own_path = f"/{API_VERSION}/Accounts/{self._account.settings.account_sid}"
        if (method, path) == ("GET", f"{own_path}.json"):
            return json_answer(200, self._account_resource())
        prefix = f"{own_path}/"
        if not path.startswith(prefix):
            raise not_found(path)
        parts = path.removeprefix(prefix).removesuffix(".json").split("/")
        match method, *parts:
            case "POST", "Calls":
                return self._create(form, now_ms)
            case "GET", "Calls":
                return self._list(form)
            case "GET", "Calls", sid:
                return json_answer(200, self._call(sid).facts.resource())
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
                at = self._account.settings.began_at + now_ms / 1000
                return self.numbers.answer(method, parts, form, at)

    def _account_resource(self) -> dict[str, object]:
        settings = self._account.settings
        return {
            "sid": settings.account_sid,
            "friendly_name": "Simulated",
            "status": settings.status,
            "type": settings.kind,
        }

    def _create(self, form: Form, now_ms: int) -> RestAnswer:
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
        return json_answer(201, call.facts.resource() | {"queue_time": str(wait_ms)})

    def _invite(self, name: str, form: Form, now_ms: int) -> RestAnswer:
        _check_numbers(form)
        call, _ = self._dial(form, Outgoing((Dial(conference=name),)), now_ms)
        conference = {
            "conference_sid": self._account.exchange.sid("CF"),
            "label": form.get("Label"),
        }
        return json_answer(201, conference | {"call_sid": call.facts.sid, "status": "queued"})

    def _dial(self, form: Form, order: Outgoing, now_ms: int) -> tuple[CarrierCall, int]:
        return self._account.dial(
            form.get("To"),
            form.get("From"),
            order,
            now_ms,
            fallback=form.target("FallbackUrl", "FallbackMethod"),
            status=form.target("StatusCallback", "StatusCallbackMethod"),
            events=self._events(form),
        )

    def _events(self, form: Form) -> frozenset[str]:
        wanted = form.words("StatusCallbackEvent") or frozenset({"completed"})
        if wanted <= _PROGRESS:
            return wanted
        self._note("21626", f"StatusCallbackEvent {sorted(wanted - _PROGRESS)}")
        return frozenset({"none of these"})

    def _program(self, form: Form) -> Program:
        """What `Url` or `Twiml` asks to be executed."""
        target, text = form.target("Url", "Method"), form.get("Twiml")
        if target:
            if text:
                self._note("32019", "both Url and Twiml")
            return target
        if not text:
            raise RequestRefused(400, 21205, "Url parameter is required.")
        if len(text) > TWIML_CHARS_MAX:
            raise RequestRefused(400, 32018, f"Twiml of {len(text)} characters")
        try:
            return read_document(text, "").verbs
        except DocumentError as error:
            raise RequestRefused(400, int(error.code), str(error)) from error

    def _update(self, call: CarrierCall, form: Form, now_ms: int) -> RestAnswer:
        status = form.get("Status")
        if call.facts.is_ended:
            raise RequestRefused(400, 21220, "Call is not in-progress. Cannot redirect.")
        if status == "completed":
            call.end("completed", now_ms, "rest")
        elif status == "canceled":
            if call.facts.status in ("queued", "ringing"):
                call.end("canceled", now_ms, "rest")
        elif form.get("Url") or form.get("Twiml"):
            is_inbound = call.facts.direction == "inbound"
            if call.facts.answered_ms is None and not is_inbound:
                raise RequestRefused(400, 21220, "Call is not in-progress. Cannot redirect.")
            call.redirect(self._program(form), now_ms)
        return json_answer(200, call.facts.resource())

    def _list(self, form: Form) -> RestAnswer:
        filters = {name.lower(): form.get(name) for name in ("To", "From", "Status")}
        resources = (call.facts.resource() for call in reversed(self._account.calls.values()))
        found = [
            resource
            for resource in resources
            if all(not value or resource[name] == value for name, value in filters.items())
        ]
        return json_answer(200, {"calls": found, "page": 0, "page_size": 50, "next_page_uri": None})

    def _record(self, call: CarrierCall) -> RestAnswer:
        if call.facts.status != "in-progress":
            raise RequestRefused(400, 21220, "Call is not in-progress.")
        recording: dict[str, object] = {
            "sid": self._account.exchange.sid("RE"),
            "call_sid": call.facts.sid,
            "status": "in-progress",
            "source": "StartCallRecordingAPI",
        }
        self._recordings[call.facts.sid] = recording
        return json_answer(201, recording)

    def _change_recording(self, call: CarrierCall, sid: str, form: Form) -> RestAnswer:
        recording = self._recordings.get(call.facts.sid)
        if recording is None or sid not in ("Twilio.CURRENT", recording["sid"]):
            raise not_found(sid)
        recording["status"] = form.get("Status")
        return json_answer(200, recording)

    def _call(self, sid: str) -> CarrierCall:
        if sid not in self._account.calls:
            raise not_found(f"/Calls/{sid}.json")
        return self._account.calls[sid]

    def _note(self, kind: str, detail: str) -> None:
        self._account.exchange.out.append(CallNote("", kind, detail))


def _check_numbers(form: Form) -> None:
    for name, missing, invalid in (("To", 21201, 21211), ("From", 21213, 21212)):
        value = form.get(name)
        if not value:
            raise RequestRefused(400, missing, f"No '{name}' number is specified")
        if not _is_dialable(value):
            raise RequestRefused(400, invalid, f"The '{name}' phone number is not valid.")


def _is_dialable(value: str) -> bool:
    if value.startswith(("sip:", "client:")):
        return True
    digits = value.removeprefix("+")
    return value.startswith("+") and digits.isdecimal() and 8 <= len(digits) <= 15
