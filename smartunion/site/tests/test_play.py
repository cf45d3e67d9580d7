"""A year lived through the real actions, with a real bank process beside it."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from django.core.management import call_command
from django.db import connection

from smartunion.domains.wallet.gateways import HttpBank
from smartunion.domains.wallet.models import BankOrder, Payment
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.ledger.models import Transfer
from smartunion.kernel.trail.models import Entry
from smartunion.site import audits
from smartunion.site.play import digest
from smartunion.site.play.year import Tally, Year
from tests.bank import SandboxProcess

pytestmark = pytest.mark.django_db(transaction=True)

END = datetime(2025, 3, 21, 10, 41, tzinfo=CAMPUS)
LINES = ("well", "lost", "down", "late")
"""How the line to the bank was at each purchase over the floor limit until then."""


@pytest.fixture
def client(bank: SandboxProcess) -> Iterator[HttpBank]:
    ours = bank.client()
    yield ours
    ours.close()


def live(client: HttpBank, seed: int = 7) -> Tally:
    year = Year(year=2025, seed=seed, people=40, until=END, bank=client, say=lambda line: None)
    return year.live()


def failing() -> list[str]:
    return [audit.id for audit in audits.all_of_them(at=END) if audit.offenders()]


@pytest.mark.clause("R001")
def test_the_same_seed_gives_the_same_books_and_another_seed_others(client: HttpBank) -> None:
    tally = live(client)
    books = digest.of_the_books()
    assert tally.payments > 50
    assert tally.allotments > 20
    assert failing() == []
    large = BankOrder.objects.filter(two_phases=True).order_by("occurred_at")
    ends = list(large.values_list("state", flat=True))
    assert ends == [{"down": "voided"}.get(how, "done") for how in LINES], "each over its own line"
    assert not BankOrder.objects.filter(state="sent", attempts=1).exists(), "what was lost is known"

    live(client)
    assert digest.of_the_books() == books, "living the year again changes nothing"

    call_command("flush", interactive=False, verbosity=0)
    live(client)
    assert digest.of_the_books() == books, "the same seed from nothing"

    call_command("flush", interactive=False, verbosity=0)
    live(client, seed=8)
    assert digest.of_the_books() != books


KILLED = """
import os, sys, django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()
from smartunion.site.tests.test_play import live
from tests.bank import SandboxProcess
live(SandboxProcess(sys.argv[2], "", 0, 0).client())
"""


def test_a_play_that_is_killed_leaves_nobody_behind_and_is_simply_played_again(
    client: HttpBank, bank: SandboxProcess
) -> None:
    """kill -9 in the middle of the shopping; played again, the books are those of one play."""
    live(client)
    books = digest.of_the_books()
    call_command("flush", interactive=False, verbosity=0)

    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "smartunion.site.settings"}
    where = [connection.settings_dict["NAME"], bank.url]
    before = sessions()  # this process may hold more than one: a browser test leaves its own
    play = subprocess.Popen([sys.executable, "-c", KILLED, *where], env=environment)
    wait_until(lambda: Payment.objects.count() > 30, play)
    assert sessions() - before
    play.kill()
    play.wait()
    wait_until(lambda: not sessions() - before)

    assert Payment.objects.count() > 0
    live(client)
    assert digest.of_the_books() == books
    assert failing() == []


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


def test_check_names_the_row_that_was_broken_and_exits_non_zero(client: HttpBank, capsys) -> None:
    live(client)
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


def test_what_was_played_was_done_by_somebody_and_for_a_reason(client: HttpBank) -> None:
    """The journal tells of every kind of deed; subsidies are charged to the plan's own line."""
    live(client)
    kinds = set(Entry.objects.values_list("what", flat=True))
    assert {"wallet.allotment_credited", "wallet.folded", "planning.milestone_met"} <= kinds
    assert Transfer.objects.filter(budget_code="2025/3.1/mall.subsidy").exists()
    assert not Payment.objects.filter(occurred_at__gt=END).exists()
