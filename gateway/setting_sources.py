"""Where a command's settings come from, the first that says something first: flag to profile."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .env_file import read
from .setting_profiles import profile_path, read_profile
from .terminal.options import Options


@dataclass(frozen=True, slots=True)
class Source:
    """Where settings come from, and what it says; nothing in it is empty."""

    origin: str
    values: Mapping[str, str]
    is_profile: bool = False


def sources(
    options: Options, environ: Mapping[str, str], env_file: Path | None
) -> Iterator[Source]:
    """All there are, the first that says something counts. Raises ConfigError."""
    if options.redis_url:
        yield Source("--redis-url", {"REDIS_URL": options.redis_url})
    yield Source("environment", _filled(environ))
    if env_file is not None:
        yield Source(str(env_file), _filled(read(env_file)))
    if options.profile is not None:
        values = _filled(read_profile(profile_path(options.profile, environ)))
        yield Source(f"profile {options.profile}", values, is_profile=True)


def merged(from_where: Sequence[Source]) -> dict[str, str]:
    """Each setting as the first that has it says."""
    return {name: text for source in reversed(from_where) for name, text in source.values.items()}


def origin_of(name: str, from_where: Sequence[Source]) -> str | None:
    """Who says this setting; None for nobody."""
    found = _first(name, from_where)
    return found and found.origin


def hidden_in_profile(names: Sequence[str], from_where: Sequence[Source]) -> Iterator[str]:
    """A line for each of these that the profile says, and a source before it says otherwise."""
    for name in names:
        first, last = (_first(name, order) for order in (from_where, [*reversed(from_where)]))
        if first and last and last.is_profile and first.values[name] != last.values[name]:
            what = f"{name} of {last.origin} is hidden by another one, of {first.origin}"
            yield f"{what}: unset that, or leave --profile out"


def _first(name: str, from_where: Sequence[Source]) -> Source | None:
    return next((source for source in from_where if name in source.values), None)


def _filled(values: Mapping[str, str | None]) -> dict[str, str]:
    return {name: text.strip() for name, text in values.items() if text and text.strip()}
