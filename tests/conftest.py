"""For all tests: one BLAS thread, set before anything imports numpy; skips count under CI."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("MKL_NUM_THREADS", "1")

import pytest

STRICT = os.environ.get("VOICEGATE_TESTS_REQUIRE_ALL") == "1"


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):  # pyright: ignore[reportUnknownParameterType, reportMissingTypeArgument]
    """With every real component required, a skip is a failure that says what was missing."""
    del item, call
    outcome = yield
    report = outcome.get_result()  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    if STRICT and report.skipped:  # pyright: ignore[reportUnknownMemberType]
        report.outcome = "failed"
        report.longrepr = f"skipped although everything is required: {report.longrepr}"  # pyright: ignore[reportUnknownMemberType]
