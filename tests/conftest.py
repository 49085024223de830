"""For all tests: one BLAS thread, set before anything imports numpy; skips count under CI."""

import os
from collections.abc import Generator
from typing import TypeVar

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("MKL_NUM_THREADS", "1")

import pytest

IS_EVERYTHING_REQUIRED = os.environ.get("TESTS_REQUIRE_ALL") == "1"


Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With every real component required, a skip is a failure that says what was missing."""
    return _required((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a file that skips itself."""
    return _required((yield))


def _required(report: Report) -> Report:
    if IS_EVERYTHING_REQUIRED and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"skipped although everything is required: {report.longrepr}"
    return report
