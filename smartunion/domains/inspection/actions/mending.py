"""What follows a problem: the money back in 24 hours, a statement in three days, a hand-over."""

from datetime import datetime

from django.db import transaction

from smartunion.domains.inspection import telling
from smartunion.domains.inspection.models import Check, Problem
from smartunion.domains.inspection.procedure import PROBLEM
from smartunion.domains.inspection.reads import rounds
from smartunion.domains.inspection.rules import refusals
from smartunion.kernel.base.money import in_yuan
from smartunion.kernel.ledger import actions as ledger
from smartunion.kernel.ledger.actions import Line
from smartunion.kernel.people.models import Person
from smartunion.kernel.procedures import engine
from smartunion.kernel.procedures.engine import Given
from smartunion.kernel.procedures.models import StepRun
from smartunion.kernel.trail.record import record

BANK = "bank.deposits"


@transaction.atomic
def notify(*, run_id: int, at: datetime) -> Problem:
    """Start both clocks and tell the responsible person."""
    run = StepRun.objects.get(pk=run_id)
    it = Problem.objects.select_related("responsible", "round").get(case=run.case_id)
    engine.pass_step(
        run_id=run_id,
        outputs={"notice": Given(text=f"{in_yuan(it.problem_fen)} 元，{it.responsible.name}")},
        by=None,
        at=at,
    )
    record("inspection.problem_told", it, by=None, at=at)
    telling.problem(it, at=at)
    return it


@transaction.atomic
def give_back(
    *, problem_id: int, amount_fen: int, receipt: str, by: Person, at: datetime
) -> Problem:
    """Book (a part of) the money back; only the whole of it closes the step (R168).

    Each line goes back to the budget line and the fund that it was charged to.
    """
    it = Problem.objects.select_for_update().get(pk=problem_id)
    run = rounds.open_run(it.case_id, "refund", PROBLEM)
    left = it.problem_fen - it.returned_fen
    if not 0 < amount_fen <= left:
        raise refusals.RefundTooMuch(left=in_yuan(left), given=in_yuan(amount_fen))
    engine.hand_in(
        run_id=run.pk,
        outputs={"receipt": Given(text=f"{receipt}，{in_yuan(amount_fen)} 元")},
        by=by,
        at=at,
    )
    ledger.post_many(lines=_lines(it, amount_fen, at), by=by, at=at, because=f"{receipt} 审查退回")
    it.returned_fen += amount_fen
    if it.returned_fen == it.problem_fen:
        it.returned_at = at
    it.save(update_fields=["returned_fen", "returned_at"])
    record("inspection.given_back", it, by=by, at=at, amount_fen=amount_fen)
    if it.returned_at is not None:
        engine.pass_step(
            run_id=run.pk,
            facts={"returned_fen": it.returned_fen, "doing": "refund"},
            by=by,
            at=at,
        )
    return it


def _lines(it: Problem, amount_fen: int, at: datetime) -> list[Line]:
    """Return the amount as lines against what was charged, one voucher after the other."""
    checks = Check.objects.filter(
        voucher__round=it.round_id, voucher__branch=it.branch, problem_fen__gt=0
    ).select_related("voucher__transfer")
    skip, left, lines = it.returned_fen, amount_fen, []
    for each in checks.order_by("voucher__number"):
        past = min(skip, each.problem_fen)
        skip -= past
        fen = min(each.problem_fen - past, left)
        left -= fen
        if fen:
            charged = each.voucher.transfer
            lines.append(
                Line(
                    BANK, charged.debit_id, fen, "returned", f"inspection:{each.voucher.number}",
                    at, charged.budget_code, charged.fund_source,
                )
            )  # fmt: skip
    return lines


@transaction.atomic
def state(*, problem_id: int, text: str, by: Person, at: datetime) -> Problem:
    """Explain in writing how it came and what changes (R169)."""
    it = Problem.objects.select_for_update().get(pk=problem_id)
    run = rounds.open_run(it.case_id, "statement", PROBLEM)
    if not text.strip():
        raise refusals.StatementEmpty
    it.stated_at = at
    it.save(update_fields=["stated_at"])
    engine.pass_step(
        run_id=run.pk, facts={"doing": "statement"}, outputs={"statement": Given(text=text)},
        by=by, at=at,
    )  # fmt: skip
    record("inspection.stated", it, by=by, at=at)
    return it


@transaction.atomic
def judge(*, problem_id: int, is_severe: bool, by: Person, at: datetime, because: str) -> Problem:
    """Say whether it goes to the discipline commission; nobody judges their own branch (R170)."""
    it = Problem.objects.select_for_update().get(pk=problem_id)
    run = rounds.open_run(it.case_id, "judge", PROBLEM)
    it.is_severe = is_severe
    it.save(update_fields=["is_severe"])
    words = "情节严重，移交校纪委" if is_severe else "不移交"
    engine.pass_step(
        run_id=run.pk,
        facts={"severe": is_severe, "doing": "judge"},
        outputs={"judgment": Given(text=f"{words}：{because}")},
        by=by,
        at=at,
        because=because,
    )
    record("inspection.judged", it, by=by, at=at, because=because, severe=int(is_severe))
    return it


@transaction.atomic
def hand_over(*, problem_id: int, receipt: str, by: Person, at: datetime) -> Problem:
    """Let the discipline commission sign for what was handed over."""
    it = Problem.objects.select_for_update().get(pk=problem_id)
    run = rounds.open_run(it.case_id, "refer", PROBLEM)
    it.handed_over_at = at
    it.save(update_fields=["handed_over_at"])
    engine.pass_step(
        run_id=run.pk, facts={"doing": "refer"}, outputs={"handover": Given(text=receipt)},
        by=by, at=at,
    )  # fmt: skip
    record("inspection.handed_over", it, by=by, at=at)
    return it
