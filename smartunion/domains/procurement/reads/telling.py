"""Whom a happening concerns."""

from datetime import datetime

from smartunion.domains.procurement.models import OpeningKey, Tender
from smartunion.kernel.notices.actions import tell
from smartunion.kernel.people.models import Person


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
