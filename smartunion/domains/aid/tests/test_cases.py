"""An application from the first line to the last visit, and everything that may say no."""

from datetime import date, timedelta

import pytest

from smartunion.domains.aid.actions import drafting, handling, paying, sealing, visiting
from smartunion.domains.aid.models import Application, Disbursement
from smartunion.domains.aid.procedure import HARDSHIP
from smartunion.domains.aid.reads import desk, tracker
from smartunion.domains.aid.reads.figures import terms_on
from smartunion.domains.aid.rules import refusals
from smartunion.domains.aid.rules.persons import PARTS, Sealed
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.files.reads import may_open
from smartunion.kernel.files.reads import of as files_of
from smartunion.kernel.ledger.reads import encumbered_fen, left_of, spent_fen
from smartunion.kernel.notices.models import Notice
from smartunion.kernel.people.models import Appointment, Office, Person
from smartunion.kernel.people.reads import holders, mandate_of
from smartunion.kernel.private.reads import accesses
from smartunion.kernel.private.refusals import NothingSealed
from smartunion.kernel.procedures import engine
from smartunion.kernel.procedures import refusals as steps
from smartunion.kernel.procedures.models import Poll, StepRun, Voter
from smartunion.kernel.procedures.windows import posting_of
from smartunion.kernel.publicity import actions as publicity
from smartunion.kernel.publicity.refusals import WindowOver
from smartunion.kernel.trail.models import Entry

from .conftest import ILLNESS, House, paper, photo

AID = "2025/3.1/aid"


def of(house: House, name: str) -> Person:
    return house.people[name]


# ---------- the terms and the sheet agree ----------


@pytest.mark.clause("R228")
def test_the_sheet_promises_what_the_plan_year_says(house: House) -> None:
    terms = terms_on(campus_day(house.at))
    assert HARDSHIP.promise is not None
    assert HARDSHIP.promise.within.amount == terms.pay_days == 15
    publicity_of = HARDSHIP.step("publish").publicity
    assert publicity_of is not None
    assert publicity_of.working_days == terms.publicity_working_days == 3
    assert (terms.least_fen, terms.most_fen) == (5_000_00, 50_000_00)
    assert terms.fund_source == "love_fund"
    assert {band.category for band in terms.table} == {"生活困难", "重大疾病", "突发事故"}


# ---------- applying ----------


@pytest.mark.clause("R224")
@pytest.mark.clause("R229")
def test_lin_is_helped_in_seven_steps_and_has_the_money_within_fifteen_days(house: House) -> None:
    lin = of(house, "lin")
    it = house.to(house.hand_in(lin), "pay")
    assert it.state == "approved"
    assert encumbered_fen(AID) == 20_000_00
    house.pay(it)
    it.refresh_from_db()
    assert (encumbered_fen(AID), spent_fen(AID)) == (0, 20_000_00)
    assert it.disbursement.paid_at < it.promised_at
    run = house.run(it, "revisit")
    handling.revisit(run_id=run.pk, received=True, story="恢复中", by=run.lead, at=house.at)
    it.case.refresh_from_db()
    assert it.case.closed_at == house.at
    done = [s for s in tracker.track(it, at=house.at).stages if s.state == "done"]
    assert len(done) == 7
    told = set(Notice.objects.filter(person=lin).values_list("title", flat=True))
    assert any("20,000" in title for title in told)


def test_what_is_not_complete_is_told_at_once_and_nothing_typed_is_lost(house: House) -> None:
    lin = of(house, "lin")
    made = house.draft(lin, papers=0, asked_fen=None, account="")
    with pytest.raises(refusals.Incomplete) as no:
        drafting.hand_in(application_id=made.pk, by=lin, at=house.at)
    assert "申请金额" in str(no.value)
    assert "收款账号" in str(no.value)
    assert "证明材料" in str(no.value)
    read = sealing.read(
        application_id=made.pk, part=Sealed.CIRCUMSTANCES, purpose="本人填写申请", by=lin,
        at=house.at,
    )  # fmt: skip
    assert read["cause"] == ILLNESS


@pytest.mark.clause("R223")
@pytest.mark.parametrize("fen", [4_999_00, 50_001_00])
def test_four_thousand_nine_hundred_ninety_nine_and_fifty_thousand_and_one(
    house: House, fen: int
) -> None:
    made = house.draft(of(house, "lin"), asked_fen=fen)
    with pytest.raises(refusals.OutsideRange):
        drafting.hand_in(application_id=made.pk, by=of(house, "lin"), at=house.at)
    assert Application.objects.get(pk=made.pk).state == "draft"


