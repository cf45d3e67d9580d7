"""Who takes part in a purchase, or the refusal of who does not."""

from datetime import date

from smartunion.domains.procurement.models import Panelist, Supplier, SupplierUser
from smartunion.domains.procurement.rules import refusals
from smartunion.kernel.people.models import Person


def panelist(tender_id: int, by: Person) -> Panelist:
    """Return the person's seat on the panel; refused for others and for who is recused."""
    member = (
        Panelist.objects.select_related("tender").filter(tender_id=tender_id, person=by).first()
    )
    if member is None:
        raise refusals.NotPanel(by=by.name)
    if member.recused_at is not None:
        raise refusals.OwnMatter(by=by.name, what=member.tender.number)
    return member


def free_to_sell(supplier_id: int, on: date) -> Supplier:
    """Return the supplier, or refuse one on the blacklist."""
    supplier = Supplier.objects.get(pk=supplier_id)
    if supplier.barred_until_on and on < supplier.barred_until_on:
        raise refusals.Blacklisted(supplier=supplier.name, until=supplier.barred_until_on)
    return supplier


def quoting_for(person: Person) -> Supplier:
    """Return whom the person quotes for, or refuse."""
    found = SupplierUser.objects.filter(person=person).select_related("supplier").first()
    if found is None:
        raise refusals.NoAccount(by=person.name)
    return found.supplier
