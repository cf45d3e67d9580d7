"""A year lived through the real actions, with a real bank process beside it."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connection

from smartunion.domains.settlement.models import BankFile, Difference, Review
from smartunion.domains.settlement.reads import meter
from smartunion.domains.wallet.gateways import HttpBank
from smartunion.domains.wallet.models import BankOrder, Payment
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.ledger.models import Transfer
from smartunion.kernel.trail.models import Entry
from smartunion.site import audits
from smartunion.site.play import digest
from smartunion.site.play.year import Tally, Year
from tests.bank import running

pytestmark = pytest.mark.django_db(transaction=True)

END = datetime(2025, 3, 18, 18, 30, tzinfo=CAMPUS)
SOON = datetime(2025, 2, 11, 18, 0, tzinfo=CAMPUS)
"""Ten days of shopping, with a day whose bank file is wrong: enough for one seed and another."""

LINES = ("well", "lost", "down", "late")
"""How the line to the bank was at each purchase over the floor limit until the end."""


@contextmanager
def bank_of(name: str) -> Iterator[tuple[HttpBank, str]]:
    """Open a bank without a past: the files of days that another play has fetched stay there."""
    with running(database=name) as bank, closing(bank.client()) as client:
        yield client, bank.url


def live(client: HttpBank, url: str, *, until: datetime, seed: int = 7) -> Tally:
    year = Year(
        year=2025, seed=seed, people=40, until=until, bank=client, say=lambda line: None, world=url
    )
    return year.live()


def failing(at: datetime) -> list[str]:
    return [audit.id for audit in audits.all_of_them(at=at) if audit.offenders()]


KILLED = """
import os, sys, django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()
from smartunion.site.tests.test_play import SOON, live
from tests.bank import SandboxProcess
live(SandboxProcess(sys.argv[2], "", 0, 0).client(), sys.argv[2], until=SOON)
"""


@pytest.mark.clause("R001")
def test_one_seed_gives_one_book_however_often_the_play_is_killed_and_another_seed_others() -> None:
    """kill -9 in the middle of the shopping; played again, the books are those of one play."""
    with bank_of("first") as (client, url):
        assert live(client, url, until=SOON).payments > 30
    books = digest.of_the_books()
    call_command("flush", interactive=False, verbosity=0)

    with bank_of("second") as (client, url):
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "smartunion.site.settings"}
        before = sessions()  # this process may hold more than one: a browser test leaves its own
        play = subprocess.Popen(
            [sys.executable, "-c", KILLED, connection.settings_dict["NAME"], url], env=environment
        )
        wait_until(lambda: Payment.objects.count() > 30, play)
        assert sessions() - before
        play.kill()
        play.wait()
        wait_until(lambda: not sessions() - before)

        assert Payment.objects.count() > 0
        live(client, url, until=SOON)
        assert digest.of_the_books() == books, "the same seed from nothing, in two goes"
        assert failing(SOON) == []
        live(client, url, until=SOON)
        assert digest.of_the_books() == books, "living the year again changes nothing"

    call_command("flush", interactive=False, verbosity=0)
    with bank_of("third") as (client, url):
        live(client, url, until=SOON, seed=8)
    assert digest.of_the_books() != books


def sessions() -> set[int]:
    """Return the server processes that serve somebody in this database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity"
            " WHERE datname = current_database() AND backend_type = 'client backend'"
        )
        return {pid for (pid,) in cursor.fetchall()}


def wait_until(true: Callable[[], bool], play: subprocess.Popen[bytes] | None = None) -> None:
    """Return when it is true; fail when the play ends by itself or a minute is over."""
    until = time.monotonic() + 60
    while not true():
        assert play is None or play.poll() is None, "the play ended before it was killed"
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.mark.clause("R041")
@pytest.mark.clause("K08")
def test_a_played_spring_is_done_by_somebody_is_one_with_the_bank_and_check_names_what_breaks_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Large purchases over bad lines, wrong files of the bank, the journal; then a broken row."""
    with bank_of("spring") as (client, url):
        tally = live(client, url, until=END)
    assert tally.payments > 50
    assert tally.allotments > 20
    large = BankOrder.objects.filter(two_phases=True).order_by("occurred_at")
    ends = list(large.values_list("state", flat=True))
    assert ends == [{"down": "voided"}.get(how, "done") for how in LINES], "each over its own line"
    assert not BankOrder.objects.filter(state__in=("waiting", "sent")).filter(
        occurred_at__lt=END - timedelta(days=2)
    ), "what was lost is known"
    kinds = set(Entry.objects.values_list("what", flat=True))
    assert {"wallet.allotment_credited", "wallet.folded", "planning.milestone_met"} <= kinds
    assert Transfer.objects.filter(budget_code="2025/3.1/mall.subsidy").exists()
    assert not Payment.objects.filter(occurred_at__gt=END).exists()

    assert Difference.objects.exists(), "the bank's files were wrong"
    assert BankFile.objects.filter(state="refused").exists()
    assert not Difference.objects.filter(closed_at=None).exists(), "and no fen stays unexplained"
    february = meter.month(date(2025, 2, 1), on=END.date())
    assert (february.wrong, february.apart_fen, february.by_amount) == (0, 0, 0)
    assert Review.objects.get(month=february.month).state == Review.State.PAID
    call_command("check")
    assert "全部成立" in capsys.readouterr().out

    victim = Payment.objects.filter(status="S").latest("pk")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE wallet_payment DISABLE TRIGGER moves")
        cursor.execute(
            "UPDATE wallet_payment SET subsidy_fen = subsidy_fen + 1 WHERE id = %s", [victim.pk]
        )
        cursor.execute("ALTER TABLE wallet_payment ENABLE TRIGGER moves")
    with pytest.raises(SystemExit, match="不成立"):
        call_command("check")
    told = capsys.readouterr().out
    assert "✕ S1" in told
    assert f"wallet_payment {victim.pk}" in told

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE planning_spendingline DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE planning_spendingline SET amount_fen = amount_fen + 100 WHERE code = '3.1'"
        )
        cursor.execute("ALTER TABLE planning_spendingline ENABLE TRIGGER USER")
    with pytest.raises(SystemExit):
        call_command("check")
    assert "✕ B1" in capsys.readouterr().out
