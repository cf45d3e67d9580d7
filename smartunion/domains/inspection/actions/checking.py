"""Looking at the originals: first what the paper says, then what the books say (blind audit)."""

from collections import defaultdict
from datetime import datetime

from django.db import transaction

from smartunion.domains.inspection.models import Check, Inspector, Problem, Round, Voucher
from smartunion.domains.inspection.procedure import PROBLEM, ROUND
from smartunion.domains.inspection.reads import figures, frames, rounds
from smartunion.domains.inspection.rules import refusals
from smartunion.domains.inspection.rules.parties import CENTRAL
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.money import in_yuan
from smartunion.kernel.people.models import Person, Unit
from smartunion.kernel.people.reads import acting
from smartunion.kernel.procedures import engine
from smartunion.kernel.procedures.engine import Given
from smartunion.kernel.trail.record import record

MONEY = "finance_head"
CHAIR = "branch_chair"


@transaction.atomic
def check(
    *, voucher_id: int, paper_fen: int, is_sound: bool, problem_fen: int, note: str,
    by: Person, at: datetime,
) -> Check:  # fmt: skip
    """Enter what the original says, once; what the books hold above it is a problem as well."""
    voucher = Voucher.objects.select_related("round").get(pk=voucher_id)
    Round.objects.select_for_update().get(pk=voucher.round_id)
    rounds.open_run(voucher.round.case_id, "examine", ROUND)
    drawn = Inspector.objects.filter(round=voucher.round, branch=voucher.branch)
    if not drawn.filter(person=by).exists():
        names = "、".join(one.person.name for one in drawn.select_related("person"))
        branch = frames.short_names()[voucher.branch]
        raise refusals.NotInspector(branch=branch, inspectors=names or "（空缺）")
    if (there := Check.objects.filter(voucher=voucher).select_related("by").first()) is not None:
        raise refusals.CheckedAlready(number=voucher.number, by=there.by.name)
    above = max(0, voucher.amount_fen - paper_fen)
    most = max(paper_fen, voucher.amount_fen)
    found = max(problem_fen, above)
    why = ""
    if not is_sound and problem_fen == 0:
        why = "不合规的要写多少是问题"
    elif found > most:
        why = "超过了凭证金额"
    elif problem_fen and not note.strip():
        why = "没有写问题是什么"
    if why or problem_fen < 0:
        raise refusals.ProblemWrong(problem=in_yuan(problem_fen), why=why, most=in_yuan(most))
    if above and not note.strip():
        note = f"账面比原件多 {in_yuan(above)} 元"
    made = Check.objects.create(
        voucher=voucher, paper_fen=paper_fen, is_sound=is_sound and not above,
        problem_fen=found, note=note[:400], by=by, at=at,
    )  # fmt: skip
    record("inspection.checked", made, by=by, at=at, number=voucher.number)
    return made


@transaction.atomic
def conclude(*, round_id: int, summary: str, by: Person, at: datetime) -> Round:
    """End the looking: everything was looked at, and each branch's problem money has its case."""
    it = Round.objects.select_for_update().get(pk=round_id)
    run = rounds.open_run(it.case_id, "examine", ROUND)
    drawn = frames.to_look_at(it).count()
    checked = Check.objects.filter(voucher__round=it).count()
    if checked < drawn:
        raise refusals.NotAllChecked(drawn=drawn, checked=checked, missing=drawn - checked)
    found = figures.of_round(it)
    engine.pass_step(
        run_id=run.pk,
        facts={
            "checked": checked,
            "checked_fen": found.checked_fen,
            "problem_fen": found.problem_fen,
            "doing": "examine",
        },
        outputs={"workpaper": Given(text=summary or f"查验 {checked} 张")},
        by=by,
        at=at,
    )
    by_branch: dict[str, int] = defaultdict(int)
    for each in Check.objects.filter(voucher__round=it, problem_fen__gt=0).select_related(
        "voucher"
    ):
        by_branch[each.voucher.branch] += each.problem_fen
    for branch, fen in sorted(by_branch.items()):
        _open_problem(it, branch, fen, by=by, at=at)
    record("inspection.examined", it, by=by, at=at, checked=checked, problems=len(by_branch))
    return it


def _open_problem(it: Round, branch: str, fen: int, *, by: Person, at: datetime) -> Problem:
    unit = Unit.objects.filter(code=branch).first() if branch != CENTRAL else None
    office = (CHAIR, unit.pk) if unit else (MONEY, None)
    who = acting(office[0], office[1], on=campus_day(at)) or acting(MONEY, on=campus_day(at))
    responsible = who.person if who else by
    name = frames.short_names()[branch]
    case = engine.open_case(
        sheet=PROBLEM,
        title=f"{it.number} {name}",
        unit=unit,
        facts={
            "number": it.number,
            "branch": name,
            "problem_fen": fen,
            "returned_fen": 0,
            "responsible": responsible.pk,
            "kept_out": [responsible.pk],
        },
        by=by,
        at=at,
    )
    made = Problem.objects.create(
        round=it, branch=branch, case=case, responsible=responsible, problem_fen=fen, found_at=at
    )
    record("inspection.problem_found", made, by=by, at=at, amount_fen=fen)
    return made
