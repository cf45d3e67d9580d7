"""Numbers are proven each month by an answer from the phone; gaps and silence are alarmed."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from smartunion.kernel.duty import actions, jobs, reads, watching
from smartunion.kernel.duty.models import Check, Shift
from smartunion.kernel.duty.refusals import NoCheckOpen
from smartunion.kernel.duty.rules import Part, Post, Terms
from smartunion.kernel.notices import answering, outbox
from smartunion.kernel.notices.models import Message
from smartunion.kernel.notices.outbox import Reported
from smartunion.kernel.people.models import Person, Unit
from smartunion.kernel.timers import auditor
from smartunion.kernel.timers.models import Alarm
from smartunion.kernel.trail.models import Entry

from .conftest import NOON, TERMS, hold

DAY = timedelta(days=1)


@pytest.fixture
def rota(rota: Unit, lin: Person, chen: Person) -> Unit:
    """Give the two of the rota a number each."""
    for person, number in ((lin, "13800000001"), (chen, "13800000002")):
        person.phone = number
        person.save()
    return rota


def kinds(at: Any = NOON) -> dict[str, str]:
    return {n.person.username: n.kind for n in reads.numbers(at=at, terms=TERMS)}


def reply(person: Person, text: str, seq: int = 1) -> None:
    message = Message.objects.get(notice__person=person, notice__about__startswith=actions.CHECK)
    outbox.take_receipt(message, Reported(seq, "reply", NOON, text, is_answer=True), at=NOON)


def test_everybody_on_the_roster_is_asked_once_and_proves_the_number_by_a_reply(
    rota: Unit, lin: Person, chen: Person, terms: Terms
) -> None:
    """A test message, answered with 1: proven for a month. Another word proves nothing."""
    assert kinds() == {"lin": "late", "chen": "late"}
    jobs.keep(at=NOON)
    jobs.keep(at=NOON + timedelta(minutes=5))
    assert Message.objects.count() == 2, "a second round asks nobody again"
    reply(lin, "你是谁", seq=1)
    assert kinds() == {"lin": "wait", "chen": "wait"}
    reply(lin, " 1。", seq=2)
    assert kinds() == {"lin": "ok", "chen": "wait"}
    assert Check.objects.get(person=lin).via == Check.Via.REPLY
    proven = Entry.objects.get(what="notices.contact_proven")
    assert (proven.by, proven.at) == (lin, NOON)
    [other] = actions.answer_checks(persons=[lin, chen], at=NOON, via=Check.Via.LINK)
    assert other.person == chen, "who has answered is left out"
    assert kinds() == {"lin": "ok", "chen": "ok"}
    said = Entry.objects.filter(what="duty.check_answered").order_by("pk")
    assert [(entry.by, entry.facts["way"]) for entry in said] == [
        (lin, "回复短信"), (chen, "一键链接"),
    ]  # fmt: skip
    with pytest.raises(NoCheckOpen):
        actions.answer_check(by=lin, at=NOON, via=Check.Via.LINK)


def test_one_tap_proves_the_number_and_opening_the_link_does_not(
    rota: Unit, lin: Person, terms: Terms, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Chat programs open every link for a preview: only the button counts."""
    from smartunion.kernel.base import clock

    monkeypatch.setattr(clock, "now", lambda: NOON)
    jobs.keep(at=NOON)
    message = Message.objects.get(notice__person=lin)
    link = answering.link_of(message).partition("/duty/")[2]
    shown = Client().get(f"/duty/{link}")
    assert "收到" in shown.content.decode()
    assert kinds()["lin"] == "wait"
    Client().post(f"/duty/{link}")
    assert kinds()["lin"] == "ok"
    assert "号码已核对" in Client().get(f"/duty/{link}").content.decode()
    assert Client().get(f"/duty/{link[:-4]}xxx/").status_code == 404


def test_who_does_not_answer_is_asked_again_and_alarmed(
    rota: Unit, lin: Person, chen: Person, terms: Terms
) -> None:
    jobs.keep(at=NOON)
    reply(lin, "收到")
    later = NOON + 3 * DAY
    assert [f.subject for f in watching.unproven(later)] == ["陈志远 chen"]
    jobs.keep(at=later)
    assert Message.objects.filter(notice__person=chen).count() == 2
    assert Message.objects.filter(notice__person=lin).count() == 1
    # before lin's month is over she is asked again, so that she never goes on duty unproven
    month = NOON + 28 * DAY
    Shift.objects.filter(person=lin).update(dropped_at=None)
    actions.lay(until=month + 20 * DAY, by=None, at=month)
    jobs.keep(at=month)
    assert Message.objects.filter(notice__person=lin).count() == 2
    assert kinds(month)["lin"] == "ok"
    assert kinds(NOON + 31 * DAY)["lin"] in ("wait", "late")


def test_a_number_that_leads_to_nobody_is_no_proven_number(
    rota: Unit, lin: Person, terms: Terms
) -> None:
    jobs.keep(at=NOON)
    reply(lin, "1")
    message = Message.objects.get(notice__person=lin)
    said = Reported(9, "failed", NOON, "空号", is_wrong=True)
    outbox.take_receipt(message, said, at=NOON)
    assert kinds()["lin"] == "late"
    assert "收不到：空号" in [f.text for f in watching.unproven(NOON)]


@pytest.mark.clause("R114")
@pytest.mark.clause("R112")
def test_the_watch_alarms_gaps_and_the_missing_hotline_and_clears_them(
    rota: Unit, wang: Person, mo: Person, terms: Terms
) -> None:
    """Branches without their three contacts and a hotline of xxxxxxx stand on the watch's page."""
    unit = Unit.objects.get(code="B03")
    auditor.audit(at=NOON)
    raised = dict(Alarm.objects.values_list("subject", "text"))
    assert "联系人B主班" in raised["文学院工会分会"]
    assert "联系人A" not in raised["外国语学院工会分会"]
    assert "共 4 处" in raised["外国语学院工会分会"]
    assert "占位" in raised["校心理中心"]
    hold("contact_b", mo, unit)
    actions.set_hotline(number="400 000 0110", by=wang, at=NOON, because="启用")
    for post, person in ((Post.A, mo),):
        hold("contact_a", person, unit)
        actions.override(
            unit=unit, post=post, part=Part.PRIMARY, person=person, since=NOON,
            until=NOON + 15 * DAY, by=wang, at=NOON, because="补齐",
        )  # fmt: skip
    auditor.audit(at=NOON + timedelta(seconds=15))
    standing = dict(Alarm.objects.filter(cleared_at=None).values_list("subject", "text"))
    assert "校心理中心" not in standing
    assert "联系人A主班" not in standing["文学院工会分会"]


def test_before_the_first_rotation_nothing_is_missing(db: None, terms: Terms) -> None:
    assert [*watching.gaps(NOON), *watching.unproven(NOON), *watching.no_hotline(NOON)] == []
