"""A file of settings: read as a whole, or refused with the place of each mistake."""

from pathlib import Path

import pytest

from voicegate.gateway.core.errors import ConfigError
from voicegate.gateway.env_file import read


def problems(file: Path) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        read(file)
    return caught.value.problems


def test_names_values_remarks_and_what_stands_in_braces(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(
        "\ufeffHOST=voice.example.com\n# a remark\n\nexport URL=https://${HOST} # another\n"
        "WORDS=\"two\nlines\"\nLEFT='${HOST}'\nBARE\n",
        encoding="utf-8",
    )
    assert read(file) == {
        "HOST": "voice.example.com",
        "URL": "https://voice.example.com",
        "WORDS": "two\nlines",
        "LEFT": "voice.example.com",
        "BARE": None,
    }


@pytest.mark.parametrize(
    "line", ['VOICEGATE_VOICE="unterminated', "this is not a line", "=novar", "A='b' c"]
)
def test_a_line_that_sets_nothing_is_named_by_its_number_alone(line: str, tmp_path: Path) -> None:
    """C145: what stands there may be a secret."""
    file = tmp_path / ".env"
    file.write_text(f"PORT=1\n\n\n{line}\nVOICEGATE_AUDIO=pcmu\n")
    (problem,) = problems(file)
    assert problem.startswith(f"{file} line 4: ")
    assert line not in problem


def test_every_line_that_sets_nothing_is_told(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("=a\r\nPORT=1\r\n=b\r\n")
    assert [problem.partition(": ")[0] for problem in problems(file)] == [
        f"{file} line 1",
        f"{file} line 3",
    ]


def test_no_file_sets_nothing(tmp_path: Path) -> None:
    assert read(None) == read(tmp_path / ".env") == {}


def test_what_is_there_and_cannot_be_read_is_a_mistake(tmp_path: Path) -> None:
    binary, folder, dangling = tmp_path / "binary", tmp_path / "folder", tmp_path / "dangling"
    binary.write_bytes(b"PORT=\xff\xfe")
    folder.mkdir()
    dangling.symlink_to(tmp_path / "nowhere")
    for file in (binary, folder, dangling):
        (problem,) = problems(file)
        assert problem.startswith(f"{file} cannot be read: ")
        assert problem.endswith(", or remove it")
