"""The registers' rows and the sentence above them."""

from django.db.models import Count, Q, QuerySet, Sum

from smartunion.domains.wallet.models import Merchant, Terminal
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day

from . import numbers
from .purses import money


def merchants() -> QuerySet[Merchant]:
    """Return the merchants with how many terminals of theirs are in service."""
    live = Count("terminals", filter=Q(terminals__retired_at__isnull=True))
    return Merchant.objects.annotate(terminals_live=live)


def merchants_said() -> str:
    """Return the state of the register in one sentence."""
    rows = Merchant.objects.values("state").annotate(n=Count("pk"))
    counts = {row["state"]: row["n"] for row in rows}
    words = [f"{label} {counts[key]}" for key, label in Merchant.State.choices if counts.get(key)]
    held = Merchant.objects.aggregate(fen=Sum("deposit_fen"))["fen"] or 0
    if not counts:
        return "计划是 41 家；登记后才有。"
    return f"{sum(counts.values())} 家：{'，'.join(words)}。保证金 {money(held)} 元在专户，为负债。"


def terminals_said() -> str:
    """Return how many are in service, how many were upgraded, and what is to be explained."""
    live = Terminal.objects.filter(retired_at__isnull=True)
    shops = live.values("merchant").distinct().count()
    upgraded = live.filter(upgraded_on__isnull=False).count()
    gaps = numbers.waiting(on=campus_day(clock.now()))
    lost = f"流水空号 {len(gaps)} 段待说明，打开终端写明。" if gaps else ""
    return f"在用 {live.count()} 台，分属 {shops} 家商户；已升级 {upgraded} 台。{lost}"


def terminal(terminal_id: int) -> Terminal | None:
    """Return one terminal with its merchant, or None."""
    return Terminal.objects.filter(pk=terminal_id).select_related("merchant").first()


def merchant(merchant_id: int) -> Merchant | None:
    """Return one merchant, or None."""
    return Merchant.objects.filter(pk=merchant_id).select_related("unit").first()
