"""善后: the family within 24 hours, the deposit out and back within ten days, the debrief in 72."""

from datetime import timedelta

import pytest

from smartunion.domains.crisis.actions import sealing
from smartunion.domains.crisis.models import Advance, Escort
from smartunion.domains.crisis.procedure import DEBRIEF, ESCORT
from smartunion.domains.crisis.reads.figures import fund_on, terms_on
from smartunion.domains.crisis.rules import money, refusals
from smartunion.domains.crisis.rules.matrix import Field, Role
from smartunion.domains.crisis.rules.money import Fund
from smartunion.kernel.ledger.reads import balance_fen, encumbered_fen, rows_of, spent_fen
from smartunion.kernel.notices.models import Notice
from smartunion.kernel.procedures import engine
from smartunion.kernel.procedures import refusals as steps

from .conftest import MARCH_5, Campus

AID = "2025/3.1/aid"


def test_the_sheets_promise_what_the_plan_year_says(campus: Campus) -> None:
    terms = terms_on(campus.at)
    for sheet, step, term in (
        (ESCORT, "escort", "escort_hours"),
        (ESCORT, "settle", "settle_days"),
        (DEBRIEF, "debrief", "debrief_hours"),
    ):
        within = sheet.step(step).within
        assert within is not None
        assert within.amount == terms.count(term)
    remind = ESCORT.step("settle").escalations[0].at_percent
    assert remind * terms.count("settle_days") == 100 * terms.count("remind_days")
    assert terms.count("deposit_fen") == 5_000_00


@pytest.mark.clause("R125")
def test_the_welfare_department_meets_the_family_within_a_day_of_the_alarm(campus: Campus) -> None:
    case = campus.referred()
    run = campus.sheet(case, "escort")
    assert run.lead == campus["tang"]
    assert run.due_at == MARCH_5 + timedelta(hours=24)
    campus.later(hours=3)
    campus.escort(case)
    assert Escort.objects.get().met_at - MARCH_5 < timedelta(hours=24)
    told = Notice.objects.filter(person=campus["tang"])
    assert told.exists()
    assert not any("林" in n.title + n.text for n in told)


@pytest.mark.clause("R126")
@pytest.mark.clause("R127")
@pytest.mark.clause("T18")
def test_five_thousand_yuan_go_out_of_the_love_fund_and_come_back(campus: Campus) -> None:
    """A receivable, set aside on the fund's line; 3,200 come back, 1,800 are charged."""
    case = campus.referred()
    campus.later(hours=2)
    campus.escort(case)
    bank, spent = balance_fen("bank.deposits"), spent_fen(AID)
    campus.advance(case)
    (row,) = [r for r in rows_of("receivable.advance") if r.document.startswith("crisis.")]
    assert (row.amount_fen, row.fund_source) == (5_000_00, "love_fund")
    assert balance_fen("receivable.advance") == 5_000_00
    assert balance_fen("bank.deposits") == bank - 5_000_00
    assert (encumbered_fen(AID), spent_fen(AID)) == (5_000_00, spent)
    run = campus.sheet(case, "escort")
    assert run.due_at is not None
    assert (run.due_at - campus.at).days in (10, 9)
    campus.later(days=2)
    campus.settle(case, "recovered", 3_200_00, "TF0001")
    with pytest.raises(refusals.MoreThanAdvanced, match="1,800"):
        campus.settle(case, "recovered", 1_800_01, "TF0002")
    campus.settle(case, "reimbursed", 1_800_00, "BX0001")
    assert balance_fen("receivable.advance") == 0
    assert (encumbered_fen(AID), spent_fen(AID)) == (0, spent + 1_800_00)
    case = campus.fresh(case)
    assert case.escort_case.closed_at == campus.at
    assert Advance.objects.get().settled_at == campus.at


@pytest.mark.clause("R127")
def test_an_advance_that_is_out_is_reminded_on_the_seventh_and_tenth_day(campus: Campus) -> None:
    case = campus.referred()
    campus.escort(case)
    campus.advance(case)
    run = campus.sheet(case, "escort")
    who = campus.does(run)
    before = Notice.objects.filter(person=who).count()
    campus.later(days=7, hours=14)
    assert Notice.objects.filter(person=who).count() > before
    with pytest.raises(steps.OutputMissing):
        engine.pass_step(run_id=run.pk, by=who, at=campus.at)


