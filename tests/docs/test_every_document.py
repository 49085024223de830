"""What holds for every document: links and file names lead somewhere, and nothing tells of a machine."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "ivr").glob("*.md")])

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
FENCE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
FILE = re.compile(r"`([\w./*-]+\.(?:py|md|toml|txt|in|ulaw|pem))`")


def tracked() -> list[Path]:
    """Every file of the project: what git knows, and what is about to be added."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    return [ROOT / name for name in listed if name and (ROOT / name).is_file()]


def texts() -> Iterator[tuple[Path, str]]:
    """Those that hold text, with it."""
    for path in tracked():
        if path.suffix not in (".png", ".ulaw"):
            yield path, path.read_text(encoding="utf-8")


def anchors(page: Path) -> set[str]:
    """What GitHub makes of the headings of a page."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        for heading in HEADING.findall(text)
    }


def dead_links(page: Path) -> Iterator[str]:
    for target in LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
        if target.startswith(("https://", "http://")):
            continue
        name, _, anchor = target.partition("#")
        found = (page.parent / name).resolve() if name else page
        if not found.exists() or (anchor and anchor not in anchors(found)):
            yield target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    assert not list(dead_links(page))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_file_that_is_named_exists(page: Path) -> None:
    """With its folders from the root, or by its name alone."""
    files = tracked()
    unknown = [
        name
        for name in FILE.findall(page.read_text(encoding="utf-8"))
        if not any(path.match(name) for path in files)
    ]
    assert not unknown


# Written apart, so that this file does not hold what it looks for.
HOSTS = re.compile(
    "|".join(("py" + r"pi\.", "python" + "hosted", "index" + "-url", "find" + "-links"))
)
FOLDERS = re.compile(r"(?<![\w.:/}])/(?:home|" + "root|" + "Users|" + "work|" + r"mnt)/\w")


def test_no_text_names_a_registry_or_a_folder_of_a_machine() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for path, text in texts()
        for number, line in enumerate(text.splitlines(), 1)
        if HOSTS.search(line) or FOLDERS.search(line)
    ]
    assert not found


def test_the_readme_is_one_screen() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 60


def test_the_readme_shows_a_picture_only_if_there_is_one() -> None:
    shown = "docs/demo.png" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert shown == (ROOT / "docs/demo.png").exists()


@pytest.mark.parametrize(
    "page", sorted((ROOT / "docs/adr").glob("*.md")), ids=lambda page: page.stem
)
def test_a_decision_is_short_and_says_what_it_costs(page: Path) -> None:
    """Context, decision, what was given up, how we would notice being wrong."""
    text = page.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 40
    assert text.startswith(f"# {int(page.stem[:4])}. ")
    parts = re.findall(r"^\*\*(.+?)\.\*\*", text, re.MULTILINE)
    assert parts == ["Context", "Decision", "Given up", "How we would notice being wrong"]
