"""Whole flows to be played: the two examples, and one with every type of node."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from voicegate.ivr.check import validate
from voicegate.ivr.flow import Flow

HERE = Path(__file__).parent
EXAMPLES = HERE.parent.parent.parent / "ivr" / "examples"


@pytest.fixture(scope="session")
def flow_named() -> Callable[[str], Flow]:
    """A valid flow by its name."""

    def read(name: str) -> Flow:
        folder = HERE if name == "everything" else EXAMPLES
        content = (folder / f"{name}.yaml").read_bytes()
        verdict = validate(content, today=date(2026, 11, 21))
        errors = [each for each in verdict.findings if not each.is_warning]
        assert not [each.render(name) for each in errors]
        assert verdict.flow is not None
        return verdict.flow

    return read
