"""Where settings come from: who is heard first, and which profile may be read."""

from pathlib import Path

import pytest

from voicegate.gateway.core.errors import ConfigError
from voicegate.gateway.setting_profiles import profile_path
from voicegate.gateway.setting_sources import hidden_in_profile, merged, origin_of, sources
from voicegate.gateway.terminal.options import Options

SID = "TWILIO_ACCOUNT_SID"


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    """The profile `eu`, which says all."""
    path = profile_path("eu", {"XDG_CONFIG_HOME": str(tmp_path)})
    path.parent.mkdir(parents=True)
    path.write_text(f"REDIS_URL=redis://profile\n{SID}=of-profile\nPORT=3\nTWILIO_AUTH_TOKEN=p\n")
    path.chmod(0o600)
    return path


def test_the_first_that_says_something_counts(tmp_path: Path, profile: Path) -> None:
    assert profile.exists()
    env_file = tmp_path / ".env"
    env_file.write_text(f"REDIS_URL=redis://file\n{SID}=of-file\nPORT=2\n")
    environ = {
        "XDG_CONFIG_HOME": str(tmp_path),
        "REDIS_URL": "redis://environment",
        SID: "of-environment",
        "PORT": " ",
    }
    options = Options(redis_url="redis://flag", profile="eu")
    found = tuple(sources(options, environ, env_file))
    values = merged(found)
    assert {
        name: (values[name], origin_of(name, found)) for name in values if name != "XDG_CONFIG_HOME"
    } == {
        "REDIS_URL": ("redis://flag", "--redis-url"),
        SID: ("of-environment", "environment"),
        "PORT": ("2", str(env_file)),
        "TWILIO_AUTH_TOKEN": ("p", "profile eu"),
    }
    assert origin_of("OPENAI_API_KEY", found) is None


def test_no_profile_is_read_unless_one_is_named(tmp_path: Path, profile: Path) -> None:
    assert profile.exists()
    found = sources(Options(), {"XDG_CONFIG_HOME": str(tmp_path)}, None)
    assert [source.origin for source in found] == ["environment"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o610])
def test_a_profile_that_others_could_read_is_refused(
    mode: int, tmp_path: Path, profile: Path
) -> None:
    """N14 rests on it."""
    profile.chmod(mode)
    with pytest.raises(ConfigError, match="chmod 600"):
        list(sources(Options(profile="eu"), {"XDG_CONFIG_HOME": str(tmp_path)}, None))


@pytest.mark.parametrize("name", ["none", "", "../eu", "a/b", "."])
def test_a_profile_that_there_is_not_is_told(name: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="profile"):
        list(sources(Options(profile=name), {"XDG_CONFIG_HOME": str(tmp_path)}, None))


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({}, []),
        ({SID: "of-profile", "PORT": "9"}, []),
        ({SID: "of-environment"}, [SID]),
        ({SID: "of-environment", "TWILIO_AUTH_TOKEN": "e"}, [SID, "TWILIO_AUTH_TOKEN"]),
        ({"TWILIO_AUTH_TOKEN": "e"}, ["TWILIO_AUTH_TOKEN"]),
    ],
)
def test_credentials_of_a_profile_that_others_hide_are_told(
    environ: dict[str, str], named: list[str], tmp_path: Path, profile: Path
) -> None:
    """Whoever names a profile would work at another account; the values stay untold (N14)."""
    assert profile.exists()
    environ = {"XDG_CONFIG_HOME": str(tmp_path), **environ}
    found = tuple(sources(Options(profile="eu"), environ, None))
    told = [*hidden_in_profile((SID, "TWILIO_AUTH_TOKEN"), found)]
    assert [line.split()[0] for line in told] == named
    assert not any("of-environment" in line or "of-profile" in line for line in told)
    without = tuple(sources(Options(), environ, None))
    assert not [*hidden_in_profile((SID, "TWILIO_AUTH_TOKEN"), without)]
