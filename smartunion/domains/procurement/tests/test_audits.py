"""Each audit is silent over sound purchases and names what somebody has bent behind the rules."""

from collections.abc import Callable

import pytest
from django.db import connection

from smartunion.domains.procurement.actions import arguing
from smartunion.domains.procurement.models import Purchase
from smartunion.domains.procurement.reads.audits import AUDITS

from .conftest import Shop

pytestmark = [pytest.mark.django_db, pytest.mark.breaks]


def contracted(shop: Shop) -> None:
    """A purchase with flags, its award, and the contract."""
    purchase = shop.awarded(甲=140, 乙=146, 丙=140)
    shop.vote(purchase)
    shop.signed(purchase)


def argued(shop: Shop) -> None:
    """A single source that three experts support."""
    purchase = shop.single()
    for name, outside in (("e1", True), ("e2", False), ("e3", True)):
        shop.opinion(purchase, shop.expert(name, outside))
    arguing.conclude(purchase_id=purchase.pk, by=shop.cast["wang"], at=shop.at)


def twice(shop: Shop) -> None:
    """Two emergencies, both signed by three."""
    for _ in range(2):
        shop.three_sign(shop.emergency())


BENT: dict[str, tuple[Callable[[Shop], None], str]] = {
    "Q1": (
        contracted,
        "UPDATE procurement_quote SET submitted_at = submitted_at + interval '9 days'",
    ),
    "Q2": (contracted, "UPDATE procurement_tender SET opened_at = NULL, state = 'quoting'"),
    "Q3": (contracted, "UPDATE procurement_quote SET withdrawn_at = submitted_at"),
    "Q4": (contracted, "DELETE FROM procurement_judgment"),
    "Q5": (contracted, "UPDATE procurement_contract SET price_fen = price_fen + 1"),
    "Q6": (argued, "UPDATE procurement_opinion SET linked = '持股'"),
    "Q7": (
        twice,
        "UPDATE procedures_case SET facts = facts || jsonb_build_object("
        "'signer_audit', facts -> 'signer_chair')",
    ),
    "Q8": (
        twice,
        "UPDATE procedures_steprun SET step = 'backfilled', due_at = opened_at - interval '1 day',"
        " ended_at = opened_at + interval '9 days' WHERE step = 'signed_chair'",
    ),
}


def broken() -> set[str]:
    return {audit.id for audit in AUDITS if audit.offenders()}


@pytest.mark.parametrize("audit", BENT)
def test_an_audit_finds_what_was_bent(shop: Shop, audit: str) -> None:
    lived, bend = BENT[audit]
    lived(shop)
    assert Purchase.objects.exists()
    assert broken() == set()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # past every trigger
        cursor.execute(bend)
        assert cursor.rowcount, "nothing was bent"
    assert audit in broken()


def test_every_audit_is_bent_here() -> None:
    assert set(BENT) == {audit.id for audit in AUDITS}
