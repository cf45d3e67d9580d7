"""The rosters looked at: the desk at 1440, the phone at 390, without a serious finding of axe."""

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from smartunion.kernel.base import clock
from smartunion.kernel.base.days import CAMPUS, campus_day
from smartunion.kernel.duty import reads
from smartunion.kernel.people.models import Absence, Person
from smartunion.site.org import founding, rosters
from tests.browser import DESK, PHONE, OpenAs, check_axe, fits, photograph, serving

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def look(page: object, name: str) -> None:
    """Check a page; leave a picture where one is asked for."""
    fits(page)
    check_axe(page)
    if folder := os.environ.get("DUTY_PICTURES"):
        photograph(page, Path(folder) / f"{name}.png")


@pytest.fixture
def december(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Serve the house of a December morning of the plan year."""
    scene = datetime(2025, 12, 19, 10, 42, tzinfo=CAMPUS)
    shift = str((scene - clock.now()).total_seconds())
    monkeypatch.setenv(clock.VARIABLE, shift)
    with serving(SMARTUNION_CLOCK_OFFSET=shift) as url:
        yield url


@pytest.mark.clause("R114")
def test_the_rosters_are_read_on_desk_and_phone(open_as: OpenAs, december: str) -> None:
    """One absence shows as a red cell; on the phone as a line of its own."""
    from smartunion.domains.planning import public as planning

    at = clock.now()
    founding.found(year=2025, people=300, seed=2025, at=at)
    planning.import_year(year=2025, by=None, at=at, because="test")
    rosters.lay(year=2025, at=at)
    away = reads.standing_shifts().filter(
        unit__code="B05", post="c", part="primary", since__gt=at + timedelta(days=2)
    ).earliest("since")  # fmt: skip
    first = campus_day(away.since) + timedelta(days=1)
    Absence.objects.create(person=away.person, since=first, until=first + timedelta(days=2))
    qian = Person.objects.get(username="qian")
    page = open_as(qian, "/duty/", DESK, base_url=december)
    assert page.locator("td.gap").count() == 2
    look(page, "roster-1440")
    page.locator("td.gap a").first.click()
    page.locator(".du-stays li.gap a").click()
    assert page.locator("#id_post").input_value() == "c"
    look(page, "unit-1440")
    page.goto("/duty/units/B05/rotations/")
    page.get_by_role("link", name="改这个轮班").first.click()
    page.get_by_label("每轮天数").fill("2")
    page.get_by_role("button", name="预览").click()
    expect(page.get_by_role("heading", name="预览")).to_be_visible()
    assert page.locator("#preview .du-stays li").count() > 6
    look(page, "rotations-1440")
    page = open_as(qian, "/duty/", PHONE, base_url=december)
    assert page.locator(".du-narrow small").inner_text().count("C主") == 2
    look(page, "roster-390")
    page.goto("/duty/units/B05/")
    look(page, "unit-390")
    page.goto("/duty/units/B05/rotations/")
    look(page, "rotations-390")
    page.goto("/duty/numbers/")
    look(page, "numbers-390")
    page.goto("/duty/mine/")
    look(page, "mine-390")
    page.locator(".ph-rows a").first.click()
    look(page, "giving-390")
