"""The pages: who may open what, what is masked, what never leaves the house, how many queries."""

import io
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from smartunion.domains.performance import jobs
from smartunion.kernel.people.models import Person
from tests.cast import appoint

from .conftest import APRIL_23, Scene

pytestmark = pytest.mark.usefixtures("in_april")
PAGES = (
    "/cockpit/",
    "/cockpit/board/",
    "/cockpit/heat/",
    "/cockpit/payments/",
    "/indicators/",
    "/indicators/K07/",
    "/indicators/K45/",
    "/indicators/K07/rows/",
)


def as_of(client: Client, who: Person) -> Client:
    client.force_login(who)
    return client


def sheet_of(response: Any) -> list[list[Any]]:
    book = load_workbook(io.BytesIO(response.content))
    return [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]


@pytest.mark.clause("R005")
def test_every_page_opens_to_an_office_and_to_nobody_else(
    scene: Scene, officer: Person, mo: Person, client: Client
) -> None:
    scene.pay(scene.member("lin"), APRIL_23)
    for path in PAGES:
        client.logout()
        assert client.get(path).status_code == 302
        assert as_of(client, mo).get(path).status_code == 403
        assert as_of(client, officer).get(path).status_code == 200


def test_who_sees_figures_does_not_thereby_see_rows(
    scene: Scene, mo: Person, client: Client
) -> None:
    appoint(mo, "indicator.view")
    scene.pay(scene.member("lin", "林晓梅"), APRIL_23)
    as_of(client, mo)
    page = client.get("/indicators/K07/").content.decode()
    assert "您的岗位看不到明细" in page
    assert "林" not in page
    assert client.get("/indicators/K07/rows/").status_code == 403
    assert client.get("/indicators/K07/check/?period=2025-03-01").status_code == 403


def test_names_are_masked_for_who_may_not_see_people(
    scene: Scene, mo: Person, officer: Person, client: Client
) -> None:
    appoint(mo, "indicator.view", "indicator.rows")
    scene.member("A10086", "林晓梅")
    open_page = as_of(client, officer).get("/indicators/K07/rows/").content.decode()
    assert "林晓梅" in open_page
    assert "A10086" in open_page
    masked = as_of(client, mo)
    for shown in (
        masked.get("/indicators/K07/rows/").content.decode(),
        masked.get("/indicators/K07/").content.decode(),
        str(sheet_of(masked.get("/indicators/K07/rows/?out=xlsx"))),
    ):
        assert "林*梅" in shown
        assert "林晓梅" not in shown
        assert "A10086" not in shown


@pytest.mark.clause("4.2①")
def test_the_rows_add_up_to_the_figure_that_opened_them(
    scene: Scene, officer: Person, client: Client
) -> None:
    for i in range(60):
        who = scene.member(f"m{i:02}")
        if i % 3 == 0:
            scene.pay(who, APRIL_23)
    as_of(client, officer)
    page = client.get("/indicators/K07/rows/?show=hit").content.decode()
    assert page.count("<tr>") - 1 == 20
    assert "第 1–50 行，共 61 行" in client.get("/indicators/K07/rows/").content.decode()
    rows = sheet_of(client.get("/indicators/K07/rows/?out=xlsx"))
    assert (rows[0][-1], len(rows) - 1) == ("计入", 61)  # the officer is a member, too
    assert sum(row[-1] == "有消费" for row in rows) == 20
    assert re.search(r"20 / 61", client.get("/indicators/").content.decode())


def test_an_unmeasured_indicator_refuses_its_rows_in_words(
    scene: Scene, officer: Person, client: Client
) -> None:
    response = as_of(client, officer).get("/indicators/K45/rows/")
    assert response.status_code == 409
    assert "尚未计量" in response.content.decode()
    assert as_of(client, officer).get("/indicators/K99/").status_code == 404


@pytest.mark.clause("T03")
def test_the_register_says_what_the_plan_states_and_what_is_proposed(
    scene: Scene, officer: Person, client: Client
) -> None:
    page = as_of(client, officer).get("/indicators/").content.decode()
    assert "计划写明 21 项，另 47 项" in page
    assert (page.count(">写明</span>"), page.count(">建议</span>")) == (21, 47)
    filtered = client.get("/indicators/?sense=safety&project=3.1").content.decode()
    assert "K13" in filtered
    assert "K07" not in filtered
    rows = sheet_of(client.get("/indicators/?out=xlsx"))
    assert len(rows) == 69


