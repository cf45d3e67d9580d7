"""Open a round, freeze its frame from the ledger, publish what the frame is held to."""

import secrets
from datetime import datetime

from django.db import transaction

from smartunion.domains.inspection.models import Round, Voucher
from smartunion.domains.inspection.procedure import ROUND
from smartunion.domains.inspection.reads import frames, rounds
from smartunion.domains.inspection.reads.terms import terms_on
from smartunion.domains.inspection.rules import money, refusals, sample
from smartunion.domains.inspection.rules.parties import CENTRAL
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person
from smartunion.kernel.procedures import engine
from smartunion.kernel.procedures.engine import Given
from smartunion.kernel.trail.record import record

BATCH = 2000


@transaction.atomic
def open_round(*, by: Person, at: datetime) -> Round:
    """Open the year's next round; one after the other, and no more than the plan says (R164)."""
    year = campus_day(at).year
    terms = terms_on(campus_day(at))
    there = Round.objects.select_for_update().filter(year=year).order_by("sequence", "attempt")
    last = list(there)[-1:]
    if last and rounds.is_going(last[0]):
        raise refusals.RoundOpen(number=last[0].number)
    sequence, attempt = _next_after(last[0]) if last else (1, 1)
    if sequence > terms.rounds:
        raise refusals.RoundsDone(year=year, rounds=terms.rounds)
    number = f"AUD-{year}-{sequence}" + (f"-{attempt}" if attempt > 1 else "")
    case = engine.open_case(
        sheet=ROUND, title=f"{year}年第{sequence}次经费审查", facts={"number": number}, by=by, at=at
    )
    made = Round.objects.create(
        number=number, year=year, sequence=sequence, attempt=attempt, case=case,
        branch_percent=terms.branch_percent, voucher_percent=terms.voucher_percent,
    )  # fmt: skip
    record("inspection.opened", made, by=by, at=at, number=number)
    return made


def _next_after(last: Round) -> tuple[int, int]:
    """Return which round comes next, and at which attempt: a spoiled one is done anew."""
    return (last.sequence, last.attempt + 1) if last.spoiled_at else (last.sequence + 1, 1)


@transaction.atomic
def freeze(*, round_id: int, by: Person, at: datetime) -> Round:
    """Freeze every voucher that no frame has yet; its root stands before any die rolls."""
    it = Round.objects.select_for_update().get(pk=round_id)
    run = rounds.open_run(it.case_id, "freeze", ROUND)
    terms = terms_on(campus_day(at))
    spent = frames.unframed(it.year)
    if not spent:
        raise refusals.NothingSpent
    counted: dict[str, int] = {}
    made = []
    for each in spent:
        count = counted[each.branch] = counted.get(each.branch, 0) + 1
        large = sample.LARGE if each.amount_fen >= terms.large_fen else ""
        made.append(
            Voucher(
                round=it, branch=each.branch, transfer_id=each.transfer_id,
                number=f"V{it.number[4:]}-{each.branch}-{count:04}{large}",
                amount_fen=each.amount_fen,
            )
        )  # fmt: skip
    Voucher.objects.bulk_create(made, batch_size=BATCH)
    it.branches = [*frames.branch_names(), CENTRAL]
    frame: dict[str, list[str]] = {one: [] for one in it.branches}
    for one in made:
        frame[one.branch].append(one.number)
    it.amount_salt = secrets.token_hex(32)
    it.amount_root = money.amount_root({one.number: one.amount_fen for one in made}, it.amount_salt)
    it.frame_root, it.frozen_at = sample.frame_root(frame), at
    if it.sequence >= terms.first_coverage_round:
        it.drawn_before = frames.drawn_before(it.year, it.sequence)
    it.save()
    engine.pass_step(
        run_id=run.pk,
        facts={
            "frame_rows": len(made),
            "ledger_rows": frames.unframed_before(it),
            "frame_root": it.frame_root,
            "doing": "freeze",
        },
        outputs={"frame": Given(text=f"{len(made)} 张凭证，名单哈希 {it.frame_root}")},
        by=by,
        at=at,
    )
    record(
        "inspection.frozen", it, by=by, at=at,
        vouchers=len(made), root=it.frame_root, amounts=it.amount_root,
    )  # fmt: skip
    return it
