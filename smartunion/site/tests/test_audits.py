"""What `check` prints: each statement can be named."""

from collections import Counter
from datetime import date, datetime

from smartunion.domains.planning.models import PlanYear
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.trail.record import record
from smartunion.site.audits import all_of_them


def test_no_two_audits_share_a_letter_and_number(db: None) -> None:
    names = Counter(audit.id for audit in all_of_them(at=datetime(2025, 6, 2, tzinfo=CAMPUS)))
    assert [name for name, times in names.items() if times > 1] == []


def test_a_journal_that_goes_past_the_plan_s_year_is_judged_by_its_last_day(db: None) -> None:
    """New Year's Eve's terms go on for audits until the new year has a plan."""
    from smartunion.domains.planning import public as planning

    june, january = (datetime(*day, tzinfo=CAMPUS) for day in ((2025, 6, 2), (2026, 1, 7)))
    assert planning.judged_day(on=june.date()) is None
    planning.import_year(year=2025, by=None, at=june, because="test")
    record("planning.seen", PlanYear.objects.get(), by=None, at=january)
    assert planning.judged_day(on=january.date()) == date(2025, 12, 31)
    assert planning.judged_day(on=date(2024, 5, 1)) == date(2025, 1, 1)
    there = {audit.id for audit in all_of_them(at=january)}
    assert {"L3", "A8"} <= there
