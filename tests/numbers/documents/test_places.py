"""Where in a file a number or a route stands."""

from voicegate.numbers.documents.places import faults_at

FILE = b"""\
apiVersion: voicegate/v1
kind: Numbers
default_route: agent/a
defaults: {fallback: agent/a}
numbers:
  - number: +12125550142
    name: agent/a
    route: [{to: agent/a, weight: 1}, {to: agent/b, weight: 1}]
    schedule: [{at: "2026-12-24T12:00", tz: UTC, route: "agent/a"}]
"""


def test_every_place_is_told_and_a_name_is_no_route() -> None:
    found = faults_at(FILE, {"agent/a": ("gone", "mend it"), "+12125550142": ("lost", "find it")})
    assert [str(fault) for fault in found] == [
        "3:16 gone: mend it",
        "4:22 gone: mend it",
        "6:13 lost: find it",
        "8:18 gone: mend it",
        "9:57 gone: mend it",
    ]
    assert faults_at(FILE, {}) == ()
