"""The rosters' pages: the grid of units by days, a unit's stretches, one's own shifts."""

from datetime import date, datetime, timedelta

import pytest
from django.test import Client

from smartunion.kernel.base import clock
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.duty import reads
from smartunion.kernel.duty.models import Pattern, Shift, Swap
from smartunion.kernel.duty.rules import Post, Terms
from smartunion.kernel.notices.models import Notice
from smartunion.kernel.people.models import Absence, Person, Unit
from tests.cast import appoint

from .conftest import NOON, hold


@pytest.fixture(autouse=True)
def at_noon(monkeypatch: pytest.MonkeyPatch, terms: Terms) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)


def of(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.mark.clause("R114")
def test_the_grid_shows_which_day_lacks_whom(rota: Unit, wang: Person, chen: Person) -> None:
    appoint(wang, "duty.view")
    Absence.objects.create(person=chen, since=date(2025, 3, 7), until=date(2025, 3, 8))
    rows = {row.code: row for row in reads.grid(at=NOON, terms=reads.terms_at(NOON))}
    by_day = {cell.day.day: cell.missing for cell in rows["B01"].cells}
    assert "A备" in by_day[7]
    assert "A备" not in by_day[6]
    assert len(rows["B01"].cells) == 14
    page = of(wang).get("/duty/").content.decode()
    assert "外国语学院" in page
    assert "热线没有登记号码" in page
    assert "更改热线" not in page, "who may only look changes nothing"
    unit = of(wang).get("/duty/units/B01/").content.decode()
    assert "无人值班" in unit
    assert "其间离岗" in unit
    assert "安排替班" not in unit
    assert of(wang).get("/duty/units/B77/").status_code == 404


def test_an_officer_fills_a_gap_from_the_page(
    rota: Unit, wang: Person, mo: Person, chen: Person
) -> None:
    appoint(wang, "duty.view", "duty.keep")
    hold("branch_member", mo, rota)
    Absence.objects.create(person=chen, since=date(2025, 3, 7), until=date(2025, 3, 8))
    asked = {
        "post": "a", "part": "deputy", "person": mo.pk, "since": "2025-03-07T00:00",
        "until": "2025-03-08T00:00", "because": "陈志远离岗",
    }  # fmt: skip
    client = of(wang)
    assert client.post("/duty/units/B01/overriding/", asked).status_code == 302
    pair = reads.on_call(unit=rota, posts=[Post.A], at=NOON + timedelta(days=2))[Post.A]
    assert [p.username for p in pair.in_turn()] == ["lin", "mo"]
    again = client.post("/duty/units/B01/overriding/", {**asked, "post": "leader"})
    assert again.status_code == 200, "the campus's post is none of a branch's"
    wrong = client.post("/duty/hotline/", {"number": "400xxxxxxx", "because": "计划"})
    assert wrong.status_code == 422
    assert "400xxxxxxx" in wrong.content.decode()


def test_a_swap_is_asked_and_accepted_on_two_phones(
    rota: Unit, lin: Person, mo: Person, chen: Person
) -> None:
    hold("branch_member", mo, rota)
    mine = reads.standing_shifts().filter(person=lin, since__gt=NOON).earliest("since")
    page = of(lin).get(f"/duty/mine/{mine.pk}/").content.decode()
    assert "莫思齐" in page
    assert "对调：我值" in page, "who is on duty then may exchange that very shift"
    assert f'value="{chen.pk}"' not in page, "and cannot simply take another"
    empty = of(lin).post(f"/duty/mine/{mine.pk}/", {"because": "出差"}).content.decode()
    assert "先选请谁接" in empty
    asked = {"offer": str(mo.pk), "because": "出差"}
    assert of(lin).post(f"/duty/mine/{mine.pk}/", asked).status_code == 302
    swap = Swap.objects.get()
    assert "等 莫思齐 答复" in of(lin).get("/duty/mine/").content.decode()
    assert "林晓梅 请您接班" in of(mo).get("/duty/mine/").content.decode()
    assert Notice.objects.get(person=mo).title == "林晓梅 请您换班，等您答复"
    other = next(o for o in reads.offers_of(mine, at=NOON) if o.person == chen)
    again = {"offer": f"{chen.pk}:{other.returns[0].pk}", "because": "出差"}
    waiting = of(lin).post(f"/duty/mine/{mine.pk}/", again)
    assert waiting.status_code == 409
    assert "已经在等 莫思齐 答复" in waiting.content.decode()
    assert of(chen).post(f"/duty/swaps/{swap.pk}/", {"word": "accept"}).status_code == 404
    assert of(mo).post(f"/duty/swaps/{swap.pk}/", {"word": "accept"}).status_code == 302
    assert Shift.objects.get(instead_of=mine).person == mo
    assert of(mo).get(f"/duty/mine/{mine.pk}/").status_code == 404


@pytest.mark.clause("R114")
def test_primary_and_deputy_exchange_their_week_and_nobody_else_may_say_yes(
    rota: Unit, lin: Person, chen: Person, wang: Person
) -> None:
    """Both weeks change hands in one moment: no minute without the post, nobody twice."""
    appoint(wang, "duty.view", "duty.keep")
    mine = reads.standing_shifts().filter(person=lin, since__gt=NOON).earliest("since")
    theirs = reads.standing_shifts().get(person=chen, since=mine.since)
    of(lin).post(
        f"/duty/mine/{mine.pk}/", {"offer": f"{chen.pk}:{theirs.pk}", "because": "学术会议"}
    )
    swap = Swap.objects.get()
    assert "同意对调" in of(chen).get("/duty/mine/").content.decode()
    for stranger in (lin, wang):
        answer = of(stranger).post(f"/duty/swaps/{swap.pk}/", {"word": "accept"})
        assert answer.status_code in (404, 409), "not even the officer says yes for somebody"
    assert of(chen).post(f"/duty/swaps/{swap.pk}/", {"word": "accept"}).status_code == 302
    then = reads.on_call(unit=rota, posts=[Post.A], at=mine.since)[Post.A]
    part = {shift.person: shift.part for shift in reads.standing_shifts().filter(since=mine.since)}
    assert (part[lin], part[chen]) == (theirs.part, mine.part)
    assert then.in_turn() == ([chen, lin] if mine.part == "primary" else [lin, chen])
    line = reads.lines_of(rota, at=NOON, terms=reads.terms_at(NOON))
    assert [
        stay for one in line if one.post == Post.A for stay in one.stays if not stay.person
    ] == []
    told = Notice.objects.filter(person=lin).latest("pk")
    assert told.title == f"{chen.name}：已换"


@pytest.mark.clause("R114")
def test_an_officer_makes_changes_and_ends_a_rotation_after_seeing_what_comes_of_it(
    rota: Unit, wang: Person, mo: Person, lin: Person, chen: Person
) -> None:
    appoint(wang, "duty.view", "duty.keep")
    hold("branch_member", mo, rota)
    client, where = of(wang), "/duty/units/B01/rotations/"
    assert of(lin).get(where).status_code == 403
    page = client.get(where).content.decode()
    assert "林晓梅</b> → <b>陈志远" in page
    given = {
        "post": "a", "part": "primary", "first_on": "2025-03-08", "days_each": "2",
        "since": "08:00", "until": "08:00", "turn1": mo.pk, "turn2": chen.pk, "do": "preview",
    }  # fmt: skip
    Absence.objects.create(person=mo, since=date(2025, 3, 12), until=date(2025, 3, 13))
    seen = client.post(where, given).content.decode()
    assert "有缺班" in seen
    assert "陈志远 已在联系人A备班值班" in seen
    assert "莫思齐 其间离岗" in seen
    assert Pattern.objects.count() == 2, "a preview changes nothing"
    past = client.post(where, {**given, "first_on": "2025-03-04", "do": "save"})
    assert "不能早于今天" in past.content.decode()
    foreign = client.post(where, {**given, "turn1": Person.objects.create(username="x").pk})
    assert foreign.status_code == 200
    assert "preview" not in foreign.context or foreign.context["preview"] is None
    alone = {**given, "turn2": "", "do": "save"}
    assert client.post(where, alone).status_code == 302
    pair = reads.on_call(unit=rota, posts=[Post.A], at=NOON + timedelta(days=4))[Post.A]
    assert pair.primary == mo
    assert reads.on_call(unit=rota, posts=[Post.A], at=NOON)[Post.A].primary == lin
    pattern = Pattern.objects.get(part="primary", ended_at=None)
    end = {"do": "end", "pattern_id": pattern.pk, "last_on": "2025-03-14", "because": "调整分工"}
    assert client.post("/duty/units/B03/rotations/", end).status_code == 409, "another unit's"
    assert client.post(where, end).status_code == 302
    assert client.post(where, end).status_code == 409
    gaps = reads.gaps(since=NOON, until=NOON + timedelta(days=12), units=[rota])
    mine = [gap.since for gap in gaps if (gap.post, gap.part) == (Post.A, "primary")]
    assert datetime(2025, 3, 15, tzinfo=CAMPUS) in mine
    assert reads.on_call(unit=rota, posts=[Post.A], at=datetime(2025, 3, 14, 23, tzinfo=CAMPUS))[
        Post.A
    ].primary == mo  # fmt: skip
