"""What is installed is what is here: an editable install sees files that a wheel may leave out."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SHIPPED = ("codecs", "gateway", "ivr", "numbers")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of what git tracks or would track, built without the network."""
    folder = tmp_path_factory.mktemp("wheel")
    copy = folder / "source"
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in listed.stdout.split("\n"):
        if name and (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            (copy / name).write_bytes((ROOT / name).read_bytes())
    build = ["pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir"]
    subprocess.run([sys.executable, "-m", *build, str(folder), str(copy)], check=True)
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_holds_every_file_of_the_product(wheel: Path) -> None:
    packed = set(zipfile.ZipFile(wheel).namelist())
    wanted = {
        f"voicegate/{path.relative_to(ROOT).as_posix()}"
        for folder in SHIPPED
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and path.suffix in (".json", ".py", ".ulaw", ".yaml")
    }
    assert wanted | {"voicegate/__init__.py", "voicegate/py.typed"} <= packed
    assert not [name for name in packed if "/tests/" in name]


def test_the_installed_package_runs_outside_the_checkout(wheel: Path, tmp_path: Path) -> None:
    target = tmp_path / "site"
    install = ["pip", "install", "--quiet", "--no-deps", "--target", str(target), str(wheel)]
    subprocess.run([sys.executable, "-m", *install], check=True)
    program = (
        f"import sys; sys.path.insert(0, {str(target)!r}); import voicegate, codecs, numbers;"
        "from voicegate.gateway.cli import main; print(voicegate.__file__, codecs.__file__)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd="/", capture_output=True, text=True, check=True
    )
    ours, theirs = ran.stdout.split()
    assert ours.startswith(str(target))
    assert not theirs.startswith((str(target), str(ROOT)))


def test_the_names_of_the_standard_library_still_lead_there() -> None:
    """Started in the checkout, `codecs` and `numbers` must stay the standard library's."""
    program = "import codecs, numbers; print(codecs.__file__, numbers.__file__)"
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert str(ROOT) not in ran.stdout
