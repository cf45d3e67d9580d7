"""Who has to do with an application, and whose steps are in hand."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from smartunion.domains.aid.models import Application, Gift, HomeVisit
from smartunion.domains.aid.procedure import BODY
from smartunion.domains.aid.rules.persons import PARTS, Involved, Sealed
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import Mandate, away, holders
from smartunion.kernel.private.reads import has_read
from smartunion.kernel.procedures.models import StepRun
from smartunion.kernel.trail.record import name_of_subject

VISITORS = ("welfare_officer", "welfare_committee_chair")
LOOKS_ON = timedelta(minutes=30)
"""How long after saying a purpose the papers stay open to the reader."""


def involved(application: Application) -> Involved:
    """Return who is no stranger to the application: beneficiary, filer, who was kept out."""
    facts: dict[str, Any] = application.case.facts if application.case else {}
    return Involved(
        number=application.number or "草稿",
        beneficiary_id=application.beneficiary_id,
        filed_by_id=application.filed_by_id,
        kept_out=tuple(facts.get("kept_out") or ()),
    )


def kept_out_of(application: Application) -> list[int]:
    """Return who keeps out from the start: who is helped and who filed for them."""
    return sorted({application.beneficiary_id, application.filed_by_id})


def in_hand(application: Application, person: Person) -> set[str]:
    """Return the open steps of the case that the person does: as A, B, one of two, or voter."""
    if application.case_id is None:
        return set()
    runs = StepRun.objects.filter(case=application.case_id, state=StepRun.State.OPEN)
    found = {run.step for run in runs if person.pk in (run.lead_id, run.backup_id)}
    steps = {run.step for run in runs}
    if "visit" in steps and person in visitors(application):
        found.add("visit")
    votes = runs.filter(step="vote", poll__voters__person=person)
    if votes.exclude(poll__voters__person=person, poll__voters__state="recused").exists():
        found.add("vote")
    return found


def visitors(application: Application, *, at: datetime | None = None) -> list[Person]:
    """Return who may go on a home visit: the welfare department's people who are no part of it."""
    on = campus_day(at or clock.now())
    out, gone = set(kept_out_of(application)), away(on)
    people = {p.pk: p for office in VISITORS for p in holders(office, on=on)}
    return [p for p in people.values() if p.pk not in out and p.pk not in gone]


def body(on: datetime) -> list[Person]:
    """Return the seven of the standing committee on a day."""
    return holders(BODY, on=campus_day(on))


def about(application: Application) -> str:
    """Return the name under which the application's sealed parts are kept."""
    return name_of_subject(application)


def may_open_files(person: Person, mandate: Mandate, application_id: int) -> bool:
    """Test if papers and photos open: one's own, or a purpose was said a moment ago.

    Reading the sealed part with a purpose is what opens the papers with it, so that every look at
    a diagnosis has its line in the log.
    """
    application = Application.objects.select_related("case").filter(pk=application_id).first()
    if application is None:
        return False
    if person.pk in (application.beneficiary_id, application.filed_by_id):
        return True
    since = clock.now() - LOOKS_ON
    kinds = [PARTS[Sealed.CIRCUMSTANCES], PARTS[Sealed.VISIT]]
    read = has_read(person, about(application), kinds=kinds, since=since)
    return read and bool(in_hand(application, person))


def may_open_voucher(person: Person, mandate: Mandate, disbursement_id: int) -> bool:
    """Test if a payment voucher opens: for those who pay and those who look after the files."""
    return mandate.may("aid.pay") or mandate.may("files.view")


def may_open_gift(person: Person, mandate: Mandate, gift_id: int) -> bool:
    """Test if a gift's receipt opens: the receiver's, or the desk's of that unit."""
    gift = Gift.objects.filter(pk=gift_id).first()
    if gift is None:
        return False
    return person.pk == gift.receiver_id or mandate.may("aid.desk", gift.unit_id)


def matters_of(person: Person) -> list[str]:
    """Answer for the tree: what the trail calls the applications by or for somebody."""
    mine = Q(filed_by=person) | Q(beneficiary=person)
    rows = Application.objects.filter(mine).values_list("pk", flat=True)
    return [f"{Application._meta.label_lower}:{pk}" for pk in rows]


def last_visit(application: Application) -> HomeVisit | None:
    """Return the last home visit, written or signed."""
    return application.visits.select_related("written_by", "companion").order_by("-pk").first()
