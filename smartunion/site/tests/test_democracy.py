"""The played year's democracy by itself: audits, proposals, a survey, a college's congress."""

from datetime import datetime
from typing import Any

import pytest

from smartunion.domains.congress.models import Ballot, Election, Rectification
from smartunion.domains.congress.reads import votes
from smartunion.domains.congress.tests.test_boxes import verifier
from smartunion.domains.disputes.models import LabourDispute
from smartunion.domains.inspection.models import Check, Problem, Round
from smartunion.domains.inspection.reads import audits, totals
from smartunion.domains.performance.reads.catalog import MEASURES
from smartunion.domains.performance.rules.periods import period_of
from smartunion.domains.planning import public as planning
from smartunion.domains.proposals.models import Proposal, Rating, Suggestion
from smartunion.domains.surveys.models import Answer, Invited, Survey
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.procedures.models import Stop
from smartunion.kernel.trail.models import Entry
from smartunion.site.org import founding
from smartunion.site.play.campus import gather
from smartunion.site.play.congress import Assembly
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
        for story in (Democracy, Assembly):
            story(campus, lambda at, do: diary.append((at, len(diary), do)), UNTIL).plan()
        for at, _, do in sorted(diary, key=lambda one: one[:2]):
            if at <= UNTIL:
                do(at)
        tables = (
            Round, Check, Problem, Proposal, Suggestion, Survey, Answer, LabourDispute,
            Ballot, Entry,
        )  # fmt: skip
        return tuple(one.objects.count() for one in tables)

    first = live()
    facts = totals.rounds(UNTIL.date().replace(month=1, day=1), UNTIL.date())
    assert [one.branches for one in facts] == [11, 11, 11, 11]
    assert all(one.published_on for one in facts)
    drawn = {code for it in Round.objects.all() for code in it.drawn}
    assert len(drawn) == 23, "22 branches and the union's own"
    assert [one.problem_fen for one in Problem.objects.order_by("pk")] == [120_00, 36_00]
    assert all(one.case.closed_at for one in Problem.objects.all())
    given = Rating.objects.order_by("proposal", "pk").values_list("rating", flat=True)
    assert sorted(given) == [4, 5, 5, 5, 5, 5], "everybody who signed"
    assert Stop.objects.get().answer.startswith("周一至周四"), "a clock stood still, and went on"
    assert [one.number for one in Round.objects.filter(spoiled_at=None).order_by("pk")] == [
        "AUD-2025-1", "AUD-2025-2-2", "AUD-2025-3", "AUD-2025-4",
    ]  # fmt: skip
    assert Answer.objects.count() > 5
    told = dict(Survey.objects.exclude(closed_at=None).values_list("indicator", "invited"))
    assert sorted(told) == ["K01", "K18", "K49"], "whoever is to be content is asked"
    ends = LabourDispute.objects.order_by("number").values_list("outcome", flat=True)
    assert list(ends) == ["kept", "referred", "referred", ""]
    year, on = period_of("Y", UNTIL.date()), UNTIL.date()
    figure = MEASURES["K03"].tally(year, on).value
    assert figure is not None
    assert round(float(figure), 1) == 33.3, "four cases against six of the year before"
    assert not Invited.objects.exists()
    elected, appraised, motion = Election.objects.order_by("pk")
    assert [each.state for each in (elected, appraised, motion)] == ["signed"] * 3
    assert (motion.opened, (motion.result or {})["elected"]) == ([5, 1], ["c1"])
    assert (elected.result or {})["elected"] == ["c1", "c2"]
    verifier().verify(votes.bundle(elected))
    assert (appraised.result or {})["sum"] == 555, "of seven: 79.2857 is below eighty"
    assert Rectification.objects.get().case.facts["report"]
    assert audits.not_as_drawn(20) == []
    assert [row for one in audits.AUDITS for row in one.offenders()] == []
    assert live() == first