@pytest.mark.clause("T59")
@pytest.mark.clause("R050")
def test_the_number_of_a_small_cell_is_nowhere(
    scene: Scene, officer: Person, client: Client
) -> None:
    """Four people buy 43 times: not shown. Five buy 47 times: shown. 90 would tell the 43."""
    people = [scene.member(f"m{i}") for i in range(5)]
    noon, evening = APRIL_23 - timedelta(hours=22), APRIL_23 - timedelta(hours=16)
    for i in range(43):
        scene.pay(people[i % 4], noon, shop="理发服务部")
    for i in range(47):
        scene.pay(people[i % 5], evening, shop="理发服务部")
    as_of(client, officer)
    for path in ("/cockpit/", "/cockpit/heat/"):
        page = client.get(path).content.decode()
        option = json.loads(re.search(r'<script type="application/json">(.*?)</script>', page)[1])
        assert sorted(cell[2] for cell in option["series"][0]["data"]) == [-1, 47]
        figure = re.search(r"<figure.*?</figure>", page, re.DOTALL)[0]
        assert "&lt;5" in figure
        assert ">47<" in figure
        assert not re.search(r"\b(43|90)\b", figure)
    wall = re.search(
        r"<table class=.b-heat-t.*?</table>",
        client.get("/cockpit/board/").content.decode(),
        re.DOTALL,
    )[0]
    assert "不足 5 人" in wall
    assert not re.search(r"\b(43|90)\b", wall)
    cells = [cell for row in sheet_of(client.get("/cockpit/heat/?out=xlsx"))[1:] for cell in row]
    assert "<5" in cells
    assert "47" in cells
    assert not {"43", "90", 43, 90} & set(cells)


def test_todays_payments_never_show_a_payer(scene: Scene, officer: Person, client: Client) -> None:
    scene.pay(scene.member("A10086", "林晓梅"), APRIL_23)
    as_of(client, officer)
    for path in ("/cockpit/", "/cockpit/board/", "/cockpit/payments/"):
        page = client.get(path).content.decode()
        assert "第一食堂" in page
        assert not re.search("林|A10086", page)
    assert not re.search("林|A10086", str(sheet_of(client.get("/cockpit/payments/?out=xlsx"))))


def test_a_part_answers_htmx_alone_and_a_browser_gets_the_page(
    scene: Scene, officer: Person, client: Client
) -> None:
    as_of(client, officer)
    for part in ("senses", "budget", "late", "heat", "today"):
        answer = client.get(f"/cockpit/part/{part}/", headers={"HX-Request": "true"})
        assert answer.status_code == 200
        assert "<html" not in answer.content.decode()
        assert client.get(f"/cockpit/part/{part}/").headers["Location"] == "/cockpit/"
        wall = client.get(f"/cockpit/board/part/{part}/", headers={"HX-Request": "true"})
        assert wall.status_code == 200
    assert client.get("/cockpit/part/secrets/").status_code == 404


def test_a_page_asks_as_many_questions_for_thirty_rows_as_for_one(
    scene: Scene, officer: Person, client: Client
) -> None:
    def once(path: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(path).status_code == 200
        return len(asked)

    def questions() -> dict[str, int]:
        """Terms are kept for some seconds: the fewest of three openings finds them known."""
        return {path: min(once(path) for _ in range(3)) for path in PAGES}

    as_of(client, officer)
    scene.pay(scene.member("m0"), APRIL_23)
    one = questions()
    for i in range(1, 30):
        scene.pay(scene.member(f"m{i}"), APRIL_23, shop=f"商户{i % 7}")
    assert questions() == one


@pytest.mark.clause("R209")
def test_a_snapshot_is_checked_against_its_rows(
    scene: Scene, officer: Person, client: Client
) -> None:
    lin = scene.member("lin")
    scene.pay(lin, APRIL_23 - timedelta(days=40))
    jobs.freeze_closed_periods(at=APRIL_23)
    as_of(client, officer)
    path = "/indicators/K07/check/?period=2025-03-01"
    assert "一致" in client.get(path, headers={"HX-Request": "true"}).content.decode()
    scene.pay(officer, APRIL_23 - timedelta(days=40))
    assert "不一致" in client.get(path).content.decode()


@pytest.mark.clause("R207")
def test_the_budget_shows_six_projects_and_both_readings(
    scene: Scene, officer: Person, client: Client
) -> None:
    page = as_of(client, officer).get("/cockpit/").content.decode()
    for words in ("1,060.00", "480.00", "零经费，制度先行", "年末预测甲", "年末预测乙", "1:1.2"):
        assert words in page