def test_one_cause_is_helped_once_whatever_blanks_are_typed(house: House) -> None:
    lin = of(house, "lin")
    first = house.hand_in(lin)
    again = house.draft(lin, cause=" 胃癌 。")
    with pytest.raises(refusals.OncePerCause, match=first.number):
        drafting.hand_in(application_id=again.pk, by=lin, at=house.at)
    other = house.draft(lin, cause="住房漏水", category="生活困难")
    drafting.hand_in(application_id=other.pk, by=lin, at=house.at)


def test_after_a_withdrawal_the_same_cause_may_be_brought_again(house: House) -> None:
    lin = of(house, "lin")
    first = house.hand_in(lin)
    drafting.withdraw(application_id=first.pk, by=lin, at=house.at, because="先走保险")
    assert house.hand_in(lin).state == "open"


def test_withdrawing_on_the_general_page_closes_the_application_too(house: House) -> None:
    lin = of(house, "lin")
    it = house.to(house.hand_in(lin), "publish")
    assert left_of(f"aid:{it.number}") == 20_000_00
    engine.withdraw(case_id=it.case_id, by=lin, at=house.at, because="保险已赔")
    house.later(minutes=1)
    it.refresh_from_db()
    assert it.state == "withdrawn"
    assert left_of(f"aid:{it.number}") == 0


def test_papers_are_kept_under_names_that_tell_nothing(house: House) -> None:
    made = house.draft(of(house, "lin"), papers=2)
    assert [f.name for f in files_of(made)] == ["证明材料-1.pdf", "证明材料-2.pdf"]


# ---------- for somebody else ----------


def test_a_branch_officer_fills_in_for_a_colleague_who_agrees_on_their_own_phone(
    house: House,
) -> None:
    lin, chen = of(house, "lin"), of(house, "chen")
    made = house.draft(lin, by=chen)
    drafting.hand_in(application_id=made.pk, by=chen, at=house.at)
    made.refresh_from_db()
    assert (made.state, made.case_id) == ("consent", None)
    with pytest.raises(refusals.OwnAid):
        drafting.consent(application_id=made.pk, by=chen, at=house.at)
    drafting.consent(application_id=made.pk, by=lin, at=house.at)
    made.refresh_from_db()
    assert made.state == "open"
    run = house.run(made, "accept")
    assert chen not in (run.lead, run.backup), "who filed it neither accepts nor verifies"


def test_without_consent_nothing_is_handed_in_and_a_no_destroys_what_was_typed(
    house: House,
) -> None:
    lin, chen = of(house, "lin"), of(house, "chen")
    made = house.draft(lin, by=chen)
    drafting.hand_in(application_id=made.pk, by=chen, at=house.at)
    drafting.decline(application_id=made.pk, by=lin, at=house.at, because="不需要")
    with pytest.raises(NothingSealed):
        sealing.read(
            application_id=made.pk, part=Sealed.CIRCUMSTANCES, purpose="本人填写申请", by=lin,
            at=house.at,
        )  # fmt: skip


def test_a_colleague_in_hospital_agrees_on_paper(house: House) -> None:
    lin, chen = of(house, "lin"), of(house, "chen")
    made = house.draft(lin, by=chen)
    drafting.consent_on_paper(application_id=made.pk, upload=paper(), by=chen, at=house.at)
    made.refresh_from_db()
    assert made.state == "open"
    assert StepRun.objects.get(case=made.case, step="apply").because.startswith("陈志远代为提交")


def test_no_officer_fills_in_for_another_branch(house: House) -> None:
    with pytest.raises(refusals.NotYourColleague):
        house.draft(of(house, "mo"), by=of(house, "chen"))


# ---------- one's own matter ----------


@pytest.mark.clause("5.2")
def test_an_applicant_who_chairs_the_branch_neither_accepts_nor_verifies(house: House) -> None:
    chen = of(house, "chen")
    it = house.hand_in(chen)
    run = house.run(it, "accept")
    assert run.lead is None
    assert run.backup is not None
    assert run.backup != chen
    assert run.taken_over_at is not None, "B acts from the start"
    with pytest.raises((refusals.OwnAid, steps.OwnMatter)):
        handling.accept(run_id=run.pk, online=True, by=chen, at=house.at)
    house.accept(it)
    assert house.run(it, "verify").backup == run.backup


