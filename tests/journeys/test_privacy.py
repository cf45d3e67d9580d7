"""An emergency at noon: the chair opens one record with his phone's code; others review it."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from allauth.mfa.totp.internal import auth as totp
from playwright.sync_api import Page, expect

from smartunion.domains.crisis.public import open_case
from smartunion.domains.planning import public as planning
from smartunion.kernel.people.models import Person, Unit
from smartunion.kernel.trail.deliver import deliver
from tests.browser import DESK, PHONE, check_axe, fits, photograph

from .conftest import NOON, March

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LOOK = os.environ.get("LOOK_AT")
"""A directory for pictures of every page, when somebody wants to look."""


def well(page: Page, name: str) -> None:
    """Hold a page to its width and to axe; and picture it for whoever wants to look."""
    fits(page)
    check_axe(page)
    if LOOK:
        photograph(page, Path(LOOK) / f"{name}-{page.viewport_size['width']}.jpg")


def test_one_record_is_opened_in_an_emergency_and_everybody_hears_of_it(
    organization: dict[str, Person], opens: Callable[..., Page], march: March
) -> None:
    planning.import_year(year=2025, by=None, at=NOON, because="测试")
    lin, zhao, sun = organization["lin"], organization["zhao"], organization["sun"]
    number = open_case(
        subject=lin, unit=Unit.objects.get(code="B01"), source="report", drill=False,
        basis="同事报告", by=None, at=march.now(),
    )  # fmt: skip
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(zhao, secret)

    for size in (PHONE, DESK):
        page = opens(zhao, "/private/glass/", size)
        well(page, "breaking")
        page.get_by_label("编号").fill(number)
        page.get_by_role("button", name="找资料").click()
        expect(page.get_by_text("先验证是您本人")).to_be_visible()
        well(page, "breaking-factor")
    page.get_by_role("link", name="去验证").click()
    counter = next(iter(totp.yield_hotp_counters_from_time()))
    page.get_by_label("验证码").fill(totp.format_hotp_value(totp.hotp_value(secret, counter)))
    page.get_by_role("button", name="是我，继续").click()
    page.get_by_label("事由").fill("电话里说要从楼上跳下去")
    well(page, "breaking-form")
    page.get_by_role("button", name="记录事由并打开").click()
    expect(page.get_by_text("林晓梅")).to_be_visible()
    well(page, "through")
    page.set_viewport_size({"width": 390, "height": 844})
    well(page, "through")

    deliver(at=march.now())
    for size in (PHONE, DESK):
        page = opens(sun, "/private/reviews/", size)
        expect(page.get_by_text("待复核", exact=True)).to_be_visible()
        expect(page.get_by_text("林晓梅")).to_have_count(0)
        well(page, "reviews")
    page.get_by_label("意见").fill("电话录音核实，必要")
    page.get_by_role("button", name="复核", exact=True).click()
    page.get_by_role("button", name="紧急情况已消除，现在告知当事人").click()
    expect(page.get_by_text("没有待复核的")).to_be_visible()
    well(page, "reviews-done")

    deliver(at=march.now())
    page = opens(lin, "/private/", PHONE)
    expect(page.get_by_text("紧急查阅：本人有生命危险")).to_be_visible()
    expect(page.get_by_text("赵明华")).to_be_visible()
    well(page, "mine")
    page.get_by_role("link", name="隐私说明").click()
    expect(page.get_by_text("关怀服务的联系资料")).to_be_visible()
    well(page, "declared")
    well(opens(lin, "/private/kinds/", DESK), "declared")
