"""善后: the family is not alone, the deposit is advanced and comes back, the college looks back.

Six-column sheets run it (kernel/procedures); what they need of a case is written here, so that
money moves and reports are sealed in the same transaction in which the step passes.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from smartunion.domains.crisis.models import (
    Advance,
    Debrief,
    Escort,
    LocationRequest,
    RedCase,
    Settlement,
)
from smartunion.domains.crisis.procedure import DEBRIEF, ESCORT, TELLING
from smartunion.domains.crisis.reads import cases, locks
from smartunion.domains.crisis.reads.figures import fund_on, terms_on
from smartunion.domains.crisis.rules import money, refusals
from smartunion.domains.crisis.rules.parts import Part
from smartunion.kernel.base.money import in_yuan
from smartunion.kernel.base.numbers import alone
from smartunion.kernel.ledger import actions as ledger
from smartunion.kernel.people.models import Person
from smartunion.kernel.procedures import engine
from smartunion.kernel.procedures.engine import Given
from smartunion.kernel.procedures.models import Case, StepRun
from smartunion.kernel.trail.record import record

from . import sealing

BANK, OWED, EXPENSE = "bank.deposits", "receivable.advance", "expense.aid"


@transaction.atomic
def begin(*, case: RedCase, at: datetime) -> None:
    """Open the sheets of after-care: the debrief, and the escort after a referral.

    Both count from the alarm (T0), as the plan says 24 and 72 hours of it.
    """
    facts = {"number": case.number, "kept_out": [case.subject_mark]}
    case.debrief_case = engine.open_case(
        sheet=DEBRIEF, title=f"{case.number} 复盘", facts=facts, unit=case.unit,
        subject=cases.about(case), event_at=case.opened_at, by=None, at=at,
    )  # fmt: skip
    if case.outcome == RedCase.Outcome.REFERRED:
        case.escort_case = engine.open_case(
            sheet=ESCORT, title=f"{case.number} 家属陪同与押金", unit=case.unit,
            facts={**facts, "most_fen": terms_on(at).count("deposit_fen")},
            subject=cases.about(case), event_at=case.opened_at, by=None, at=at,
        )  # fmt: skip
    case.save(update_fields=["debrief_case", "escort_case"])
    record("crisis.aftercare_begun", case, by=None, at=at)


@transaction.atomic
def owe_telling(*, case: RedCase, at: datetime) -> None:
    """Open the sheet by which the person hears that they were looked for, now that it is over.

    However the case ended: a false alarm was located too. Nothing is owed where nobody answered a
    request, and of a drill.
    """
    if case.is_drill or case.telling_case_id or not _untold(case).exists():
        return
    case.telling_case = engine.open_case(
        sheet=TELLING, title=f"{case.number} 依法告知", unit=case.unit,
        facts={"number": case.number, "kept_out": [case.subject_mark]},
        subject=cases.about(case), event_at=at, by=None, at=at,
    )  # fmt: skip
    case.save(update_fields=["telling_case"])
    record("crisis.telling_owed", case, by=None, at=at)


def _untold(case: RedCase) -> QuerySet[LocationRequest]:
    return case.locations.filter(told_at=None).exclude(answered_at=None)


@transaction.atomic
def tell_of_location(*, run_id: int, by: Person, at: datetime) -> RedCase:
    """Tell the person that their whereabouts were used; the sheet's step passes (PIPL 18).

    The message says only that something was used; ground, moment and readers stand on their page.
    """
    case = _of_run(run_id)
    _untold(case).update(told_at=at, told_by=by)
    sealing.tell_the_person(
        case=case, about=f"crisis.location/{case.pk}/told",
        title="依法告知：我们使用过你的一项个人信息",
        text="登录后可以看到用途、时间和经办岗位；有疑问可以向校工会提出。",
        by=by, at=at,
    )  # fmt: skip
    engine.pass_step(
        run_id=run_id, facts={"told": True}, outputs={"notice": Given(text="已发出告知")},
        by=by, at=at,
    )  # fmt: skip
    record("crisis.location_told", case, by=by, at=at)
    return case


@transaction.atomic
def meet_family(
    *, run_id: int, met_at: datetime, asks_fen: int, by: Person, at: datetime
) -> Escort:
    """Note that the family was met, and what deposit the hospital asks for (R125)."""
    case = _of_run(run_id)
    made, _ = Escort.objects.get_or_create(
        case=case,
        defaults={"by": by, "met_at": met_at, "asks_fen": asks_fen, "written_at": at},
    )
    engine.pass_step(
        run_id=run_id,
        facts={"escorted": True, "asks_fen": made.asks_fen},
        outputs={"escort": Given(text=f"{case.number} 已见到家属")},
        by=by, at=at,
    )  # fmt: skip
    record("crisis.escorted", case, by=by, at=at, amount_fen=made.asks_fen)
    return made


@transaction.atomic
def advance(*, run_id: int, receipt: str, by: Person, at: datetime) -> Advance:
    """Advance the deposit from the love fund to the hospital, once for a case (R126, T18).

    It is no expense yet: it stands as a receivable, and is set aside on the fund's line until it
    has come back, so that nobody else spends it meanwhile.

    :raises Refused: no fund, the fund is short, above the limit, or advanced already
    """
    case = _of_run(run_id)
    alone("crisis.fund")
    known = Advance.objects.filter(case=case).first()
    if known is not None:
        raise refusals.AdvancedAlready(
            number=case.number, at=known.paid_at, amount=in_yuan(known.amount_fen)
        )
    terms = terms_on(at)
    source = terms.words("deposit_fund_source")
    asked = Escort.objects.values_list("asks_fen", flat=True).get(case=case)
    if no := money.may_advance(
        asked, terms.count("deposit_fen"), fund_on(terms, at=at), source=source
    ):
        raise no
    made = Advance.objects.create(
        case=case, amount_fen=asked, fund_source=source, receipt=receipt, by=by, paid_at=at
    )
    document, because = _document(case), f"{case.number} 垫付住院押金"
    ledger.encumber(
        document=document, budget_code=terms.budget_code, fund_source=source, amount_fen=asked,
        by=by, at=at, because=because,
    )  # fmt: skip
    ledger.post(
        debit=OWED, credit=BANK, amount_fen=asked, document=document, code="advance",
        fund_source=source, by=by, at=at, because=because,
    )  # fmt: skip
    engine.pass_step(
        run_id=run_id,
        facts={"paid_fen": asked, "left_fen": asked},
        outputs={"receipt": Given(text=f"银行回单 {receipt}")},
        by=by, at=at,
    )  # fmt: skip
    record("crisis.advanced", case, by=by, at=at, amount_fen=asked)
    return made


@transaction.atomic
def settle(
    *, run_id: int, kind: str, amount_fen: int, receipt: str, by: Person, at: datetime
) -> Settlement:
    """Enter what came back (追回) or is charged (报销); the step passes at zero (R127)."""
    case = _of_run(run_id)
    owed = Advance.objects.select_for_update().filter(case=case).first()
    if owed is None:
        raise refusals.NothingAdvanced(number=case.number)
    left = owed.amount_fen - owed.settled_fen
    if not 0 < amount_fen <= left:
        raise refusals.MoreThanAdvanced(left=in_yuan(left), asked=in_yuan(amount_fen))
    made = Settlement.objects.create(
        advance=owed, kind=Settlement.Kind(kind), amount_fen=amount_fen, receipt=receipt,
        by=by, at=at,
    )  # fmt: skip
    _book(made, case, by, at)
    owed.settled_fen += amount_fen
    left -= amount_fen
    owed.settled_at = at if left == 0 else None
    owed.save(update_fields=["settled_fen", "settled_at"])
    record("crisis.settled_advance", case, by=by, at=at, amount_fen=amount_fen, left_fen=left)
    words = f"{made.get_kind_display()} {in_yuan(amount_fen)} 元，凭据 {receipt}"
    if left == 0:
        engine.pass_step(
            run_id=run_id, facts={"left_fen": 0}, outputs={"settlement": Given(text=words)},
            by=by, at=at,
        )  # fmt: skip
    return made


def _book(made: Settlement, case: RedCase, by: Person, at: datetime) -> None:
    document, because = _document(case), f"{case.number} 押金{made.get_kind_display()}"
    if made.kind == Settlement.Kind.REIMBURSED:
        ledger.spend(
            document=document, debit=EXPENSE, credit=OWED, amount_fen=made.amount_fen,
            by=by, at=at, because=because,
        )  # fmt: skip
        return
    ledger.release(document=document, amount_fen=made.amount_fen, by=by, at=at, because=because)
    ledger.post(
        debit=BANK, credit=OWED, amount_fen=made.amount_fen, document=document, code="returned",
        fund_source=made.advance.fund_source, by=by, at=at, because=because,
    )  # fmt: skip


@transaction.atomic
def hold_debrief(
    *, run_id: int, held_at: datetime, people: int, report: str, by: Person, at: datetime
) -> Debrief:
    """Note the meeting and seal the intervention report (R128, R129); the sheet's step passes."""
    case = _of_run(run_id)
    made, _ = Debrief.objects.get_or_create(
        case=case,
        defaults={"held_at": held_at, "people": people, "by": by, "reported_at": at},
    )
    sealing.keep(case=case, part=Part.REPORT, data={"report": report}, by=by, at=at)
    engine.pass_step(
        run_id=run_id,
        facts={"people": made.people, "reported": True},
        outputs={"report": Given(text="干预报告已封存")},
        by=by, at=at,
    )  # fmt: skip
    record("crisis.debriefed", case, by=by, at=at, people=made.people)
    return made


def _document(case: RedCase) -> str:
    return f"crisis.advance:{case.pk}"


def _of_run(run_id: int) -> RedCase:
    """Return the red case of a sheet's step, locked after the sheet's case."""
    sheet_case = StepRun.objects.values_list("case_id", flat=True).get(pk=run_id)
    about = Case.objects.select_for_update(of=("self",)).get(pk=sheet_case).subject
    return locks.locked(int(about.rpartition(":")[2]))
