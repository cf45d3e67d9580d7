"""A real Chromium: the public page at both widths, an objection typed, the evidence taken."""

import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import connections
from playwright.sync_api import BrowserContext, expect

from smartunion.kernel.base import clock
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.files import reads as files
from smartunion.kernel.people.models import Person
from smartunion.kernel.publicity import chromium, jobs, reads
from smartunion.kernel.publicity.models import Objection, Posting
from smartunion.kernel.timers.ticker import fire_due
from smartunion.site.embedded import VAR
from tests.browser import DESK, PHONE, OpenAs, check_axe, fits
from tests.cast import appoint

Post = Callable[..., Posting]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def posting(post: Post) -> Posting:
    """Return a posting of today: the served house lives by the real clock."""
    return post(at=clock.now().astimezone(CAMPUS).strftime("%Y-%m-%d %H:%M"))


@pytest.mark.clause("R217", "X05")
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["390", "1440"])
def test_anyone_opens_the_board_and_objects(
    screen: Callable[..., BrowserContext], posting: Posting, size: dict[str, Any]
) -> None:
    page = screen(size).new_page()
    page.goto("/public/")
    fits(page)
    check_axe(page)
    page.get_by_role("link", name=posting.title).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(posting.title)
    fits(page)
    check_axe(page)
    page.get_by_role("button", name="提交异议").click()
    expect(page.get_by_text("请填写姓名")).to_be_visible()
    page.get_by_label("姓名").fill("莫思齐")
    page.get_by_label("电话或邮箱").fill("mo@example.edu.cn")
    page.get_by_label("事实和理由").fill("本地另有两家企业供应同规格，附报价")
    page.get_by_role("button", name="提交异议").click()
    expect(page.get_by_text("已收到您的异议")).to_be_visible()
    expect(page.get_by_text("已收到，待答复")).to_be_visible()
    assert Objection.objects.get().contact == "mo@example.edu.cn"


@pytest.mark.clause("R032", "X05")
def test_the_page_is_looked_at_and_pictured_as_the_public_sees_it(
    posting: Posting, house: str, settings: Any, open_as: OpenAs, mo: Person
) -> None:
    settings.PUBLIC_URL, settings.MEDIA_ROOT = house, VAR / "files"  # the house's own
    now: datetime = clock.now()
    fire_due(at=now)
    assert jobs.look(at=now) == 1
    assert reads.looks(posting).get().good, reads.looks(posting).get().text
    assert jobs.take_pictures(at=now) == 1
    proof = posting.proofs.get()
    assert proof.picture is not None, proof.trouble
    png = files.path_of(proof.picture.sha256).read_bytes()
    width, height = (int.from_bytes(png[at : at + 4]) for at in (16, 20))
    assert width == chromium.WIDTH
    assert height > chromium.HEIGHT  # the whole page, not the first screen of it
    appoint(mo, "publicity.desk")
    for size in (PHONE, DESK):
        page = open_as(mo, f"/publicity/{posting.pk}/", size)
        expect(page.get_by_role("img", name="发布时公示截图")).to_be_visible()
        expect(page.get_by_text("共 1 次，不符 0 次")).to_be_visible()
        fits(page)
        check_axe(page)


@pytest.mark.clause("T30")
def test_the_worker_looks_and_pictures_by_itself(
    posting: Posting, house: str, settings: Any
) -> None:
    settings.PUBLIC_URL = house
    fire_due(at=clock.now())
    stop = threading.Event()
    worker = threading.Thread(target=run_and_close, args=(stop,))
    worker.start()
    until = time.monotonic() + 60
    while not posting.proofs.filter(picture__isnull=False).exists() and time.monotonic() < until:
        time.sleep(0.2)
    stop.set()
    worker.join(30)
    assert reads.looks(posting).get().good
    assert posting.proofs.get().picture is not None


def run_and_close(stop: threading.Event) -> None:
    try:
        jobs.keep_looking(stop)
    finally:
        connections.close_all()


def test_a_page_that_answers_something_else_is_not_pictured(house: str, db: None) -> None:
    with pytest.raises(chromium.NoPictureError, match="页面应答 404"):
        chromium.picture(f"{house}/public/postings/GS-1999-0001/")


def test_without_chromium_the_reason_is_told(settings: Any) -> None:
    settings.CHROMIUM = "/nowhere/chromium"
    assert chromium.find() is None
    with pytest.raises(chromium.NoPictureError, match="本机没有 Chromium"):
        chromium.picture("http://127.0.0.1:1/")
