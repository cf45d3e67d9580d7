"""留存: what is sealed of a case outlives its term while the case goes on or two have held it."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from smartunion.domains.crisis.actions import holding
from smartunion.domains.crisis.models import Hold, RedCase
from smartunion.domains.crisis.reads import audits, cases
from smartunion.domains.crisis.rules import refusals
from smartunion.domains.crisis.rules.parts import Part
from smartunion.kernel.base import clock
from smartunion.kernel.notices.models import Notice
from smartunion.kernel.private import actions as private
from smartunion.kernel.private import audits as sealed
from smartunion.kernel.private import jobs
from smartunion.kernel.private.reads import overdue_kinds, versions
from smartunion.kernel.private.refusals import Held

from .conftest import Campus
from .test_pages import at as address
from .test_pages import client

MONTH = timedelta(days=30)


def closed(campus: Campus) -> RedCase:
    """A case with whereabouts, closed the same day."""
    case = campus.alarm()
    campus.locate(case)
    campus.soothed(case)
    campus.debrief(case)
    campus.tell(case)
    campus.later(minutes=1)
    assert campus.fresh(case).state == "closed"
    return case


def lie_there(case: RedCase) -> set[Part]:
    return {part for part in Part if versions(cases.about(case), part)}


def test_an_open_case_keeps_everything_and_a_closed_one_by_its_terms(campus: Campus) -> None:
    case = campus.alarm()
    campus.locate(case)
    whole = lie_there(case)
    assert {Part.LOCATION, Part.WHY} <= whole
    late = campus.at + MONTH + timedelta(hours=2)
    assert jobs.erase_due(late) == 0
    assert overdue_kinds(late) == []
    campus.soothed(case)
    campus.debrief(case)
    campus.tell(case)
    campus.later(minutes=1)
    assert jobs.erase_due(late) == 2, "where they were, and why they were looked for"
    assert not {Part.LOCATION, Part.WHY} & lie_there(case)


def test_two_put_a_hold_and_two_lift_it_and_between_them_nothing_is_erased(
    campus: Campus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stands from the asking; whoever asked neither agrees nor lifts; the pages ask the rest."""
    case = closed(campus)
    monkeypatch.setattr(clock, "now", lambda: campus.at)
    sun, psy, office = (client(campus, who) for who in ("sun", "psy", "office"))

    def act(who: Client, which: str, **given: str) -> int:
        answer = who.post(address("step", case, act=which), given)
        return int(answer.status_code)

    assert act(client(campus, "he"), "hold", ground="court", paper="x") == 404
    assert act(sun, "hold", ground="court", paper="") == 200, "it asks for the paper"
    assert act(sun, "hold", ground="court", paper="（2025）粤01民初12号") == 302
    assert Notice.objects.filter(person=campus["psy"], title__contains="留存").exists()
    assert not Notice.objects.filter(person=campus["sun"], title__contains="留存").exists()
    late = campus.at + MONTH + timedelta(hours=2)
    assert jobs.erase_due(late) == 0, "it stands before anybody has agreed"
    assert act(sun, "hold-agreement") == 404, "one's own request is not offered"
    with pytest.raises(refusals.SameTwoHold, match="孙敬之"):
        holding.agree(case_id=case.pk, by=campus["sun"], at=campus.at)
    assert act(psy, "hold-agreement") == 302
    page = psy.get(address("case", case)).content.decode()
    assert all(word in page for word in ("留存令", "孙敬之", "苏晴", "民初12号"))
    assert "留存令" not in client(campus, "he").get(address("case", case)).content.decode()
    with pytest.raises(refusals.HeldAlready, match="诉讼"):
        holding.ask(case_id=case.pk, ground="police", paper="y", by=campus["psy"], at=campus.at)
    with pytest.raises(Held):
        private.erase(
            about=cases.about(case),
            kind=Part.SUBJECT,
            by=campus["psy"],
            at=late,
            because="本人申请",
        )
    with pytest.raises(refusals.NotHeld):
        holding.lift(case_id=case.pk, by=campus["office"], at=campus.at)
    assert act(office, "hold-end", over="done") == 302
    assert act(office, "hold-lifting") == 404
    with pytest.raises(refusals.SameTwoHold):
        holding.lift(case_id=case.pk, by=campus["office"], at=campus.at)
    with pytest.raises(IntegrityError), transaction.atomic():
        Hold.objects.update(lifted_by=campus["office"], lifted_at=campus.at)
    assert act(sun, "hold-lifting") == 302
    assert jobs.erase_due(late) == 2
    assert sealed.overdue() == []
    line = sun.get(address("line", case)).content.decode()
    assert all(word in line for word in ("依法留存", "同意留存", "提出解除留存", "没有留存令"))


def test_nobody_holds_their_own_case_and_no_drill_is_held(campus: Campus) -> None:
    case = campus.soothed(campus.alarm(subject=campus["sun"]))
    asked = {"ground": "person", "paper": "申请1号", "by": campus["sun"], "at": campus.at}
    with pytest.raises(refusals.OwnCase):
        holding.ask(case_id=case.pk, **asked)
    drill = campus.alarm(drill=True)
    with pytest.raises(refusals.OnlyDrill):
        holding.ask(case_id=drill.pk, **asked | {"by": campus["psy"]})
    holding.ask(case_id=case.pk, **asked | {"by": campus["psy"]})
    assert not Notice.objects.filter(person=campus["sun"], title__contains="留存").exists()


def test_the_audit_finds_whereabouts_that_outlived_their_day(
    campus: Campus, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = closed(campus)

    def found(at: datetime) -> list[tuple[object, ...]]:
        monkeypatch.setattr(clock, "now", lambda: at)
        return list(audits.kept_too_long(9))

    assert found(campus.at + timedelta(days=29)) == []
    late = campus.at + MONTH + timedelta(hours=2)
    assert {row[0] for row in found(late)} == {f"crisis_redcase {case.number}"}
    jobs.erase_due(late)
    assert found(late) == []
