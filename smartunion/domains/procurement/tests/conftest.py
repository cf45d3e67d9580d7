"""A campus that buys: the whole organization, the plan, suppliers with accounts, three keys."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pytest

from smartunion.domains.planning import public as planning
from smartunion.domains.procurement.actions import (
    arguing,
    clearing,
    delivering,
    keys,
    requesting,
    suppliers,
    tendering,
)
from smartunion.domains.procurement.actions.tendering import Item
from smartunion.domains.procurement.models import Purchase, Supplier, Tender
from smartunion.domains.procurement.reads import runs
from smartunion.domains.procurement.reads.audits import AUDITS
from smartunion.domains.procurement.reads.keys import live
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.ledger.audits import AUDITS as LEDGER
from smartunion.kernel.people.models import Appointment, Office, Person, Unit
from smartunion.kernel.people.reads import holders
from smartunion.kernel.procedures import ballots, engine
from smartunion.kernel.procedures.engine import Given
from smartunion.kernel.procedures.models import StepRun
from smartunion.kernel.procedures.registry import sheet_of
from smartunion.kernel.timers import ticker
from smartunion.kernel.trail.models import Entry

APRIL_7 = datetime(2025, 4, 7, 9, 0, tzinfo=CAMPUS)
"""A Monday."""

SAYING = "持钥人的一句话"


def credit_code(n: int) -> str:
    return f"91420100MA4K{n:05}X"[:18].ljust(18, "0")


@dataclass
class Shop:
    """What a test says in one word; everything goes through the real actions."""

    cast: Mapping[str, Person]
    at: datetime = APRIL_7
    suppliers: dict[str, Supplier] = field(default_factory=dict)
    sellers: dict[str, Person] = field(default_factory=dict)

    def later(self, **by: float) -> datetime:
        """Let time pass, with everything that the clock does meanwhile."""
        self.at += timedelta(**by)
        ticker.fire_due(at=self.at)
        return self.at

    def supplier(self, name: str, **facts: str) -> Supplier:
        if name not in self.suppliers:
            n = len(self.suppliers) + 1
            given = {
                "legal_representative": f"法人{n}",
                "bank_account": f"6222{n:012}",
                "category": "慰问品",
                **facts,
            }
            self.suppliers[name] = suppliers.register(
                number=f"S{n:02}", name=name, credit_code=credit_code(n), by=None, at=self.at,
                **given,
            )  # fmt: skip
            seller = Person.objects.create(
                username=f"seller{n}", name=f"{name}经办", kind=Person.Kind.OUTSIDE,
                unit=Unit.objects.get(code="X07"),
            )  # fmt: skip
            suppliers.bind(supplier_id=self.suppliers[name].pk, person=seller, by=None, at=self.at)
            Appointment.objects.create(
                office=Office.objects.get(code="supplier"), unit=seller.unit, person=seller,
                since=date(2025, 1, 1),
            )  # fmt: skip
            self.sellers[name] = seller
        return self.suppliers[name]

    def ask(self, fen: int = 150_000_00, **facts: object) -> Purchase:
        given = {
            "title": "关爱礼包", "category": "慰问品", "line": "3.1/gifts",
            "unit": Unit.objects.get(code="C1"), **facts,
        }  # fmt: skip
        return requesting.compare(amount_fen=fen, by=self.cast["wang"], at=self.at, **given)

    def gathered(self, fen: int = 150_000_00, **facts: object) -> Purchase:
        purchase = self.ask(fen, **facts)
        self.do(purchase, "gathered", "wang", demand="礼包 100 份")
        return purchase

    def do(self, purchase: Purchase, step: str, who: str, **facts: object) -> None:
        """Finish a step by the general form, with every output that its sheet asks for."""
        run = self.run(purchase, step)
        sheet = sheet_of(run.case.sheet.digest)
        outputs = {o.code: Given(text=o.name) for o in sheet.step(step).outputs}
        engine.pass_step(run_id=run.pk, facts=facts, outputs=outputs, by=self.cast[who], at=self.at)

    def run(self, purchase: Purchase, step: str) -> StepRun:
        purchase.refresh_from_db()
        return runs.open_run(Purchase.objects.get(pk=purchase.pk), step)

    def stage(self, purchase: Purchase) -> str:
        return runs.stage(Purchase.objects.get(pk=purchase.pk))

    def announced(
        self,
        names: Sequence[str] = ("甲", "乙", "丙"),
        fen: int = 150_000_00,
        days: float = 3,
        purchase: Purchase | None = None,
        **facts: object,
    ) -> Tender:
        purchase = purchase or self.gathered(fen, **facts)
        return tendering.announce(
            purchase_id=purchase.pk,
            closes_at=self.at + timedelta(days=days),
            items=[Item("礼包", 1, "批")],
            supplier_ids=[self.supplier(name).pk for name in names],
            panel=[self.cast[who] for who in ("tang", "chen", "gu")],
            by=self.cast["wang"],
            at=self.at,
        )

    def quote(self, tender: Tender, name: str, fen: int, at: datetime | None = None, device=""):
        return tendering.quote(
            tender_id=tender.pk, unit_prices={"礼包": fen}, device=device or name,
            by=self.sellers[name], at=at or self.at,
        )  # fmt: skip

    def opened(self, tender: Tender, at: datetime | None = None) -> Tender:
        if at is None:
            self.at = max(self.at, tender.closes_at + timedelta(minutes=5))
        words = {key.pk: f"{SAYING}{key.holder.username}" for key in live()[:2]}
        tendering.open_quotes(
            tender_id=tender.pk, passphrases=words, by=self.cast["wang"], at=at or self.at
        )
        return Tender.objects.get(pk=tender.pk)

    def tender(self, **thousands: float) -> Tender:
        """Return an opened tender with these prices in thousands of yuan."""
        tender = self.announced(list(thousands))
        for name, k in thousands.items():
            self.quote(tender, name, round(k * 1000_00))
        return self.opened(tender)

    def awarded(self, **thousands: float) -> Purchase:
        tender = self.tender(**thousands)
        if clearing.Tender.objects.get(pk=tender.pk).clearings.latest("number").result["flags"]:
            for who in ("tang", "chen"):
                clearing.judge(tender_id=tender.pk, by=self.cast[who], at=self.at, because="已核实")
        return clearing.award(tender_id=tender.pk, by=self.cast["wang"], at=self.at)

    def vote(self, purchase: Purchase, no: int = 0) -> None:
        run = self.run(purchase, "deliberated")
        body = holders("standing_member", on=self.at.date())
        for n, member in enumerate(dict.fromkeys(body)):
            if StepRun.objects.get(pk=run.pk).state == StepRun.State.OPEN:
                ballots.cast(run_id=run.pk, choice="no" if n < no else "yes", by=member, at=self.at)

    def signed(self, purchase: Purchase, fen: int | None = None) -> None:
        purchase.refresh_from_db()
        delivering.sign(
            purchase_id=purchase.pk, number=f"HT-{purchase.number}",
            price_fen=fen or purchase.price_fen or 0, by=self.cast["wang"], at=self.at,
        )  # fmt: skip

    def inspected(self, purchase: Purchase, accepted: bool = True) -> None:
        for who in ("tang", "zhou"):
            self.do(purchase, "inspected", who, accepted=accepted)

    def paid(self, purchase: Purchase, **more: object) -> None:
        delivering.pay(purchase_id=purchase.pk, by=self.clerk(purchase), at=self.at, **more)

    def clerk(self, purchase: Purchase) -> Person:
        run = self.run(purchase, "paid")
        who = run.lead or run.backup
        assert who is not None
        return who

    def single(self, fen: int = 120_000_00, **facts: object) -> Purchase:
        given = {
            "title": "托育餐食检测设备", "category": "设备", "line": "3.1/childcare.building",
            "unit": Unit.objects.get(code="C1"), "because": "唯一的原厂授权", **facts,
        }  # fmt: skip
        purchase = requesting.single(
            amount_fen=fen, supplier_id=self.supplier("甲").pk, by=self.cast["wang"], at=self.at,
            **given,
        )  # fmt: skip
        self.do(purchase, "requested", "wang", demand="一套", reason="唯一的原厂授权")
        return purchase

    def expert(self, username: str, outside: bool = True) -> Person:
        unit = Unit.objects.get(code="X08" if outside else "B05")
        return Person.objects.get_or_create(
            username=username,
            defaults={
                "name": f"专家{username}",
                "unit": unit,
                "kind": Person.Kind.OUTSIDE if outside else Person.Kind.STAFF,
            },
        )[0]

    def opinion(self, purchase: Purchase, expert: Person, supports: bool = True) -> None:
        arguing.ask(purchase_id=purchase.pk, expert=expert, by=self.cast["wang"], at=self.at)
        arguing.give_opinion(
            purchase_id=purchase.pk, supports=supports, text="确只有一家", by=expert, at=self.at
        )

    def emergency(self, fen: int = 30_000_00, cause: str = "传染病暴发") -> Purchase:
        purchase = requesting.emergency(
            title="防疫物资", category="防护用品", line="3.1/gifts", cause=cause,
            unit=Unit.objects.get(code="C1"), amount_fen=fen,
            supplier_id=self.supplier("甲").pk, by=self.cast["wang"], at=self.at,
            because="校区出现聚集性流感",
        )  # fmt: skip
        self.do(purchase, "declared", "wang", cause=cause, demand="口罩 2 万只")
        return purchase

    def three_sign(self, purchase: Purchase) -> None:
        for step, who in (
            ("signed_chair", "zhao"), ("signed_audit", "sun"), ("signed_finance", "li"),
        ):  # fmt: skip
            arguing.sign_emergency(
                run_id=self.run(purchase, step).pk, by=self.cast[who], at=self.at,
                because="情况紧急，同意",
            )  # fmt: skip

    def told(self, what: str) -> int:
        return Entry.objects.filter(what=what).count()


@pytest.fixture
def shop(request: pytest.FixtureRequest, organization: dict[str, Person]) -> Iterator[Shop]:
    """After the test the books are clean, unless it breaks them by hand."""
    planning.import_year(year=2025, by=None, at=APRIL_7, because="test")
    here = Shop(organization)
    for who in ("wang", "zhou", "sun"):
        keys.choose(passphrase=f"{SAYING}{who}", by=organization[who], at=APRIL_7)
    yield here
    if not request.node.get_closest_marker("breaks"):
        broken = {a.id: found for a in (*LEDGER, *AUDITS) if (found := a.offenders())}
        assert broken == {}


def a_tender_of_three() -> int:
    """Return a tender of three invited suppliers for the house's permission tests; made once.

    The organization and the plan stand already; seller4 quotes for a supplier not invited to it.
    """
    there = Tender.objects.first()
    if there is not None:
        return there.pk
    cast = {p.username: p for p in Person.objects.exclude(username__startswith="A")}
    here = Shop(cast, at=APRIL_7)
    for who in ("wang", "zhou", "sun"):
        keys.choose(passphrase=f"{SAYING}{who}", by=cast[who], at=APRIL_7)
    tender = here.announced()
    here.supplier("丁")
    return tender.pk
