"""The journal's page: who may read it, and what it tells."""

import io
import os
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from openpyxl import load_workbook

from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.models import Entry
from smartunion.kernel.trail.record import record
from tests.browser import DESK, PHONE, OpenAs, check_axe, fits, photograph
from tests.cast import MARCH_5, appoint


@pytest.fixture
def auditor(wang: Person) -> Person:
    appoint(wang, "trail.view")
    return wang


@pytest.fixture
def happened(lin: Person, mo: Person) -> None:
    with transaction.atomic():
        record("files.stored", lin, by=lin, at=MARCH_5, because="上传验收单", amount_fen=24000)
        record("files.stored", mo, by=None, at=MARCH_5)


def test_whoever_holds_no_office_for_it_may_not_read_the_journal(
    client: Client, lin: Person
) -> None:
    assert client.get("/trail/").status_code == 302
    client.force_login(lin)
    assert client.get("/trail/").status_code == 403


def test_each_entry_says_who_when_why_in_chinese(
    client: Client, auditor: Person, happened: None
) -> None:
    client.force_login(auditor)
    page = client.get("/trail/").content.decode()
    for told in ("存入文件", "人员 林晓梅", "3月5日", "上传验收单", "金额 ¥240.00", "系统"):
        assert told in page, told


def test_the_journal_is_narrowed_by_what_is_asked(
    client: Client, auditor: Person, lin: Person, happened: None
) -> None:
    client.force_login(auditor)
    page = client.get("/trail/", {"by": "林晓梅", "since": "2025-03-05"}).content.decode()
    assert "共 1 行" in page
    assert "没有符合的记录" in client.get("/trail/", {"words": "没有这个字"}).content.decode()
    page = client.get("/trail/", {"since": "五月"}).content.decode()
    assert "写成日期" in page


def test_the_page_runs_as_many_queries_for_fifty_entries_as_for_two(
    client: Client, auditor: Person, lin: Person, happened: None, django_assert_max_num_queries
) -> None:
    client.force_login(auditor)
    client.get("/trail/")
    for _ in range(60):
        record("files.stored", lin, by=lin, at=MARCH_5)
    with django_assert_max_num_queries(16):
        page = client.get("/trail/").content.decode()
    assert "第 1–50 行，共 62 行" in page


def test_the_journal_leaves_as_a_sheet(client: Client, auditor: Person, happened: None) -> None:
    client.force_login(auditor)
    book = load_workbook(io.BytesIO(client.get("/trail/", {"out": "xlsx"}).content))
    assert book.worksheets[0].max_row == 1 + Entry.objects.count()
    assert "上传验收单" in client.get("/trail/", {"out": "csv"}).content.decode()


@pytest.mark.browser
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["390", "1440"])
def test_the_journal_fits_and_passes_axe(
    open_as: OpenAs, auditor: Person, happened: None, size: dict[str, Any]
) -> None:
    page = open_as(auditor, "/trail/", size)
    fits(page)
    check_axe(page)
    if folder := os.environ.get("PHOTOGRAPHS"):
        photograph(page, Path(folder) / f"trail-{size['viewport']['width']}.png")
