"""Each fault has its own luck."""

from voicegate.gateway.sim.realtime.faults import EVENT_FAULTS, Fault, Faults


def strikes(faults: Faults, count: int = 200) -> list[bool]:
    return [faults.strikes("silent_turn", turn) is not None for turn in range(1, count)]


def test_a_fault_strikes_at_its_number_or_anywhere():
    faults = Faults([Fault("silent_turn", at=2), Fault("null_usage")], 1)
    assert [n for n in range(5) if faults.strikes("silent_turn", n)] == [2]
    assert all(faults.strikes("null_usage", n) for n in range(5))
    assert faults.strikes("stuck_response", 2) is None


def test_adding_a_fault_never_shifts_the_luck_of_another():
    """C173: each fault draws from its own random stream."""
    alone = strikes(Faults([Fault("silent_turn", chance=0.3)], 7))
    with_others = Faults(
        [
            Fault("null_usage", chance=0.5),
            Fault("silent_turn", chance=0.3),
            Fault("drop", chance=0.1),
        ],
        7,
    )
    for turn in range(50):
        with_others.strikes("null_usage", turn)
    assert strikes(with_others) == alone
    assert 30 < sum(alone) < 90


def test_two_faults_of_one_name_have_different_luck():
    a, b = (
        Fault("event_refused", chance=0.3, text="a="),
        Fault("event_refused", chance=0.3, text="b="),
    )
    lucks = Faults([a, b], 7)
    struck = [[bool(lucks.strikes("event_refused", n, f"{x}=")) for n in range(200)] for x in "ab"]
    assert struck[0] != struck[1]
    both = Faults(
        [Fault("silent_turn", chance=0.3, value=1), Fault("silent_turn", chance=0.3, value=2)], 7
    )
    seen = {struck.value for turn in range(200) if (struck := both.strikes("silent_turn", turn))}
    assert seen == {1, 2}


def test_another_seed_is_other_luck():
    assert strikes(Faults([Fault("silent_turn", chance=0.3)], 1)) != strikes(
        Faults([Fault("silent_turn", chance=0.3)], 2)
    )


def test_only_faults_of_events_slow_down_the_sending():
    assert "close" in EVENT_FAULTS
    assert "phantom_idle" not in EVENT_FAULTS
    assert Faults([Fault("drop", at=9)], 1).has_event_faults
    assert not Faults([Fault("silent_turn")], 1).has_event_faults
