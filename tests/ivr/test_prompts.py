"""Which sounds a flow needs, and when two of them are the same."""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from voicegate.ivr.check import Verdict
from voicegate.ivr.machine.actions import Clip, ClipKind
from voicegate.ivr.own_words import SORRY, position
from voicegate.ivr.prompts import (
    POSITIONS_MAX,
    Recording,
    Synthesised,
    Words,
    hash_of_recording,
    hash_of_synthesised,
    hash_of_words,
    longest_queue,
    wanted,
)

Example = Callable[[str], str]
Judged = Callable[[str], Verdict]


def everywhere(language: str) -> bool:
    return bool(language)


def nowhere(language: str) -> bool:
    return not language


def test_every_prompt_that_can_be_played_is_there_in_every_language(
    example: Example, judged: Judged
) -> None:
    flow = judged(example("clinic-main")).flow
    assert flow is not None
    clips = wanted(flow, everywhere)
    said = {(clip.name, clip.language) for clip in clips if clip.kind is ClipKind.PROMPT}
    assert said == {(name, language) for name in flow.prompts for language in flow.languages}
    assert clips[Clip(ClipKind.PROMPT, "bye", "es-US")] == Words("Adiós.", "es-US")
    assert clips[Clip(ClipKind.SORRY, "", "es-US")] == Words(SORRY["es"], "es-US")
    assert clips[Clip(ClipKind.TONE, "", "en-US")] == Synthesised("tone")
    assert clips[Clip(ClipKind.MUSIC, "calm", "")] == Synthesised("calm")
    assert not [clip for clip in clips if clip.kind is ClipKind.POSITION]


def test_a_queue_needs_its_places_as_far_as_they_are_told(example: Example, judged: Judged) -> None:
    text = example("renew-outbound")
    for length, told in ((3, 3), (1000, POSITIONS_MAX)):
        changed = text.replace("max_wait_s: 180}", f"max_wait_s: 180, max_len: {length}}}")
        flow = judged(changed).flow
        assert flow is not None
        assert longest_queue(flow) == told
        clips = wanted(flow, everywhere)
        places = [clip.name for clip in clips if clip.kind is ClipKind.POSITION]
        assert places == [str(place) for place in range(1, told + 1)]
        assert clips[Clip(ClipKind.POSITION, "3", "en-US")] == Words(
            "You are number 3 in line.", "en-US"
        )


def test_where_no_voice_is_the_apology_is_english_and_no_place_is_told(
    example: Example, judged: Judged
) -> None:
    flow = judged(example("renew-outbound").replace("en-US", "pt-BR")).flow
    assert flow is not None
    for speaks in (nowhere, everywhere):
        clips = wanted(flow, speaks)
        assert clips[Clip(ClipKind.SORRY, "", "pt-BR")] == Words(SORRY["en"], "en-US")
        assert not [clip for clip in clips if clip.kind is ClipKind.POSITION]
    assert position(1, "pt-BR") is None
    flow = judged(example("renew-outbound").replace("en-US", "it-IT")).flow  # words, and no voice
    assert flow is not None
    clips = wanted(flow, nowhere)
    assert clips[Clip(ClipKind.SORRY, "", "it-IT")] == Words(SORRY["en"], "en-US")
    assert not [clip for clip in clips if clip.kind is ClipKind.POSITION]


def test_a_prompt_that_nobody_plays_is_not_made(example: Example, judged: Judged) -> None:
    text = example("renew-outbound").replace(
        "  prompts:\n", "  prompts:\n    spare: {en-US: Hi.}\n"
    )
    flow = judged(text).flow
    assert flow is not None
    assert "spare" in flow.prompts
    assert "spare" not in {clip.name for clip in wanted(flow, everywhere)}


def test_a_file_is_named_by_its_path(example: Example, judged: Judged) -> None:
    text = example("renew-outbound").replace(
        '{en-US: "Thank you, that went through."}', "{en-US: {file: a/b.wav}}"
    )
    flow = judged(text).flow
    assert flow is not None
    assert wanted(flow, everywhere)[Clip(ClipKind.PROMPT, "thanks", "en-US")] == Recording(
        "a/b.wav"
    )


parts = st.tuples(st.text(), st.text(), st.text(), st.text())


@given(parts, parts)
def test_only_equal_recipes_have_equal_hashes(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    assert (hash_of_words(*one) == hash_of_words(*other)) == (one == other)


def test_a_letter_that_moves_to_the_next_part_makes_another_recipe() -> None:
    assert hash_of_words("ab", "c", "d", "e") != hash_of_words("a", "bc", "d", "e")


def test_kinds_of_sources_are_never_taken_for_one_another() -> None:
    found = {hash_of_synthesised("a"), hash_of_recording(b"a"), hash_of_words("a", "", "", "")}
    assert len(found) == 3
