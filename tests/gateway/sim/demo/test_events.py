"""One thing that happened is one line of JSON."""

from pathlib import Path

import orjson

from voicegate.gateway.sim.demo.events import Happening, write


def test_a_line_holds_all_that_is_known() -> None:
    happening = Happening(70, "gateway", "TruncateItem", {"item_id": "a", "heard_ms": 5})
    assert orjson.loads(happening.line()) == {
        "at_ms": 70,
        "who": "gateway",
        "what": "TruncateItem",
        "item_id": "a",
        "heard_ms": 5,
    }
    assert happening.line().endswith(b"\n")


def test_the_file_is_in_order_of_time_and_keeps_the_order_within_an_instant(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    late, clear, cancel = (
        Happening(9, "phone", "plays"),
        Happening(7, "gateway", "ClearAudio"),
        Happening(7, "gateway", "CancelResponse"),
    )
    write(path, [late, clear, cancel])
    written = [orjson.loads(line)["what"] for line in path.read_bytes().splitlines()]
    assert written == ["ClearAudio", "CancelResponse", "plays"]


def test_absent_fields_are_empty() -> None:
    happening = Happening(7, "gateway", "ClearAudio")
    assert (happening.text("item"), happening.whole("heard_ms")) == ("", 0)
