"""The cockpit in a real browser: another process pays, the figure moves by itself."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from smartunion.domains.planning import public as planning
from smartunion.kernel.people.models import Person
from tests.browser import DESK, PHONE, check_axe, fits, serving, test_database_url
from tests.cast import MARCH_5, appoint, person, unit

from .conftest import APRIL_23, Scene, shift_to

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WALL: dict[str, Any] = {"viewport": {"width": 1920, "height": 1080}}

PAY = """
import sys, psycopg
with psycopg.connect(sys.argv[1]) as c:
    c.execute('''INSERT INTO wallet_payment (terminal_id, biz_date, terminal_seq, request_hash,
      wallet_id, merchant_id, month, seq, asked_fen, ecny_fen, points_fen, subsidy_fen, born,
      status, reason, offline, occurred_at, received_at, xid)
      SELECT terminal_id, biz_date, 9001, request_hash, wallet_id, merchant_id, month, 9001, 3450,
      3450, 0, 0, born, status, reason, offline, occurred_at, received_at,
      pg_current_xact_id()::text::bigint FROM wallet_payment ORDER BY id LIMIT 1''')
"""


@pytest.fixture
def april_house(transactional_db: None) -> Iterator[str]:
    planning.import_year(year=2025, by=None, at=MARCH_5, because="test")
    with serving(SMARTUNION_CLOCK_OFFSET=shift_to(APRIL_23)) as url:
        yield url


@pytest.fixture
def wang(transactional_db: None) -> Person:
    who = person("wang", "王建国", unit("B02", "机关工会分会"))
    grants = ("cockpit.view", "indicator.view", "indicator.rows", "people.view", "plan.view")
    appoint(who, *grants)
    return who


def another_process_pays() -> None:
    command = [sys.executable, "-c", PAY, test_database_url()]
    subprocess.run(command, check=True, timeout=20)


@pytest.mark.clause("R050")
@pytest.mark.parametrize("path", ["/cockpit/", "/cockpit/board/"])
def test_a_payment_elsewhere_moves_the_cockpit_without_reload(
    april_house: str, wang: Person, open_as: Callable[..., Page], path: str
) -> None:
    scene = Scene()
    scene.pay(scene.member("lin"), APRIL_23, 12_00)
    page = open_as(wang, path, DESK if path == "/cockpit/" else WALL, base_url=april_house)
    expect(page.locator("#today-total")).to_have_text("¥12.00")
    k07 = page.locator('[data-code="K07"]')
    expect(k07).to_contain_text("50.0")
    page.evaluate("window.unreloaded = true")
    page.wait_for_timeout(1500)  # the stream stands
    another_process_pays()
    paid = time.monotonic()
    expect(page.locator("#today-total")).to_have_text("¥46.50", timeout=2000)
    expect(page.locator("#today-count")).to_have_text("2", timeout=2000)
    assert time.monotonic() - paid < 2
    scene.pay(wang, APRIL_23, 3_00)  # he had bought nothing: K07 goes to 2 of 2
    expect(k07).to_contain_text("100", timeout=2000)
    assert page.evaluate("window.unreloaded") is True


PAGES = ("/cockpit/", "/indicators/", "/indicators/K07/", "/indicators/K07/rows/", "/cockpit/heat/")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_pages_fit_the_screen_and_read_aloud(
    april_house: str, wang: Person, open_as: Callable[..., Page], size: dict[str, Any]
) -> None:
    scene = Scene()
    for i in range(6):
        scene.pay(scene.member(f"m{i}"), APRIL_23, 12_00)
    page = open_as(wang, "/cockpit/", size, base_url=april_house)
    for path in PAGES:
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        fits(page)
        check_axe(page)
