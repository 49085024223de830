"""Where a command's settings come from, the first that says something first: flag to profile."""

import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .core.errors import ConfigError
from .env_file import read
from .terminal.options import Options


@dataclass(frozen=True, slots=True)
class Source:
    """Where settings come from, and what it says; nothing in it is empty."""

    origin: str
    values: Mapping[str, str]


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
        path = profile_path(options.profile, environ)
        yield Source(f"profile {options.profile}", _filled(_read_profile(path)))


def merged(from_where: Sequence[Source]) -> dict[str, str]:
    """Each setting as the first that has it says."""
    return {name: text for source in reversed(from_where) for name, text in source.values.items()}


def origin_of(name: str, from_where: Sequence[Source]) -> str | None:
    """Who says this setting; None for nobody."""
    return next((source.origin for source in from_where if name in source.values), None)


def profile_path(name: str, environ: Mapping[str, str]) -> Path:
    """The file of a profile's settings, in the person's own configuration."""
    if not name.replace("-", "").replace("_", "").isalnum():
        raise ConfigError((f"--profile {name[:40]!r}: write letters, digits, - and _",))
    home = environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(home) / "voicegate" / f"{name}.env"


def _read_profile(path: Path) -> Mapping[str, str | None]:
    """It may hold secrets, so that nobody else may read it."""
    try:
        mode = path.stat().st_mode
    except OSError:
        raise ConfigError((f"there is no profile {path.stem}: write one to {path}",)) from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ConfigError((f"{path} may be read by others: chmod 600 {path}",))
    return read(path)


def _filled(values: Mapping[str, str | None]) -> dict[str, str]:
    return {name: text.strip() for name, text in values.items() if text and text.strip()}
