"""docs/cli.md has every command and every option of `voicegate`, and no others."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import click
from click.testing import CliRunner

from voicegate.gateway.cli import tree

ROOT = Path(__file__).parent.parent.parent
PAGE = "docs/cli.md"

SHARED = "Options of `numbers`, `agents` and `flows`"
SHARED_BY = ("voicegate numbers ", "voicegate agents ", "voicegate flows ")

Section = Callable[[str, str], str]

OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
PAGES = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs")


def commands(group: click.Group = tree, name: str = "voicegate") -> Iterator[tuple[str, set[str]]]:
    """Each command that can be run, with its options."""
    context = click.Context(group)
    for each in group.list_commands(context):
        command = group.get_command(context, each)
        assert command is not None
        if not isinstance(command, click.Group) or command.invoke_without_command:
            yield f"{name} {each}", {text for one in command.params for text in one.opts}
        if isinstance(command, click.Group):
            yield from commands(command, f"{name} {each}")


def groups(group: click.Group = tree, name: str = "voicegate") -> Iterator[str]:
    """What has commands below it."""
    yield name
    context = click.Context(group)
    for each in group.list_commands(context):
        command = group.get_command(context, each)
        if isinstance(command, click.Group):
            yield from groups(command, f"{name} {each}")


def test_every_command_has_its_chapter() -> None:
    chapters = set(re.findall(r"^## `(.+)`$", (ROOT / PAGE).read_text("utf-8"), re.MULTILINE))
    assert chapters == {name for name, _ in commands()}


def test_every_option_stands_in_its_commands_chapter_and_no_other(section: Section) -> None:
    shared = _options(section(PAGE, SHARED))
    told = {
        name: _options(section(PAGE, f"`{name}`"))
        | (shared if name.startswith(SHARED_BY) else set[str]())
        for name, _ in commands()
    }
    found = {name: {one for one in options if one.startswith("--")} for name, options in commands()}
    assert told == found


def _options(chapter: str) -> set[str]:
    """Those that its tables tell."""
    return set(OPTION.findall("\n".join(re.findall(r"^\|.*$", chapter, re.MULTILINE))))


def test_the_figures_of_the_simulated_calls_are_those_of_a_run(section: Section) -> None:
    """But for what depends on the machine; a line may be cut with an ellipsis."""
    shown = re.search(
        r"^\$ voicegate (sim --seeds .*)\n([^`]+)", section(PAGE, "`voicegate sim`"), re.M
    )
    assert shown
    done = CliRunner().invoke(tree, [*shown[1].split(), "--workers", "1"])
    machines = re.compile(r"\d+ call-minutes a minute, \d+ processes")
    told, found = (machines.sub("", text).splitlines() for text in (shown[2], done.stdout))
    assert len(found) == len(told)
    for line, text in zip(found, told, strict=True):
        begin, cut, _ = text.partition("…")
        assert line.startswith(begin) if cut else line == text


def test_every_chapter_has_an_example_and_exit_codes(section: Section) -> None:
    for name, _ in commands():
        chapter = section(PAGE, f"`{name}`")
        assert f"```console\n$ {name}" in chapter, name
        assert "\nExit codes: 0" in chapter, name


def pages() -> Iterator[tuple[str, str]]:
    """The documents with their text."""
    for each in PAGES:
        path = ROOT / each
        for page in sorted(path.rglob("*.md")) if path.is_dir() else [path]:
            yield page.relative_to(ROOT).as_posix(), page.read_text(encoding="utf-8")


def test_documents_name_no_command_and_no_target_that_does_not_exist() -> None:
    """`voicegate …` and `make …`, wherever they stand in code."""
    runnable = {name for name, _ in commands()}
    known = {*groups(), *runnable}
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    unknown: list[str] = []
    for page, text in pages():
        for named in re.findall(
            r"(?:`|^\$ )(?:[A-Z_]+=\S+ )*voicegate((?: [a-z][a-z-]*)*)", text, re.M
        ):
            path = f"voicegate{named}"
            while path not in known:
                path = path.rpartition(" ")[0]
            if path != f"voicegate{named}" and path not in runnable:
                unknown.append(f"{page}: voicegate{named}")
        made = re.findall(r"(?:`|^(?:\$ |    )?)make ([a-z]+)", text, re.MULTILINE)
        unknown += (f"{page}: make {target}" for target in made if target not in targets)
    assert not unknown
