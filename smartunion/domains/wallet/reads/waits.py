"""Orders to the bank whose outcome is not known yet: since when, until when, whose matter it is."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from smartunion.domains.wallet.models import BankFeed, BankOrder, Payment
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.reads import acting

State = BankOrder.State
UNDECIDED = (State.WAITING, State.RESERVED, State.POSTING)
OPEN = Q(two_phases=True, state__in=(*UNDECIDED, State.VOIDING))

REFUSED = Q(state=State.REFUSED, two_phases=False)

OWNER = "finance_head"
"""Whose matter an order is that the bank has not answered."""

SOON = timedelta(seconds=5)
"""An order younger than this is on its way, not unanswered."""


def overdue(*, at: datetime) -> list[int]:
    """Return the orders for which the bank has been waited for long enough."""
    rows = BankOrder.objects.filter(two_phases=True, state__in=UNDECIDED, decide_by__lte=at)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:500])


def open_orders() -> list[int]:
    """Return the orders of payments that wait for the bank."""
    return list(BankOrder.objects.filter(OPEN).order_by("pk").values_list("pk", flat=True))


def lost_on_the_way() -> list[int]:
    """Return the orders that were sent once and of which nothing was heard."""
    rows = BankOrder.objects.filter(two_phases=False, state=State.SENT, attempts=1)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def without_order() -> bool:
    """Tell if a payment waits for a bank that nobody has asked yet."""
    document = Concat(Value("payment:"), Cast(OuterRef("pk"), CharField()))
    orders = BankOrder.objects.filter(document=document)
    return Payment.objects.filter(status="P", born="P").exclude(Exists(orders)).exists()


def order_of(key: str) -> tuple[int, bool] | None:
    """Return (order, whether it goes in two phases) of a key that we have sent, or None."""
    mark, _, document = key.partition("-")
    if not BankFeed.objects.filter(mark=mark).exists():
        return None
    rows = BankOrder.objects.filter(document=document)
    return rows.values_list("pk", "two_phases").first()


@dataclass(frozen=True)
class Unanswered:
    """An order as the desk sees it; nobody's name is in it. Amounts in fen."""

    id: int
    document: str
    words: str
    merchant: str
    amount_fen: int
    since: datetime
    attempts: int
    state: str
    state_words: str
    why: str
    decide_by: datetime | None


@dataclass(frozen=True)
class Waiting:
    """What the bank has not answered, oldest first, and whose matter it is."""

    rows: tuple[Unanswered, ...]
    refused: tuple[Unanswered, ...]
    owner: str
    resolved: tuple[Unanswered, ...]

    @property
    def sum_fen(self) -> int:
        """Return how much money is in question."""
        return sum(each.amount_fen for each in self.rows)


def unanswered(*, at: datetime, limit: int = 200) -> Waiting:
    """Return every order without an outcome, every refused one, how the last large ones ended."""
    orders = BankOrder.objects.select_related("merchant")
    sent = Q(two_phases=False, state__in=(State.WAITING, State.SENT), occurred_at__lte=at - SOON)
    refused = orders.filter(REFUSED).exclude(kind="ALLOC")
    ended = orders.filter(two_phases=True).exclude(OPEN).order_by("-pk")
    found = acting(OWNER, on=campus_day(at))
    return Waiting(
        rows=_shown(orders.filter(OPEN | sent).order_by("occurred_at", "pk")[:limit]),
        refused=_shown(refused.order_by("pk")[:limit]),
        owner=found.person.name if found else "财务处长（空缺）",
        resolved=_shown(ended[:20]),
    )


def is_refused(order_id: int) -> bool:
    """Tell if the bank refused an order and somebody must see to it."""
    return BankOrder.objects.filter(REFUSED, pk=order_id).exclude(kind="ALLOC").exists()


def _shown(rows: QuerySet[BankOrder]) -> tuple[Unanswered, ...]:
    found = rows.annotate(merchant_name=F("merchant__name"))
    return tuple(_one(row) for row in found)


def _one(row: BankOrder) -> Unanswered:
    colour = {"done": "ok", "refused": "no", "voided": "off", "voiding": "off"}
    return Unanswered(
        id=row.pk, document=row.document, words=row.get_kind_display(),
        merchant=getattr(row, "merchant_name", "") or "", amount_fen=row.amount_fen,
        since=row.occurred_at, attempts=row.attempts, state=colour.get(row.state, "wait"),
        state_words=row.get_state_display(), why=row.refusal, decide_by=row.decide_by,
    )  # fmt: skip
