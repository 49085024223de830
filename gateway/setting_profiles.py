"""Profiles: settings by name, a file each in the person's own configuration, nobody else's to read."""

import stat
import tempfile
from collections.abc import Iterator, Mapping
from io import StringIO
from pathlib import Path

from dotenv import dotenv_values
from dotenv.parser import parse_stream

from .core.errors import ConfigError
from .env_file import read


def profile_path(name: str, environ: Mapping[str, str]) -> Path:
    """The file of a profile's settings. Raises ConfigError for what can be no name."""
    if not name.replace("-", "").replace("_", "").isalnum():
        raise ConfigError((f"profile {name[:40]!r}: write letters, digits, - and _",))
    return _folder(environ) / f"{name}.env"


def profile_names(environ: Mapping[str, str]) -> list[str]:
    """All that there are."""
    return sorted(path.stem for path in _folder(environ).glob("*.env"))


def read_profile(path: Path) -> Mapping[str, str | None]:
    """It may hold secrets, so that nobody else may read it. Raises ConfigError."""
    try:
        mode = path.stat().st_mode
    except OSError:
        how = f"voicegate numbers login {path.stem} keeps one, in {path}"
        raise ConfigError((f"there is no profile {path.stem}: {how}",)) from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ConfigError((f"{path} may be read by others: chmod 600 {path}",))
    return read(path)


def write_profile(path: Path, values: Mapping[str, str]) -> None:
    """Set these in it and leave the rest as it is; whoever reads it meanwhile sees all or nothing.

    Raises ConfigError for a value that the form of the file cannot hold, and where nothing can be
    written.
    """
    text = "".join(_lines(_present(path), values))
    if values.items() - dotenv_values(stream=StringIO(text)).items():
        raise ConfigError(("a value cannot be kept in a profile: copy it again",))
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        opened, draft = tempfile.mkstemp(dir=path.parent)  # nobody else may read it
        with open(opened, "w", encoding="utf-8") as file:
            file.write(text)
        Path(draft).replace(path)
    except OSError as error:
        raise ConfigError((f"{path} cannot be written: {error.strerror}",)) from None


def _present(path: Path) -> str:
    if not path.exists():
        return ""
    read_profile(path)  # what cannot be read is not written over
    return path.read_text("utf-8")


def _lines(before: str, values: Mapping[str, str]) -> Iterator[str]:
    for statement in parse_stream(StringIO(before)):
        if statement.key not in values:
            yield statement.original.string
    if before and not before.endswith("\n"):
        yield "\n"
    yield from (f"{name}='{value}'\n" for name, value in values.items())


def _folder(environ: Mapping[str, str]) -> Path:
    home = environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(home) / "voicegate"
