"""A round from the frozen frame to the published result, and every way to cheat in between."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from smartunion.domains.inspection.actions import (
    checking,
    freezing,
    mending,
    reporting,
    rolling,
)
from smartunion.domains.inspection.models import Inspector, Problem, Round, Voucher
from smartunion.domains.inspection.procedure import PROBLEM, ROUND
from smartunion.domains.inspection.reads import audits, figures, frames, totals
from smartunion.domains.inspection.rules import refusals, sample
from smartunion.domains.inspection.rules.parties import CENTRAL, Party
from smartunion.domains.performance.reads.catalog import MEASURES
from smartunion.domains.performance.rules.periods import period_of
from smartunion.kernel.base.days import CAMPUS, end_of
from smartunion.kernel.base.workdays import Calendar
from smartunion.kernel.ledger.reads import spent_fen
from smartunion.kernel.procedures import engine
from smartunion.kernel.procedures.engine import Given
from smartunion.kernel.procedures.limits import Start, due
from smartunion.kernel.procedures.models import StepRun
from smartunion.kernel.publicity.models import Posting
from smartunion.kernel.trail.models import Entry

from .conftest import DIGITS, Audit, photo

KEPT = ("K52", "K53", "K54", "K55", "K56", "K57")


def the_second_sample_stands_beside(audit: Audit, found: figures.Found) -> None:
    """K55 shows the sample by amount with its bound, and does not count it in."""
    period, on = period_of("Q", audit.at.date()), audit.at.date()
    assert found.problem_fen == 120_00
    (claim,) = [one for one in MEASURES["K55"].rows(period, on) if one.excluded]
    assert f"95% 上限 {found.bound_words}" in str(claim.cells)
    assert found.share is not None
    assert MEASURES["K55"].tally(period, on).value == 100 * found.share


def broken() -> list[object]:
    return [*audits.not_as_drawn(20), *(row for one in audits.AUDITS for row in one.offenders())]


@pytest.mark.clause("3.4-2")
@pytest.mark.clause("R164")
@pytest.mark.clause("R165")
@pytest.mark.clause("R166")
@pytest.mark.clause("R167")
@pytest.mark.clause("R171")
@pytest.mark.clause("T76")
def test_a_round_from_the_frame_to_the_board(audit: Audit) -> None:
    """Freeze, publish, roll, draw, look, report, post: 11 of 22 branches and the union's own."""
    it = audit.frozen()
    told = Entry.objects.get(what="inspection.frozen")
    assert told.facts["root"] == it.frame_root == sample.frame_root(frames.frame_of(it))
    assert frames.frame_of(it)[CENTRAL] == ["V2025-1-U1-0001", "V2025-1-U1-0002"]
    audit.rolled(it)
    assert (it.dice, len(it.drawn)) == ("60382915744027193856", 12)
    assert sample.differences(frames.frame_of(it), frames.result_of(it)) == []
    for one in Inspector.objects.filter(round=it).select_related("person__unit"):
        assert one.person.unit is not None
        assert one.person.unit.code != one.branch, "nobody looks at a branch of their own"
    assert Inspector.objects.filter(round=it, branch=it.drawn[0]).count() == 2
    with pytest.raises(refusals.NotAllChecked, match="还差"):
        checking.conclude(round_id=it.pk, summary="查完", by=audit.lead(it), at=audit.at)
    audit.look(it)
    checking.conclude(round_id=it.pk, summary="查完", by=audit.lead(it), at=audit.at)
    reporting.report(round_id=it.pk, text="账实相符", by=audit.lead(it), at=audit.at)
    posting = Posting.objects.get(section="审查")
    shown = dict(posting.rows)
    assert shown["问题金额占比"] == "0.000%"
    (fact,) = totals.rounds(audit.at.date().replace(day=1), audit.at.date() + timedelta(days=9))
    assert (fact.branches, fact.of_branches, fact.published_on) == (11, 22, audit.at.date())
    assert fact.least_percent >= 20
    quarter, on = period_of("Q", audit.at.date()), audit.at.date()
    value = {code: MEASURES[code].tally(quarter, on).value for code in KEPT}
    assert (value["K52"], value["K53"], value["K55"]) == (1, 50, 0)
    assert (value["K54"] or 0) >= 20
    assert (value["K56"], value["K57"]) == (None, None), "no problem is never 100 %"
    assert broken() == []
    with pytest.raises(refusals.RoundOpen):
        freezing.open_round(by=audit.people["sun"], at=audit.at)
    audit.later(days=12)
    it.case.refresh_from_db()
    assert it.case.closed_at is not None
    with pytest.raises(refusals.NothingSpent):
        audit.frozen()  # every voucher was in the first frame


