"""The two flows that ship with the product, as texts to change."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from voicegate.ivr.check import Verdict, validate

EXAMPLES = Path(__file__).parent.parent.parent / "ivr" / "examples"


@pytest.fixture(scope="session")
def example() -> Callable[[str], str]:
    """The text of an example by its name."""
    return lambda name: (EXAMPLES / f"{name}.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def judged() -> Callable[[str], Verdict]:
    """What is found in a text, with nothing known of the installation."""
    return lambda text: validate(text.encode(), today=date(2026, 11, 21))
