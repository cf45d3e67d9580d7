"""What the wallet puts on a person's home page."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from smartunion.domains.wallet.models import Freezing
from smartunion.kernel.base.days import campus_day, campus_month, next_month
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.people.models import Person
from smartunion.kernel.web.wording import left, moment, yuan

from .figures import terms_on
from .purses import Purse, purse_of


@dataclass(frozen=True)
class Todo:
    """One matter that waits for the person: what, by when, and where it is done."""

    title: str
    words: str
    state: str
    said: str
    url_name: str
    arg: int | None = None
    button: str = ""


def purse(person: Person, *, at: datetime) -> Purse | None:
    """Return the person's wallet, or None before it is opened or where no plan year covers now."""
    try:
        return purse_of(person, terms=terms_on(campus_day(at)), at=at)
    except Refused:
        return None


def todos(person: Person, *, decides: bool, at: datetime) -> list[Todo]:
    """Return what waits for the person, the most urgent first."""
    found = _appeals(person, at) if decides else []
    own = purse(person, at=at)
    if own and own.freezing_id:
        found.append(
            Todo("付款码已冻结", f"{yuan(own.frozen_fen)} 留着等核实", "hold", "看原因和申诉",
                 "wallet:freezing", own.freezing_id, "去处理")
        )  # fmt: skip
    if own and own.allotment_left_fen and not own.barred_at:
        found.append(
            Todo(f"划拨 {own.month.month} 月福利额度", f"还能划 {yuan(own.allotment_left_fen)}",
                 "wait", left(own.allotment_until, now=at), "wallet:allotment", None, "去划拨")
        )  # fmt: skip
    return found


def _appeals(person: Person, at: datetime) -> list[Todo]:
    """Return the freezings that wait for this officer's decision; never the officer's own."""
    rows = (
        Freezing.objects.filter(decided_at__isnull=True)
        .filter(~Q(wallet__owner=person))
        .select_related("appeal", "wallet__owner")
        .order_by("appeal__due_at", "frozen_at")[:5]
    )
    found = []
    for row in rows:
        appeal = getattr(row, "appeal", None)
        due = left(appeal.due_at, now=at) if appeal else "还没有申诉"
        state = "late" if appeal and appeal.due_at < at else "wait" if appeal else "off"
        title = f"核实{row.wallet.owner.name}的付款手机"
        found.append(Todo(title, moment(row.frozen_at), state, due, "wallet:case", row.pk, ""))
    return found


def next_due(at: datetime) -> date:
    """Return the day from which the next quota can be drawn."""
    return next_month(campus_month(at))
