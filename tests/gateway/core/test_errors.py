"""The exceptions tell what happened and what may have happened."""

from voicegate.gateway.core.errors import CarrierError, ConfigError, VoicegateError


def test_a_config_error_keeps_every_problem_and_prints_each_on_its_line() -> None:
    error = ConfigError(("PORT='x': should be a number", "OPENAI_API_KEY is not set"))
    assert error.problems == ("PORT='x': should be a number", "OPENAI_API_KEY is not set")
    assert str(error).splitlines() == list(error.problems)
    assert isinstance(error, VoicegateError)


def test_a_carrier_error_says_whether_the_request_may_have_been_done() -> None:
    refused = CarrierError("Twilio POST", status=400, code=21205, maybe_done=False)
    assert str(refused) == "Twilio POST: HTTP 400, code 21205; it was not done"
    lost = CarrierError("Twilio POST", status=None, code=None, maybe_done=True)
    assert str(lost) == "Twilio POST: no answer; it may have been done"
    assert (lost.status, lost.code, lost.maybe_done) == (None, None, True)
