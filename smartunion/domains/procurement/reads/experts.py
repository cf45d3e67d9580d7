"""What an expert is asked to argue."""

from django.db.models import QuerySet

from smartunion.domains.procurement.models import Opinion
from smartunion.kernel.people.models import Person


def asked(person: Person) -> QuerySet[Opinion]:
    """Return the opinions that the person is asked for, the unsigned first."""
    return (
        Opinion.objects.filter(expert=person)
        .select_related("purchase__supplier", "purchase__unit", "purchase__case")
        .order_by("-asked_at")
    )


def one(person: Person, purchase_id: int) -> Opinion | None:
    """Return the person's own opinion on a purchase, signed or not."""
    return asked(person).filter(purchase_id=purchase_id).first()
