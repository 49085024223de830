"""Findings in SARIF 2.1.0, which code hosts show beside the lines. OASIS "SARIF Version 2.1.0"."""

from collections.abc import Sequence
from urllib.parse import quote

from ...gateway.terminal.answer import Json
from ..finding import Finding
from ..rules import RULES, WARNINGS
from .examined import Examined

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def log(examined: Sequence[Examined], version: str) -> dict[str, Json]:
    """The log of one run over all files; `version` is that of the product."""
    results = [
        _result(each.file, finding) for each in examined for finding in each.verdict.findings
    ]
    unread = [_unread(each.file, each.failure.line) for each in examined if each.failure]
    driver: Json = {"name": "voicegate flows", "version": version, "rules": _rules()}
    run: Json = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": not unread, "toolExecutionNotifications": unread}],
        "results": results,
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rules() -> list[Json]:
    return [
        {
            "id": rule,
            "shortDescription": {"text": refused},
            "defaultConfiguration": {"level": "warning" if rule in WARNINGS else "error"},
        }
        for rule, refused in RULES.items()
    ]


def _result(file: str, finding: Finding) -> dict[str, Json]:
    return {
        "ruleId": finding.rule,
        "level": "warning" if finding.is_warning else "error",
        "message": {"text": finding.message},
        "locations": [
            {
                "physicalLocation": _artifact(file)
                | {"region": {"startLine": finding.line, "startColumn": finding.column}}
            }
        ],
    }


def _unread(file: str, line: str) -> dict[str, Json]:
    location: Json = {"physicalLocation": _artifact(file)}
    return {"level": "error", "message": {"text": line}, "locations": [location]}


def _artifact(file: str) -> dict[str, Json]:
    return {"artifactLocation": {"uri": quote(file)}}
