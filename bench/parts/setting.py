"""Fill an empty, migrated database with what a payment needs; print it as JSON.

Members with a full wallet (or, with `allot`, with an allotment on its way to the bank), 41
merchants with one terminal each, the plan year 2025. The freeze rule's window is set below zero,
because the load pays from the same wallet many times a second; the statements that run are the
same.
"""

import json
import sys
from datetime import date

import django

django.setup()

from django.db import connection  # noqa: E402 - Django must be set up first

from smartunion.domains.planning import public as planning  # noqa: E402
from smartunion.domains.planning.actions import budget  # noqa: E402
from smartunion.domains.wallet.actions import admitting, allotting  # noqa: E402
from smartunion.domains.wallet.models import Credit, Wallet  # noqa: E402
from smartunion.domains.wallet.reads import keys  # noqa: E402
from smartunion.kernel.base import clock  # noqa: E402
from smartunion.kernel.people.models import Person, Unit  # noqa: E402

MERCHANTS = 41
FILL_FEN = 10**11


def main() -> None:
    members, now = int(sys.argv[1]), clock.now()
    planning.import_year(year=2025, by=None, at=now, because="bench")
    home = Unit.objects.create(code="BENCH", name="压力测试", kind=Unit.Kind.DEPARTMENT)
    officer = Person.objects.create(username="bench", name="压力测试员", unit=home)
    budget.set_term(
        year=2025, group="wallet", key="burst_minutes", value=-1, since=date(2025, 1, 1),
        by=officer, at=now, because="bench",
    )  # fmt: skip
    people = Person.objects.bulk_create(
        [Person(username=f"bench{n}", name=f"测试{n}", unit=home) for n in range(members)]
    )
    fill_fen = 0 if sys.argv[2:] == ["allot"] else FILL_FEN
    wallets = Wallet.objects.bulk_create(
        [Wallet(owner=each, opened_at=now, ecny_fen=fill_fen) for each in people]
    )
    if not fill_fen:
        for each in people:
            allotting.allot(person=each, by=each, at=now)
    Credit.objects.bulk_create(
        [
            Credit(
                wallet=each, kind=Credit.Kind.ALLOTMENT, month=202512, ecny_fen=FILL_FEN,
                fund_source="bench", budget_code="2025/3.1/mall.allotment",
                document=f"bench:{each.pk}", at=now,
            )
            for each in wallets
            if fill_fen
        ]
    )  # fmt: skip
    terminals = []
    for number in range(1, MERCHANTS + 1):
        shop = admitting.register_merchant(
            number=f"M{number:02}", name=f"商户{number}", category="餐饮", by=None, at=now
        )
        admitting.sign_undertaking(merchant_id=shop.pk, by=None, at=now)
        admitting.pay_deposit(
            merchant_id=shop.pk, amount_fen=20_000_00, document=f"deposit:{number}", by=None, at=now
        )
        admitting.activate(merchant_id=shop.pk, by=None, at=now)
        till = admitting.register_terminal(
            merchant_id=shop.pk, code=f"T{number:02}", by=None, at=now
        )
        key = admitting.issue_key(terminal_id=till.pk, by=None, at=now)
        terminals.append(
            {"id": till.pk, "merchant": shop.pk, "code": till.code, "key_id": key.key_id,
             "secret": bytes(key.secret).hex()}
        )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    made = {
        "wallets": [each.pk for each in wallets],
        "terminals": terminals,
        "code_key": keys.code_key().hex(),
    }
    print(json.dumps(made))


main()
