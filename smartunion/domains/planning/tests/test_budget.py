"""1060 = 1060, kept by the rule that answers and by the database that insists."""

import threading
from datetime import date
from fractions import Fraction

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Case, When
from hypothesis import given
from hypothesis import strategies as st

from smartunion.domains.planning import public
from smartunion.domains.planning.actions import budget
from smartunion.domains.planning.actions.content import import_plan
from smartunion.domains.planning.models import IncomeLine, Placeholder, PlanVersion, SpendingLine
from smartunion.domains.planning.reads import files
from smartunion.domains.planning.reads.amendments import require_no_placeholders
from smartunion.domains.planning.reads.execution import lines_under
from smartunion.domains.planning.reads.tables import content_of
from smartunion.domains.planning.rules import forecast, sums
from smartunion.domains.planning.rules.refusals import (
    FundingDiffers,
    LineOverdrawn,
    PlaceholdersRemain,
    ReasonMissing,
    SumsDiffer,
)
from smartunion.kernel.ledger import actions as ledger
from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.models import Entry
from tests.cast import MARCH_5

WAN = 10000_00
DECEMBER_19 = date(2025, 12, 19)
WHY = {"by": None, "at": MARCH_5, "because": "常委会3月5日会议纪要"}


@pytest.fixture
def plan_2025(db: None) -> None:
    import_plan(raw=files.of_year(2025), adopted=True, **WHY)


def revise(**changes: object) -> None:
    """Revise lines of 2025; amounts in fen."""
    budget.revise(year=2025, **{"income": {}, "spending": {}, "funding": {}, **changes}, **WHY)


@pytest.mark.clause("R208")
@pytest.mark.clause("T01")
def test_a_save_that_breaks_the_sum_is_refused_with_both_sums(plan_2025: None) -> None:
    with pytest.raises(SumsDiffer) as no:
        revise(spending={"3.1": 490 * WAN})
    assert "收入合计 10,600,000.00 元，支出合计 10,700,000.00 元" in str(no.value)
    assert SpendingLine.objects.get(code="3.1").amount_fen == 480 * WAN
    assert PlanVersion.objects.count() == 1


@pytest.mark.clause("R208")
def test_moving_money_between_projects_is_an_amendment_with_a_new_version(plan_2025: None) -> None:
    revise(
        spending={"3.1": 470 * WAN, "3.2": 270 * WAN},
        funding={("3.1", "school"): 390 * WAN, ("3.2", "school"): 230 * WAN},
    )
    assert SpendingLine.objects.get(code="3.2").amount_fen == 270 * WAN
    assert list(PlanVersion.objects.order_by("number").values_list("number", "because")) == [
        (1, WHY["because"]),
        (2, WHY["because"]),
    ]
    entry = Entry.objects.get(what="planning.budget_revised")
    assert entry.facts["3.2"] == "2,700,000.00"


@pytest.mark.clause("R210")
def test_an_amendment_says_why(plan_2025: None) -> None:
    with pytest.raises(ReasonMissing):
        budget.revise(
            year=2025, income={}, spending={}, funding={}, by=None, at=MARCH_5, because=""
        )


@pytest.mark.clause("R208")
def test_the_matrix_of_sources_sums_both_ways(plan_2025: None) -> None:
    with pytest.raises(FundingDiffers):
        revise(funding={("3.1", "school"): 399 * WAN})


@pytest.mark.clause("R185")
@pytest.mark.clause("R186")
@pytest.mark.clause("R187")
@pytest.mark.clause("R188")
@pytest.mark.clause("T14")
def test_the_festival_has_40_wan_of_union_money_in_its_projects_120(plan_2025: None) -> None:
    lines = {one.code: one for one in public.budget_lines(2025)}
    festival = [one for code, one in lines.items() if code.startswith("3.5/festival.")]
    assert sorted(one.amount_fen for one in festival) == [5 * WAN, 10 * WAN, 25 * WAN]
    assert {one.fund_source for one in festival} == {"dues"}
    with pytest.raises(LineOverdrawn):
        revise(spending={"3.5/festival.stage": 106 * WAN})
    revise(spending={"3.5/festival.stage": 105 * WAN})


@pytest.mark.clause("T06")
@pytest.mark.django_db(transaction=True)
def test_a_detail_line_without_a_fund_source_cannot_be_kept() -> None:
    import_plan(raw=files.of_year(2025), **WHY)
    with pytest.raises(IntegrityError, match="detail_line_has_a_fund_source"):
        SpendingLine.objects.filter(code="3.1/mall.allotment").update(fund_source=None)


