"""A case goes from desk to desk by the general form: inbox, outputs, refusals, seven votes."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from smartunion.domains.procurement.procedure import BLACKLIST
from smartunion.kernel.people.models import Person
from smartunion.kernel.procedures import ballots, engine
from smartunion.kernel.procedures.engine import Given
from smartunion.kernel.procedures.models import Case, StepRun, Voter
from tests.browser import DESK, PHONE, check_axe, fits, sign_in

from .conftest import March

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Opens = Callable[..., Page]
Cast = dict[str, Person]
PICTURE = b"\x89PNG\r\n\x1a\n" + b"0" * 64


@pytest.fixture
def case(organization: Cast, march: March) -> Case:
    """周启明 of the purchasing centre is to put the evidence together."""
    return engine.open_case(
        sheet=BLACKLIST,
        title="供应商甲拒不签约",
        facts={"supplier": "供应商甲"},
        by=organization["zhou"],
        at=march.now() - timedelta(hours=1),
    )


@pytest.fixture
def papers(tmp_path: Path) -> list[Path]:
    made = [tmp_path / "合同.txt", tmp_path / "现场.png"]
    made[0].write_text("合同与催告函", encoding="utf-8")
    made[1].write_bytes(PICTURE)
    return made


def running(case: Case, step: str) -> StepRun:
    return case.runs.get(step=step, state=StepRun.State.OPEN)


def test_from_the_inbox_to_the_next_desk_and_nothing_typed_is_lost(
    opens: Opens, organization: Cast, case: Case, papers: list[Path]
) -> None:
    desk = opens(organization["zhou"], "/inbox/", DESK)
    expect(desk.get_by_role("heading", level=1)).to_have_text("待办")
    expect(desk.locator("#preview")).to_contain_text("供应商甲拒不签约：立案取证")
    check_axe(desk)
    desk.keyboard.press("j")
    expect(desk.locator("tbody tr[aria-selected=true]")).to_contain_text("供应商甲拒不签约")
    desk.keyboard.press("o")
    expect(desk.get_by_role("heading", level=1)).to_have_text("供应商甲拒不签约")
    check_axe(desk)
    panel = desk.locator(f"#step-{running(case, 'reported').pk}")
    panel.locator("input[type=file]").set_input_files(papers)
    panel.get_by_label("几年内不得参加").fill("2")
    panel.get_by_role("button", name="办结本步").click()
    expect(panel.locator(".su-error").first).to_contain_text("请填写事由")
    expect(panel.get_by_label("几年内不得参加")).to_have_value("2")
    chosen = panel.locator("input[type=file]").evaluate("input => input.files.length")
    assert chosen == 2, "what was chosen is still chosen"
    panel.get_by_label("事由").first.fill("中标后拒不签约")
    panel.get_by_role("button", name="办结本步").click()
    expect(desk.locator(".su-message")).to_contain_text("已办结“立案取证”，下一步：听取申辩")
    expect(desk.get_by_text("现场.png")).to_be_visible()
    case.refresh_from_db()
    assert case.facts["grounds"] == "中标后拒不签约"
    assert running(case, "heard").lead == organization["zhou"]
    refused = opens(organization["wang"], f"/cases/{case.pk}/", DESK)
    expect(refused.get_by_text("只有周启明能撤回本件")).to_be_visible()
    refused.get_by_text("退回", exact=True).first.click()
    for size in (DESK, PHONE):
        for path in ("/inbox/", f"/cases/{case.pk}/", "/cases/", "/absence/", "/handbook/C1/"):
            page = opens(organization["zhou"], path, size)
            fits(page)
            check_axe(page)


@pytest.mark.clause("P05")
def test_seven_vote_in_secret_each_in_a_browser_of_their_own(
    opens: Opens, organization: Cast, case: Case, march: March
) -> None:
    at = march.now()
    paper = {output.code: Given(text="有") for output in BLACKLIST.step("reported").outputs}
    engine.pass_step(
        run_id=running(case, "reported").pk, facts={"grounds": "拒不签约", "years": 2},
        outputs=paper, by=organization["zhou"], at=at,
    )  # fmt: skip
    paper = {output.code: Given(text="无申辩") for output in BLACKLIST.step("heard").outputs}
    engine.pass_step(
        run_id=running(case, "heard").pk, facts={"defense": "没有申辩"}, outputs=paper,
        by=organization["zhou"], at=at,
    )  # fmt: skip
    run = running(case, "decided")
    desk = opens(organization["qian"], "/inbox/", DESK)
    desk.get_by_role("link", name="去投票").click()
    expect(desk.get_by_role("radio", checked=True)).to_have_count(0)
    check_axe(desk)
    desk.get_by_label("反对").check()
    desk.get_by_role("button", name="投出这一票").click()
    expect(desk.get_by_text("票已投入票箱")).to_be_visible()
    expect(desk.get_by_text("已经投过票").first).to_be_visible()
    page = desk.locator("main").inner_text()
    assert "反对" not in page, "nobody reads what was voted"
    stranger = opens(organization["wang"], f"/cases/{case.pk}/", DESK)
    expect(stranger.get_by_text("王建国不是“常委会决定”的应到成员")).to_be_visible()
    for voter in Voter.objects.filter(poll__run=run, state=Voter.State.WAITING):
        ballots.cast(run_id=run.pk, choice="yes", by=voter.person, at=march.now())
    desk.reload()
    expect(desk.locator(".su-steps .done")).to_have_count(3)


def test_without_a_script_the_form_works_and_keeps_what_was_typed(
    screen: Callable[..., BrowserContext], organization: Cast, case: Case, march: March,
    papers: list[Path],
) -> None:  # fmt: skip
    context = screen(DESK, base_url=march.url, java_script_enabled=False)
    context.add_cookies([{**sign_in(organization["zhou"]), "url": march.url}])
    desk = context.new_page()
    desk.goto(f"/cases/{case.pk}/")
    panel = desk.locator(f"#step-{running(case, 'reported').pk}")
    panel.get_by_label("事由").first.fill("写了一半的事由")
    panel.get_by_role("button", name="办结本步").click()
    expect(desk.get_by_label("事由").first).to_have_value("写了一半的事由")
    expect(desk.locator(".su-error").first).to_contain_text("请填写几年内不得参加")
    desk.get_by_label("几年内不得参加").fill("3")
    desk.locator("input[type=file]").first.set_input_files(papers)
    desk.get_by_role("button", name="办结本步").click()
    expect(desk.locator(".su-message")).to_contain_text("已办结“立案取证”")


def test_an_applicant_follows_on_the_phone_and_takes_the_case_back(
    opens: Opens, organization: Cast, march: March
) -> None:
    lin = organization["lin"]
    case = engine.open_case(
        sheet=BLACKLIST, title="举报供应商乙", facts={"supplier": "乙"}, unit=lin.unit,
        applicant=lin, by=lin, at=march.now() - timedelta(hours=2),
    )  # fmt: skip
    phone = opens(lin, "/my/cases/", PHONE)
    phone.get_by_text("举报供应商乙").click()
    expect(phone.get_by_text("5 步办到哪了")).to_be_visible()
    expect(phone.locator("[aria-current=step]")).to_contain_text("周启明")
    fits(phone)
    check_axe(phone)
    phone.get_by_text("撤回申请").click()
    phone.get_by_label("为什么撤回").fill("弄清楚了，是误会")
    phone.get_by_role("button", name="撤回这件申请").click()
    expect(phone.get_by_text("已撤回").first).to_be_visible()
    case.refresh_from_db()
    assert case.withdrawn_because == "弄清楚了，是误会"
