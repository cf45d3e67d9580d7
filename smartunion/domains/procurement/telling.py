"""Who is told of what: invited suppliers, the panel, the key holders, experts."""

from collections.abc import Iterable
from datetime import datetime

from smartunion.domains.procurement.models import Explanation, OpeningKey, Opinion, Supplier, Tender
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.notices.actions import tell
from smartunion.kernel.people.models import Person


def _sellers(suppliers: Iterable[Supplier]) -> list[Person]:
    pks = [supplier.pk for supplier in suppliers]
    found = Supplier.objects.filter(pk__in=pks).values_list("users__person", flat=True)
    return list(Person.objects.filter(pk__in=[pk for pk in found if pk]))


def announced(tender: Tender, suppliers: Iterable[Supplier], *, at: datetime) -> None:
    """Tell the invited suppliers until when they may quote, and the panel that it judges."""
    closes = f"{tender.closes_at.astimezone(CAMPUS):%-m月%-d日 %H:%M}"
    tell(
        to=_sellers(suppliers),
        about=f"procurement.invited:{tender.pk}",
        title=f"邀请报价：{tender.purchase.title}",
        text=f"{tender.number}，{closes} 截止。报价密封到开标，晚一秒也不收。",
        link=f"/supply/{tender.pk}/",
        at=at,
    )
    tell(
        to=list(Person.objects.filter(pk__in=tender.notice["panel"])),
        about=f"procurement.panel:{tender.pk}",
        title=f"请你评审 {tender.number}",
        text=f"“{tender.purchase.title}”，{closes} 截止后开标。与某一家有利害关系的，请先回避。",
        link=f"/procurement/tenders/{tender.pk}/",
        at=at,
    )


def quotes_closed(tender_id: int, *, at: datetime) -> None:
    """Tell holders and panel that the quotes are in and how many."""
    tender = Tender.objects.select_related("purchase").get(pk=tender_id)
    keys = OpeningKey.objects.filter(pk__in=[int(pk) for pk in tender.notice["keys"]])
    people = Person.objects.filter(
        pk__in=[*keys.values_list("holder", flat=True), *tender.notice["panel"]]
    )
    count = tender.quotes.filter(replaced_at__isnull=True).count()
    tell(
        to=list(people),
        about=f"procurement.closed:{tender.pk}",
        title=f"{tender.number} 报价已截止，可以开标",
        text=f"“{tender.purchase.title}”收到 {count} 份密封报价；两位持钥人到场即可开标。",
        link=f"/procurement/tenders/{tender.pk}/opening/",
        at=at,
    )


def to_explain(said: Explanation, *, at: datetime) -> None:
    """Tell a supplier below the band until when its explanation is due."""
    quote = said.quote
    tell(
        to=_sellers([quote.supplier]),
        about=f"procurement.explain:{quote.pk}",
        title=f"{quote.tender.number} 请写低价说明",
        text="报价低于下限，一个工作日内写明成本构成即可计入；不写就不参加排序。",
        link=f"/supply/{quote.tender_id}/",
        at=at,
    )


def to_argue(opinion: Opinion, *, at: datetime) -> None:
    """Tell an expert that an opinion is asked for."""
    tell(
        to=opinion.expert,
        about=f"procurement.argue:{opinion.pk}",
        title=f"请你论证：{opinion.purchase.title}",
        text="单一来源采购，请写明是否只有这一家能供货。",
        link=f"/arguments/{opinion.purchase_id}/",
        at=at,
    )
