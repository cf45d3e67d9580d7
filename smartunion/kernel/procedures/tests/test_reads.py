"""What waits for whom, who may see what, what is late: in words and in a bounded number of asks."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from smartunion.kernel.base.days import campus_day
from smartunion.kernel.notices.models import Notice
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import Mandate, mandate_of
from smartunion.kernel.procedures import ballots, engine, reads
from smartunion.kernel.procedures.engine import Given
from smartunion.kernel.timers.ticker import fire_due
from tests.cast import MARCH_5, appoint, person, unit

from .grant import DAY, GRANT, check, give, run_of, start


def parts(who: Person, at=MARCH_5) -> list[tuple[str, str, bool]]:
    return [(one.step.code, one.part, one.mine) for one in reads.waiting_for(who, at)]


def sees(case, who: Person, at=MARCH_5) -> bool:
    return reads.may_see(case, who, mandate_of(who, on=campus_day(at)), at)


@pytest.mark.clause("R033")
def test_a_has_it_b_knows_of_it_and_has_it_once_it_is_taken_over(lin, grant) -> None:
    start(lin)
    assert parts(grant["chen"]) == [("check", "A", True)]
    assert parts(grant["wang"]) == [("check", "B", False)]
    assert parts(lin) == parts(grant["mo"]) == []
    later = MARCH_5 + 3 * DAY
    fire_due(at=later)
    assert parts(grant["wang"], later) == [("check", "B接手", True)]
    assert parts(grant["chen"], later) == [("check", "A", False)], "only to be known"


def test_who_signs_who_votes_and_what_is_signed_or_voted_waits_no_longer(lin, grant) -> None:
    case = start(lin)
    check(case, grant["chen"])
    fire_due(at=MARCH_5)
    assert parts(grant["mo"]) == [("visit", "A", True)]
    assert parts(grant["tan"]) == [("visit", "会签", True)]
    for who in ("tan", "mo"):
        engine.pass_step(
            run_id=run_of(case, "visit").pk, outputs={"photo": Given(text="x")}, by=grant[who],
            at=MARCH_5,
        )  # fmt: skip
        assert parts(grant[who]) == []
    assert parts(grant["m1"]) == [("decide", "票决", True)]
    ballots.cast(run_id=run_of(case, "decide").pk, choice="yes", by=grant["m1"], at=MARCH_5)
    assert parts(grant["m1"]) == []


def test_an_application_sent_back_waits_for_its_applicant(lin, grant) -> None:
    case = start(lin)
    check(case, grant["chen"], complete=False)
    assert parts(lin) == [("apply", "申请人", True)]


def test_what_is_due_first_comes_first_and_what_is_late_says_so(lin, grant) -> None:
    later, sooner = start(lin, at=MARCH_5 + 2 * DAY), start(lin)
    found = reads.waiting_for(grant["chen"], sooner.runs.get(step="check").due_at)
    assert [one.case for one in found] == [sooner, later]
    assert [one.late for one in found] == [True, False]


def test_the_bulk_view_knows_late_ones_todays_and_each_units(lin, grant, chen) -> None:
    late, today = start(lin), start(lin, at=MARCH_5 + 2 * DAY)
    other = start(person("xu", "徐老师", unit("B08", "法学院工会分会")), at=MARCH_5 + 4 * DAY)
    due = run_of(late, "check").due_at
    at = due + timedelta(hours=2)
    assert [one.case for one in reads.overdue(at)] == [late]
    assert [one.case for one in reads.due_today(at)] == [today]
    assert [(name, len(rows)) for name, rows in reads.by_unit(at)] == [
        ("外国语学院工会分会", 2),
        ("法学院工会分会", 1),
    ]
    assert {one.case for one in reads.all_open(at)} == {late, today, other}


def test_a_step_that_nobody_can_do_waits_to_be_assigned_and_somebody_is_told(grant) -> None:
    """A and B both applied for themselves: nobody is left for the one who is both."""
    assigner = person("zheng", "郑书记", unit("B08", "法学院工会分会"))
    appoint(assigner, "procedures.assign")
    appoint(grant["wang"], "procedures.assign")  # whose own matter it is: not told
    give(grant["wang"], "t_branch")
    case = start(grant["wang"], kin=grant["chen"].pk)
    run = run_of(case, "check")
    assert (run.lead, run.backup) == (None, None)
    assert [one.case for one in reads.unassigned(MARCH_5)] == [case]
    assert reads.unassigned(MARCH_5)[0].part == "待指定"
    told = Notice.objects.get(title__contains="无人可办")
    assert (told.person, told.link) == (assigner, f"/cases/steps/{run.pk}/assignment/")


@pytest.mark.clause("R033")
def test_participants_holders_and_auditors_see_a_case_and_nobody_else(lin, grant, mo) -> None:
    case = start(lin)
    stranger = person("xu", "徐老师", unit("B08", "法学院工会分会"))
    auditor = person("sun", "孙审计", unit("B08", "法学院工会分会"))
    appoint(auditor, "cases.all")
    assert all(sees(case, who) for who in (lin, *grant.values(), auditor))
    assert not sees(case, stranger)
    stranger_post = give(stranger, "t_backup")
    assert sees(case, stranger), "a holder of one of its offices"
    stranger_post.until = campus_day(MARCH_5)
    stranger_post.save()
    assert not sees(case, stranger), "not after the term"


def test_a_branchs_office_sees_its_own_branch_only(lin, grant) -> None:
    case = start(lin)
    here = give(person("xu", "徐老师", unit("B08", "法学院工会分会")), "t_branch")
    assert sees(case, here.person)
    here.office.kind = "branch"
    here.office.save()
    assert not sees(case, here.person)
    assert sees(case, grant["chen"]), "the branch's own"


def test_a_confidential_case_is_seen_by_those_who_take_part_alone(lin, grant) -> None:
    sheet = replace(GRANT, version="secret", confidential=True)
    case = engine.open_case(
        sheet=sheet, title="x", facts={}, applicant=lin, unit=lin.unit, by=lin, at=MARCH_5
    )
    engine.pass_step(
        run_id=run_of(case, "apply").pk, outputs={"form": Given(text="x")}, by=lin, at=MARCH_5
    )
    appoint(grant["zhu"], "cases.all")
    assert [name for name, who in grant.items() if sees(case, who)] == ["chen", "wang"]
    assert reads.may_open_file(grant["chen"], Mandate({}), case.pk)
    assert not reads.may_open_file(grant["zhu"], mandate_of(grant["zhu"], on=campus_day(MARCH_5)),
                                   case.pk)  # fmt: skip


def test_the_timeline_tells_every_turn_in_words(lin, grant) -> None:
    case = start(lin)
    check(case, grant["chen"])
    assert [one.words for one in reads.timeline(case)] == ["立件", "办完一步", "办完一步"]


def test_thirty_cases_are_asked_for_in_as_many_queries_as_one(lin, grant) -> None:
    def asked(what, *given: object) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            what(*given)
        return len(queries)

    start(lin)
    one = [asked(reads.waiting_for, grant["chen"], MARCH_5), asked(reads.all_open, MARCH_5)]
    for _ in range(9):
        check(start(lin), grant["chen"])
        start(lin)
    many = [asked(reads.waiting_for, grant["chen"], MARCH_5), asked(reads.all_open, MARCH_5)]
    assert many == one
    assert one[0] <= 6
    assert one[1] == 1
