"""The risk desk: what was found, what became of it, and how often a rule cried for nothing."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, Sum

from smartunion.domains.merchants.models import Scan, Suspicion
from smartunion.domains.merchants.rules.detectors import Detector
from smartunion.domains.wallet import public as wallet
from smartunion.domains.wallet.public import ShopFact, Voucher
from smartunion.kernel.people.models import Person

MARKS = {"open": "wait", "excluded": "off", "confirmed": "no"}


@dataclass(frozen=True)
class Row:
    """A suspicion as the list shows it."""

    id: int
    detector: str
    month: date
    merchant: str
    amount_fen: int
    rows: int
    words: str
    state: str
    mark: str
    state_words: str
    due_on: date
    found_at: datetime
    decider: str
    decided_at: datetime | None
    because: str
    taken_fen: int


def _row(one: Suspicion, shops: dict[int, ShopFact]) -> Row:
    shop = shops.get(one.merchant_id)
    return Row(
        one.pk, Detector(one.detector).words, one.month, shop.name if shop else "—",
        one.amount_fen, len(one.payments), one.words, one.state, MARKS[one.state],
        one.get_state_display(), one.due_on, one.found_at,
        one.decided_by.name if one.decided_by else "", one.decided_at, one.because, one.taken_fen,
    )  # fmt: skip


def _shops() -> dict[int, ShopFact]:
    return {each.id: each for each in wallet.shops()}


def listed(*, state: str = "", detector: str = "", merchant_id: int | None = None) -> list[Row]:
    """Return the suspicions: those that wait by their deadline, then the newest decided."""
    rows = Suspicion.objects.select_related("decided_by")
    if state:
        rows = rows.filter(state=state)
    if detector:
        rows = rows.filter(detector=detector)
    if merchant_id is not None:
        rows = rows.filter(merchant_id=merchant_id)
    shops = _shops()
    found = [_row(one, shops) for one in rows]
    waiting = sorted((one for one in found if one.state == "open"), key=lambda one: one.due_on)
    done = [one for one in found if one.decided_at]
    return waiting + sorted(done, key=lambda one: str(one.decided_at), reverse=True)


@dataclass(frozen=True)
class Tally:
    """How a rule has done: found, still open, excluded, confirmed, taken back (fen)."""

    detector: str
    words: str
    question: str
    found: int
    waiting: int
    excluded: int
    confirmed: int
    taken_fen: int

    @property
    def false_percent(self) -> str:
        """Return the share of decided ones that were nothing; a dash before any is decided."""
        decided = self.excluded + self.confirmed
        return f"{self.excluded * 100 / decided:.0f}%" if decided else "—"


def tallies() -> list[Tally]:
    """Return every rule with its counts."""
    counted = {
        each["detector"]: each
        for each in Suspicion.objects.values("detector").annotate(
            found=Count("pk"),
            waiting=Count("pk", filter=Q(state="open")),
            excluded=Count("pk", filter=Q(state="excluded")),
            confirmed=Count("pk", filter=Q(state="confirmed")),
            fen=Sum("taken_fen"),
        )
    }
    none = {"found": 0, "waiting": 0, "excluded": 0, "confirmed": 0, "fen": 0}
    return [
        Tally(
            one.value, one.words, one.question, there["found"], there["waiting"],
            there["excluded"], there["confirmed"], int(there["fen"] or 0),
        )
        for one in Detector
        for there in (counted.get(one.value, none),)
    ]  # fmt: skip


def last_scan() -> Scan | None:
    """Return when the rules were asked last."""
    return Scan.objects.order_by("-at", "-pk").first()


@dataclass(frozen=True)
class Card:
    """One suspicion with its rows opened, and who may not decide it."""

    row: Row
    question: str
    merchant_id: int
    vouchers: list[Voucher]
    payers: list[Person]
    kept_out: frozenset[int]


def card(suspicion_id: int, *, names: bool) -> Card | None:
    """Return one suspicion, or None; payers in full only where `names`."""
    one = Suspicion.objects.select_related("decided_by").filter(pk=suspicion_id).first()
    if one is None:
        return None
    payers = wallet.payers(one.payments)
    return Card(
        row=_row(one, _shops()),
        question=Detector(one.detector).question,
        merchant_id=one.merchant_id,
        vouchers=wallet.vouchers(one.payments, names=names),
        payers=payers,
        kept_out=frozenset(each.pk for each in payers),
    )


def waiting() -> int:
    """Return how many suspicions wait for a person."""
    return Suspicion.objects.filter(state=Suspicion.State.OPEN).count()
