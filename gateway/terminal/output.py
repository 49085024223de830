"""An answer as text: JSON, YAML, CSV, ids, or a table. What a person sees beside it is elsewhere."""

import csv
import sys
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO

import orjson

from .answer import Answer, Json
from .exit_code import ExitCode
from .failure import CommandError
from .options import Format, Options

DRAWN_ROWS_MAX = 500  # rich takes half a millisecond a row: more are aligned by blanks alone


def show(answer: Answer, options: Options) -> None:
    """Print it on stdout, and nothing else."""
    is_terminal = sys.stdout.isatty()
    if answer.text is not None and options.output in (None, answer.text_format):
        sys.stdout.write(answer.text)
        return
    form = options.output or (Format.TABLE if is_terminal else Format.JSON)
    is_drawn = form is Format.TABLE and is_terminal and len(answer.rows) <= DRAWN_ROWS_MAX
    if is_drawn and (answer.lines is None or options.columns):
        _show_rich_table(answer, options)
        return
    sys.stdout.write(text(answer, form, options.columns, is_indented=is_terminal))


def text(
    answer: Answer, form: Format, columns: Sequence[str] = (), *, is_indented: bool = False
) -> str:
    """The whole text of an answer; a table is a plain one."""
    if columns and form not in (Format.TABLE, Format.CSV):
        raise _usage(f"--columns is for -o table and -o csv, not for {form}")
    match form:
        case Format.JSON:
            return _json(answer.whole, is_indented=is_indented)
        case Format.YAML:
            return _yaml(answer.whole)
        case Format.IDS:
            return _ids(answer)
        case Format.CSV:
            return _csv(answer, columns)
        case Format.TABLE:
            return _plain_table(answer, columns)


def _json(whole: Mapping[str, Json], *, is_indented: bool) -> str:
    option = orjson.OPT_APPEND_NEWLINE | (orjson.OPT_INDENT_2 if is_indented else 0)
    return orjson.dumps(whole, option=option).decode()


def _yaml(whole: Mapping[str, Json]) -> str:
    import yaml  # heavy, and asked for rarely

    plain = orjson.loads(orjson.dumps(whole))
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)  # ten times as fast, if it is there
    return yaml.dump(plain, Dumper=dumper, sort_keys=False, allow_unicode=True, width=100)


def _ids(answer: Answer) -> str:
    if not answer.columns:
        raise _usage("this answer has no ids: use -o json")
    return "".join(f"{cell(row.get(answer.columns[0]))}\n" for row in answer.rows)


def _csv(answer: Answer, columns: Sequence[str]) -> str:
    chosen = _chosen(answer, columns)
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(chosen)
    writer.writerows([_harmless(cell(row.get(name))) for name in chosen] for row in answer.rows)
    return out.getvalue()


def _plain_table(answer: Answer, columns: Sequence[str]) -> str:
    if answer.lines is not None and not columns:
        return "".join(f"{line}\n" for line in answer.lines)
    return "".join(f"{line}\n" for line in _aligned([*_table(answer, columns)]))


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    for row in rows:
        cells = (text.ljust(width) for text, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


def _table(answer: Answer, columns: Sequence[str]) -> Iterator[list[str]]:
    """The heads, then a line of cells for each row."""
    chosen = _chosen(answer, columns)
    yield [name.upper().replace("_", " ") for name in chosen]
    yield from ([cell(row.get(name)) for name in chosen] for row in answer.rows)


def _show_rich_table(answer: Answer, options: Options) -> None:
    from rich.console import Console  # heavy: only for who sees it
    from rich.table import Table
    from rich.text import Text

    heads, *rows = _table(answer, options.columns)
    drawn = Table(box=None, pad_edge=False, header_style="bold")
    for head in heads:
        drawn.add_column(head, overflow="fold")
    for row in rows:
        drawn.add_row(*map(Text, row))
    Console(no_color=None if options.has_color else True, highlight=False).print(drawn)


def _chosen(answer: Answer, columns: Sequence[str]) -> Sequence[str]:
    """The columns asked for, if there are such, else the usual ones."""
    rows = answer.rows
    known = list(dict.fromkeys([*answer.columns, *(rows[0] if rows else ())]))
    unknown = [name for name in columns if name not in known]
    if unknown and rows:
        raise _usage(f"no column {unknown[0]!r}: there are {', '.join(known)}")
    return columns or answer.columns or known


def cell(value: Json) -> str:
    """A value in one cell, on one line."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case str():
            return " ".join(value.split()) if "\n" in value else value
        case int() | float():
            return str(value)
        case Mapping():
            return orjson.dumps(value).decode()
        case _:
            return ", ".join(map(cell, value))


def _harmless(text: str) -> str:
    """A spreadsheet must not take it for a formula; a phone number is none."""
    is_number = text[:1] == "+" and text[1:].isdecimal()
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") and text and not is_number else text


def _usage(message: str) -> CommandError:
    return CommandError(ExitCode.USAGE, message)