@pytest.mark.clause("R226")
def test_an_applicant_on_the_standing_committee_is_no_voter_and_six_seats_remain(
    house: House,
) -> None:
    qian = of(house, "qian")
    it = house.to(house.hand_in(qian), "vote")
    poll = Poll.objects.get(run=house.run(it, "vote"))
    assert Voter.objects.get(poll=poll, person=qian).state == "recused"
    assert not poll.voters.filter(state="waiting", person=qian).exists()
    house.vote(it, yes=4)
    assert it.state == "approved", "4 of 6"


@pytest.mark.clause("R226")
@pytest.mark.parametrize(
    ("yes", "abstain", "carried"), [(4, 3, True), (3, 4, False), (3, 0, False)]
)
def test_more_than_half_of_all_seats_must_agree(
    house: House, yes: int, abstain: int, carried: bool
) -> None:
    it = house.to(house.hand_in(of(house, "lin")), "vote")
    house.vote(it, yes=yes, abstain=abstain)
    now = house.run(it).step
    assert now == ("publish" if carried else "reject")
    assert left_of(f"aid:{it.number}") == (20_000_00 if carried else 0)


def test_a_no_is_told_in_writing_to_nobody_but_the_applicant(house: House) -> None:
    lin = of(house, "lin")
    it = house.to(house.hand_in(lin), "vote")
    house.vote(it, yes=0)
    run = house.run(it, "reject")
    handling.reject(
        run_id=run.pk, by=run.lead, at=house.at, because="胃癌自付未达标准，可找经审委复核"
    )
    house.later(minutes=1)
    it.refresh_from_db()
    assert it.state == "refused"
    read = sealing.read(
        application_id=it.pk, part=Sealed.LETTER, purpose="本人看告知书", by=lin, at=house.at
    )
    assert "复核" in read["because"]
    texts = StepRun.objects.get(pk=run.pk).evidence.values_list("text", flat=True)
    assert not any(ILLNESS in text for text in texts)


# ---------- the branch ----------


def test_who_has_an_interest_in_it_does_not_verify(house: House) -> None:
    it = house.to(house.hand_in(of(house, "lin")), "verify")
    run = house.run(it, "verify")
    with pytest.raises(steps.RiskBlocks, match="优亲厚友"):
        handling.verify(
            run_id=run.pk, verified=True, kin=True, opinion="属实", by=run.lead, at=house.at
        )
    assert house.run(it).step == "verify"


def test_papers_are_asked_for_once_and_the_same_case_goes_on(house: House) -> None:
    lin = of(house, "lin")
    it = house.hand_in(lin)
    run = house.run(it, "accept")
    handling.ask_for_papers(run_id=run.pk, by=run.lead, at=house.at, because="补住院发票")
    it.refresh_from_db()
    assert it.state == "returned"
    drafting.add_paper(application_id=it.pk, upload=paper("发票.pdf"), by=lin, at=house.at)
    drafting.hand_in(application_id=it.pk, by=lin, at=house.at)
    it.refresh_from_db()
    assert it.state == "open"
    assert house.run(it).step == "accept"
    house.accept(it)


def test_sending_back_on_the_general_page_lets_the_applicant_change_it_too(house: House) -> None:
    lin = of(house, "lin")
    it = house.hand_in(lin)
    run = house.run(it, "accept")
    engine.send_back(run_id=run.pk, to="apply", by=run.lead, at=house.at, because="补发票")
    house.later(minutes=1)
    it.refresh_from_db()
    assert it.state == "returned"
    drafting.hand_in(application_id=it.pk, by=lin, at=house.at)
    assert house.run(it).step == "accept"


def test_a_payment_sent_back_to_the_visit_is_not_set_aside_twice(house: House) -> None:
    it = house.to(house.hand_in(of(house, "lin")), "pay")
    run = house.run(it, "pay")
    engine.send_back(run_id=run.pk, to="visit", by=run.lead, at=house.at, because="账号不符，重访")
    house.visit(it, amount_fen=16_000_00)
    house.vote(it)
    assert encumbered_fen(AID) == 16_000_00
    assert it.approved_fen == 16_000_00


