"""People, money, assets (人—财—物): each branch's three registers and their gaps (R026)."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Sum

from smartunion.domains.membership.models import AssetItem
from smartunion.domains.membership.reads.organization import Body, bodies
from smartunion.kernel.ledger.models import Transfer
from smartunion.kernel.people.models import Unit


@dataclass(frozen=True)
class Loop:
    """One branch's three registers, and what does not agree."""

    body: Body
    members: int
    committee: int
    vouchers: int
    vouchers_fen: int
    assets: int
    assets_fen: int
    gaps: list[str]

    @property
    def closed(self) -> bool:
        """Test if people, money and things agree."""
        return not self.gaps


def loops(*, on: date, units: frozenset[int] | None = None) -> list[Loop]:
    """Return the three registers of each branch within the units, on a day.

    Roster: members and the five seats. Ledger: the documents that the branch's assets name, and
    what was really posted on them. Assets: things not retired, and their cost.
    """
    found = [b for b in bodies(on=on).values() if b.unit.kind == Unit.Kind.BRANCH]
    things: dict[int, list[AssetItem]] = defaultdict(list)
    live = AssetItem.objects.filter(retired_on__isnull=True).select_related("keeper")
    for item in live.order_by("number"):
        things[item.unit_id].append(item)
    documents = {i.document for items in things.values() for i in items if i.document}
    posted: dict[str, int] = dict(
        Transfer.objects.filter(document__in=documents)
        .values_list("document")
        .annotate(fen=Sum("amount_fen"))
        .order_by()
    )
    return [
        _loop(body, things[body.unit.pk], posted)
        for body in found
        if units is None or body.unit.pk in units
    ]


def _loop(body: Body, items: list[AssetItem], posted: dict[str, int]) -> Loop:
    """Return one branch's registers and their gaps."""
    gaps = []
    if body.holder("branch_asset_manager") is None:
        gaps.append("人：没有资产管理员")
    by_document: dict[str, int] = defaultdict(int)
    for item in items:
        if item.document:
            by_document[item.document] += item.cost_fen
        else:
            gaps.append(f"物：{item.number} {item.name} 没有凭证号")
        if item.keeper.unit_id != body.unit.pk:
            gaps.append(f"人：{item.name} 的保管人 {item.keeper} 已不在本分会")
    for document, cost_fen in by_document.items():
        booked = posted.get(document)
        if booked is None:
            gaps.append(f"财：凭证 {document} 账上没有")
        elif booked != cost_fen:
            gap = (booked - cost_fen) / 100
            gaps.append(f"财：凭证 {document} 账上与资产原值相差 {gap:+,.2f} 元")
    return Loop(
        body=body,
        members=body.members,
        committee=body.seated,
        vouchers=sum(1 for d in by_document if d in posted),
        vouchers_fen=sum(posted.get(d, 0) for d in by_document),
        assets=len(items),
        assets_fen=sum(i.cost_fen for i in items),
        gaps=gaps,
    )
