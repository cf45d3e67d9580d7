"""Being away by one's own word: the B part takes over, and gives back in time."""

from datetime import date, datetime, timedelta

import pytest
from django.test import Client

from smartunion.kernel.base import clock
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.people.models import Absence, Person
from smartunion.kernel.people.reads import acting
from smartunion.kernel.trail.models import Entry

AT = datetime(2025, 12, 15, 10, 42, tzinfo=CAMPUS)
TODAY = AT.date()


@pytest.fixture
def cast(organization: dict[str, Person], monkeypatch: pytest.MonkeyPatch) -> dict[str, Person]:
    monkeypatch.setenv(clock.VARIABLE, str((AT - datetime.now(CAMPUS)).total_seconds()))
    return organization


def as_(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def ask(client: Client, since: date, until: date, because: str = "出差") -> str:
    given = {"since": since.isoformat(), "until": until.isoformat(), "because": because}
    return client.post("/absence/", given, follow=True).content.decode()


@pytest.mark.clause("R033")
def test_an_officer_goes_away_and_the_b_part_acts_until_the_day_of_return(
    cast: dict[str, Person],
) -> None:
    client = as_(cast["wang"])
    assert "周启明" in client.get("/absence/").content.decode()
    told = ask(client, TODAY, TODAY + timedelta(days=3))
    assert "已登记离岗" in told
    assert "离岗中" in told
    for day, who in ((0, "周启明"), (2, "周启明"), (3, "王建国")):
        found = acting("welfare_committee_chair", on=TODAY + timedelta(days=day))
        assert found is not None
        assert found.person.name == who
    assert Entry.objects.filter(what="people.away", by=cast["wang"]).exists()


def test_an_absence_ends_early_and_one_not_begun_is_taken_back(cast: dict[str, Person]) -> None:
    wang = cast["wang"]
    client = as_(wang)
    ask(client, TODAY + timedelta(days=5), TODAY + timedelta(days=9))
    coming = Absence.objects.get(person=wang)
    assert "不请了" in client.get("/absence/").content.decode()
    client.post(f"/absence/{coming.pk}/end/")
    assert not Absence.objects.filter(person=wang).exists()
    assert Entry.objects.filter(what="people.absence_canceled").exists()
    running = Absence.objects.create(
        person=wang, since=TODAY - timedelta(days=2), until=TODAY + timedelta(days=2)
    )
    client.post(f"/absence/{running.pk}/end/")
    running.refresh_from_db()
    assert running.until == TODAY
    assert client.post(f"/absence/{running.pk}/end/").status_code == 409
    assert Entry.objects.filter(what="people.back").count() == 1


def test_what_makes_no_sense_is_refused_with_the_days_and_keeps_what_was_typed(
    cast: dict[str, Person],
) -> None:
    client = as_(cast["wang"])
    past = ask(client, TODAY - timedelta(days=1), TODAY + timedelta(days=1), "补登的事由")
    assert "离岗起 12月14日 早于今天 12月15日" in past
    assert "补登的事由" in past
    assert "须晚于" in ask(client, TODAY, TODAY)
    ask(client, TODAY, TODAY + timedelta(days=3))
    assert "不能重叠" in ask(client, TODAY + timedelta(days=2), TODAY + timedelta(days=5))
    assert Absence.objects.count() == 1


def test_nobody_ends_somebody_elses_absence(cast: dict[str, Person]) -> None:
    theirs = Absence.objects.create(
        person=cast["wang"], since=TODAY, until=TODAY + timedelta(days=2)
    )
    assert as_(cast["lin"]).post(f"/absence/{theirs.pk}/end/").status_code == 404
    theirs.refresh_from_db()
    assert theirs.until == TODAY + timedelta(days=2)


def test_an_office_without_a_b_part_is_said_out_loud(cast: dict[str, Person]) -> None:
    told = as_(cast["chen"]).get("/absence/").content.decode()
    assert "无人接手" in told
    assert "请办公室任命" in told
