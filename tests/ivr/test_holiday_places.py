"""Countries and subdivisions of calendars: codes that are known, and what others may have meant."""

from collections.abc import Callable

import pytest

from voicegate.ivr.check import Verdict

Example = Callable[[str], str]
Judged = Callable[[str], Verdict]


@pytest.mark.parametrize(
    ("holidays", "told"),
    [
        ("country: us", "12:27 V017 calendars.desk.holidays.country: public holidays of 'us' are not known. Did you mean US?"),
        ("country: UK", "12:27 V017 calendars.desk.holidays.country: public holidays of 'UK' are not known. Did you mean GB?"),
        ("country: DEU", "12:27 V017 calendars.desk.holidays.country: public holidays of 'DEU' are not known. Did you mean DE?"),
        ("country: Germny", "12:27 V017 calendars.desk.holidays.country: public holidays of 'Germny' are not known. Did you mean DE?"),
        ("country: XX", "12:27 V017 calendars.desk.holidays.country: public holidays of 'XX' are not known. Write its two letters of ISO 3166, like US"),
        ("country: MON", "12:27 V017 calendars.desk.holidays.country: public holidays of 'MON' are not known. Write its two letters of ISO 3166, like US"),
        ("country: US, subdivision: Californa", "12:44 V017 calendars.desk.holidays.subdivision: US has no subdivision 'Californa'. Did you mean CA?"),
        ("country: DE, subdivision: by", "12:44 V017 calendars.desk.holidays.subdivision: DE has no subdivision 'by'. Did you mean BY?"),
        ("country: DE, subdivision: Baden-Wuerttemberg", "12:44 V017 calendars.desk.holidays.subdivision: DE has no subdivision 'Baden-Wuerttemberg'. Did you mean BW?"),
        ("country: GB, subdivision: XX", "12:44 V017 calendars.desk.holidays.subdivision: GB has no subdivision 'XX'. Known are ENG, NIR, SCT, WLS"),
        ("country: SE, subdivision: AB", "12:44 V017 calendars.desk.holidays.subdivision: SE has no subdivision 'AB'. Remove it: its holidays are the same everywhere"),
    ],
)  # fmt: skip
def test_an_unknown_place_is_told_with_what_was_meant(
    holidays: str, told: str, example: Example, judged: Judged
) -> None:
    """F6: at its line and column, and nothing else is found."""
    text = example("clinic-main").replace("country: US", holidays)
    (finding,) = judged(text).findings
    assert finding.render("a.yaml") == f"a.yaml:{told}"


@pytest.mark.parametrize(
    "holidays",
    ["country: US, subdivision: CA", "country: CA", "country: DE, subdivision: BY", "country: GB, subdivision: SCT"],
)  # fmt: skip
def test_a_known_place_is_not_told(holidays: str, example: Example, judged: Judged) -> None:
    assert judged(example("clinic-main").replace("country: US", holidays)).findings == ()