def test_seed_before_frame_is_refused(audit: Audit) -> None:
    it = freezing.open_round(by=audit.people["sun"], at=audit.at)
    with pytest.raises(refusals.FrameFirst, match="不能掷骰"):
        rolling.roll(
            round_id=it.pk, party=Party.AUDIT, digits=DIGITS[Party.AUDIT],
            by=audit.witnesses[Party.AUDIT], at=audit.at,
        )  # fmt: skip
    with pytest.raises(refusals.FrameFirst):
        rolling.seed(round_id=it.pk, photo=photo(), by=audit.people["sun"], at=audit.at)
    with pytest.raises(IntegrityError), transaction.atomic():
        Round.objects.filter(pk=it.pk).update(seed="0" * 64, seeded_at=audit.at)


def test_the_same_seed_twice_is_refused(audit: Audit) -> None:
    """Twenty digits that fell before do not fall again; and each rolls their own, once."""
    first = audit.rolled(audit.frozen())
    audit.look(first)
    checking.conclude(round_id=first.pk, summary="查完", by=audit.lead(first), at=audit.at)
    reporting.report(round_id=first.pk, text="相符", by=audit.lead(first), at=audit.at)
    audit.later(days=12)
    audit.spend(branches=4)
    second = audit.frozen()
    audit_office = audit.witnesses[Party.AUDIT]
    with pytest.raises(refusals.NotAWitness):
        rolling.roll(
            round_id=second.pk, party=Party.CONGRESS, digits="1234567", by=audit_office, at=audit.at
        )
    with pytest.raises(refusals.DigitsWrong, match="应掷 7 位"):
        rolling.roll(
            round_id=second.pk, party=Party.AUDIT, digits="12345", by=audit_office, at=audit.at
        )
    with pytest.raises(refusals.SeedUsed, match="AUD-2025-1"):
        audit.rolled(second)
    with pytest.raises(refusals.RolledAlready, match="不重掷"):
        rolling.roll(
            round_id=second.pk, party=Party.AUDIT, digits="1234567", by=audit_office, at=audit.at
        )


def test_a_spoiled_ceremony_is_given_up_and_its_vouchers_are_framed_anew(audit: Audit) -> None:
    """No second roll: the reason is published, the vouchers get a new frame and round."""
    first = audit.frozen()
    audit_office, sun = audit.witnesses[Party.AUDIT], audit.people["sun"]
    audit.later(hours=1)
    rolling.roll(
        round_id=first.pk, party=Party.AUDIT, digits=DIGITS[Party.AUDIT], by=audit_office,
        at=audit.at,
    )  # fmt: skip
    client = Client()
    client.force_login(sun)
    page = reverse("inspection:round", args=[first.number])
    assert "要声称 K55 的 0.5%，没有一张有错也要 598 张，这份名单只有 68 张，须全查" in (
        client.get(page).content.decode()
    ), "what the second sample may claim is said before the dice"
    with pytest.raises(engine.Refused):
        rolling.spoil(round_id=first.pk, because="骰子落地", by=audit_office, at=audit.at)
    client.post(page, {"do": "spoil", "because": "一枚骰子落到桌下"})
    first.refresh_from_db()
    assert first.case.__class__.objects.get(pk=first.case_id).closed_at is not None
    second = audit.frozen()
    assert (second.number, second.sequence, second.attempt) == ("AUD-2025-1-2", 1, 2)
    assert second.vouchers.count() == first.vouchers.count() == 68
    assert second.frame_root != first.frame_root
    public = Client().get(reverse("inspection:shown", args=[first.number])).content.decode()
    assert "一枚骰子落到桌下" in public
    with pytest.raises(refusals.StepNotOpen):
        rolling.roll(
            round_id=first.pk, party=Party.CONGRESS, digits="1234567",
            by=audit.witnesses[Party.CONGRESS], at=audit.at,
        )  # fmt: skip
    audit.rolled(second)
    assert second.vouchers.filter(by_amount=True).count() == 59, "five per cent without an error"
    assert broken() == []
    Voucher.objects.filter(round=first).update(amount_fen=1)
    assert "not what was committed" in str(broken()), "a spoiled frame is still held to its word"