@pytest.mark.clause("T18")
def test_an_advance_without_a_fund_or_beyond_it_is_refused_with_the_figures() -> None:
    fund = Fund("爱心基金利息", 300_000_00, 290_000_00, 6_000_00)
    no = money.may_advance(5_000_00, 5_000_00, fund, source="love_fund")
    assert isinstance(no, refusals.FundShort)
    assert all(figure in str(no) for figure in ("300,000", "290,000", "6,000", "4,000", "5,000"))
    assert isinstance(money.may_advance(1, 1, None, source="love_fund"), refusals.Unfunded)
    whole = Fund("爱心基金利息", 300_000_00, 0, 0)
    assert isinstance(
        money.may_advance(5_000_01, 5_000_00, whole, source="x"), refusals.AdvanceOutside
    )
    assert money.may_advance(5_000_00, 5_000_00, whole, source="x") is None


@pytest.mark.clause("R126")
def test_one_deposit_for_a_case_and_none_that_the_fund_cannot_bear(campus: Campus) -> None:
    from smartunion.kernel.ledger import actions as ledger

    case = campus.referred()
    campus.escort(case)
    ledger.encumber(
        document="aid.application:1", budget_code=AID, fund_source="love_fund",
        amount_fen=297_000_00, by=None, at=campus.at,
    )  # fmt: skip
    with pytest.raises(refusals.FundShort, match="3,000"):
        campus.advance(case)
    ledger.release(document="aid.application:1", by=None, at=campus.at)
    run = campus.sheet(case, "escort")
    campus.advance(case)
    found = fund_on(terms_on(campus.at), at=campus.at)
    assert found is not None
    assert (found.out_fen, found.used_fen, found.left_fen) == (5_000_00, 0, 295_000_00)
    from smartunion.domains.crisis.actions import aftercare

    with pytest.raises(refusals.AdvancedAlready):
        aftercare.advance(run_id=run.pk, receipt="HD0002", by=campus["clerk"], at=campus.at)


def test_a_family_that_needs_no_money_ends_the_sheet_at_the_escort(campus: Campus) -> None:
    case = campus.referred()
    campus.escort(case, asks_fen=0)
    assert campus.fresh(case).escort_case.closed_at == campus.at


@pytest.mark.clause("R128")
@pytest.mark.clause("R129")
def test_the_college_looks_back_within_72_hours_and_the_report_is_sealed(campus: Campus) -> None:
    case = campus.soothed()
    run = campus.sheet(case, "debrief")
    assert run.lead == campus["liaison"]
    assert run.due_at == MARCH_5 + timedelta(hours=72)
    campus.later(hours=50)
    campus.debrief(case)
    campus.later(minutes=1)
    case = campus.fresh(case)
    assert case.state == "closed"
    read = {"case": case, "fields": [Field.REPORT], "purpose": "整理案例", "at": campus.at}
    with pytest.raises(refusals.NotForYou):
        sealing.open_fields(**read, roles=[Role.COLLEGE], by=campus["liaison"])
    told = sealing.open_fields(**read, roles=[Role.CENTRE], by=campus["psy"])
    assert "首呼" in told["干预报告"]
    clear = str(case.debrief_case.facts) + str(case.debrief_case.title)
    assert "首呼" not in clear


def test_the_person_concerned_never_handles_the_sheets_of_their_own_case(campus: Campus) -> None:
    """The welfare officer is the one in danger: their own escort goes to the B part."""
    case = campus.referred(campus.alarm(subject=campus["tang"]))
    run = campus.sheet(case, "escort")
    assert run.lead != campus["tang"]


def test_a_case_is_closed_only_when_every_sheet_is(campus: Campus) -> None:
    case = campus.referred()
    campus.escort(case, asks_fen=0)
    campus.later(minutes=1)
    campus.debrief(case)
    campus.later(minutes=1)
    assert campus.fresh(case).state == "caring", "the person is not told yet"
    campus.tell(case)
    campus.later(minutes=1)
    case = campus.fresh(case)
    assert (case.state, case.closed_at) == ("closed", campus.at - timedelta(minutes=1))