@pytest.mark.clause("R208")
@pytest.mark.django_db(transaction=True)
def test_the_database_itself_refuses_sums_that_differ() -> None:
    import_plan(raw=files.of_year(2025), **WHY)  # a draft: no version guards it
    with pytest.raises(IntegrityError, match=r"planning\.sums_differ"):
        SpendingLine.objects.filter(code="3.1").update(amount_fen=490 * WAN)
    shift = Case(When(code="3.1", then=490 * WAN), When(code="3.2", then=250 * WAN))
    with pytest.raises(IntegrityError, match=r"planning\.funding_differs"):
        SpendingLine.objects.filter(code__in=["3.1", "3.2"]).update(amount_fen=shift)
    with pytest.raises(IntegrityError, match=r"planning\.line_overdrawn"):
        SpendingLine.objects.filter(code="3.5/festival.stage").update(amount_fen=106 * WAN)
    assert sums.broken(content_of(SpendingLine.objects.first().plan)) == []


@pytest.mark.clause("R210")
@pytest.mark.django_db(transaction=True)
def test_an_adopted_plan_is_not_changed_behind_the_back_of_its_amendments() -> None:
    import_plan(raw=files.of_year(2025), adopted=True, **WHY)
    with pytest.raises(IntegrityError, match=r"planning\.frozen"):
        IncomeLine.objects.filter(code="dues").update(title="会员费")
    with pytest.raises(IntegrityError, match=r"planning\.frozen"):
        PlanVersion.objects.update(because="")


@pytest.mark.clause("R208")
@pytest.mark.django_db(transaction=True)
def test_two_officers_who_save_different_lines_at_once_cannot_break_the_sum() -> None:
    """Each is right alone; together the details would exceed the project. One is told so."""
    import_plan(raw=files.of_year(2025), **WHY)
    start, outcomes = threading.Barrier(2), []

    def save(code: str) -> None:
        try:
            with transaction.atomic():
                SpendingLine.objects.filter(code=code).update(amount_fen=70 * WAN)
                start.wait(timeout=10)
            outcomes.append("saved")
        except IntegrityError as no:
            outcomes.append("refused" if "line_overdrawn" in str(no) else str(no))
        finally:
            connection.close()

    officers = [
        threading.Thread(target=save, args=(code,))
        for code in ("3.5/festival.stage", "3.5/festival.prizes")
    ]
    for officer in officers:
        officer.start()
    for officer in officers:
        officer.join()
    assert sorted(outcomes) == ["refused", "saved"]


@pytest.mark.clause("R208")
@pytest.mark.django_db(transaction=True)
def test_twenty_revisions_at_once_end_in_a_plan_that_adds_up() -> None:
    plan = import_plan(raw=files.of_year(2025), adopted=True, **WHY)
    outcomes: list[str] = []

    def shift(turn: int) -> None:
        """Move one wan from 3.1 to 3.2 as this officer last saw it: later ones saw an old plan."""
        try:
            revise(
                spending={"3.1": (480 - turn) * WAN, "3.2": (260 + turn) * WAN},
                funding={
                    ("3.1", "school"): (400 - turn) * WAN,
                    ("3.2", "school"): (220 + turn) * WAN,
                },
            )
            outcomes.append("saved")
        except (SumsDiffer, FundingDiffers) as no:
            outcomes.append(no.code)
        finally:
            connection.close()

    officers = [threading.Thread(target=shift, args=(turn,)) for turn in range(1, 21)]
    for officer in officers:
        officer.start()
    for officer in officers:
        officer.join()
    assert outcomes.count("saved") == 20
    assert sums.broken(content_of(plan)) == []
    assert PlanVersion.objects.count() == 21


@pytest.mark.clause("T73")
@pytest.mark.clause("T71")
@pytest.mark.django_db
def test_going_live_is_refused_while_blanks_remain(plan_2025: None) -> None:
    with pytest.raises(PlaceholdersRemain, match="400xxxxxxx") as no:
        require_no_placeholders(year=2025)
    assert "粤B·xxxxx" in str(no.value)
    assert "③现场" in str(no.value)
    for code in Placeholder.objects.values_list("code", flat=True):
        budget.fill(year=2025, code=code, value="已核对", **WHY)
    require_no_placeholders(year=2025)


# --- forecast ---------------------------------------------------------------------------------

TERMS = forecast.SubsidyTerms(
    cap_fen=240_00,
    rate=Fraction(6, 5),
    allotment_fen=200_00,
    mode=forecast.ON_TOP,
    launch_on=date(2025, 3, 1),
    closes_on=date(2025, 12, 31),
    active_share=Fraction(1),
)