@pytest.mark.clause("T17")
def test_the_auditors_own_branch_drawn_makes_b_take_over(
    audit: Audit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the director's home branch is drawn, the director neither looks nor reports."""
    it = audit.frozen()
    sun = audit.people["sun"]
    assert sun.unit is not None
    home = sun.unit.code
    real = sample.branches

    def with_home(frame: sample.Frame, seed: str, **rule: Any) -> list[str]:
        drawn = [one for one in real(frame, seed, **rule) if one not in (home, "B02")]
        return [home, *drawn][:11]

    monkeypatch.setattr(sample, "branches", with_home)
    audit.rolled(it)
    assert home in it.drawn
    run = StepRun.objects.get(case=it.case, step="examine")
    assert sun not in (run.lead, run.backup)
    assert sun.pk in it.case.__class__.objects.get(pk=it.case_id).facts["kept_out"]
    audit.look(it)
    with pytest.raises(engine.Refused):
        checking.conclude(round_id=it.pk, summary="查完", by=sun, at=audit.at)


@pytest.mark.clause("R168")
@pytest.mark.clause("R169")
@pytest.mark.clause("R170")
def test_a_refund_short_by_a_fen_does_not_close(audit: Audit) -> None:
    """Booked above the paper: back within 24 hours to the fen, explained in three days, judged."""
    it = audit.rolled(audit.frozen())
    branch = it.drawn[0]
    before = spent_fen("2025/3.5")
    audit.look(it, {branch: 120_00})
    checking.conclude(round_id=it.pk, summary="一张账面多记", by=audit.lead(it), at=audit.at)
    audit.later(minutes=1)
    problem = Problem.objects.get()
    assert (problem.branch, problem.problem_fen) == (branch, 120_00)
    refund = StepRun.objects.get(case=problem.case, step="refund")
    assert refund.due_at == refund.opened_at + timedelta(hours=24)
    who = problem.responsible
    give = {"problem_id": problem.pk, "by": who, "at": audit.at}
    mending.give_back(amount_fen=119_99, receipt="回单 1", **give)
    problem.refresh_from_db()
    refund.refresh_from_db()
    assert (problem.returned_at, refund.state) == (None, "open")
    said = refusals.short_by(problem.problem_fen, problem.returned_fen)
    assert "还差 0.01 元，不能办结" in str(said)
    with pytest.raises(engine.Refused):
        engine.pass_step(
            run_id=refund.pk, facts={"returned_fen": 119_99, "doing": "refund"},
            outputs={"receipt": Given(text="就这样")}, by=who, at=audit.at,
        )  # fmt: skip
    page = Client()
    page.force_login(who)
    shown = page.get(reverse("inspection:problem", args=[problem.pk])).content.decode()
    assert "还差 0.01 元" in shown
    with pytest.raises(refusals.RefundTooMuch):
        mending.give_back(amount_fen=2, receipt="回单 2", **give)
    mending.give_back(amount_fen=1, receipt="回单 2", **give)
    assert before - spent_fen("2025/3.5") == 120_00, "it is back on the line that was charged"
    with pytest.raises(refusals.ProblemsOpen):
        reporting.report(round_id=it.pk, text="报告", by=audit.lead(it), at=audit.at)
    mending.state(problem_id=problem.pk, text="发票重复入账，已改为双人复核", by=who, at=audit.at)
    judge = StepRun.objects.get(case=problem.case, step="judge")
    by = judge.lead or judge.backup
    assert by is not None
    mending.judge(problem_id=problem.pk, is_severe=True, by=by, at=audit.at, because="重复入账")
    officer = audit.witnesses[Party.DISCIPLINE]
    mending.hand_over(problem_id=problem.pk, receipt="纪字 3 号", by=officer, at=audit.at)
    problem.case.refresh_from_db()
    problem.refresh_from_db()
    assert problem.case.closed_at is not None
    assert problem.handed_over_at == audit.at
    (fact,) = totals.problems(audit.at.date(), audit.at.date() + timedelta(days=1))
    assert (fact.returned_in_time, fact.stated_in_time, fact.severe) == (True, True, True)
    reporting.report(round_id=it.pk, text="一件已移交", by=audit.lead(it), at=audit.at)
    the_second_sample_stands_beside(audit, figures.of_round(it))
    assert broken() == []
    Problem.objects.filter(pk=problem.pk).update(returned_at=None, returned_fen=119_99)
    assert "119" in str(broken()), "money that is taken out of the table again is found"


def test_three_day_statement_over_national_day_is_due_8_oct() -> None:
    step = PROBLEM.step("statement")
    found = datetime(2026, 9, 30, 10, 0, tzinfo=CAMPUS)
    assert step.within is not None
    ends = due(step.within, Start(found, found), Calendar())
    assert ends.at == end_of(datetime(2026, 10, 8, tzinfo=CAMPUS).date())
    refund = PROBLEM.step("refund").within
    assert refund is not None
    assert due(refund, Start(found, found), Calendar()).at == found + timedelta(hours=24)


def test_the_paper_is_read_before_the_books_are_shown(audit: Audit) -> None:
    """Blind: the page of a voucher has no amount; somebody who was not drawn has no page."""
    it = audit.rolled(audit.frozen())
    voucher = frames.to_look_at(it).exclude(branch=CENTRAL).first()
    assert voucher is not None
    inspector = Inspector.objects.filter(round=it, branch=voucher.branch).first()
    assert inspector is not None
    address = reverse("inspection:looking", args=[voucher.pk])
    client, stranger = Client(), Client()
    client.force_login(inspector.person)
    booked = f"{voucher.amount_fen / 100:,.2f}"
    assert booked not in client.get(address).content.decode()
    stranger.force_login(audit.people["lin"])
    assert stranger.get(address).status_code == 404
    with pytest.raises(refusals.NotInspector):
        checking.check(
            voucher_id=voucher.pk, paper_fen=1, is_sound=True, problem_fen=0, note="",
            by=audit.people["lin"], at=audit.at,
        )  # fmt: skip
    refused = client.post(
        address, {"paper": booked, "is_sound": "no", "problem": "", "note": "无章"}
    )
    assert "不合规的要写多少是问题" in refused.content.decode()
    client.post(address, {"paper": booked, "is_sound": "yes", "problem": "", "note": ""})
    assert booked in client.get(address).content.decode()
    again = client.post(address, {"paper": "1", "is_sound": "yes"})
    assert (again.status_code, "不能改" in again.content.decode()) == (409, True)


def test_what_the_tables_say_after_the_draw_is_what_was_drawn(audit: Audit) -> None:
    """A row that is changed by hand is found by `check` and by the published files."""
    it = audit.rolled(audit.frozen())
    assert broken() == []
    drawn = Voucher.objects.filter(round=it, is_drawn=True).first()
    assert drawn is not None
    Voucher.objects.filter(pk=drawn.pk).update(is_drawn=False)
    assert "抽中的凭证不同" in str(broken())
    Voucher.objects.filter(pk=drawn.pk).update(is_drawn=True, amount_fen=drawn.amount_fen + 1)
    assert "the amounts are not what was committed" in str(broken())


def test_the_rounds_pages_say_what_stands(audit: Audit) -> None:
    """The director's page, a witness's own form, the public page with its three files."""
    sun, office, nobody = Client(), Client(), Client()
    sun.force_login(audit.people["sun"])
    office.force_login(audit.witnesses[Party.AUDIT])
    sun.post(reverse("inspection:listed"))
    it = Round.objects.get()
    page = reverse("inspection:round", args=[it.number])
    assert "冻结名单并公布哈希" in sun.get(page).content.decode()
    assert nobody.get(reverse("inspection:shown", args=[it.number])).status_code == 404
    sun.post(page, {"do": "freeze"})
    assert "填你掷的点数" not in sun.get(page).content.decode()
    assert "填你掷的点数" in office.get(page).content.decode()
    audit.later(hours=16)
    office.post(page, {"do": "roll", "party": Party.AUDIT, "digits": "6038 291"})
    short = sun.post(page, {"do": "seed", "photo": photo()})
    assert "还差教代会执委会、纪委观察员没有掷骰" in short.content.decode()
    for party in (Party.CONGRESS, Party.DISCIPLINE):
        rolling.roll(
            round_id=it.pk, party=party, digits=DIGITS[party], by=audit.witnesses[party],
            at=audit.at,
        )  # fmt: skip
    sun.post(page, {"do": "seed", "photo": photo()})
    audit.later(minutes=1)
    shown = nobody.get(reverse("inspection:shown", args=[it.number])).content.decode()
    it.refresh_from_db()
    assert it.frame_root in shown
    assert it.seed in shown
    wall = nobody.get(reverse("inspection:screen", args=[it.number])).content.decode()
    assert f"掷出 {DIGITS[Party.AUDIT]}" in wall
    assert it.seed in wall
    picture = nobody.get(reverse("inspection:photo", args=[it.number]))
    assert (picture["Content-Type"], picture.content[:4]) == ("image/png", b"\x89PNG")
    told = [
        nobody.get(reverse(f"inspection:{one}", args=[it.number])).json()
        for one in ("frame", "result")
    ]
    assert sample.differences(told[0]["frame"], told[1]) == []
    assert "amount_fen" not in str(told)
    assert b"def differences" in nobody.get(reverse("inspection:script")).content
    assert nobody.get(reverse("inspection:rounds")).status_code == 200
    assert it.number in sun.get(reverse("inspection:listed")).content.decode()
    assert sun.get(reverse("inspection:amounts", args=[it.number])).json()["salt"]
    assert ROUND.name_of("examine") in sun.get(page).content.decode()


def test_one_whom_the_seed_drew_finds_it_on_their_list(audit: Audit) -> None:
    it = audit.rolled(audit.frozen())
    client = Client()
    client.force_login(Inspector.objects.filter(round=it)[0].person)
    answer = client.get(reverse("inspection:mine")).content.decode()
    assert "待查" in answer
