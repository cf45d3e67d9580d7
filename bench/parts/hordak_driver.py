"""django-hordak's own transfer, in hordak's own virtual environment; clients as driver.py's."""

import os
import random
import sys
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import django
from django.conf import settings

from bench.parts import pacing

url = urlsplit(os.environ["DATABASE_URL"])
settings.configure(
    SECRET_KEY="bench",  # noqa: S106 - signs nothing
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "mptt", "hordak"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": url.path[1:],
            "USER": url.username or "",
            "PASSWORD": url.password or "",
            "HOST": url.hostname or parse_qs(url.query).get("host", [""])[0],
            "PORT": str(url.port or ""),
            "CONN_MAX_AGE": None,
        }
    },
    DEFAULT_CURRENCY="CNY",
    CURRENCIES=["CNY"],
    HORDAK_CURRENCIES=["CNY"],
    HORDAK_MAX_DIGITS=20,
)
django.setup()

from django.core.management import call_command  # noqa: E402 - Django must be set up first
from django.db import transaction  # noqa: E402
from hordak.models import Account  # noqa: E402
from moneyed import Money  # noqa: E402


def prepare(members: int) -> None:
    call_command("migrate", verbosity=0)
    for name, count in (("w", members), ("m", 41)):
        for number in range(count):
            Account.objects.create(name=f"{name}{number}", type="LI", currencies=["CNY"])


def main() -> None:
    if sys.argv[1] == "prepare":
        prepare(int(sys.argv[2]))
        return
    wallets = list(Account.objects.filter(name__startswith="w").order_by("id"))
    merchants = list(Account.objects.filter(name__startswith="m").order_by("id"))

    def transfer(_: int) -> None:
        amount = Money(Decimal(random.randint(300, 3000)) / 100, "CNY")
        with transaction.atomic():
            random.choice(wallets).transfer_to(random.choice(merchants), amount)

    pacing.drive([transfer] * int(sys.argv[3]), int(sys.argv[2]))


main()
