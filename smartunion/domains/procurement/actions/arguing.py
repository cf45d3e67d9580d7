"""Single source: experts argue, the campus may challenge, a negotiation takes its place (5.1§7)."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from smartunion.domains.procurement import telling
from smartunion.domains.procurement.models import Opinion, Purchase, Supplier, SupplierUser
from smartunion.domains.procurement.procedure import challenged, yuan
from smartunion.domains.procurement.reads import figures, runs
from smartunion.domains.procurement.reads.taking_part import free_to_sell
from smartunion.domains.procurement.rules import limits, refusals
from smartunion.domains.procurement.rules.limits import Opinion as OpinionFact
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import holders
from smartunion.kernel.procedures import engine
from smartunion.kernel.procedures.engine import Given
from smartunion.kernel.procedures.registry import sheet_of
from smartunion.kernel.trail.record import record

EXPERTS = "expert"
"""The office of those who argue from outside."""


@transaction.atomic
def ask(*, purchase_id: int, expert: Person, by: Person, at: datetime) -> Opinion:
    """Ask an expert for an opinion; each once, none linked to supplier or buyer (R216, T66)."""
    purchase = Purchase.objects.select_for_update().get(pk=purchase_id)
    runs.open_run(purchase, "argued")
    if Opinion.objects.filter(purchase=purchase, expert=expert).exists():
        raise refusals.ExpertTwice(expert=expert.name)
    if _linked(purchase, expert) or expert == by:
        raise refusals.ExpertLinked(expert=expert.name)
    asked = Opinion.objects.create(
        purchase=purchase, expert=expert, outside=expert.kind == Person.Kind.OUTSIDE, asked_at=at
    )
    record("procurement.expert_asked", asked, by=by, at=at, outside=int(asked.outside))
    telling.to_argue(asked, at=at)
    return asked


def _linked(purchase: Purchase, expert: Person) -> bool:
    """Test if the expert belongs to who asks, or to the supplier."""
    if expert.unit_id == purchase.unit_id or expert.pk == purchase.requested_by_id:
        return True
    if SupplierUser.objects.filter(person=expert, supplier=purchase.supplier).exists():
        return True
    supplier = purchase.supplier
    return supplier is not None and expert.name in {
        supplier.legal_representative,
        supplier.controller,
        supplier.contact,
    }


@transaction.atomic
def give_opinion(
    *, purchase_id: int, supports: bool, text: str, linked: str = "", by: Person, at: datetime
) -> Opinion:
    """Sign one's opinion, once; `linked` declares a tie of one's own and makes it not count."""
    opinion = Opinion.objects.select_for_update().filter(purchase_id=purchase_id, expert=by).first()
    if opinion is None:
        raise refusals.NotAsked(by=by.name)
    if opinion.signed_at is not None:
        raise refusals.ExpertTwice(expert=by.name)
    if not text.strip():
        raise refusals.ReasonMissing
    opinion.supports, opinion.text, opinion.linked = supports, text, linked.strip()
    opinion.signed_at = at
    opinion.save(update_fields=["supports", "text", "linked", "signed_at"])
    record("procurement.opinion_signed", opinion, by=by, at=at, supports=int(supports))
    return opinion


@transaction.atomic
def conclude(*, purchase_id: int, by: Person, at: datetime, because: str = "") -> Purchase:
    """Close the argumentation; from here the campus may challenge for five working days.

    Opinions in favor count; three distinct experts, one at least from outside, none linked.
    """
    purchase = Purchase.objects.select_for_update().get(pk=purchase_id)
    run = runs.open_run(purchase, "argued")
    signed = list(Opinion.objects.filter(purchase=purchase, signed_at__isnull=False, supports=True))
    facts = [OpinionFact(o.expert_id, o.outside, bool(o.linked)) for o in signed]
    terms = figures.terms_on(campus_day(purchase.requested_at))
    if no := limits.experts_missing(facts, terms):
        raise no
    free = [o for o in signed if not o.linked]
    words = "；".join(
        f"{o.expert.name}（{'校外' if o.outside else '校内'}）：{o.text}" for o in free
    )
    engine.pass_step(
        run_id=run.pk,
        facts={
            "experts": len(free),
            "outside_experts": sum(o.outside for o in free),
            "linked_experts": 0,
        },
        outputs={"opinions": Given(text=words)},
        by=by,
        at=at,
        because=because,
    )
    record("procurement.argued", purchase, by=by, at=at, because=because, experts=len(free))
    return purchase


@transaction.atomic
def convert(*, purchase_id: int, at: datetime) -> Purchase:
    """Note that a valid challenge has made this a negotiation; nothing leads back (R218).

    The case has taken the way already; this row follows it, and the table refuses to undo it.
    """
    purchase = Purchase.objects.select_for_update().get(pk=purchase_id)
    if purchase.converted_at is None and challenged(purchase.case.facts):
        purchase.method, purchase.converted_at = Purchase.Method.NEGOTIATED, at
        purchase.supplier, purchase.price_fen = None, None
        purchase.save(update_fields=["method", "converted_at", "supplier", "price_fen"])
        record("procurement.converted", purchase, by=None, at=at)
    return purchase


@transaction.atomic
def negotiate(
    *,
    purchase_id: int,
    supplier_ids: Sequence[int],
    winner_id: int,
    price_fen: int,
    panel: Sequence[Person],
    file_id: int | None = None,
    by: Person,
    at: datetime,
    because: str,
) -> Purchase:
    """Record a competitive negotiation: who sat at the table, who judged, what was agreed on.

    Three suppliers at least; a panel of odd number, two thirds of it from the list of experts.
    """
    convert(purchase_id=purchase_id, at=at)
    purchase = Purchase.objects.select_for_update().get(pk=purchase_id)
    run = runs.open_run(purchase, "negotiated")
    day = campus_day(at)
    suppliers = {pk: free_to_sell(pk, day) for pk in supplier_ids}
    terms = figures.terms_on(day)
    if len(suppliers) < terms.least_quotes:
        raise refusals.TooFewQuotes(there=len(suppliers), least=terms.least_quotes)
    if winner_id not in suppliers:
        raise refusals.NotInvited(supplier=Supplier.objects.get(pk=winner_id).name)
    if price_fen > purchase.amount_fen:
        raise refusals.OverCeiling(total=yuan(price_fen), ceiling=yuan(purchase.amount_fen))
    if not because.strip():
        raise refusals.ReasonMissing
    members = {person.pk for person in panel}
    listed = {person.pk for person in holders(EXPERTS, on=day)}
    if no := limits.panel_wrong(len(members), len(members & listed), terms):
        raise no
    purchase.supplier, purchase.price_fen, purchase.awarded_at = suppliers[winner_id], price_fen, at
    purchase.save(update_fields=["supplier", "price_fen", "awarded_at"])
    names = "、".join(sorted(supplier.name for supplier in suppliers.values()))
    engine.pass_step(
        run_id=run.pk,
        facts={
            "suppliers_asked": len(suppliers),
            "panel_members": len(members),
            "panel_experts": len(members & listed),
            "supplier": suppliers[winner_id].name,
            "price_fen": price_fen,
        },
        outputs={"talks": Given(file_id=file_id, text=f"与{names}谈判")},
        by=by,
        at=at,
        because=because,
    )
    record("procurement.negotiated", purchase, by=by, at=at, because=because, price_fen=price_fen)
    return purchase


@transaction.atomic
def sign_emergency(*, run_id: int, by: Person, at: datetime, because: str) -> Purchase:
    """Sign one of the three approvals of an emergency purchase; nobody signs twice (R220, T67)."""
    if not because.strip():
        raise refusals.ReasonMissing
    case_id, step = runs.case_of(run_id)
    purchase = Purchase.objects.select_for_update().get(case_id=case_id)
    purchase.case.refresh_from_db(fields=["facts"])
    signer = step.replace("signed", "signer")
    signers = {purchase.case.facts.get(f"signer_{who}") for who in ("chair", "audit", "finance")}
    if by.pk in signers:
        raise refusals.SignedAlready(by=by.name)
    engine.pass_step(
        run_id=run_id,
        facts={signer: by.pk},
        outputs={step: Given(text=f"{by.name}：{because}")},
        by=by,
        at=at,
        because=because,
    )
    name = sheet_of(purchase.case.sheet.digest).name_of(step)
    record("procurement.emergency_signed", purchase, by=by, at=at, because=because, step=name)
    return purchase
