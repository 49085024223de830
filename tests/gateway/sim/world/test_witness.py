"""What a witness makes of what it saw."""

from voicegate.gateway.sim.world.witness import FROM_MODEL, TO_MODEL, Witness


def test_the_callers_last_stretch_is_one_too() -> None:
    """I13: two stretches with a pause between them; the second lasts until the call is over."""
    witness = Witness()
    witness.loud_at = [100, 120, 140, 500, 519, 539]
    assert witness.spoken() == [(100, 60), (500, 59)]


def test_a_caller_who_says_nothing_has_no_stretch() -> None:
    assert Witness().spoken() == []


def digest(*log: tuple[int, str, bytes]) -> str:
    witness = Witness()
    witness.log += log
    return witness.log_hash


def test_the_digest_knows_every_time_way_and_byte() -> None:
    """C174: of messages both ways, and where one ends and the next begins."""
    digests = {
        digest(),
        digest((1, TO_MODEL, b"ab"), (2, FROM_MODEL, b"c")),
        digest((1, TO_MODEL, b"ab"), (3, FROM_MODEL, b"c")),
        digest((1, FROM_MODEL, b"ab"), (2, TO_MODEL, b"c")),
        digest((1, TO_MODEL, b"a"), (2, FROM_MODEL, b"bc")),
        digest((1, TO_MODEL, b"ab"), (2, FROM_MODEL, b"d")),
    }
    assert len(digests) == 6
