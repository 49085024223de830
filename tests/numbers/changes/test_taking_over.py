"""What drifted at the provider, taken over by the store."""

from voicegate.numbers.changes.taking_over import in_store_only, taken_over
from voicegate.numbers.model import Number, Snapshot
from voicegate.numbers.planning.plan import Plan
from voicegate.numbers.planning.step import Action, Kind, Step
from voicegate.numbers.provider import Owned

ONE, TWO = "+12125550142", "+12125550143"


def test_the_emergency_address_is_as_at_the_provider_and_strangers_stay_strangers() -> None:
    stored = Snapshot("main", 7, {ONE: Number(ONE, "Clinic", emergency_address="AD1")})
    owned = [Owned("PN1", ONE, fields={"EmergencyAddressSid": "AD2"}), Owned("PN2", TWO)]
    after = taken_over(stored, owned)
    assert after.numbers == {ONE: Number(ONE, "Clinic", emergency_address="AD2")}
    assert taken_over(stored, [Owned("PN1", ONE)]).numbers[ONE].emergency_address is None


def test_no_step_writes_to_the_provider_and_none_is_left_empty() -> None:
    mixed = Step(
        Action.UPDATE,
        Kind.NUMBER,
        ONE,
        {"emergency_address": None, "VoiceUrl": "https://a"},
        {"emergency_address": "AD1", "VoiceUrl": "https://b"},
        "differs",
    )
    theirs = Step(Action.UPDATE, Kind.NUMBER, TWO, {"VoiceUrl": ""}, {"VoiceUrl": "x"}, "differs")
    (step,) = in_store_only(Plan("p", 7, "sha256:", (mixed, theirs))).steps
    assert (step.before, step.after) == ({"emergency_address": None}, {"emergency_address": "AD1"})
    assert step.at_provider == {}
