"""A plan in words: a line a step, a line for all."""

from voicegate.numbers.answers.plan import plan_answer, step_line
from voicegate.numbers.planning.plan import Plan
from voicegate.numbers.planning.step import Action, Kind, Step

ASSIGN = Step(
    Action.ASSIGN,
    Kind.NUMBER,
    "+12125550142",
    {"route": "flow/old"},
    {"route": "flow/new", "tags": ["a"]},
    "route differs",
)


def test_a_step_says_what_becomes_of_what_and_why() -> None:
    assert step_line(ASSIGN) == (
        '~ assign +12125550142: route flow/old -> flow/new, tags null -> ["a"] (route differs)'
    )
    new = Step(Action.UPDATE, Kind.AGENT, "clinic", {}, {"instructions": "x" * 500}, "new here")
    assert step_line(new) == "~ update agent clinic (new here)"


def test_long_values_are_cut_and_stay_on_their_line() -> None:
    before, after = {"instructions": "a\n" * 200}, {"instructions": ""}
    line = step_line(Step(Action.UPDATE, Kind.AGENT, "clinic", before, after, "differs"))
    assert "\n" not in line
    assert '… -> ""' in line
    assert len(line) < 120


def test_the_last_line_counts_what_is_to_be_done() -> None:
    plan = Plan("01", 1, f"sha256:{'0' * 64}", (ASSIGN, ASSIGN), as_wanted=3)
    assert plan_answer(plan).lines == [step_line(ASSIGN), step_line(ASSIGN), "plan: 2 to assign"]
    assert plan_answer(Plan("01", 1, f"sha256:{'0' * 64}", ())).lines == ["no changes"]
