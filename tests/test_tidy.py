"""The house's rules that a machine can check: who imports whom, what sans-IO rooms may not see."""

import ast
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("codecs", "numbers", "ivr", "gateway")

# Room -> what it may import of ours, besides itself. The most particular room counts.
MAY_IMPORT: dict[str, tuple[str, ...]] = {
    "codecs": (),
    "ivr": ("gateway/core", "codecs", "numbers/yaml"),
    "ivr/cli": ("gateway/terminal",),
    "ivr/commands": (
        "ivr",
        "ivr/publishing",
        "ivr/sounds",
        "codecs",
        "gateway/terminal",
        "numbers/yaml",
    ),
    "ivr/publishing": (
        "ivr",
        "ivr/sounds",
        "codecs",
        "numbers/registry",
        "numbers/serving/follower",
    ),
    "ivr/sounds": ("ivr", "codecs"),
    "numbers": (
        "gateway/terminal",
        "numbers/provider",
        "numbers/registry",
        "numbers/serving/follower",
        "numbers/yaml",
    ),
    "numbers/provider": (),
    "numbers/registry": ("numbers", "numbers/yaml"),
    "numbers/serving/follower": (),
    "numbers/yaml": (),
    "gateway/core": ("codecs",),
    "gateway/legs": ("gateway/core", "codecs"),
    "gateway/models": ("gateway/core", "codecs"),
    "gateway/carriers": ("gateway/core", "codecs", "numbers/provider"),
    "gateway/sim": ("codecs",),
    "gateway/sim/carrier": ("gateway/sim", "codecs"),
    "gateway/sim/realtime": ("gateway/sim", "codecs"),
    "gateway/terminal": (),
    "gateway/session": ("gateway/core",),
}
# What puts the real call between the simulated ends, or moves parts of it, imports everything.
OF_WHOLE_CALLS = (
    "gateway/sim/bench",
    "gateway/sim/cli",
    "gateway/sim/demo",
    "gateway/sim/house",
    "gateway/sim/rig",
    "gateway/sim/world",
)
SANS_IO = ("gateway/core", "codecs")
SANS_IO_BANNED = frozenset(
    ["asyncio", "datetime", "os", "random", "socket", "threading", "time", "subprocess"]
)
MAY_TOUCH_THE_WORLD = frozenset({"codecs/design.py", "codecs/wav.py", "codecs/certificate"})


def sources(*rooms: str) -> Iterator[Path]:
    """The product's source files, as paths from the root."""
    for room in rooms or ROOMS:
        yield from (path.relative_to(ROOT) for path in sorted((ROOT / room).rglob("*.py")))


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """What a file imports: ours as `folder/file`, others by their first name; with the line."""
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name.partition(".")[0], node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level:
            base = path.parents[node.level - 1]
            names = [node.module] if node.module else [alias.name for alias in node.names]
            yield from (((base / name.replace(".", "/")).as_posix(), node.lineno) for name in names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0], node.lineno


def room_of(path: str) -> str | None:
    """The most particular room that a path belongs to."""
    rooms = (*MAY_IMPORT, *OF_WHOLE_CALLS)
    fitting = [room for room in rooms if path == room or path.startswith(f"{room}/")]
    return max(fitting, key=len, default=None)


def breaches(path: Path) -> Iterator[str]:
    """Imports of a file that its room does not allow."""
    room = room_of(path.with_suffix("").as_posix())
    if room not in MAY_IMPORT:
        return
    for target, line in imports(path):
        ours = target.partition("/")[0] in ROOMS and (ROOT / target.partition("/")[0]).is_dir()
        if ours and "/" in target and room_of(target) not in (room, *MAY_IMPORT[room]):
            yield f"{path}:{line} imports {target}"


@pytest.mark.parametrize("path", list(sources()), ids=str)
def test_a_file_imports_only_what_its_room_may(path: Path) -> None:
    assert not list(breaches(path))


@pytest.mark.parametrize("path", list(sources(*SANS_IO)), ids=str)
def test_a_sans_io_room_sees_no_clock_socket_or_chance(path: Path) -> None:
    if MAY_TOUCH_THE_WORLD.isdisjoint([path.as_posix(), path.parent.as_posix()]):
        seen = [f"{name} in line {line}" for name, line in imports(path) if name in SANS_IO_BANNED]
        assert seen in ([], _allowed(path, seen))


def _allowed(path: Path, seen: list[str]) -> list[str]:
    """Work areas are per thread: the one room that needs `threading`, for `threading.local`."""
    return [s for s in seen if path.parent.name == "codecs" and s.startswith("threading ")]


def test_the_codecs_need_numpy_alone() -> None:
    """`audioop` left the standard library in Python 3.13; files and measures may need more."""
    for path in sources("codecs"):
        if MAY_TOUCH_THE_WORLD.isdisjoint([path.as_posix(), path.parent.as_posix()]):
            names = {name for name, _ in imports(path) if "/" not in name}
            assert names - sys.stdlib_module_names <= {"numpy", "audioop"}, path


@pytest.mark.parametrize("path", list(sources()), ids=str)
def test_the_product_imports_itself_relatively(path: Path) -> None:
    for name, line in imports(path):
        assert name != "voicegate", f"{path}:{line}"
        assert name not in ("gateway", "ivr"), f"{path}:{line}"


def test_there_is_one_init_file() -> None:
    """Folders named like modules of the standard library must not become packages on their own."""
    found = [path for room in (*ROOMS, "tests") for path in (ROOT / room).rglob("__init__.py")]
    assert not found
    assert (ROOT / "__init__.py").is_file()


def test_the_package_list_is_the_folders_on_disk() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    listed = set(project["tool"]["setuptools"]["packages"])
    folders = {path.parent.as_posix().replace("/", ".") for path in sources()}
    assert listed == {"voicegate"} | {f"voicegate.{folder}" for folder in folders}


def test_tests_import_the_package_by_its_name() -> None:
    for path in sorted((ROOT / "tests").rglob("*.py")):
        for name, line in imports(path.relative_to(ROOT)):
            assert name not in ("gateway", "ivr"), f"{path}:{line} imports {name} bare"
            assert not name.startswith("tests/"), f"{path}:{line} imports a neighbour"


def test_broad_excepts_stand_only_where_they_are_listed() -> None:
    """Each of them logs, counts and ends one thing."""
    found = {
        path.as_posix()
        for path in sources()
        if "except Exception" in (ROOT / path).read_text(encoding="utf-8")
    }
    assert found <= {"gateway/session.py"}


def test_nothing_is_left_for_later_without_an_issue() -> None:
    words = ("TO" + "DO", "FIX" + "ME", "X" + "XX")
    for path in sources():
        text = (ROOT / path).read_text(encoding="utf-8")
        assert not any(word in text for word in words), path
