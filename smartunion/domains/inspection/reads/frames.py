"""What a frame is made of: the ledger's vouchers that no frame has yet, by branch."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypedDict

from django.db.models import Max, Q, QuerySet

from smartunion.domains.aid import public as aid
from smartunion.domains.inspection.models import Round, Voucher
from smartunion.domains.inspection.rules import sample
from smartunion.domains.inspection.rules.parties import CENTRAL
from smartunion.domains.procurement import public as procurement
from smartunion.kernel.ledger.models import Transfer
from smartunion.kernel.people.models import Unit

SUMS, PAID = "fold:", "payout:"
"""Documents of the shop: a day's sums of a merchant, and what was paid on its month's statement."""

OWN = "branch:"
"""A document that a branch itself has handed in: branch:B07:2025-03-14:2."""


@dataclass(frozen=True)
class Spent:
    """One original voucher of the ledger, and whose it is."""

    transfer_id: int
    branch: str
    amount_fen: int


def vouchers(year: int) -> QuerySet[Transfer]:
    """Return the year's original vouchers: what was spent on a paper that somebody can look at.

    The shop's daily sums are machine-made from payments and have no paper; its money is here as
    the payments to merchants, whose paper is the month's statement.
    """
    spent = Q(debit__kind="expense") & ~Q(document__startswith=SUMS)
    paid = Q(debit="merchant.subsidy", document__startswith=PAID)
    return Transfer.objects.filter(spent | paid, event_at__year=year)


def unframed(year: int) -> list[Spent]:
    """Return the year's vouchers that are in no frame yet, in the order in which they were booked.

    So none is left out and none is drawn from twice, however late it was booked.
    """
    rows = list(
        vouchers(year)
        .exclude(pk__in=Voucher.objects.filter(is_void=False).values("transfer"))
        .order_by("pk")
        .values_list("pk", "document", "amount_fen")
    )
    whose = branches_of({document for _, document, _ in rows})
    return [Spent(pk, whose.get(document, CENTRAL), fen) for pk, document, fen in rows]


def branches_of(documents: Iterable[str]) -> dict[str, str]:
    """Return the branch of each document that has one; the others are the union's own."""
    given = sorted(set(documents))
    known = {**aid.units_of(given), **procurement.units_of(given)}
    known |= {one: one.split(":")[1] for one in given if one.startswith(OWN)}
    branches = set(branch_names())
    return {one: unit for one, unit in known.items() if unit in branches}


def branch_names() -> dict[str, str]:
    """Return the branches' official names by code, in the order of their codes."""
    rows = Unit.objects.filter(kind=Unit.Kind.BRANCH).order_by("code")
    return dict(rows.values_list("code", "name"))


def short_names() -> dict[str, str]:
    """Return what pages call a branch, and the union's own money, by key."""
    rows = Unit.objects.filter(kind=Unit.Kind.BRANCH).order_by("code")
    named = {code: alias or name for code, name, alias in rows.values_list("code", "name", "alias")}
    return {**named, CENTRAL: "校工会本级"}


def frame_of(it: Round) -> dict[str, list[str]]:
    """Return a round's frame as it is published: numbers only, never an amount."""
    frame: dict[str, list[str]] = {code: [] for code in it.branches}
    for branch, number in it.vouchers.order_by("number").values_list("branch", "number"):
        frame.setdefault(branch, []).append(number)
    return frame


class Result(TypedDict):
    """What a round has drawn, with everything that a verifier needs besides the frame."""

    audit_id: str
    dice: str
    beacon: str
    frame_root: str
    seed: str
    branch_percent: int
    voucher_percent: int
    always: list[str]
    drawn_before: list[str]
    drawn: dict[str, list[str]]


def result_of(it: Round) -> Result:
    """Return what was drawn, as it stands in the tables, and all that a verifier needs.

    The order is the draw's own; who is drawn is what the tables say, so a row that was changed
    by hand shows.
    """
    looked: dict[str, list[str]] = defaultdict(list)
    rows = it.vouchers.filter(is_drawn=True).values_list("branch", "number")
    for branch, number in rows:
        looked[branch].append(number)
    return {
        "audit_id": it.number,
        "dice": it.dice,
        "beacon": "",
        "frame_root": it.frame_root,
        "seed": it.seed,
        **rule_of(it),
        "drawn": {one: sample.ordered(it.seed, "voucher", looked[one]) for one in it.drawn},
    }


class Rule(TypedDict):
    """By which rule a round draws."""

    branch_percent: int
    voucher_percent: int
    always: list[str]
    drawn_before: list[str]


def rule_of(it: Round) -> Rule:
    """Return by which rule a round draws, fixed when its frame was frozen."""
    return {
        "branch_percent": it.branch_percent,
        "voucher_percent": it.voucher_percent,
        "always": [CENTRAL],
        "drawn_before": sorted(it.drawn_before),
    }


def drawn_before(year: int, sequence: int) -> list[str]:
    """Return the branches that the year's earlier rounds have drawn (T15)."""
    rows = Round.objects.filter(year=year, sequence__lt=sequence).values_list("drawn", flat=True)
    return sorted({code for drawn in rows for code in drawn} - {CENTRAL})


def amounts_of(it: Round) -> dict[str, int]:
    """Return what each voucher of a frame amounts to, in fen: for inspectors, not for the board."""
    return dict(it.vouchers.values_list("number", "amount_fen"))


def to_look_at(it: Round) -> QuerySet[Voucher]:
    """Return the vouchers that somebody must look at, by branch."""
    return it.vouchers.filter(Q(is_drawn=True) | Q(by_amount=True)).order_by("branch", "number")


def unframed_before(it: Round) -> int:
    """Return how many vouchers of the ledger the round's frame should have: none in an older one.

    Counted from the ledger, not from the frame, up to the newest voucher that the frame has.
    """
    newest = it.vouchers.aggregate(newest=Max("transfer"))["newest"]
    older = Voucher.objects.exclude(round=it).filter(is_void=False).values("transfer")
    return vouchers(it.year).filter(pk__lte=newest).exclude(pk__in=older).count()
