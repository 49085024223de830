"""The faults of the simulated model, as data: a name, a place, a chance, each with its own luck."""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

FaultName = Literal[
    # of the connection; `at` counts nothing
    "http",  # the upgrade is answered with HTTP `value`, Retry-After `text` if given
    "refused",  # accepted, then `error` and close as for the refusal named by `text`
    "no_session_created",
    "slow_reader",  # the server reads a message every `value` ms; for the socket around it
    # `at` counts session.update
    "no_session_updated",
    "update_refused",  # with the code `text`
    "wrong_echo",  # session.updated shows PCM formats, although the asked ones are in force
    "format_ignored",  # the formats stay PCM, and session.updated says so
    # `at` counts the client events of one type; `text` is "<type>=<code>"
    "event_refused",  # of a truncate as invalid_value: the audio is only `value` ms long
    # `at` counts the responses of the default conversation
    "silent_turn",  # no response.created
    "server_error",  # an error event of that type instead of response.created
    "stuck_response",  # created, an item, then nothing
    "delta_gap",  # nothing for `value` ms in the middle of the audio
    "response_failed",  # with the code `text`
    "response_incomplete",  # for the reason `text`
    "late_deltas",  # a cancel is followed by `value` more audio deltas
    "text_only",  # text where audio was asked for
    "one_delta",  # each item's audio in one delta
    "speed",  # audio at `value` percent of real time
    "doubled_call",  # a function call is announced as done twice
    "null_usage",
    "low_rate_limit",  # rate_limits.updated with `value` tokens left
    "phantom_idle",  # a timeout nobody asked for, `value` ms after response.done
    # `at` counts the caller's turns
    "cancel_unasked",  # speech cancels although interrupt_response is false
    "transcription_failed",
    "transcription_late",  # `value` ms after the commit
    "transcription_empty",
    "transcription_never",
    # `at` counts the events sent; 1 is session.created
    "close",  # close code `value`, reason `text`, instead of this event
    "drop",  # the socket is lost instead of this event
    "half_dead",  # this event and all later ones are not sent; the socket stays
    "repeated_event",  # this event is sent twice
    "extra_fields",  # this event has members nobody knows
    "missing_fields",  # this event lacks its optional members
    "unknown_event",  # before this event comes one of an unknown type
    "unknown_error",  # before this event comes an error with an unknown code
    "error_event",  # before this event comes an error of type and code `text`, "type" or "type.code"
    "bad_json",  # before this event comes text that does not parse
    "binary_frame",  # before this event comes a binary frame
    "huge_message",  # before this event comes a text of `value` bytes (17 MiB by default)
]

EVENT_FAULTS: tuple[FaultName, ...] = get_args(FaultName)[get_args(FaultName).index("close") :]


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: `name` says what `at`, `value` and `text` mean.

    `at` is the number, from 1, of the turn or event that it strikes (None: any), `chance` the
    probability that it does so each time it could.
    """

    name: FaultName
    at: int | None = None
    chance: float = 1.0
    value: int = 0
    text: str = ""


class Faults:
    """The faults of one session. Each has its own random stream, named by fault and ordinal."""

    def __init__(self, faults: Iterable[Fault], seed: int) -> None:
        self._by_name: dict[str, list[tuple[Fault, random.Random]]] = {}
        for fault in faults:
            same = self._by_name.setdefault(fault.name, [])
            same.append((fault, random.Random(f"{seed}/{fault.name}/{len(same)}")))
        self.has_event_faults = not self._by_name.keys().isdisjoint(EVENT_FAULTS)

    def strikes(self, name: FaultName, at: int, text_prefix: str = "") -> Fault | None:
        """The first fault of this name that strikes here, or None."""
        for fault, luck in self._by_name.get(name, ()):
            if fault.at not in (None, at) or not fault.text.startswith(text_prefix):
                continue
            if fault.chance >= 1.0 or luck.random() < fault.chance:
                return fault
        return None
