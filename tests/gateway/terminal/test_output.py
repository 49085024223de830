"""One answer in every form, and who sees which."""

import csv
import json
from contextlib import redirect_stdout
from io import StringIO

import pytest
import yaml

from voicegate.gateway.terminal import output
from voicegate.gateway.terminal.answer import Answer, Json
from voicegate.gateway.terminal.failure import CommandError
from voicegate.gateway.terminal.options import Format, Options

ITEMS: list[dict[str, Json]] = [
    {"number": "+12125550142", "name": "Clinic, main", "tags": ["a", "b"], "protect": True},
    {"number": "+12125550143", "name": "", "tags": [], "protect": False},
]
ANSWER = Answer("NumberList", {"items": ITEMS}, ("number", "name", "tags"), next_step="go on")


class Screen(StringIO):
    is_terminal = True

    def isatty(self) -> bool:
        return self.is_terminal


def shown(answer: Answer, options: Options, *, is_terminal: bool = True) -> str:
    """What stands on the screen, or went through a pipe."""
    screen = Screen()
    screen.is_terminal = is_terminal
    with redirect_stdout(screen):
        output.show(answer, options)
    return screen.getvalue()


def test_json_is_one_object_on_one_line_with_its_head_first() -> None:
    told = output.text(ANSWER, Format.JSON)
    assert told.startswith('{"schema":"numbers/v1","kind":"NumberList","items":[')
    assert told.count("\n") == 1
    assert json.loads(told)["items"] == ITEMS


def test_yaml_says_the_same_and_numbers_stay_texts() -> None:
    told = output.text(ANSWER, Format.YAML)
    assert yaml.safe_load(told) == json.loads(output.text(ANSWER, Format.JSON))


def test_ids_are_the_first_column() -> None:
    assert output.text(ANSWER, Format.IDS) == "+12125550142\n+12125550143\n"
    with pytest.raises(CommandError):
        output.text(Answer("JsonSchema", {}), Format.IDS)


def test_csv_has_the_columns_that_were_asked_for() -> None:
    told = output.text(ANSWER, Format.CSV, ("name", "protect"))
    assert [*csv.reader(StringIO(told))] == [
        ["name", "protect"],
        ["Clinic, main", "yes"],
        ["", "no"],
    ]
    assert output.text(ANSWER, Format.CSV).startswith("number,name,tags\n+12125550142,")


@pytest.mark.parametrize("text", ["=1+1", "+1+1", "-1", "@sum"])
def test_a_spreadsheet_takes_no_cell_for_a_formula(text: str) -> None:
    told = output.text(Answer("X", {"items": [{"name": text}]}), Format.CSV)
    assert told == f"name\n'{text}\n"


def test_a_plain_table_is_aligned() -> None:
    assert output.text(ANSWER, Format.TABLE).splitlines() == [
        "NUMBER        NAME          TAGS",
        "+12125550142  Clinic, main  a, b",
        "+12125550143",
    ]


def test_words_stand_for_a_table_unless_columns_are_asked_for() -> None:
    answer = Answer("RouteTest", {"route": "flow/a", "at": "now"}, ("route",), lines=["so", "on"])
    assert output.text(answer, Format.TABLE) == "so\non\n"
    assert output.text(answer, Format.TABLE, ("at",)) == "AT\nnow\n"


def test_columns_that_are_not_there_and_forms_that_have_none_are_refused() -> None:
    with pytest.raises(CommandError, match="nme"):
        output.text(ANSWER, Format.TABLE, ("nme",))
    with pytest.raises(CommandError, match="json"):
        output.text(ANSWER, Format.JSON, ("name",))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "yes"),
        (7, "7"),
        (1.5, "1.5"),
        ("two\n  lines", "two lines"),
        ({"route": None}, '{"route":null}'),
        (["a", ["b", 1]], "a, b, 1"),
    ],
)
def test_a_cell_is_one_line(value: Json, text: str) -> None:
    assert output.cell(value) == text


def test_what_is_no_list_is_its_own_only_row() -> None:
    answer = Answer("RouteTest", {"route": "flow/a", "at": 1}, ("route",))
    assert output.text(answer, Format.CSV) == "route\nflow/a\n"
    assert output.text(Answer("RouteTest", {"a": 1, "b": 2}), Format.CSV) == "a,b\n1,2\n"


def test_a_list_without_items_still_has_its_columns() -> None:
    empty = Answer("NumberList", {"items": []}, ("number", "name"))
    assert output.text(empty, Format.CSV) == "number,name\n"
    assert output.text(empty, Format.TABLE) == "NUMBER  NAME\n"
    assert output.text(empty, Format.IDS) == ""


def test_a_terminal_has_a_table_and_a_pipe_has_json() -> None:
    told = shown(ANSWER, Options(has_color=False))
    assert "NUMBER" in told
    assert "Clinic, main" in told
    assert json.loads(shown(ANSWER, Options(), is_terminal=False))["kind"] == "NumberList"


def test_json_on_a_terminal_is_indented() -> None:
    told = shown(ANSWER, Options(output=Format.JSON))
    assert json.loads(told)["items"] == ITEMS
    assert told.count("\n") > 10


def test_a_cell_is_text_and_no_markup() -> None:
    answer = Answer("X", {"items": [{"name": "[bold]x[/bold]"}]})
    assert "[bold]x[/bold]" in shown(answer, Options(has_color=False))


def test_a_long_list_is_not_drawn() -> None:
    """N12 rests on it: aligned by blanks, it is as quick as in a pipe."""
    items = [{"number": f"{n}"} for n in range(output.DRAWN_ROWS_MAX + 1)]
    answer = Answer("NumberList", {"items": items}, ("number",))
    assert shown(answer, Options()).splitlines() == ["NUMBER", *map(str, range(len(items)))]


def test_a_file_is_printed_byte_by_byte_unless_another_form_is_asked_for() -> None:
    answer = Answer("F", {"file": {}}, text="a: b\n", text_format=Format.YAML, lines=["a: b"])
    for form in (None, Format.YAML, Format.TABLE):
        assert shown(answer, Options(output=form)) == "a: b\n"
    assert json.loads(shown(answer, Options(output=Format.JSON)))["file"] == {}
