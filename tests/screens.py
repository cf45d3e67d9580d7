"""`make screens`: pictures of every page of the running demonstration, at both widths.

    python -m tests.screens http://127.0.0.1:8010 [part-of-a-name…]

Each page is opened as somebody of the cast who would open it; the pictures land in docs/screens,
to be looked at before anybody calls a page done. A page that answers with an error, that complains
in the console or that is wider than its screen is named, and the command fails.
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import django
from playwright.sync_api import Browser, Error, Page, sync_playwright

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smartunion.site.settings")
django.setup()  # tests.browser knows our tables

from tests.browser import ARGS, CAMPUS_READER, DESK, PHONE  # noqa: E402
from tests.prerequisites import chromium  # noqa: E402

SCREENS = Path(__file__).parents[1] / "docs" / "screens"
TABLET: dict[str, Any] = {"viewport": {"width": 1024, "height": 768}, "has_touch": True}
WALL: dict[str, Any] = {"viewport": {"width": 1920, "height": 1080}}
MOST_PIXELS = 4200
"""Longer pages are cut: what lies below repeats what stands above."""


@dataclass(frozen=True)
class Screen:
    """One page: its name in docs/screens, where it is, who opens it, at which extra widths."""

    name: str
    path: str
    who: str = "qian"
    also: tuple[str, ...] = ()
    click: str = ""
    """A link of the page to follow first, as a CSS selector."""
    press: str = ""
    """A button to press first, where it is there."""


SCREENS_OF = (
    Screen("login", "/accounts/login/", ""),
    Screen("cast", "/accounts/cast/", ""),
    Screen("home", "/", "lin", ("elder",)),
    Screen("wallet", "/wallet/", "lin", ("elder",)),
    Screen("allotment", "/wallet/allotment/", "lin"),
    Screen("code", "/wallet/code/", "lin", ("elder",), press="text=绑定这部手机 >> nth=-1"),
    Screen("statement", "/wallet/statement/", "lin", ("elder",)),
    Screen("year", "/wallet/year/", "lin", ("elder",)),
    Screen("receipt", "/wallet/statement/", "lin", click="a[href*='/wallet/payments/']"),
    Screen("devices", "/wallet/devices/", "lin"),
    Screen("shops", "/wallet/shops/", "lin"),
    Screen("rules", "/wallet/rules/", "lin"),
    Screen("frozen", "/wallet/code/", "mo"),
    Screen("freezing", "/wallet/", "mo", click="a[href*='/wallet/freezings/']"),
    Screen("me-phone", "/me/", "lin"),
    Screen("private-glass", "/private/glass/", "zhao"),
    Screen("private-reviews", "/private/reviews/", "sun"),
    Screen("aid", "/aid/", "lin", ("elder",)),
    Screen("aid-progress", "/aid/", "lin", ("elder",), click="a[href*='/aid/applications/']"),
    Screen("aid-gift", "/aid/gift/", "chen"),
    Screen("aid-register", "/aid/desk/", "wang"),
    Screen("aid-card", "/aid/desk/?seg=paid", "wang", click="td a[href*='/aid/desk/']"),
    Screen("aid-visit", "/aid/desk/", "tang", click="tr:has-text('入户') a"),
    Screen("aid-gifts", "/aid/desk/gifts/", "tang"),
    Screen("wellbeing", "/wellbeing/", "lin", ("elder",)),
    Screen("wellbeing-talks", "/wellbeing/talks/", "chen"),
    Screen("wellbeing-tasks", "/wellbeing/desk/", "bailu"),
    Screen("wellbeing-records", "/wellbeing/desk/", "bailu", click="a[href*='/records/']"),
    Screen("wellbeing-campaigns", "/wellbeing/desk/campaigns/", "jingyi"),
    Screen(
        "wellbeing-campaign", "/wellbeing/desk/campaigns/", "jingyi",
        click="td a[href*='/campaigns/']",
    ),
    Screen("wellbeing-imports", "/wellbeing/desk/imports/", "jingyi"),
    Screen("wellbeing-floor", "/wellbeing/desk/floor/", "jingyi"),
    Screen("wellbeing-counts", "/wellbeing/desk/counts/", "jingyi"),
    Screen("ask", "/policy/", "lin", ("elder",)),
    Screen("answer", "/policy/", "lin", ("elder",), click="a[href*='/policy/questions/']"),
    Screen("ask-help", "/policy/help/", "lin"),
    Screen("tickets", "/policy/tickets/", "tang"),
    Screen("ticket", "/policy/tickets/", "tang", click="td a[href*='/policy/tickets/']"),
    Screen("policy-curating", "/policy/curating/", "tang"),
    Screen("policy-library", "/policy/library/", "tang"),
    Screen("policy-metrics", "/policy/metrics/", "tang"),
    Screen("crisis", "/crisis/", "hongmei"),
    Screen("crisis-case", "/crisis/", "bailu", click="a[href*='/crisis/cases/']"),
    Screen("crisis-timeline", "/crisis/cases/1/timeline/", "sun"),
    Screen("crisis-help", "/crisis/help/", "hongmei"),
    Screen("crisis-counts", "/crisis/counts/", "zhao"),
    Screen("crisis-library", "/crisis/library/", "bailu"),
    Screen("crisis-card", "/crisis/library/", "bailu", click="a[href*='/library/']"),
    Screen("response", "/response/", "majun"),
    Screen("response-run", "/response/drills/", "zhao", click="td a[href^='/response/']"),
    Screen("response-ended", "/response/?segment=ended", "majun", click="td a[href^='/response/']"),
    Screen("response-corrections", "/response/corrections/", "zhao"),
    Screen("response-drills", "/response/drills/", "zhao"),
    Screen("command", "/command/", "majun", ("wall",)),
    Screen("duty", "/duty/", "qian"),
    Screen("policy-documents", "/policy/documents/", "lin", ("elder",)),
    Screen("policy-version", "/policy/documents/", "lin", click="main a[href*='/v/']"),
    Screen("policy-imports", "/policy/imports/", "tang"),
    Screen("policy-import", "/policy/imports/", "tang", click="td a[href*='/policy/imports/']"),
    Screen("duty-unit", "/duty/units/B01/", "qian"),
    Screen("duty-rotations", "/duty/units/B01/rotations/", "qian"),
    Screen("duty-numbers", "/duty/numbers/", "qian"),
    Screen("duty-hotline", "/duty/hotline/", "qian"),
    Screen("duty-mine", "/duty/mine/", "hongmei"),
    Screen("safety", "/safety/", "lin", ("elder",)),
    Screen("safety-event", "/safety/", "lin", click="a[href*='/safety/events/']"),
    Screen("safety-desk", "/safety/desk/", "yutong"),
    Screen("safety-plan", "/safety/desk/plan/", "yutong"),
    Screen("safety-card", "/safety/desk/", "yutong", click="td a[href*='/safety/desk/events/']"),
    Screen("safety-risks", "/safety/desk/risks/", "zhao"),
    Screen("safety-devices", "/safety/desk/devices/", "yutong"),
    Screen("safety-insurance", "/safety/desk/insurance/", "yutong"),
    Screen("safety-child", "/safety/desk/child/", "wang"),
    Screen("safety-child-case", "/safety/desk/child/", "wang", click="td a[href*='/child/']"),
    Screen("safety-incidents", "/safety/desk/incidents/", "yutong"),
    Screen(
        "safety-incident", "/safety/desk/incidents/", "yutong", click="td a[href*='/incidents/']"
    ),
    Screen("till", "/till/", "cashier1", ("tablet",)),
    Screen("till-refund", "/till/refunds/", "cashier1", ("tablet",)),
    Screen("till-day", "/till/day/", "cashier1", ("tablet",)),
    Screen("merchant", "/merchant/", "canteen1"),
    Screen("merchant-payments", "/merchant/payments/", "canteen1"),
    Screen("merchant-months", "/merchant/months/", "canteen1"),
    Screen("merchant-terminals", "/merchant/terminals/", "canteen1"),
    Screen("cockpit", "/cockpit/", "zhao"),
    Screen("board", "/cockpit/board/", "zhao", ("wall",)),
    Screen("cockpit-heat", "/cockpit/heat/", "zhao"),
    Screen("cockpit-payments", "/cockpit/payments/", "zhao"),
    Screen("indicators", "/indicators/"),
    Screen("indicator-k07", "/indicators/K07/"),
    Screen("indicator-k07-rows", "/indicators/K07/rows/"),
    Screen("indicator-k13", "/indicators/K13/"),
    Screen("indicator-k22", "/indicators/K22/"),
    Screen("indicator-k29", "/indicators/K29/"),
    Screen("plan", "/plan/"),
    Screen("timeline", "/plan/timeline/"),
    Screen("milestone", "/plan/milestones/3.1-02-m04/"),
    Screen("milestone-open", "/plan/milestones/3.1-08-m90/"),
    Screen("budget", "/plan/budget/"),
    Screen("budget-line", "/plan/budget/3.1/mall.subsidy/"),
    Screen("budget-revision", "/plan/budget/revision/"),
    Screen("plan-indicators", "/plan/indicators/"),
    Screen("terms", "/plan/terms/"),
    Screen("term", "/plan/terms/wallet/settlement_mode/"),
    Screen("gaps", "/plan/gaps/"),
    Screen("calendar", "/plan/calendar/"),
    Screen("plan-import", "/plan/import/"),
    Screen("plan-compare", "/plan/compare/"),
    Screen("desk-wallet", "/wallet/desk/", "wang"),
    Screen("desk-payments", "/wallet/desk/payments/", "wang"),
    Screen(
        "desk-payment", "/wallet/desk/payments/", "wang", click="a[href*='/wallet/desk/payments/']"
    ),
    Screen("desk-freezings", "/wallet/desk/freezings/", "wang"),
    Screen("desk-bank", "/wallet/desk/bank/", "wang"),
    Screen(
        "desk-freezing", "/wallet/desk/freezings/", "wang",
        click="a[href*='/wallet/desk/freezings/']",
    ),
    Screen("desk-heat", "/wallet/desk/heat/", "wang"),
    Screen("desk-subsidy", "/wallet/desk/subsidy/", "wang"),
    Screen("desk-reconciliation", "/settlement/", "wang"),
    Screen("desk-subsidy-error", "/settlement/meter/", "wang"),
    Screen("desk-subsidy-error-year", "/settlement/meter/?span=year", "wang"),
    Screen("desk-months", "/settlement/months/", "wang"),
    Screen("desk-month", "/settlement/months/", "wang", click="a[href*='/settlement/months/2']"),
    Screen("desk-reconciled-day", "/settlement/", "wang", click="a[href*='/settlement/days/']"),
    Screen("desk-points", "/wallet/desk/points/", "wang"),
    Screen("desk-merchants", "/wallet/desk/merchants/", "wang"),
    Screen("desk-terminals", "/wallet/desk/terminals/", "wang"),
    Screen("desk-terminal", "/wallet/desk/terminals/", "wang", click="a[href$='/keys/']"),
    Screen("congresses", "/congress/desk/", "chen"),
    Screen("congress-phone", "/congress/", "lin", ("elder",)),
    Screen("congress-sitting", "/congress/", "lin", click="a[href*='/congress/meetings/']"),
    Screen("congress-roll", "/congress/desk/", "chen", click="td a[href*='/congress/desk/']"),
    Screen("congress-votes", "/congress/votes/", ""),
    Screen("congress-vote", "/congress/votes/", "", click="tr:nth-child(3) a[href*='/votes/']"),
    Screen("congress-sums", "/congress/votes/", "", click="tr:nth-child(1) a[href*='/votes/']"),
    Screen("congress-mean", "/congress/votes/", "", click="tr:nth-child(2) a[href*='/votes/']"),
    Screen("risk", "/merchants/desk/risk/", "wang"),
    Screen(
        "suspicion", "/merchants/desk/risk/?state=confirmed", "wang", click="td a[href*='/risk/']"
    ),
    Screen("shop", "/wallet/desk/merchants/?q=M36", "wang", click="td a[href*='/desk/shops/']"),
    Screen("report", "/merchants/desk/report/?month=2025-11", "wang"),
    Screen("heat-days", "/merchants/heat/", ""),
    Screen("heat-day", "/merchants/heat/2025-02-14/", ""),
    Screen("disputes", "/merchants/desk/disputes/", "wang"),
    Screen("merchant-own", "/merchants/own/", "canteen1"),
    Screen("samples", "/merchants/desk/calls/", "wang"),
    Screen("sample", "/merchants/desk/calls/2025-11/", "wang"),
    Screen("calls", "/merchants/calls/", "caller"),
    Screen("inspection", "/inspection/", "sun"),
    Screen("inspection-round", "/inspection/", "sun", click="td a[href*='/rounds/']"),
    Screen("inspection-public", "/public/inspection/", ""),
    Screen("inspection-verify", "/public/inspection/", "", click="td a"),
    Screen(
        "inspection-problem", "/inspection/rounds/AUD-2025-1/", "sun",
        click="a[href*='/problems/']",
    ),
    Screen("inspection-mine", "/inspection/mine/", "gu"),
    Screen("proposals", "/proposals/", "qian"),
    Screen("proposal", "/proposals/", "qian", click="td a[href*='/proposals/']"),
    Screen("proposal-writing", "/proposals/new/", "lin"),
    Screen("proposals-public", "/public/proposals/", ""),
    Screen("proposal-public", "/public/proposals/TA-2025-001/", ""),
    Screen("inspection-spoiled", "/public/inspection/AUD-2025-2/", ""),
    Screen("surveys", "/surveys/", "lin"),
    Screen("disputes", "/disputes/", "lin", ("elder",)),
    Screen("dispute", "/disputes/", "lin", ("elder",), click=".ph-rows a[href^='/disputes/']"),
    Screen("disputes-desk", "/disputes/desk/", "tang"),
    Screen("dispute-desk", "/disputes/desk/", "tang", click="td a[href*='/disputes/desk/']"),
    Screen("dice", "/public/inspection/AUD-2025-4/screen/", ""),
    Screen("survey-answer", "/surveys/answer/", ""),
    Screen("suggestions", "/proposals/box/", "lin"),
    Screen("coupons", "/coupons/", "lin", ("elder",)),
    Screen("coupon", "/coupons/", "lin", ("elder",), click="a.ph-row[href^='/coupons/']"),
    Screen("coupons-till", "/coupons/till/", "pool"),
    Screen("coupons-desk", "/coupons/desk/", "li"),
    Screen("coupons-card", "/coupons/desk/?kind=research", "li", click="td a[href*='/coupons/']"),
    Screen("coupons-venues", "/coupons/desk/venues/", "li"),
    Screen("procurement", "/procurement/", "wang"),
    Screen("procurement-new", "/procurement/new/", "wang"),
    Screen("purchase", "/procurement/", "wang", click="a:has-text('六一关爱礼包')"),
    Screen("purchase-challenged", "/procurement/", "wang", click="a:has-text('快检设备')"),
    Screen("purchase-emergency", "/procurement/", "wang", click="a:has-text('流感防护物资')"),
    Screen("tender-held", "/procurement/tenders/5/", "wang"),
    Screen("tender-failed", "/procurement/tenders/3/", "wang"),
    Screen("tender-panel", "/procurement/tenders/5/", "chen"),
    Screen("tender-opening", "/procurement/tenders/6/opening/", "wang"),
    Screen("opening-key", "/procurement/key/", "wang"),
    Screen("suppliers", "/procurement/suppliers/", "wang"),
    Screen("supplier", "/procurement/suppliers/", "wang", click="a[href$='/about/']"),
    Screen("supply", "/supply/", "tongyue"),
    Screen("supply-quote", "/supply/7/", "tongyue"),
    Screen("supply-result", "/supply/1/", "tongyue"),
    Screen("awards", "/public/procurement/", ""),
    Screen("award", "/public/procurement/", "", click="a:has-text('六一关爱礼包')"),
    Screen("people", "/people/"),
    Screen("unit", "/people/", click="a[href*='/people/units/']"),
    Screen("offices", "/people/offices/"),
    Screen("office", "/people/offices/welfare_committee_chair/"),
    Screen("persons", "/people/persons/"),
    Screen("person", "/people/persons/", click="a[href$='/facts/']"),
    Screen("people-me", "/people/me/", "wang"),
    Screen("loop", "/people/loop/"),
    Screen("assets", "/people/assets/", "gu"),
    Screen("private", "/private/", "lin"),
    Screen("private-kinds", "/private/kinds/", "lin"),
    Screen("ledger", "/ledger/", "zhao"),
    Screen("ledger-rows", "/ledger/rows/", "zhao"),
    Screen(
        "posting", "/ledger/rows/?q=pay.ecny", "zhao", click="td a[href*='/settlement/postings/']"
    ),
    Screen("trail", "/trail/", "zhao"),
    Screen("tree", "/tree/", ""),
    Screen("tree-mine", "/tree/mine/", "wang", ("elder",)),
    Screen("tree-leaf", "/tree/mine/", "wang", click="a[href^='/tree/leaves/']"),
    Screen("tree-witnesses", "/tree/witnesses/", "sun"),
    Screen("postings", "/public/", "", ("elder",)),
    Screen("postings-ended", "/public/?section=ended", ""),
    Screen("posting", "/public/", "", click="article.post h3 a"),
    Screen("postings-desk", "/publicity/", "wang"),
    Screen("posting-desk", "/publicity/", "wang", click="table a.t"),
    Screen("objections-desk", "/publicity/objections/", "wang"),
    Screen("timers", "/timers/", "qian"),
    Screen("notices", "/notices/", "mo", ("elder",)),
    Screen("notice", "/notices/", "mo", click="a[href^='/notices/'].ph-row"),
    Screen("notice-settings", "/notices/settings/", "mo"),
    Screen("notice-address", "/notices/settings/sms/", "mo"),
    Screen("notices-mine", "/notices/mine/", "wang"),
    Screen("notices-desk", "/notices/desk/", "qian"),
    Screen("notices-lost", "/notices/desk/?segment=lost", "qian"),
    Screen(
        "notices-message", "/notices/desk/?segment=lost", "qian",
        click="#rows a.t[href*='/notices/desk/']",
    ),
    Screen("search", "/search/?q=林", "zhao"),
    Screen("inbox", "/inbox/", "wang"),
    Screen("inbox-phone", "/inbox/", "lin", ("elder",)),
    Screen("cases", "/cases/", "qian"),
    Screen("case", "/cases/", "qian", click="a[href^='/cases/'].t"),
    Screen("my-cases", "/my/cases/", "lin"),
    Screen("my-case", "/my/cases/", "lin", ("elder",), click="a[href^='/my/cases/'].ph-row"),
    Screen("absence", "/absence/", "wang"),
    Screen("handbook", "/handbook/", "wang"),
    Screen("handbook-welfare", "/handbook/C1/", "wang"),
    Screen("refused-403", "/plan/budget/revision/", "lin"),
    Screen("missing-404", "/no-such-page/", "zhao"),
    Screen("button-405", "/size/", "zhao"),
    Screen("offline", "/offline/", "lin"),
)  # fmt: skip
EXPECTED_ERRORS = {"refused-403": 403, "missing-404": 404, "button-405": 405}
WIDTHS = {"390": PHONE, "1440": DESK}
EXTRA = {"tablet": TABLET, "wall": WALL, "elder": PHONE}


def sign_in(page: Page, house: str, who: str) -> None:
    """Pick somebody of the cast at the door."""
    page.goto(f"{house}/accounts/cast/")
    page.locator(f"form[action*='/accounts/cast/{who}/'] button").first.click()
    page.wait_for_load_state()


def shoot(page: Page, house: str, screen: Screen, width: str) -> list[str]:
    """Open the page, take its picture, return what is wrong with it."""
    wrong: list[str] = []
    page.on("console", lambda m: wrong.append(f"console: {m.text}") if m.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(f"script: {error}"))
    try:
        answer = page.goto(f"{house}{screen.path}")
    except Error as error:
        return [error.message.splitlines()[0]]
    if screen.click:
        link = page.locator(screen.click).first
        if link.count() == 0:
            return [f"no link {screen.click}"]
        answer = page.goto(f"{house}{link.get_attribute('href')}")
    if screen.press and page.locator(screen.press).count():
        page.locator(screen.press).click()
        answer = page.goto(f"{house}{screen.path}")
    expected = EXPECTED_ERRORS.get(screen.name, 200)
    if answer is None or answer.status != expected:
        wrong.append(f"answered {answer.status if answer else 'nothing'}")
    page.wait_for_timeout(400)
    size: list[int] = page.evaluate(
        "[document.documentElement.scrollWidth, innerWidth,"
        " document.documentElement.scrollHeight, innerHeight]"
    )
    if size[0] > size[1]:
        wrong.append(f"is {size[0]} wide on a screen of {size[1]}")
    # As tall as the page, so that a bar at the screen's foot stands at the picture's foot.
    page.set_viewport_size({"width": size[1], "height": max(size[3], min(size[2], MOST_PIXELS))})
    page.screenshot(
        path=SCREENS / f"{screen.name}-{width}.jpg", type="jpeg", quality=62, scale="css"
    )
    return [w for w in wrong if expected == 200 or "Failed to load" not in w]


def run(browser: Browser, house: str, wanted: list[str]) -> int:
    """Take all the pictures that are wanted; return how many pages have something wrong."""
    bad = 0
    screens = [s for s in SCREENS_OF if not wanted or any(w in s.name for w in wanted)]
    for who in dict.fromkeys(screen.who for screen in screens):
        of_them = [screen for screen in screens if screen.who == who]
        for width, device in {**WIDTHS, **EXTRA}.items():
            shown = [s for s in of_them if width in WIDTHS or width in s.also]
            if not shown:
                continue
            context = browser.new_context(**CAMPUS_READER, **device)
            if width == "elder":
                context.add_cookies([{"name": "size", "value": "elder", "url": house}])
            door = context.new_page()
            if who:
                sign_in(door, house, who)
            for screen in shown:
                page = context.new_page()
                for fault in shoot(page, house, screen, width):
                    bad += 1
                    sys.stdout.write(f"✕ {screen.name}-{width} {screen.path}: {fault}\n")
                page.close()
            context.close()
    sys.stdout.write(f"{len(screens)} pages looked at, {bad} faults\n")
    return bad


def main() -> None:
    """Take pictures of a running house."""
    house, *wanted = sys.argv[1:] or ["http://127.0.0.1:8010"]
    SCREENS.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGS)
        sys.exit(bool(run(browser, house, wanted)))


if __name__ == "__main__":
    main()
