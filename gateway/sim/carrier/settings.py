"""How a simulated line behaves: times, sizes, faults."""

from dataclasses import dataclass

from ..assumptions import Assumption
from .faults import CarrierFault

ASSUMPTIONS = (
    Assumption(
        "the first timestamp lies between 100 and 200 and is no multiple of 20",
        "reported",
        "two captured streams: 155 and 171",
    ),
    Assumption(
        "timestamps advance by 19.97 ms a frame on average and wander by a few ms",
        "reported",
        "a captured stream: 1438 ms for 72 frames",
    ),
    Assumption("`clear` is answered within 40 ms", "assumed", "no figure is documented"),
    Assumption(
        "the socket is closed with 1000, 10 ms after `stop`",
        "assumed",
        "neither code nor delay is documented",
    ),
    Assumption(
        "of more than 10 minutes waiting the rest is discarded with 31931",
        "documented",
        "Twilio error 31931",
    ),
)


@dataclass(frozen=True, slots=True)
class CarrierSettings:
    """A range is drawn from once per stream, `clear_echo_ms` once per `clear`."""

    start_after_ms: int = 10  # after the upgrade
    first_media_ms: tuple[int, int] = (125, 155)  # after `start`
    first_timestamp_ms: tuple[int, int] = (100, 200)
    frame_us: int = 19_970
    wander_ms: int = 3
    clear_echo_ms: tuple[int, int] = (0, 40)
    close_after_stop_ms: int = 10
    queue_limit_ms: int = 600_000
    faults: tuple[CarrierFault, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= 2_000 * self.wander_ms < self.frame_us:
            raise ValueError(
                f"wander_ms = {self.wander_ms} would let frames overtake each other:"
                f" keep it between 0 and half of frame_us = {self.frame_us}"
            )