@pytest.mark.clause("T31")
def test_a_promise_that_the_calendar_cannot_hold_is_flagged_at_acceptance(house: House) -> None:
    house.at = house.at.replace(month=9, day=25)
    it = house.hand_in(of(house, "lin"))
    house.accept(it)
    it.case.refresh_from_db()
    assert it.case.facts["fits"] is False
    flagged = Entry.objects.filter(what="procedures.risk_flagged")
    assert any("15日" in entry.facts["risk"] for entry in flagged)


# ---------- the visit ----------


@pytest.mark.clause("R225")
def test_one_visitor_twice_is_no_visit(house: House) -> None:
    it = house.to(house.hand_in(of(house, "lin")), "visit")
    tang = of(house, "tang")
    with pytest.raises(refusals.SameVisitor):
        house.write(it, companion_id=tang.pk)
    house.write(it)
    run = house.run(it, "visit")
    with pytest.raises(refusals.SameVisitor):
        visiting.sign_visit(run_id=run.pk, by=tang, at=house.at)
    assert house.run(it).step == "visit", "one signature is not enough"
    visiting.sign_visit(run_id=run.pk, by=of(house, "tang2"), at=house.at)
    assert house.run(it).step == "vote"


@pytest.mark.clause("R225")
def test_a_visit_without_two_pictures_did_not_happen(house: House) -> None:
    it = house.to(house.hand_in(of(house, "lin")), "visit")
    with pytest.raises(refusals.PhotosMissing, match="至少要 2 张"):
        house.write(it, photos=[photo()])
    assert not it.visits.exists(), "nothing half done stays"


def test_the_proposed_amount_lies_in_the_table_by_category_and_band(house: House) -> None:
    it = house.to(house.hand_in(of(house, "lin")), "visit")
    with pytest.raises(refusals.OutsideBand):
        house.write(it, band="一档", amount_fen=20_000_00)
    with pytest.raises(refusals.OutsideRange):
        house.write(it, band="三档", amount_fen=50_001_00)


def test_somebody_of_another_department_is_no_visitor(house: House) -> None:
    it = house.to(house.hand_in(of(house, "lin")), "visit")
    with pytest.raises(refusals.NoVisitor):
        house.write(it, companion_id=of(house, "li").pk)


# ---------- publicity ----------


@pytest.mark.clause("R227")
def test_the_public_reads_a_surname_a_unit_a_category_and_a_band_and_nothing_else(
    house: House,
) -> None:
    it = house.to(house.hand_in(of(house, "lin")), "publish")
    posting = posting_of(house.run(it))
    assert posting is not None
    assert [value for _, value in posting.rows] == [
        "林**",
        "外国语学院工会分会",
        "重大疾病",
        "二档",
    ]
    public = f"{posting.title}{posting.body}{posting.rows}"
    assert ILLNESS not in public
    assert "晓梅" not in public
    assert posting.closes_at > it.case.opened_at


def objected(house: House, it: Application):
    run = house.run(it, "publish")
    posting = posting_of(run)
    assert posting is not None
    return publicity.object_to(
        posting_id=posting.pk, name="周某", contact="13900000000", text="家里有两套房", by=None,
        at=posting.closes_at - timedelta(minutes=1),
    ), posting  # fmt: skip


@pytest.mark.clause("R227")
def test_an_objection_at_a_minute_to_midnight_of_the_last_day_counts_and_reopens_the_visit(
    house: House,
) -> None:
    it = house.to(house.hand_in(of(house, "lin")), "publish")
    objection, posting = objected(house, it)
    with pytest.raises(WindowOver):
        publicity.object_to(
            posting_id=posting.pk, name="晚到", contact="139", text="太多", by=None,
            at=posting.closes_at,
        )  # fmt: skip
    house.until(posting.closes_at + timedelta(minutes=1))
    assert house.run(it).step == "publish", "it waits until the objection is decided"
    publicity.uphold(
        objection_id=objection.pk, because="查实名下两套房", by=of(house, "sun"), at=house.at
    )
    house.later(minutes=1)
    it.refresh_from_db()
    assert house.run(it).step == "visit"
    assert it.state == "open"
    assert encumbered_fen(AID) == 0, "what was set aside is free again"


