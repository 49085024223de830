"""The reaction is taken between the far ends."""

from voicegate.gateway.sim.demo.far_ends import Reaction

STARTED = '{"type":"input_audio_buffer.speech_started","item_id":"u1"}'
CLEAR = '{"event":"clear","streamSid":"MZ1"}'


def test_a_clear_is_timed_from_the_speech_that_caused_it() -> None:
    reaction = Reaction()
    reaction.model_sends(STARTED)
    reaction.model_sends('{"type":"response.done"}')
    assert reaction.carrier_gets('{"event":"media","media":{"payload":""}}') is None
    after_ms = reaction.carrier_gets(CLEAR)
    assert after_ms is not None
    assert after_ms >= 0


def test_a_clear_without_speech_is_not_timed() -> None:
    reaction = Reaction()
    assert reaction.carrier_gets(CLEAR) is None
    reaction.model_sends(STARTED)
    assert reaction.carrier_gets(CLEAR) is not None
    assert reaction.carrier_gets(CLEAR) is None


def test_a_binary_message_is_no_clear() -> None:
    reaction = Reaction()
    reaction.model_sends(STARTED)
    assert reaction.carrier_gets(CLEAR.encode()) is None
