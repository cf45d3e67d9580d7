"""A round of sealed quotes: the frozen notice, the sealing, the opening of all together."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from smartunion.domains.procurement import telling
from smartunion.domains.procurement.models import (
    Invitation,
    LinkRuling,
    Panelist,
    Purchase,
    Quote,
    Supplier,
    Tender,
)
from smartunion.domains.procurement.procedure import yuan
from smartunion.domains.procurement.reads import figures, keys, links, runs
from smartunion.domains.procurement.reads.taking_part import (
    free_to_sell,
    panelist,
    quoting_for,
)
from smartunion.domains.procurement.rules import refusals, sealing
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person
from smartunion.kernel.procedures import engine
from smartunion.kernel.procedures.engine import Given
from smartunion.kernel.timers.actions import set_timer
from smartunion.kernel.trail.record import record

from . import clearing

CLOSED = "procurement.closed"
"""The timer of a deadline: it tells the key holders that they may open."""


@dataclass(frozen=True)
class Item:
    """One thing to be bought: name, how many, of which unit of measure."""

    name: str
    quantity: int
    measure: str = "件"


@transaction.atomic
def announce(
    *,
    purchase_id: int,
    closes_at: datetime,
    items: Sequence[Item],
    supplier_ids: Sequence[int],
    panel: Sequence[Person],
    by: Person,
    at: datetime,
    because: str = "",
) -> Tender:
    """Freeze how prices are cleared, invite suppliers, name the panel; the step 供应商比选 passes.

    The notice's hash is public: ceiling, form, thresholds, deadline, panel, rule of the draw and
    the holders' public keys cannot be changed afterwards (R034, T68).
    """
    purchase = Purchase.objects.select_for_update().get(pk=purchase_id)
    run = runs.open_run(purchase, "compared")
    day = campus_day(at)
    terms = figures.terms_on(day)
    suppliers = [free_to_sell(pk, day) for pk in dict.fromkeys(supplier_ids)]
    members = list(dict.fromkeys(person.pk for person in panel))
    if closes_at <= at:
        raise refusals.WindowTooShort
    if len(suppliers) < terms.least_quotes:
        raise refusals.InvitedTooFew(there=len(suppliers), least=terms.least_quotes)
    if len(members) < terms.panel_least:
        raise refusals.PanelTooSmall(there=len(members), least=terms.panel_least)
    number = purchase.tenders.count() + 1
    name = f"{purchase.number}-{number}"
    parameters = terms.parameters(purchase.amount_fen)
    notice = {
        "tender": name,
        "title": purchase.title,
        "items": [asdict(item) for item in items],
        "ceiling_fen": parameters.ceiling_fen,
        "form": parameters.form.value,
        "low": [parameters.low.numerator, parameters.low.denominator],
        "high": [parameters.high.numerator, parameters.high.denominator],
        "least": parameters.least,
        "draw": "SHA-256(公告编号‖按序的承诺哈希) mod 并列家数",
        "closes_at": closes_at.isoformat(),
        "suppliers": sorted(supplier.number for supplier in suppliers),
        "panel": sorted(members),
        "keys": keys.publics(),
    }
    tender = Tender.objects.create(
        purchase=purchase, round=number, number=name, notice=notice,
        digest=sealing.digest(notice), announced_at=at, closes_at=closes_at,
    )  # fmt: skip
    Invitation.objects.bulk_create(Invitation(tender=tender, supplier=s) for s in suppliers)
    Panelist.objects.bulk_create(Panelist(tender=tender, person_id=pk) for pk in members)
    engine.pass_step(
        run_id=run.pk,
        facts={"frozen": tender.digest, "failed": False},
        outputs={"notice": Given(text=f"{name} 公告哈希 {tender.digest}")},
        by=by,
        at=at,
        because=because,
    )
    set_timer(
        kind=CLOSED,
        key=f"procurement/tender/{tender.pk}/closed",
        due_at=closes_at,
        payload={"tender": tender.pk},
        at=at,
    )
    record(
        "procurement.announced", tender, by=by, at=at, because=because,
        digest=tender.digest, suppliers=len(suppliers),
    )  # fmt: skip
    telling.announced(tender, suppliers, at=at)
    return tender


@transaction.atomic
def quote(
    *,
    tender_id: int,
    unit_prices: Mapping[str, int],
    device: str = "",
    by: Person,
    at: datetime,
) -> Quote:
    """Seal a supplier's prices (fen by item); before the deadline a newer quote replaces.

    Nobody in the house can read it until two key holders open all quotes together; what is kept in
    the clear is the SHA-256 commitment. Late by one second is refused here and by the table.
    """
    supplier = quoting_for(by)
    tender = Tender.objects.select_for_update().get(pk=tender_id)
    free_to_sell(supplier.pk, campus_day(at))
    if not tender.invitations.filter(supplier=supplier).exists():
        raise refusals.NotInvited(supplier=supplier.name)
    if at > tender.closes_at or tender.opened_at is not None:
        raise refusals.TooLate(closed=tender.closes_at, now=at)
    lines = [
        {**item, "unit_fen": int(unit_prices.get(item["name"], 0))}
        for item in tender.notice["items"]
    ]
    price_fen = sum(line["quantity"] * line["unit_fen"] for line in lines)
    if price_fen > tender.notice["ceiling_fen"]:
        raise refusals.OverCeiling(
            total=yuan(price_fen), ceiling=yuan(tender.notice["ceiling_fen"])
        )
    content: dict[str, Any] = {
        "tender": tender.number,
        "notice": tender.digest,
        "supplier": supplier.number,
        "items": lines,
        "price_fen": price_fen,
        "salt": sealing.new_salt(),
    }
    tender.quotes.filter(supplier=supplier, replaced_at__isnull=True).update(replaced_at=at)
    sealed = Quote.objects.create(
        tender=tender, supplier=supplier, commitment=sealing.digest(content),
        sealed=sealing.seal(content, tender.notice["keys"], about=_about(tender, supplier)),
        device=device[:64], submitted_by=by, submitted_at=at,
    )  # fmt: skip
    record("procurement.quoted", sealed, by=by, at=at, commitment=sealed.commitment)
    return sealed


@transaction.atomic
def recuse(*, tender_id: int, by: Person, at: datetime, because: str) -> Panelist:
    """Leave a panel because of a bidder one has to do with; nobody comes back."""
    if not because.strip():
        raise refusals.ReasonMissing
    member = panelist(tender_id, by)
    member.recused_at, member.recused_because = at, because
    member.save(update_fields=["recused_at", "recused_because"])
    record("procurement.recused", member.tender, by=by, at=at, because=because)
    return member


@transaction.atomic
def rule_on_links(
    *, tender_id: int, counted_id: int, by: Person, at: datetime, because: str
) -> LinkRuling:
    """Decide, before any price is seen, which of several linked suppliers counts (F7, T68)."""
    if not because.strip():
        raise refusals.ReasonMissing
    tender = Tender.objects.select_for_update().get(pk=tender_id)
    panelist(tender_id, by)
    if tender.opened_at is not None:
        raise refusals.OpenedAlready(tender=tender.number, at=tender.opened_at)
    if at <= tender.closes_at:
        raise refusals.NotOpenYet(closes=tender.closes_at)
    counted = Supplier.objects.get(pk=counted_id)
    group = next(
        (g for g in links.groups(links.in_tender(tender)) if counted.number in g), frozenset[str]()
    )
    if not group:
        raise refusals.NotLinked(supplier=counted.name)
    if tender.link_rulings.filter(counted__number__in=group).exists():
        raise refusals.DecidedAlready(by="评审小组")
    ruling = LinkRuling.objects.create(
        tender=tender, counted=counted, left_out=sorted(group - {counted.number}),
        because=because, by=by, at=at,
    )  # fmt: skip
    record("procurement.links_ruled", tender, by=by, at=at, because=because, counted=counted.number)
    return ruling


@transaction.atomic
def open_quotes(
    *, tender_id: int, passphrases: Mapping[int, str], by: Person, at: datetime
) -> Tender:
    """Open all quotes of a tender together and clear them at once.

    `passphrases` are those of two or three holders, by the number of their key; they stand
    together at one screen. Fewer than three valid quotes end the round as 采购失败 (R036).

    :raises Refused: before the deadline, a wrong passphrase, linked bidders not ruled on
    """
    tender = Tender.objects.select_for_update().select_related("purchase").get(pk=tender_id)
    if tender.opened_at is not None:
        raise refusals.OpenedAlready(tender=tender.number, at=tender.opened_at)
    if at <= tender.closes_at:
        raise refusals.NotOpenYet(closes=tender.closes_at)
    _links_are_ruled_on(tender)
    ours = {pk: text for pk, text in passphrases.items() if str(pk) in tender.notice["keys"]}
    private = keys.privates(ours)
    tender.opened_at, tender.state = at, Tender.State.OPENED
    tender.opened_by = sorted(int(pk) for pk in private)
    tender.save(update_fields=["opened_at", "state", "opened_by"])
    quotes = tender.quotes.filter(replaced_at__isnull=True).select_related("supplier")
    for sealed in quotes.order_by("commitment"):
        content = sealing.unseal(sealed.sealed, private, about=_about(tender, sealed.supplier))
        if content is None or sealing.digest(content) != sealed.commitment:
            raise refusals.SealTampered(supplier=sealed.supplier.name)
        sealed.content, sealed.price_fen = content, content["price_fen"]
        sealed.save(update_fields=["content", "price_fen"])
    record("procurement.opened", tender, by=by, at=at, quotes=len(quotes), keys=len(private))
    clearing.compute(tender=tender, by=by, at=at, because="开标后清标")
    return tender


def _about(tender: Tender, supplier: Supplier) -> str:
    return f"{tender.number}/{supplier.number}"


def _links_are_ruled_on(tender: Tender) -> None:
    found = links.in_tender(tender)
    ruled = set(tender.link_rulings.values_list("counted__number", flat=True))
    for group in links.groups(found):
        if not group & ruled:
            names = Supplier.objects.filter(number__in=group).values_list("name", flat=True)
            kinds = dict.fromkeys(link.kind for link in found if set(link.suppliers) & group)
            raise refusals.LinksUndecided(suppliers="、".join(names), kinds="、".join(kinds))
