"""The versions of flows in Redis: one writer wins, all or nothing, what nobody needs goes."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC
from typing import Any, cast

import pytest
import redis

from voicegate.ivr.publishing import scripts, store
from voicegate.ivr.publishing.keys import Keys
from voicegate.ivr.publishing.push import Pushed, push
from voicegate.ivr.publishing.rendering import Rendered
from voicegate.ivr.publishing.store import FlowStore, Publication
from voicegate.ivr.publishing.version import FlowVersion, hashes
from voicegate.numbers.registry.protocols import Conflict

RenderText = Callable[..., Rendered]


@pytest.fixture
def put(flows: FlowStore, rendered: RenderText) -> Callable[[str], Pushed]:
    """Publishes a text."""

    def make(text: str) -> Pushed:
        expected = flows.version("small")
        made = rendered(text, flows.lengths)
        return push(flows, made, expected=expected, push_id=f"{expected}", who="ann")

    return make


def other(text: str, words: str) -> str:
    return text.replace("Goodbye.", words)


def contents(client: redis.Redis, keys: Keys) -> dict[bytes, Any]:
    """All that is there, but for how long sounds live without a use."""
    raw = cast("Any", client)
    return {key: raw.dump(key) for key in raw.keys(f"{keys.root}:*")}


def test_before_the_first_push_there_is_nothing(flows: FlowStore) -> None:
    assert flows.names() == []
    assert flows.version("small") == 0
    assert flows.versions("small") == []
    assert flows.at("small", 1) is None
    assert flows.sound("beef") is None
    assert flows.lengths(["beef"]) == {}
    assert not list(flows.history())


def test_what_is_pushed_is_in_force_with_all_its_sounds(
    flows: FlowStore, put: Callable[[str], Pushed], rendered: RenderText, small: str
) -> None:
    assert put(small) == Pushed("small", 1, is_new=True)
    made = rendered(small)
    found = flows.at("small", 1)
    assert found is not None
    assert found.at is not None
    assert found == FlowVersion("small", 1, small.encode(), made.sounds, "ann", found.at)
    assert {hash_: flows.sound(hash_) for hash_ in hashes(found.sounds)} == made.made
    assert flows.lengths(hashes(found.sounds)) == {
        sound.hash: sound.length_ms for sound in found.sounds.values()
    }
    (entry,) = flows.history()
    assert entry == Publication("small", 1, 0, "push", entry.at, "ann", "desk", "beef")
    assert entry.at.tzinfo is UTC


def test_the_same_text_again_changes_nothing(
    client: redis.Redis, keys: Keys, put: Callable[[str], Pushed], small: str
) -> None:
    put(small)
    before = contents(client, keys)
    assert put(small) == Pushed("small", 1, is_new=False)
    assert contents(client, keys) == before


def test_of_two_pushes_at_once_one_wins_and_the_other_is_told(
    flows: FlowStore, rendered: RenderText, small: str
) -> None:
    """F9: nobody overwrites a version that he did not see."""
    texts = [other(small, words) for words in ("Bye.", "So long.", "Adieu.")]
    made = [rendered(text) for text in texts]
    start = threading.Barrier(len(made))
    outcomes: list[str] = []

    def run(each: Rendered) -> None:
        start.wait()
        try:
            push(flows, each, expected=0, push_id=each.text.decode(), who="ann")
        except Conflict as conflict:
            outcomes.append(str(conflict))
        else:
            outcomes.append("won")

    threads = [threading.Thread(target=run, args=[each]) for each in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("won") == 1
    assert [told for told in outcomes if "version 1 of small is in force, not 0" in told] == (
        [told for told in outcomes if told != "won"]
    )
    assert flows.versions("small") == [1]
    assert len(list(flows.history())) == 1


def test_a_push_whose_answer_was_lost_may_be_tried_again(
    flows: FlowStore, rendered: RenderText, small: str
) -> None:
    made = rendered(small)
    first = push(flows, made, expected=0, push_id="once", who="ann")
    again = push(flows, made, expected=0, push_id="once", who="ann")
    assert (first.version, again.version) == (1, 1)
    assert flows.versions("small") == [1]
    assert len(list(flows.history())) == 1


def test_a_push_that_breaks_off_leaves_nothing_visible_and_its_sounds_go(
    flows: FlowStore, client: redis.Redis, keys: Keys, rendered: RenderText, small: str
) -> None:
    made = rendered(small)
    first, *others = made.made.items()
    flows.keep_sound(*first)
    assert flows.names() == []
    assert not list(flows.history())
    assert 0 < client.ttl(keys.audio(first[0])) <= store.UNUSED_S
    with pytest.raises(Conflict, match="a sound of small has left the store"):
        flows.publish("small", 0, made.text, made.sounds, push_id="half", who="ann")
    assert flows.version("small") == 0
    assert flows.versions("small") == []
    for other_one in others:
        flows.keep_sound(*other_one)
    assert flows.publish("small", 0, made.text, made.sounds, push_id="all", who="ann") == 1
    assert client.ttl(keys.audio(first[0])) == -1


def test_a_sound_that_is_there_stays_as_it_is(
    flows: FlowStore, rendered: RenderText, small: str
) -> None:
    """Another machine made it a little longer: its length is what the version says."""
    made = rendered(small)
    (bye,) = (sound for clip, sound in made.sounds.items() if clip.name == "bye")
    theirs = replace(made.made[bye.hash], ulaw=bytes(8000), pcm=bytes(48_000))
    assert flows.keep_sound(bye.hash, theirs) == 1000
    assert flows.keep_sound(bye.hash, made.made[bye.hash]) == 1000
    assert flows.sound(bye.hash) == theirs
    push(flows, made, expected=0, push_id="1", who="ann")
    found = flows.at("small", 1)
    assert found is not None
    assert {sound.length_ms for clip, sound in found.sounds.items() if clip.name == "bye"} == {1000}


def test_to_roll_back_is_a_publication_and_the_next_version_is_a_new_one(
    flows: FlowStore, put: Callable[[str], Pushed], small: str
) -> None:
    put(small)
    put(other(small, "Bye."))
    assert flows.roll_back("small", 2, 1, who="bob")
    assert flows.version("small") == 1
    newest = next(flows.history())
    assert (newest.what, newest.version, newest.before, newest.who) == ("rollback", 1, 2, "bob")
    assert flows.roll_back("small", 2, 1, who="bob")  # once more: it is so already
    assert len(list(flows.history())) == 3
    assert put(other(small, "Bye.")).version == 3
    assert flows.versions("small") == [1, 2, 3]


def test_to_roll_back_past_somebody_elses_push_is_a_conflict(
    flows: FlowStore, put: Callable[[str], Pushed], small: str
) -> None:
    for words in ("One.", "Two.", "Three."):
        put(other(small, words))
    with pytest.raises(Conflict):
        flows.roll_back("small", 2, 1, who="bob")
    assert not flows.roll_back("small", 3, 9, who="bob")
    assert flows.version("small") == 3


def test_old_versions_go_with_the_sounds_that_only_they_needed(
    flows: FlowStore,
    client: redis.Redis,
    keys: Keys,
    put: Callable[[str], Pushed],
    small: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not the young, nor the one in force; a sound that another version needs stays."""
    monkeypatch.setattr(store, "KEEP_VERSIONS", 2)
    for words in ("One.", "Two.", "Three."):
        put(other(small, words))
    assert flows.versions("small") == [1, 2, 3]
    first, second = flows.at("small", 1), flows.at("small", 2)
    assert first is not None
    assert second is not None
    monkeypatch.setattr(store, "KEEP_S", -10)
    put(other(small, "Four."))
    assert flows.versions("small") == [3, 4]
    assert flows.at("small", 1) is None
    only_of_first = {*hashes(first.sounds)} - {*hashes(second.sounds)}
    assert len(only_of_first) == 1
    for hash_ in only_of_first:
        assert client.ttl(keys.audio(hash_)) > 0
        assert client.hget(keys.uses, hash_) is None
    for hash_ in {*hashes(first.sounds)} - only_of_first:
        assert client.ttl(keys.audio(hash_)) == -1
        assert client.hget(keys.uses, hash_) == b"2"
    put(other(small, "One."))  # its sound had not left yet
    assert [client.ttl(keys.audio(hash_)) for hash_ in only_of_first] == [-1]


def test_the_history_is_asked_for_page_by_page(
    flows: FlowStore, put: Callable[[str], Pushed], small: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for words in ("One.", "Two.", "Three."):
        put(other(small, words))
    monkeypatch.setattr(store, "HISTORY_PAGE", 2)
    assert [entry.version for entry in flows.history()] == [3, 2, 1]
    assert [entry.version for entry in flows.history(2)] == [3, 2]


def test_a_version_that_is_damaged_is_no_reason_not_to_push(
    flows: FlowStore, client: redis.Redis, keys: Keys, put: Callable[[str], Pushed], small: str
) -> None:
    put(small)
    for damage in (b"[[1, 2]]", b"{", b'[["none", "a", "b", "c", 1]]', b"[1]"):
        client.hset(keys.version("small", flows.version("small")), "sounds", cast("Any", damage))
        with pytest.raises(ValueError, match=r"."):
            flows.at("small", flows.version("small"))
    assert put(small) == Pushed("small", 2, is_new=True)


def test_the_outcomes_of_scripts_differ() -> None:
    assert len({scripts.STALE, scripts.DONE, scripts.REPEATED, scripts.MISSING}) == 4
