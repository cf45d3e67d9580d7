"""The played year's democracy by itself: four audits, three proposals, one survey, no row wrong."""

from datetime import datetime
from typing import Any

import pytest

from smartunion.domains.inspection.models import Check, Problem, Round
from smartunion.domains.inspection.reads import audits, totals
from smartunion.domains.planning import public as planning
from smartunion.domains.proposals.models import Proposal, Suggestion
from smartunion.domains.surveys.models import Answer, Invited, Survey
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.trail.models import Entry
from smartunion.site.org import founding
from smartunion.site.play.campus import gather
from smartunion.site.play.democracy import Democracy

FIRST = datetime(2025, 1, 2, 8, 30, tzinfo=CAMPUS)
UNTIL = datetime(2025, 12, 19, 10, 42, tzinfo=CAMPUS)


@pytest.mark.clause("R164")
@pytest.mark.clause("T15")
def test_a_year_of_democracy_is_lived_by_the_real_actions(db: None) -> None:
    """Every branch is drawn within the year; living it again changes nothing."""
    founding.found(year=2025, people=300, seed=7, at=FIRST)
    planning.import_year(year=2025, by=None, at=FIRST, because="test")

    def live() -> tuple[int, ...]:
        diary: list[tuple[datetime, int, Any]] = []
        campus = gather(seed=7, year=2025, tills={})
        Democracy(campus, lambda at, do: diary.append((at, len(diary), do)), UNTIL).plan()
        for at, _, do in sorted(diary, key=lambda one: one[:2]):
            if at <= UNTIL:
                do(at)
        tables = (Round, Check, Problem, Proposal, Suggestion, Survey, Answer, Entry)
        return tuple(one.objects.count() for one in tables)

    first = live()
    facts = totals.rounds(UNTIL.date().replace(month=1, day=1), UNTIL.date())
    assert [one.branches for one in facts] == [11, 11, 11, 11]
    assert all(one.published_on for one in facts)
    drawn = {code for it in Round.objects.all() for code in it.drawn}
    assert len(drawn) == 23, "22 branches and the union's own"
    assert [one.problem_fen for one in Problem.objects.order_by("pk")] == [120_00, 36_00]
    assert all(one.case.closed_at for one in Problem.objects.all())
    assert [one.rating for one in Proposal.objects.order_by("pk")] == [5, 4, None]
    assert Answer.objects.count() > 5
    assert not Invited.objects.exists()
    assert audits.not_as_drawn(20) == []
    assert [row for one in audits.AUDITS for row in one.offenders()] == []
    assert live() == first
