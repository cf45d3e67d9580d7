"""The rosters' pages: the grid of units by days, a unit's stretches, one's own shifts."""

from datetime import date, timedelta

import pytest
from django.test import Client

from smartunion.kernel.base import clock
from smartunion.kernel.duty import reads
from smartunion.kernel.duty.models import Shift, Swap
from smartunion.kernel.duty.rules import Post, Terms
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
    assert "陈志远" not in page, "who is on duty then cannot be asked"
    of(lin).post(f"/duty/mine/{mine.pk}/", {"shift_id": mine.pk, "other": mo.pk, "because": "出差"})
    swap = Swap.objects.get()
    assert "等 莫思齐 答复" in of(lin).get("/duty/mine/").content.decode()
    assert "林晓梅 请您接班" in of(mo).get("/duty/mine/").content.decode()
    assert of(chen).post(f"/duty/swaps/{swap.pk}/", {"word": "accept"}).status_code == 404
    assert of(mo).post(f"/duty/swaps/{swap.pk}/", {"word": "accept"}).status_code == 302
    assert Shift.objects.get(instead_of=mine).person == mo
    assert of(mo).get(f"/duty/mine/{mine.pk}/").status_code == 404
