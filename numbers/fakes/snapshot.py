"""A configuration drawn from a seed, for tests: texts that YAML bends, hours when clocks jump."""

from datetime import UTC, datetime, timedelta
from random import Random
from types import MappingProxyType
from typing import TypeVar
from zoneinfo import ZoneInfo

from ..documents.agent_rules import GREETINGS, INTERRUPTIONS, MODELS, VOICES
from ..model import (
    Agent,
    Audio,
    Number,
    Override,
    Pool,
    Route,
    RouteKind,
    ScheduleEntry,
    Share,
    Snapshot,
)

T = TypeVar("T")

_KINDS = tuple(RouteKind)
NAMES = ("clinic-main", "backup", "no", "007", "holiday", "a_b")
ZONES = ("America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kolkata", "UTC")
# The clocks of New York, Berlin and Lord Howe go forward and back.
JUMPS = (
    datetime(2026, 3, 8, 7, tzinfo=UTC),
    datetime(2026, 11, 1, 6, tzinfo=UTC),
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2026, 4, 4, 15, tzinfo=UTC),
    datetime(2026, 10, 3, 15, 30, tzinfo=UTC),
)
_TRAPS = (
    "no|On|~|null|22:30|3.10|010|1e3|0x1F|+1|#1|a #b|a: b|- a|*9|&a|!a|%a|@a|`a`|<<|?|>|{a}|[a]"
)
TEXTS = (
    *_TRAPS.split("|"),
    '"',
    "'",
    "\\n",
    "Zahnärzte",
    "牙医",
    "🦷",
    "Clinic main",
    "2026-12-24",
    "|",
)
_LINES = (
    *TEXTS,
    "",
    "  deeper",
    "# a heading",
    "- a point",
    "#: x",
    "\ttab",
    "blank ",
    "\u2028",
    "\x85",
)


def instant(random: Random) -> datetime:
    """An instant in one of the zones, every other time near a jump of some clock."""
    if random.random() < 0.5:
        at = random.choice(JUMPS) + timedelta(minutes=random.randrange(-180, 180))
    else:
        at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=random.randrange(40_000_000))
    return at.astimezone(ZoneInfo(random.choice(ZONES)))


def number(random: Random) -> str:
    """One of a hundred numbers of each of three countries."""
    return f"{random.choice(('+12125550', '+44207946', '+49301234'))}{random.randrange(100, 200)}"


def route(random: Random) -> Route:
    """A route of any kind."""
    name = random.choice(NAMES)
    match random.choice(_KINDS):
        case RouteKind.AGENT:
            return Route(RouteKind.AGENT, name)
        case RouteKind.FLOW:
            return Route(RouteKind.FLOW, name, random.choice((None, 1, 41)))
        case RouteKind.FORWARD:
            return Route(RouteKind.FORWARD, number(random))
        case _:
            return Route(RouteKind.SIP, f"sip:{name}@pbx.example.com:5061;transport=tls")


def override(random: Random) -> Override:
    """Closed or led elsewhere, with and without an end."""
    until = instant(random) if random.random() < 0.5 else None
    return Override(route(random) if random.random() < 0.7 else None, until)


def snapshot(random: Random) -> Snapshot:
    """Up to two numbers, two pools and three agents; routes may lead to agents that are not."""
    numbers = {key: _number(random, key) for key in {number(random) for _ in range(2)}}
    pools = {name: _pool(random, name) for name in random.sample(NAMES, random.randrange(3))}
    agents = {name: _agent(random, name) for name in random.sample(NAMES, random.randrange(4))}
    return Snapshot(
        account=f"AC{random.randrange(16**8):08x}",
        version=random.randrange(1, 1_000),
        numbers=MappingProxyType(numbers),
        pools=MappingProxyType(pools),
        agents=MappingProxyType(agents),
        default_route=_maybe(random, route(random)),
        plan_id=f"plan-{random.randrange(1_000)}",
        author=random.choice(TEXTS),
        made_at=_maybe(random, instant(random).astimezone(UTC)),
    )


def _number(random: Random, key: str) -> Number:
    routes = dict.fromkeys(route(random) for _ in range(random.choice((0, 1, 1, 3))))
    return Number(
        key,
        name=random.choice(("", *TEXTS)),
        shares=tuple(Share(each, random.choice((1, 10, 90))) for each in routes),
        schedule=_schedule(random),
        fallback=_maybe(random, route(random)),
        is_recorded=random.random() < 0.5,
        audio=_maybe(random, random.choice(list(Audio))),
        emergency_address=_maybe(random, f"AD{random.randrange(16**32):032x}"),
        tags=tuple(random.sample(("clinic", "no", "007", "ny.2"), random.randrange(4))),
        is_protected=random.random() < 0.5,
        max_calls=_maybe(random, random.randrange(1, 500)),
    )


def _schedule(random: Random) -> tuple[ScheduleEntry, ...]:
    begins = {
        at.astimezone(UTC): at for at in (instant(random) for _ in range(random.randrange(4)))
    }
    return tuple(
        ScheduleEntry(at, route(random), _maybe(random, _later(random, at)))
        for at in begins.values()
    )


def _later(random: Random, at: datetime) -> datetime:
    """Up to five hours later, by the clock of the same zone."""
    return (at.astimezone(UTC) + timedelta(minutes=random.randrange(1, 300))).astimezone(at.tzinfo)


def _pool(random: Random, name: str) -> Pool:
    members = {number(random) for _ in range(3)}
    return Pool(name, tuple(sorted(members)), daily_cap=_maybe(random, random.randrange(1, 500)))


def _agent(random: Random, name: str) -> Agent:
    text = "\n".join(random.choice(_LINES) for _ in range(random.randrange(5)))
    end = random.choice(("", "\n", "\n\n"))
    vad = {
        "threshold": random.randrange(1_001) / 1_000,
        "prefix_padding_ms": random.randrange(2_001),
        "silence_duration_ms": random.randrange(100, 5_001),
    }
    return Agent(
        name,
        instructions=f"{random.choice(TEXTS)}{text}{end}",
        model=_maybe(random, random.choice(MODELS)),
        voice=_maybe(random, random.choice((*VOICES, "voice_1a"))),
        audio=_maybe(random, random.choice(list(Audio))),
        language=_maybe(random, random.choice(("en", "no"))),
        greeting=_maybe(random, random.choice(GREETINGS)),
        interruption=_maybe(random, random.choice(INTERRUPTIONS)),
        vad=MappingProxyType({key: vad[key] for key in vad if random.random() < 0.5}),
        max_call_s=_maybe(random, random.randrange(10, 86_401)),
    )


def _maybe(random: Random, value: T) -> T | None:
    return value if random.random() < 0.7 else None
