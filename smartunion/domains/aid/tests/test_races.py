"""Two browsers at one moment, and a step that is finished while its deadline fires."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from smartunion.domains.aid.actions import drafting, handling, paying, visiting
from smartunion.domains.aid.models import Application, Disbursement
from smartunion.domains.aid.rules import refusals
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.ledger.reads import spent_fen
from smartunion.kernel.procedures.models import StepRun
from smartunion.kernel.timers.ticker import fire_due

from .conftest import House, paper

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*deeds: Callable[[], Any]) -> list[Any]:
    """Do all in threads of their own, let go at the same moment; return results or refusals."""
    gate = Barrier(len(deeds))

    def run(deed: Callable[[], Any]) -> Any:
        try:
            gate.wait()
            return deed()
        except Refused as no:
            return no
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


def told(results: list[Any]) -> list[str]:
    return sorted(no.code for no in results if isinstance(no, Refused))


def test_two_clerks_who_pay_at_once_pay_once(house: House) -> None:
    it = house.to(house.hand_in(house.people["lin"]), "pay")
    run = house.run(it, "pay")
    results = at_once(
        *(
            lambda who=who, n=n: paying.pay(
                run_id=run.pk, receipt=f"R{n}", voucher=paper(), by=who, at=house.at
            )
            for n, who in enumerate((run.lead, run.backup))
        )
    )
    assert told(results) == ["aid.paid_already"]
    assert Disbursement.objects.count() == 1
    assert spent_fen("2025/3.1/aid") == 20_000_00


def test_two_applications_for_one_cause_handed_in_at_once_are_one(house: House) -> None:
    lin, chen = house.people["lin"], house.people["chen"]
    mine = house.draft(lin)
    other = house.draft(lin, by=chen)
    drafting.hand_in(application_id=other.pk, by=chen, at=house.at)  # waits for lin's consent
    results = at_once(
        lambda: drafting.hand_in(application_id=mine.pk, by=lin, at=house.at),
        lambda: drafting.consent(application_id=other.pk, by=lin, at=house.at),
    )
    assert told(results) == ["aid.once_per_cause"]
    assert Application.objects.filter(state="open").count() == 1


def test_the_same_visitor_signing_from_two_browsers_does_not_make_two(house: House) -> None:
    it = house.to(house.hand_in(house.people["lin"]), "visit")
    house.write(it)
    run = house.run(it, "visit")
    results = at_once(
        *[lambda: visiting.sign_visit(run_id=run.pk, by=house.people["tang2"], at=house.at)] * 2
    )
    assert told(results) == ["procedures.already_done"]
    assert StepRun.objects.filter(case=it.case, step="vote").count() == 1


def test_a_step_finished_while_its_deadline_fires_is_done_once_in_time_or_late(
    house: House,
) -> None:
    it = house.to(house.hand_in(house.people["lin"]), "verify")
    run = house.run(it, "verify")
    assert run.due_at is not None
    results = at_once(
        lambda: fire_due(at=run.due_at),
        lambda: handling.verify(
            run_id=run.pk, verified=True, kin=False, opinion="属实", by=run.lead, at=run.due_at
        ),
    )
    assert told(results) == []
    run.refresh_from_db()
    assert (run.state, run.late) == ("passed", True), "at the last moment's end it is late, once"
    assert StepRun.objects.filter(case=it.case, step="visit").count() == 1


def test_withdrawing_while_the_clerk_pays_is_one_or_the_other(house: House) -> None:
    lin = house.people["lin"]
    it = house.to(house.hand_in(lin), "pay")
    results = at_once(
        lambda: house.pay(it),
        lambda: drafting.withdraw(application_id=it.pk, by=lin, at=house.at, because="不需要了"),
    )
    it.refresh_from_db()
    assert len(told(results)) == 1
    assert (it.state, spent_fen("2025/3.1/aid")) in (
        ("paid", 20_000_00),
        ("withdrawn", 0),
    )


def test_a_refused_consent_leaves_no_open_case(house: House) -> None:
    lin, chen = house.people["lin"], house.people["chen"]
    other = house.draft(lin, by=chen)
    drafting.hand_in(application_id=other.pk, by=chen, at=house.at)
    results = at_once(
        lambda: drafting.consent(application_id=other.pk, by=lin, at=house.at),
        lambda: drafting.decline(application_id=other.pk, by=lin, at=house.at, because="不要"),
    )
    assert told(results) == [refusals.NotADraft.code]
