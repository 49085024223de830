"""What must be true of every call, whatever the caller does."""

from collections.abc import Iterator

from .. import nodes
from ..machine import actions
from ..machine.events import AiUp, HungUp, Key, PromptDone, StreamBack
from ..machine.limits import GRACE_MS, GRACE_STEPS
from .world import World

SILENT_MS_MAX = 90_000
SHOWN_MIN = 6  # fewer digits may stand anywhere by chance


def broken(world: World, card_digits: list[str], *, is_silent: bool) -> Iterator[str]:
    """Each that a call, played to its end, does not keep. `card_digits` is what was typed secretly."""
    yield from _broken_end(world)
    yield from _broken_limits(world)
    yield from _broken_secrecy(world, card_digits)
    waited_ms = _ended_ms(world) - _with_people_ms(world)
    if is_silent and waited_ms > SILENT_MS_MAX:
        yield f"a silent caller was kept for {waited_ms / 1000:.1f} s"


def _broken_end(world: World) -> Iterator[str]:
    if not world.is_over:
        yield "the call never ends"
        return
    dispositions = [each for each in world.asked if isinstance(each, actions.SetDisposition)]
    if len(dispositions) != 1:
        yield f"{len(dispositions)} dispositions"
    hang_ups = [n for n, each in enumerate(world.asked) if isinstance(each, actions.Hangup)]
    if hang_ups and hang_ups[0] != len(world.asked) - 1:
        yield "something is asked for after Hangup"
    now_ms = world.now_ms + 1
    for event in (Key("1"), AiUp(), PromptDone(1), StreamBack(), HungUp()):
        if world.machine.handle(event, now_ms) or world.machine.wake(now_ms):
            yield f"{type(event).__name__} is answered after the end"
    if world.machine.deadline_ms is not None:
        yield "a deadline is left after the end"


def _broken_limits(world: World) -> Iterator[str]:
    limits = world.flow.limits
    steps = sum(isinstance(each, actions.Moved) for each in world.asked)
    if steps > limits.steps + GRACE_STEPS:
        yield f"{steps} steps"
    own_ms = _ended_ms(world) - world.lost_ms
    if own_ms > limits.call_s * 1000 + GRACE_MS:
        yield f"the call lasted {own_ms / 1000:.1f} s"


def _broken_secrecy(world: World, card_digits: list[str]) -> Iterator[str]:
    shown = repr(world.asked) + repr(world.machine.slots) + repr(world.trace)
    for typed in card_digits:
        digits = "".join(key for key in typed if key.isdecimal())
        if len(digits) >= SHOWN_MIN and digits in shown:
            yield "digits of a card are shown"
    for each in world.asked:
        if isinstance(each, actions.CallTool) and any(len(left) for left in each.secrets.values()):
            yield "digits of a card are left in memory"


def _ended_ms(world: World) -> int:
    return world.now_ms if world.ended_ms is None else world.ended_ms


def _with_people_ms(world: World) -> int:
    """How long the call was in nodes that wait for people."""
    total_ms, since_ms = 0, None
    for seen in world.trace:
        if isinstance(seen.what, actions.Moved):
            total_ms += seen.at_ms - since_ms if since_ms is not None else 0
            node = world.flow.nodes[seen.what.node]
            since_ms = seen.at_ms if isinstance(node, nodes.Transfer | nodes.Queue) else None
    return total_ms + (_ended_ms(world) - since_ms if since_ms is not None else 0)