def test_a_second_upheld_objection_ends_in_a_written_no(house: House) -> None:
    it = house.to(house.hand_in(of(house, "lin")), "publish")
    for _ in range(2):
        objection, posting = objected(house, it)
        house.until(posting.closes_at)
        publicity.uphold(
            objection_id=objection.pk, because="属实", by=of(house, "sun"), at=house.at
        )
        house.later(minutes=1)
        if house.run(it).step == "reject":
            break
        house.to(it, "publish")
    run = house.run(it, "reject")
    handling.reject(run_id=run.pk, by=run.lead, at=house.at, because="两次异议成立，可找经审委复核")
    house.later(minutes=1)
    assert encumbered_fen(AID) == 0


# ---------- money ----------


@pytest.mark.clause("R228")
def test_nothing_is_paid_before_the_window_has_run_out(house: House) -> None:
    it = house.to(house.hand_in(of(house, "lin")), "publish")
    run = house.run(it, "publish")
    with pytest.raises((steps.NotYours, steps.WindowOpen, steps.WindowOnly)):
        paying.pay(run_id=run.pk, receipt="X", voucher=paper(), by=of(house, "li"), at=house.at)
    assert not Disbursement.objects.exists(), "the ledger is untouched"
    assert spent_fen(AID) == 0


def test_the_payment_step_does_not_pass_without_a_payment(house: House) -> None:
    """A general form that hands in a voucher but moves no money is stopped by the guard."""
    it = house.to(house.hand_in(of(house, "lin")), "pay")
    run = house.run(it, "pay")
    with pytest.raises((refusals.NotApproved, steps.RiskBlocks)):
        engine.pass_step(
            run_id=run.pk, outputs={"voucher": engine.Given(text="假")}, by=run.lead, at=house.at
        )


def test_a_voucher_is_needed_and_a_payment_happens_once(house: House) -> None:
    it = house.to(house.hand_in(of(house, "lin")), "pay")
    run = house.run(it, "pay")
    house.pay(it)
    with pytest.raises(refusals.PaidAlready, match="20,000"):
        paying.pay(run_id=run.pk, receipt="X2", voucher=paper(), by=run.lead, at=house.at)
    assert spent_fen(AID) == 20_000_00


def test_the_fund_ends_with_its_interest_of_the_year(house: House) -> None:
    from smartunion.kernel.ledger.actions import encumber

    encumber(
        document="crisis", budget_code=AID, fund_source="love_fund", amount_fen=285_000_00,
        by=None, at=house.at,
    )  # fmt: skip
    it = house.to(house.hand_in(of(house, "lin")), "visit")
    with pytest.raises(refusals.FundShort, match="只剩 15,000 元"):
        house.write(it)


def test_money_got_by_a_lie_is_reclaimed_and_the_budget_has_it_again(house: House) -> None:
    it = house.paid(of(house, "lin"))
    with pytest.raises(refusals.OwnAid):
        paying.reclaim(application_id=it.pk, by=of(house, "lin"), at=house.at, because="x")
    paying.reclaim(
        application_id=it.pk, by=of(house, "qian"), at=house.at, because="诊断证明系伪造"
    )
    assert spent_fen(AID) == 0
    with pytest.raises(refusals.MoreThanOwed, match="还应退回 20,000 元"):
        paying.give_back(
            application_id=it.pk, amount_fen=20_000_01, receipt="R", by=of(house, "li"),
            at=house.at,
        )  # fmt: skip
    for part in (5_000_00, 15_000_00):
        owed = paying.give_back(
            application_id=it.pk, amount_fen=part, receipt="R", by=of(house, "li"), at=house.at
        )
    assert owed.returned_at == house.at


# ---------- what is sealed ----------


def read(house: House, it: Application, who: Person, part: Sealed, purpose: str = "办理本步"):
    return sealing.read(application_id=it.pk, part=part, purpose=purpose, by=who, at=house.at)