@pytest.mark.clause("T05")
def test_two_thousand_members_at_full_use_eat_the_whole_project() -> None:
    ahead = forecast.of_subsidy(spent_fen=0, members=2000, on=date(2025, 1, 31), terms=TERMS)
    assert ahead.on_top_fen == 480 * WAN
    assert forecast.most_members(480 * WAN, months=10, terms=TERMS) == 2000
    assert forecast.most_members(480 * WAN, months=12, terms=TERMS) == 1666
    assert forecast.most_members(444 * WAN, months=10, terms=TERMS) == 1850


@pytest.mark.clause("T04")
def test_the_other_reading_costs_a_sixth() -> None:
    assert forecast.month_fen(TERMS, mode=forecast.ON_TOP) == 240_00
    assert forecast.month_fen(TERMS, mode=forecast.INCLUSIVE) == 40_00
    ahead = forecast.of_subsidy(spent_fen=60_00, members=0, on=date(2025, 6, 5), terms=TERMS)
    assert (ahead.on_top_fen, ahead.inclusive_fen) == (60_00, 10_00)


@pytest.mark.clause("T05")
@pytest.mark.parametrize(
    ("used", "reached"),
    [(0, 0), (79_99, 0), (80_00, 80), (89_99, 80), (90_00, 90), (100_00, 100), (150_00, 100)],
)
def test_the_alarm_rings_at_80_90_and_100_percent(used: int, reached: int) -> None:
    assert forecast.alarm(used, 100_00, [80, 90, 100]) == reached


@pytest.mark.clause("R153")
def test_a_project_without_money_is_over_budget_at_the_first_fen() -> None:
    assert forecast.alarm(0, 0, [80, 90, 100]) == 0
    assert forecast.alarm(1, 0, [80, 90, 100]) == 100


@given(st.dates(date(2025, 1, 1), date(2025, 12, 30)), st.integers(0, 5000))
def test_the_forecast_never_falls_below_what_was_spent_and_shrinks_with_the_year(
    on: date, members: int
) -> None:
    now = forecast.of_subsidy(spent_fen=100_00, members=members, on=on, terms=TERMS)
    later = forecast.of_subsidy(
        spent_fen=100_00, members=members, on=on.replace(month=12, day=31), terms=TERMS
    )
    assert now.on_top_fen >= later.on_top_fen == 100_00
    assert now.inclusive_fen <= now.on_top_fen


@pytest.mark.clause("R039")
@pytest.mark.clause("R083")
@pytest.mark.clause("R134")
@pytest.mark.clause("R172")
@pytest.mark.clause("R189")
@pytest.mark.clause("R153")
def test_execution_counts_a_projects_own_money_and_what_is_known(
    plan_2025: None, lin: Person
) -> None:
    """The allotment comes from an outside source and is not the project's money (T06)."""
    for debit, fen, code in (
        ("expense.subsidy", 240_00, "3.1/mall.subsidy"),
        ("expense.allotment", 200_00, "3.1/mall.allotment"),
        ("expense.business", 60_00, "3.1/gifts"),
        ("expense.activity", 30 * WAN, "3.5/festival.stage"),
    ):
        ledger.post(
            debit=debit,
            credit="bank.deposits",
            amount_fen=fen,
            document=code,
            budget_code=f"2025/{code}",
            fund_source="school",
            at=MARCH_5,
        )
    ledger.encumber(
        document="测试合同",
        budget_code="2025/3.5/festival.prizes",
        fund_source="dues",
        amount_fen=4 * WAN,
        by=None,
        at=MARCH_5,
    )
    facts = {one.project: one for one in public.execution(2025, on=date(2025, 12, 31))}
    assert [facts[f"3.{n}"].budget_fen for n in range(1, 7)] == [
        wan * WAN for wan in (480, 260, 150, 0, 120, 50)
    ]
    assert facts["3.1"].spent_fen == 300_00
    own, *_ = lines_under(2025, "3.1", on=date(2025, 12, 31))
    assert own.spent_fen == 300_00
    assert facts["3.1"].forecast_on_top_fen == 300_00 + 36 * WAN
    assert facts["3.1"].forecast_inclusive_fen == 100_00 + 36 * WAN
    assert (facts["3.5"].spent_fen, facts["3.5"].encumbered_fen) == (30 * WAN, 4 * WAN)
    assert facts["3.5"].forecast_on_top_fen == (30 + 10 + 5) * WAN
    assert (facts["3.4"].alarm, facts["3.4"].note) == (0, "零经费，制度先行")
