"""Asking for a purchase: the method, the budget line, the case that runs by its sheet."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from smartunion.domains.procurement import procedure
from smartunion.domains.procurement.models import Purchase, Supplier
from smartunion.domains.procurement.reads import emergencies, figures, split
from smartunion.domains.procurement.reads.taking_part import free_to_sell
from smartunion.domains.procurement.rules import limits, refusals
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person, Unit
from smartunion.kernel.procedures import engine
from smartunion.kernel.procedures.define import Procedure
from smartunion.kernel.trail.record import record


@transaction.atomic
def compare(
    *,
    title: str,
    category: str,
    amount_fen: int,
    line: str,
    unit: Unit,
    june_gifts: bool = False,
    by: Person,
    at: datetime,
    because: str = "",
) -> Purchase:
    """Open a purchase by three quotes (2.2); `june_gifts` takes the plan's own preset (R029)."""
    sheet = procedure.JUNE_GIFTS if june_gifts else procedure.COMPARED
    terms = figures.terms_on(campus_day(at))
    return _open(
        sheet,
        Purchase.Method.COMPARED,
        {"least_quotes": terms.least_quotes, "reason": because},
        title=title,
        category=category,
        amount_fen=amount_fen,
        line=line,
        unit=unit,
        by=by,
        at=at,
        because=because,
    )


@transaction.atomic
def single(
    *,
    title: str,
    category: str,
    amount_fen: int,
    line: str,
    unit: Unit,
    supplier_id: int,
    by: Person,
    at: datetime,
    because: str,
) -> Purchase:
    """Open a purchase from one supplier (5.1§7); `because` says why only from this one."""
    if not because.strip():
        raise refusals.ReasonMissing
    supplier = free_to_sell(supplier_id, campus_day(at))
    terms = figures.terms_on(campus_day(at))
    facts = {
        **_of_single(terms),
        "reason": because,
        "supplier": supplier.name,
        "price_fen": amount_fen,
    }
    return _open(
        procedure.SINGLE_SOURCE,
        Purchase.Method.SINGLE,
        facts,
        title=title,
        category=category,
        amount_fen=amount_fen,
        line=line,
        unit=unit,
        supplier=supplier,
        by=by,
        at=at,
        because=because,
    )


@transaction.atomic
def negotiate(
    *,
    title: str,
    category: str,
    amount_fen: int,
    line: str,
    unit: Unit,
    by: Person,
    at: datetime,
    because: str,
) -> Purchase:
    """Open a competitive negotiation."""
    if not because.strip():
        raise refusals.ReasonMissing
    terms = figures.terms_on(campus_day(at))
    return _open(
        procedure.NEGOTIATION,
        Purchase.Method.NEGOTIATED,
        {**_of_single(terms), "reason": because},
        title=title,
        category=category,
        amount_fen=amount_fen,
        line=line,
        unit=unit,
        by=by,
        at=at,
        because=because,
    )


@transaction.atomic
def emergency(
    *,
    title: str,
    category: str,
    amount_fen: int,
    line: str,
    unit: Unit,
    supplier_id: int,
    cause: str,
    by: Person,
    at: datetime,
    because: str,
) -> Purchase:
    """Open an emergency purchase (5.1§12): only for its causes, and not with papers overdue.

    :raises Refused: no such cause; the papers of an earlier one are past their tenth day (R221)
    """
    day = campus_day(at)
    terms = figures.terms_on(day)
    if no := limits.cause_wrong(cause, terms):
        raise no
    _lock("procurement.emergency")
    if late := emergencies.overdue(at=at):
        raise refusals.EmergencyBlocked(number=late[0].number, due=late[0].due_on)
    supplier = free_to_sell(supplier_id, day)
    facts = {
        "cause": cause,
        "reason": because,
        "supplier": supplier.name,
        "price_fen": amount_fen,
        "least_quotes": terms.least_quotes,
    }
    return _open(
        procedure.EMERGENCY,
        Purchase.Method.EMERGENCY,
        facts,
        title=title,
        category=category,
        amount_fen=amount_fen,
        line=line,
        unit=unit,
        supplier=supplier,
        cause=cause,
        by=by,
        at=at,
        because=because,
    )


def _of_single(terms: limits.Terms) -> dict[str, Any]:
    return {
        "limit_fen": terms.single_source_fen,
        "experts_needed": terms.experts,
        "outside_needed": terms.outside_experts,
        "least_quotes": terms.panel_least,
    }


def _open(
    sheet: Procedure,
    method: str,
    facts: Mapping[str, Any],
    *,
    title: str,
    category: str,
    amount_fen: int,
    line: str,
    unit: Unit,
    supplier: Supplier | None = None,
    cause: str = "",
    by: Person,
    at: datetime,
    because: str,
) -> Purchase:
    assert amount_fen > 0
    day = campus_day(at)
    found = figures.line_on(day, line)
    if found.left_fen < amount_fen:
        raise refusals.BudgetShort(
            line=found.title,
            left=procedure.yuan(found.left_fen),
            amount=procedure.yuan(amount_fen),
        )
    number = _number(day.year)
    near = split.of_new(
        category=category,
        unit=unit.name,
        supplier=supplier.name if supplier else "",
        amount_fen=amount_fen,
        on=day,
        terms=figures.terms_on(day),
    )
    case = engine.open_case(
        sheet=sheet,
        title=f"{number} {title}",
        facts={
            **facts,
            "number": number,
            "amount_fen": amount_fen,
            **({"split": near[0].seen} if near else {}),
        },
        unit=unit,
        subject=f"procurement:{number}",
        by=by,
        at=at,
    )
    purchase = Purchase.objects.create(
        number=number,
        method=method,
        title=title,
        category=category,
        unit=unit,
        amount_fen=amount_fen,
        budget_code=found.budget_code,
        fund_source=found.fund_source,
        cause=cause,
        case=case,
        requested_by=by,
        requested_at=at,
        supplier=supplier,
        price_fen=amount_fen if supplier else None,
    )
    record(
        "procurement.requested",
        purchase,
        by=by,
        at=at,
        because=because,
        method=purchase.get_method_display(),
        amount_fen=amount_fen,
        flags=len(near),
    )
    return purchase


def _number(year: int) -> str:
    _lock("procurement.number")
    last = Purchase.objects.filter(number__startswith=f"CG{year}-").count()
    return f"CG{year}-{last + 1:03}"


def _lock(name: str) -> None:
    """Let two of a kind wait for each other until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [name])
