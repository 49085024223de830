"""`voicegate bench codecs`: the audio certificate."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import click

EXIT_CODES = (
    "Exit codes: 0 all passed, 1 a row failed, 2 wrong use, or --require-all and a row did not run."
)


@click.command(epilog=f"Example: voicegate bench codecs --quick --out certificate\n\n{EXIT_CODES}")
@click.option("--quick", "is_quick", is_flag=True, help="Without recorded speech and speed: 10 s.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, writable=True, path_type=Path),
    default=Path(".voicegate", "certificate"),
    show_default=True,
    help="Where to write codecs.json and codecs-response.png.",
)
@click.option("--json", "is_json", is_flag=True, help="Print the JSON instead of the table.")
@click.option("--require-all", is_flag=True, help="Exit with 2 if a row could not run.")
@click.option(
    "--speed-shown", is_flag=True, help="Speed does not count: this machine has other work to do."
)
def codecs(
    *, is_quick: bool, out: Path, is_json: bool, require_all: bool, speed_shown: bool
) -> None:
    """Measure the codec core: every code, the filter, exactness, speech, speed and memory.

    Each row has its gate. Speed is a ratio to `audioop` with soxr and with `ratecv`, in the same
    run; speech is scored by PESQ, up and down apart.
    """
    import orjson

    from ....codecs.certificate.certificate import measure
    from .codecs_report import show

    with _told_as_wrong_use():
        out.mkdir(parents=True, exist_ok=True)
    certificate = measure(_tell, is_quick=is_quick)
    if speed_shown:
        certificate = certificate.with_speed_shown()
    content = orjson.dumps(certificate.content(), option=orjson.OPT_INDENT_2)
    with _told_as_wrong_use():
        (out / "codecs.json").write_bytes(content)
        _tell(f"written: {out / 'codecs.json'}")
        _draw(out / "codecs-response.png")
    if is_json:
        click.echo(content)
    else:
        show(certificate)
    if not certificate.passed:
        sys.exit(1)
    sys.exit(2 if require_all and not certificate.is_complete else 0)


@contextmanager
def _told_as_wrong_use() -> Generator[None, None, None]:
    try:
        yield
    except OSError as error:
        message = f"{error.filename}: {error.strerror}"
        raise click.BadParameter(message, param_hint="'--out'") from error


def _draw(path: Path) -> None:
    if find_spec("matplotlib") is None:
        _tell("no picture: matplotlib is not installed; the extra `quality` has it")
        return
    from ....codecs.certificate.picture import draw

    draw(path)
    _tell(f"written: {path}")


def _tell(line: str) -> None:
    click.echo(line, err=True)
