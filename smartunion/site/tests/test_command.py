"""Where a red case is on the wall: a building, for who is on the case; a reading, once."""

import re

import pytest
from django.test import Client

from smartunion.domains.crisis.tests.conftest import Campus, campus
from smartunion.kernel.base import clock
from smartunion.kernel.private.reads import accesses
from tests.cast import appoint

__all__ = ["campus"]


def wall(campus: Campus, who: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(clock, "now", lambda: campus.at)
    browser = Client()
    browser.force_login(campus[who])
    answer = browser.get("/command/")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.clause("R119", "T50")
def test_the_pin_stands_on_a_building_for_those_on_the_case_and_goes_with_the_release(
    campus: Campus, monkeypatch: pytest.MonkeyPatch
) -> None:
    for who in ("guard", "driver"):
        appoint(campus[who], "response.view")
    case = campus.alarm()
    campus.later(seconds=31)
    assert 'class="pinm' not in wall(campus, "guard", monkeypatch)
    campus.locate(case)
    about = f"crisis.redcase:{case.pk}"
    before = len(accesses(about))
    seen = wall(campus, "guard", monkeypatch)
    assert 'class="pinm' in seen
    assert '<div class="place">图书馆<' in seen
    for secret in ("东侧长廊", "灰色外套", "10:43", campus["lin"].name):
        assert secret not in seen
    wall(campus, "guard", monkeypatch)
    assert len(accesses(about)) == before + 1, "one look at one place"
    other = wall(campus, "driver", monkeypatch)
    assert case.number in other
    assert "图书馆</div>" not in other
    assert 'class="pinm' not in other, "the driver's matrix has no place"
    assert not re.search('<div class="place">图书馆<', other)
    campus.later(minutes=60)
    assert 'class="pinm' not in wall(campus, "guard", monkeypatch), "the release has run out"