def test_the_matrix_of_who_reads_what_at_which_step_and_every_reading_is_in_the_log(
    house: House,
) -> None:
    lin = of(house, "lin")
    it = house.hand_in(lin)
    everyone = {
        name: of(house, name)
        for name in ("chen", "tang", "wang", "zhao", "li", "mo", "root", "gu", "lin")
    }
    clerk = holders("finance_clerk", on=campus_day(house.at))[0]
    everyone["clerk"] = clerk
    opens: dict[tuple[str, Sealed], set[str]] = {}
    readings = len(accesses(f"aid.application:{it.pk}"))
    for step in ("accept", "verify", "visit", "vote", "publish", "pay"):
        house.to(it, step)
        for part in (Sealed.CIRCUMSTANCES, Sealed.ACCOUNT, Sealed.VISIT):
            for name, who in everyone.items():
                try:
                    read(house, it, who, part)
                except (refusals.SealStays, refusals.OwnAid, NothingSealed):
                    continue
                opens.setdefault((step, part), set()).add(name)
                readings += 1
    assert opens["accept", Sealed.CIRCUMSTANCES] == {"chen", "lin"}
    assert opens["verify", Sealed.CIRCUMSTANCES] == {"chen", "lin"}
    assert opens["visit", Sealed.CIRCUMSTANCES] == {"tang", "wang", "lin"}
    assert opens["vote", Sealed.VISIT] == {"zhao", "lin"}
    assert opens["publish", Sealed.CIRCUMSTANCES] == {"lin"}
    assert opens["pay", Sealed.ACCOUNT] == {"clerk", "li", "lin"}
    assert opens["pay", Sealed.CIRCUMSTANCES] == {"lin"}, "finance never reads the illness"
    assert len(accesses(f"aid.application:{it.pk}")) == readings
    assert not any("mo" in names or "root" in names or "gu" in names for names in opens.values())


def test_a_reading_says_what_for(house: House) -> None:
    it = house.hand_in(of(house, "lin"))
    with pytest.raises(refusals.PurposeMissing):
        read(house, it, of(house, "chen"), Sealed.CIRCUMSTANCES, " 看 ")
    assert accesses(f"aid.application:{it.pk}") == []


def test_papers_open_only_right_after_a_logged_reading_by_who_has_the_step(
    house: House, monkeypatch
) -> None:
    from smartunion.kernel.base import clock

    monkeypatch.setattr(clock, "now", lambda: house.at)
    it = house.hand_in(of(house, "lin"))
    chen = of(house, "chen")
    file = files_of(it).get()
    mandate = mandate_of(chen, on=campus_day(house.at))
    assert not may_open(file, chen, mandate)
    read(house, it, chen, Sealed.CIRCUMSTANCES)
    assert may_open(file, chen, mandate)
    house.at += timedelta(minutes=31)
    assert not may_open(file, chen, mandate), "half an hour later the purpose is asked again"


def test_no_list_no_trail_and_no_notice_tells_the_illness_or_the_account(house: House) -> None:
    it = house.paid(of(house, "lin"))
    open_text = "".join(
        [
            *(f"{e.because}{e.facts}" for e in Entry.objects.all()),
            *(f"{n.title}{n.text}" for n in Notice.objects.all()),
            *(f"{r}" for r in desk.register(None, seg="paid", at=house.at)),
            f"{it.case.facts}{it.case.title}",
            *(e.text for run in it.case.runs.all() for e in run.evidence.all()),
        ]
    )
    assert ILLNESS not in open_text
    assert "62170000" not in open_text
    assert "教工村" not in open_text


def test_the_sealed_parts_are_kept_under_names_that_the_data_subject_reads_in_chinese() -> None:
    from smartunion.kernel.private.registry import kinds

    assert set(PARTS.values()) <= {code for code, kind in kinds().items() if kind.words}


# ---------- the register ----------


def test_a_branch_sees_its_own_applications_and_no_others(house: House) -> None:
    house.hand_in(of(house, "lin"))
    house.hand_in(of(house, "mo"))
    units = mandate_of(of(house, "chen"), on=campus_day(house.at)).units["aid.desk"]
    rows = desk.register(units, seg="open", at=house.at)
    assert [row.name for row in rows] == ["林晓梅"]
    assert len(desk.register(None, seg="open", at=house.at)) == 2


def test_a_case_that_is_late_is_marked_late_though_it_is_paid(house: House) -> None:
    lin = of(house, "lin")
    it = house.to(house.hand_in(lin), "pay")
    house.until(it.promised_at + timedelta(hours=9))
    house.pay(it)
    (row,) = desk.register(None, seg="paid", at=house.at)
    assert row.late


def test_an_absent_member_of_the_body_can_be_replaced_only_by_an_appointment(house: House) -> None:
    """The seven are frozen when the vote opens: who comes later does not vote."""
    it = house.to(house.hand_in(of(house, "lin")), "vote")
    late = of(house, "mo")
    Appointment.objects.create(
        office=Office.objects.get(code="standing_member"), unit=late.unit, person=late,
        since=date(2025, 1, 1),
    )  # fmt: skip
    assert not Voter.objects.filter(poll__run=house.run(it), person=late).exists()
