"""TwiML as the carrier reads it: a document's verbs, or the error code that refuses it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin
from xml.etree.ElementTree import Element, ParseError, fromstring

from ..assumptions import Assumption

DOCUMENT_BYTES_MAX = 64 * 1024
PARAMETER_CHARS_MAX = 499  # name and value together
_XML_TYPES = ("text/xml", "application/xml", "text/html")

ASSUMPTIONS = (
    Assumption(
        "body empty 11770, over 64 kB 11750, no XML 12100, root not <Response> 12102",
        "documented",
        "Twilio errors 11750, 11770, 12100, 12102",
    ),
    Assumption("a missing or other content type: 12300", "documented", "Twilio error 12300"),
    Assumption(
        "an unknown or misspelt verb is skipped with 12200", "documented", "Twilio error 12200"
    ),
    Assumption("a stream URL that is not wss: 31922", "documented", "Twilio error 31922"),
    Assumption("`track` on a two-way stream: 31941", "documented", "Twilio error 31941"),
    Assumption(
        "a parameter of 500 characters or more keeps the stream from being tried",
        "assumed",
        'the limit is documented in "TwiML Voice: Stream", what happens beyond it is not',
    ),
    Assumption(
        "relative URLs resolve against the present document",
        "documented",
        'Twilio "TwiML for Programmable Voice"',
    ),
)


class DocumentError(Exception):
    """A document that cannot be executed; `code` is the vendor's."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code} {detail}")
        self.code = code


@dataclass(frozen=True, slots=True)
class Target:
    """Where the next document comes from."""

    url: str
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class Stream:
    """The noun of `<Connect>`; an absent attribute is empty."""

    url: str
    track: str = ""
    status: Target | None = None
    parameters: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def refusal(self) -> tuple[str, str] | None:
        """The error, code and detail, that keeps it from being tried."""
        if self.track:
            return "31941", f"track {self.track!r} on a two-way stream"
        if not self.url.startswith("wss://"):
            return "31922", f"not a wss URL: {self.url}"
        for name, value in self.parameters.items():
            if len(name) + len(value) > PARAMETER_CHARS_MAX:
                return "12200", f"parameter {name!r} of {len(name) + len(value)} characters"
        return None


@dataclass(frozen=True, slots=True)
class Connect:
    """Hand the call to a media stream until its socket closes."""

    stream: Stream
    action: Target | None = None


@dataclass(frozen=True, slots=True)
class Dial:
    """Bridge to numbers, or into a conference if that is named."""

    numbers: tuple[str, ...] = ()
    conference: str = ""
    timeout_ms: int = 30_000
    action: Target | None = None


@dataclass(frozen=True, slots=True)
class Say:
    """Read a text aloud."""

    text: str


