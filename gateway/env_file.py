"""The file of settings: what it sets, or every line of it that sets nothing."""

import os
from collections.abc import Mapping
from io import StringIO
from pathlib import Path

from dotenv import dotenv_values
from dotenv.parser import parse_stream

from .core.errors import ConfigError

_ADVICE = "write NAME=value, quotes in pairs, # before a remark"


def read(file: Path | None) -> Mapping[str, str | None]:
    """Each name with its value, `${…}` in it filled in; a name without `=` has None.

    No file sets nothing. Raises ConfigError for what is there and is no readable file, and with one
    line for each statement that cannot be understood, which holds nothing of its text.
    """
    if file is None or not os.path.lexists(file):
        return {}
    text = _text(file)
    wrong = [one for one in parse_stream(StringIO(text)) if one.error]
    if wrong:
        lines = (_line(one.original.line, one.original.string) for one in wrong)
        raise ConfigError(tuple(f"{file} line {line}: not understood, {_ADVICE}" for line in lines))
    return dotenv_values(stream=StringIO(text))


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        problem = "no text, save it as UTF-8"
    except OSError as error:
        problem = f"{error.strerror}, make it a readable file"
    raise ConfigError((f"{file} cannot be read: {problem}, or remove it",))


def _line(begins_at: int, statement: str) -> int:
    """A statement begins with the blank lines before it, which nobody would look for."""
    blank = statement[: len(statement) - len(statement.lstrip())]
    return begins_at + blank.count("\n")
