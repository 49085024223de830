"""Profiles as files: what is written, who may read it, and what is never written over."""

import stat
from pathlib import Path

import pytest

from voicegate.gateway.core.errors import ConfigError
from voicegate.gateway.setting_profiles import (
    profile_names,
    profile_path,
    read_profile,
    write_profile,
)

SID, TOKEN = "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"
NEW = {SID: "AC1", TOKEN: "a token"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return profile_path("eu", {"XDG_CONFIG_HOME": str(tmp_path)})


def test_what_is_written_is_read_back_and_by_nobody_else(path: Path, tmp_path: Path) -> None:
    """N14 rests on it."""
    write_profile(path, NEW)
    assert read_profile(path) == NEW
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert profile_names({"XDG_CONFIG_HOME": str(tmp_path)}) == ["eu"]
    assert [*path.parent.iterdir()] == [path]


@pytest.mark.parametrize("end", ["", "\n"])
def test_other_settings_and_remarks_stay(path: Path, end: str) -> None:
    path.parent.mkdir()
    path.write_text(f"# Europe\n{TOKEN}=old\nPORT=9{end}")
    path.chmod(0o600)
    write_profile(path, NEW)
    assert read_profile(path) == {"PORT": "9", **NEW}
    assert path.read_text().startswith("# Europe\nPORT=9\n")


def test_a_value_that_would_not_come_back_is_refused_and_nothing_written(path: Path) -> None:
    for value in ("it's", "${HOME}", "back\\\\slash"):
        with pytest.raises(ConfigError, match="cannot be kept") as caught:
            write_profile(path, {TOKEN: value})
        assert value not in str(caught.value)
    assert not path.exists()


def test_a_file_that_others_may_read_or_nobody_understands_is_not_written_over(path: Path) -> None:
    path.parent.mkdir()
    for text, mode, told in (("PORT=9\n", 0o644, "chmod 600"), ("'", 0o600, "line 1")):
        path.write_text(text)
        path.chmod(mode)
        with pytest.raises(ConfigError, match=told):
            write_profile(path, NEW)
        assert path.read_text() == text


def test_a_folder_that_cannot_be_is_told(path: Path) -> None:
    path.parent.write_text("a file")
    with pytest.raises(ConfigError, match="cannot be written"):
        write_profile(path, NEW)


def test_where_there_are_no_profiles_none_is_listed(tmp_path: Path) -> None:
    assert profile_names({"XDG_CONFIG_HOME": str(tmp_path)}) == []