@dataclass(frozen=True, slots=True)
class Play:
    """Play a file, or press keys (`w` is half a second)."""

    url: str = ""
    digits: str = ""


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait; as the first verb it delays the answer."""

    ms: int


@dataclass(frozen=True, slots=True)
class Gather:
    """Collect keys while the nested verbs play, and for `timeout_ms` after the last of them."""

    prompts: tuple["Say | Play | Pause", ...] = ()
    timeout_ms: int = 5_000
    digits_max: int = 0
    finish_on_key: str = "#"
    action: Target | None = None


@dataclass(frozen=True, slots=True)
class Redirect:
    """Fetch another document and go on there."""

    target: Target


@dataclass(frozen=True, slots=True)
class Reject:
    """Do not answer: `busy` or `rejected`."""

    reason: str = "rejected"


@dataclass(frozen=True, slots=True)
class Hangup:
    """End the call."""


Verb = Connect | Dial | Say | Play | Pause | Gather | Redirect | Reject | Hangup


@dataclass(frozen=True, slots=True)
class Document:
    """Verbs in order, and what was skipped."""

    verbs: tuple[Verb, ...]
    skipped: tuple[str, ...] = ()


def read_answer(content_type: str, body: bytes, url: str) -> Document:
    """The document in an HTTP answer from `url`. Raises DocumentError."""
    if not body:
        raise DocumentError("11770", "empty body")
    if len(body) > DOCUMENT_BYTES_MAX:
        raise DocumentError("11750", f"{len(body)} bytes")
    if content_type.partition(";")[0].strip().lower() not in _XML_TYPES:
        raise DocumentError("12300", f"content type {content_type!r}")
    return read_document(body, url)


def read_document(text: str | bytes, url: str) -> Document:
    """The verbs of a TwiML text; `url` resolves relative addresses. Raises DocumentError."""
    try:
        root = fromstring(text)
    except ParseError as error:
        raise DocumentError("12100", str(error)) from error
    if root.tag != "Response":
        raise DocumentError("12102", f"root element <{root.tag}>")
    verbs: list[Verb] = []
    skipped: list[str] = []
    for element in root:
        verb = _verb(element, url)
        if verb is None:
            skipped.append(element.tag)
        else:
            verbs.append(verb)
    return Document(tuple(verbs), tuple(skipped))


def _verb(element: Element, base: str) -> Verb | None:
    read = _READERS.get(element.tag)
    return read(element, base) if read else None


def _connect(element: Element, base: str) -> Connect | None:
    stream = element.find("Stream")
    if stream is None:
        return None
    parameters = {
        each.get("name", ""): each.get("value", "") for each in stream.findall("Parameter")
    }
    status = _target(stream, base, "statusCallback", "statusCallbackMethod")
    noun = Stream(stream.get("url", ""), stream.get("track", ""), status, parameters)
    return Connect(noun, _target(element, base))


def _dial(element: Element, base: str) -> Dial:
    numbers = [each.text or "" for each in element.findall("Number")]
    if element.text and element.text.strip():
        numbers.append(element.text)
    return Dial(
        numbers=tuple(number.strip() for number in numbers),
        conference=(element.findtext("Conference") or "").strip(),
        timeout_ms=_seconds(element, "timeout", 30),
        action=_target(element, base),
    )


def _say(element: Element, _base: str) -> Say:
    return Say("".join(element.itertext()).strip())


def _play(element: Element, base: str) -> Play:
    return Play(urljoin(base, (element.text or "").strip()), element.get("digits", ""))


def _pause(element: Element, _base: str) -> Pause:
    return Pause(_seconds(element, "length", 1))


def _gather(element: Element, base: str) -> Gather:
    nested = (_verb(each, base) for each in element)
    return Gather(
        prompts=tuple(each for each in nested if isinstance(each, Say | Play | Pause)),
        timeout_ms=_seconds(element, "timeout", 5),
        digits_max=int(element.get("numDigits", "0")),
        finish_on_key=element.get("finishOnKey", "#"),
        action=_target(element, base) or Target(base, element.get("method", "POST")),
    )


def _redirect(element: Element, base: str) -> Redirect:
    url = urljoin(base, (element.text or "").strip())
    return Redirect(Target(url, element.get("method", "POST")))


def _reject(element: Element, _base: str) -> Reject:
    return Reject(element.get("reason", "rejected"))


def _hangup(_element: Element, _base: str) -> Hangup:
    return Hangup()


_READERS: dict[str, Callable[[Element, str], Verb | None]] = {
    "Connect": _connect,
    "Dial": _dial,
    "Say": _say,
    "Play": _play,
    "Pause": _pause,
    "Gather": _gather,
    "Redirect": _redirect,
    "Reject": _reject,
    "Hangup": _hangup,
}


def _target(
    element: Element, base: str, name: str = "action", method: str = "method"
) -> Target | None:
    url = element.get(name)
    return Target(urljoin(base, url), element.get(method, "POST")) if url else None


def _seconds(element: Element, name: str, usual: int) -> int:
    text = element.get(name, "")
    return 1000 * (int(text) if text.isdecimal() else usual)
