"""The supplier register: who may quote, whose account, who is kept out and why."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from smartunion.domains.procurement import procedure
from smartunion.domains.procurement.models import Barring, Supplier, SupplierUser
from smartunion.domains.procurement.reads import figures
from smartunion.domains.procurement.rules import refusals
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person
from smartunion.kernel.procedures import engine
from smartunion.kernel.procedures.engine import Given
from smartunion.kernel.procedures.models import StepRun
from smartunion.kernel.trail.record import record


@transaction.atomic
def register(
    *,
    number: str,
    name: str,
    credit_code: str,
    category: str,
    legal_representative: str,
    bank_account: str,
    controller: str = "",
    contact: str = "",
    phone: str = "",
    by: Person | None,
    at: datetime,
    because: str = "",
) -> Supplier:
    """Enter a supplier into the register; the same number again changes nothing."""
    supplier, made = Supplier.objects.get_or_create(
        number=number,
        defaults={
            "name": name,
            "credit_code": credit_code,
            "category": category,
            "legal_representative": legal_representative,
            "controller": controller,
            "bank_account": bank_account,
            "contact": contact,
            "phone": phone,
            "registered_at": at,
        },
    )
    if made:
        record("procurement.supplier_registered", supplier, by=by, at=at, because=because)
    return supplier


@transaction.atomic
def save(*, row: Any, created: bool, by: Person, at: datetime, because: str) -> None:
    """Save a row of the register, new or changed."""
    if created:
        row.registered_at = at
    row.save()
    what = "procurement.supplier_registered" if created else "procurement.supplier_changed"
    record(what, row, by=by, at=at, because=because)


@transaction.atomic
def bind(*, supplier_id: int, person: Person, by: Person | None, at: datetime) -> SupplierUser:
    """Let an account quote for a supplier; it never quotes for two."""
    bound, made = SupplierUser.objects.get_or_create(
        person=person, defaults={"supplier_id": supplier_id, "since": at}
    )
    if made:
        record("procurement.account_bound", bound.supplier, by=by, at=at, account=person.username)
    return bound


@transaction.atomic
def propose_barring(*, supplier_id: int, by: Person, at: datetime, because: str) -> Barring:
    """Open the procedure that may put a supplier on the blacklist: evidence, hearing, vote."""
    if not because.strip():
        raise refusals.ReasonMissing
    supplier = Supplier.objects.get(pk=supplier_id)
    years = figures.terms_on(campus_day(at)).blacklist_years
    case = engine.open_case(
        sheet=procedure.BLACKLIST,
        title=f"{supplier.name}列入黑名单",
        facts={
            "supplier": supplier.name,
            "supplier_id": supplier.pk,
            "grounds": because,
            "years": years,
        },
        subject=f"procurement:{supplier.number}",
        by=by,
        at=at,
    )
    barring = Barring.objects.create(supplier=supplier, case=case)
    record("procurement.barring_proposed", supplier, by=by, at=at, because=because)
    return barring


@transaction.atomic
def bar(*, run: StepRun, at: datetime) -> None:
    """Put the supplier on the blacklist as the committee has decided: the sheet's AUTO step.

    The years count from the day of the entry.
    """
    facts = run.case.facts
    day = campus_day(at)
    until = _years_later(day, int(facts["years"]))
    supplier = Supplier.objects.select_for_update().get(pk=facts["supplier_id"])
    supplier.barred_until_on = max(until, supplier.barred_until_on or until)
    supplier.barred_because = str(facts["grounds"])[:200]
    supplier.save(update_fields=["barred_until_on", "barred_because"])
    Barring.objects.filter(case_id=run.case_id).update(since=day, until=until)
    record(
        "procurement.barred", supplier, by=None, at=at, because=supplier.barred_because,
        until=until.isoformat(),
    )  # fmt: skip
    engine.keep(run, {"entry": Given(text=f"列入黑名单至 {until:%Y-%m-%d}")}, by=None, at=at)


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, month=3, day=1)
